import Contracts
import Domain
import Postgres
import ServiceKit

/// Complaints, said to whoever has them in hand and to whoever looks after the customer, until they are closed.
enum RaisedComplaints {
    /// Says how some complaints stand, once it is written down who has them. The later word of one takes the place of the
    /// earlier.
    ///
    /// - Parameter number: counts what is said of one revision, for what changes without a new one.
    static func tell(
        _ complaints: [(standing: ComplaintStanding, cause: Envelope?)], number: Int = 1,
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !complaints.isEmpty else { return }
        let homes = try AccountHomeStore.homes(
            of: Set(
                complaints.map { complaint in
                    AccountKey(
                        source: complaint.standing.customerSource ?? complaint.standing.source,
                        code: complaint.standing.customerCode)
                }), transaction)
        let agents = try DeskStore.agents(
            of: Set(
                complaints.map { ComplaintKey(source: $0.standing.source, complaintId: $0.standing.complaintId) }),
            transaction)
        for (standing, cause) in complaints {
            let name = NoticeName(.complaint, source: standing.source, standing.complaintId)
            let revision = NoticeRevision.of(revision: standing.revision, number: number)
            if standing.state == .closed {
                effects.clear(name, revision: revision, because: "closed by \(standing.by)", causedBy: cause)
                continue
            }
            let home = homes[
                AccountKey(source: standing.customerSource ?? standing.source, code: standing.customerCode)]
            let agent = agents[ComplaintKey(source: standing.source, complaintId: standing.complaintId)]
            let content = NoticeContent(
                name, severity(standing.severity), revision: revision, customerId: standing.customerId,
                businessLine: "*", node: home?.branch, owner: agent ?? standing.by, alsoTo: [home?.owner],
                facts: [
                    .code("complaint", standing.complaintId), .code("customer", standing.customerCode),
                    .code("order", standing.orderId), .code("category", standing.category.rawValue),
                    .code("severity", standing.severity.rawValue), .code("state", standing.state.rawValue),
                    .code("by", standing.by), .text("note", standing.note, .personalData),
                    .time("opened", standing.openedAt), .time("promised", standing.promisedAt),
                ], next: name.kind.next(["complaint": standing.complaintId, "source": standing.source]),
                dueAt: standing.promisedAt, happenedAt: standing.at)
            if standing.revision == 1, number == 1 {
                effects.raise(content, causedBy: cause)
            } else {
                effects.change(content, causedBy: cause)
            }
        }
    }

    private static func severity(_ severity: ComplaintSeverity) -> NoticeSeverity {
        switch severity {
        case .minor: .attention
        case .major: .urgent
        case .critical: .critical
        }
    }
}
