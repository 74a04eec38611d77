import Contracts
import Domain
import ServiceKit

/// Promises to customers that are about to break, said to whoever has the complaint, until the customer hears of it.
enum RaisedPromises {
    /// How much of the time until a promise may go by until it is said, in per cent: as much as of the clocks.
    private static let warning = Int64(ClockPolicy.warning)

    /// From when on a promise that stands is about to break.
    static func begins(_ promise: ComplaintHistory.Promise) -> Timestamp {
        let length = promise.promisedAt.microsecondsSinceEpoch - promise.madeAt.microsecondsSinceEpoch
        return promise.madeAt.adding(microseconds: length / 100 * warning + length % 100 * warning / 100)
    }

    /// The promise of which it is to be said at a time that it is about to break; `nil` when there is none.
    ///
    /// - Parameter standing: the promise that the customer has not heard of yet.
    static func due(_ standing: ComplaintHistory.Promise?, at now: Timestamp) -> ComplaintHistory.Promise? {
        standing.flatMap { begins($0) <= now ? $0 : nil }
    }

    /// Says what is other than before.
    ///
    /// - Parameters:
    ///   - due: the promise that is about to break now.
    ///   - told: what was said of it before.
    ///   - cause: the message that led to it, where one did.
    static func tell(
        _ complaint: ComplaintFacts, _ due: ComplaintHistory.Promise?, told: StatusStore.Warning?,
        causedBy cause: Envelope?, _ effects: inout Effects
    ) {
        let name = NoticeName(.complaintPromiseDue, source: complaint.key.source, complaint.key.complaintId)
        guard let due else {
            return effects.clear(
                name, revision: effects.noticeRevision(), because: "the customer has heard of it", causedBy: cause)
        }
        let content = NoticeContent(
            name, .urgent, revision: effects.noticeRevision(), customerId: complaint.customerId, businessLine: "*",
            node: complaint.branch, owner: complaint.agent,
            facts: [
                .code("complaint", complaint.key.complaintId), .code("customer", complaint.customerCode),
                .time("promised", due.promisedAt), .code("category", complaint.category),
                .code("severity", complaint.severity), .code("agent", complaint.agent),
            ], next: name.kind.next(["complaint": complaint.key.complaintId, "source": complaint.key.source]),
            dueAt: due.promisedAt, happenedAt: effects.now)
        if told == nil {
            effects.raise(content, causedBy: cause)
        } else {
            effects.change(content, causedBy: cause)
        }
    }
}
