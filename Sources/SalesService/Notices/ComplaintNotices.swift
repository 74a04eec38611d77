import Contracts
import Domain
import Postgres
import ServiceKit

/// Complaints, told to whoever looks after the order or the customer: when one comes, and when it is done with.
enum ComplaintNotices {
    static func opened(
        _ messages: [Received<ComplaintOpened>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(messages.map(\.body.complaint), transaction)
    }

    static func progressed(
        _ messages: [Received<ComplaintProgressed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(messages.map(\.body.complaint), transaction)
    }

    /// So much of the time that a complaint may take is gone: whoever is to know is told, each time once. No customer is
    /// concerned: it stays with whom it is told.
    static func clockReached(
        _ messages: [Received<ComplaintClockReached>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.tell(
            messages.map(\.body).filter { $0.toldTo != nil }.map { body in
                Notice(
                    id: clockId(body.source, body.complaintId, body.clock, body.level), kind: .complaintClock,
                    owner: body.toldTo,
                    detail: "complaint \(body.complaintId) of \(body.source), priority \(body.priority): "
                        + "\(body.clock.rawValue) took \(body.level) % of its time"
                        + (body.agent.map { "; \($0) has it" } ?? "; nobody has it"),
                    toldAt: body.at)
            }, transaction)
    }

    /// Of how much of its time each clock is told: what it said is over when the complaint is closed.
    private static let levels = [75, 100, 150, 200]

    private static func clockId(
        _ source: String, _ complaintId: String, _ clock: ComplaintClock, _ level: Int
    ) -> String {
        StableIdentifier.of("complaint-clock", source, complaintId, clock.rawValue, String(level))
    }

    /// Each word says all that is known, so that it does not matter which comes first: that a complaint came is told once,
    /// until it is closed; that it was closed once for each time it was. Whose it is may be known only later.
    private static func tell(_ complaints: [ComplaintStanding], _ transaction: borrowing Transaction) throws {
        var notices: [String: (notice: Notice, account: AccountKey, orderSource: String)] = [:]
        for complaint in complaints {
            let subject =
                "complaint \(complaint.complaintId): \(complaint.severity.rawValue), "
                + complaint.category.rawValue
            let openedId = StableIdentifier.of("complaint-opened", complaint.source, complaint.complaintId)
            let account = AccountKey(
                source: complaint.customerSource ?? complaint.source, code: complaint.customerCode)
            let orderSource = complaint.orderSource ?? complaint.source
            notices[openedId] = (
                Notice(
                    id: openedId, kind: .complaintOpened, customerId: complaint.customerId,
                    orderId: complaint.orderId,
                    detail: subject, toldAt: complaint.openedAt,
                    clearedAt: complaint.state == .closed ? complaint.at : notices[openedId]?.notice.clearedAt),
                account, orderSource
            )
            guard complaint.state == .closed else { continue }
            let closedId = StableIdentifier.of(
                "complaint-closed", complaint.source, complaint.complaintId,
                String(complaint.at.microsecondsSinceEpoch))
            notices[closedId] = (
                Notice(
                    id: closedId, kind: .complaintClosed, customerId: complaint.customerId,
                    orderId: complaint.orderId,
                    detail: "\(subject); closed by \(complaint.by)" + (complaint.note.map { ": \($0)" } ?? ""),
                    toldAt: complaint.at),
                account, orderSource
            )
        }
        try NoticeStore.tell(ofComplaints: Array(notices.values), transaction)
        for complaint in complaints where complaint.state == .closed {
            let ids = ComplaintClock.allCases.flatMap { clock in
                levels.map { clockId(complaint.source, complaint.complaintId, clock, $0) }
            }
            _ = try NoticeStore.clear(ids, at: complaint.at, transaction)
        }
    }
}
