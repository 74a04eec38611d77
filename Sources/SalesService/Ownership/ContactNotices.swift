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
        let rows = latest.values.sorted { $0.customerId < $1.customerId }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, detail, told_at)
            select id, 'contact-lapsed', customer, '', owner, detail, found from unnest(
                \(rows.map { StableIdentifier.of("contact-lapsed", $0.customerId) }), \(rows.map(\.customerId)),
                \(rows.map(\.owner)), \(rows.map(detail)),
                \(rows.map { PostgresValue.timestamp($0.foundAt.description) }))
                as t(id, customer, owner, detail, found)
            on conflict (notice_id) do update set
                sales_owner = excluded.sales_owner, detail = excluded.detail, told_at = excluded.told_at,
                cleared_at = null
            where finance_notice.told_at < excluded.told_at
            """)
    }

    private static func detail(_ body: ContactLapsed) -> String {
        let last = body.lastContactAt.map { "the last contact was on \($0.day())" } ?? "nobody ever has"
        return "\(body.name ?? body.customerId): no contact for \(body.afterDays) days; \(last)"
    }
}
