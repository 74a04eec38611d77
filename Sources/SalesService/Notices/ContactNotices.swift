import Contracts
import Domain
import Postgres
import ServiceKit

/// Key customers that nobody has spoken with for too long, told to whoever looks after them.
enum ContactNotices {
    /// One notice a customer: the later one takes the place of the one before.
    static func lapsed(
        _ messages: [Received<ContactLapsed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [String: ContactLapsed] = [:]
        for body in messages.map(\.body) {
            if let before = latest[body.customerId], before.foundAt >= body.foundAt { continue }
            latest[body.customerId] = body
        }
        try NoticeStore.renew(
            latest.values.map {
                Notice(
                    id: StableIdentifier.of("contact-lapsed", $0.customerId), kind: .contactLapsed,
                    customerId: $0.customerId, businessLine: "", owner: $0.owner, detail: detail($0),
                    toldAt: $0.foundAt)
            }, transaction)
    }

    private static func detail(_ body: ContactLapsed) -> String {
        let last = body.lastContactAt.map { "the last contact was on \($0.day())" } ?? "nobody ever has"
        return "\(body.name ?? body.customerId): no contact for \(body.afterDays) days; \(last)"
    }
}
