import Domain
import Postgres

/// Something that has happened with a customer.
struct TimelineEntry {
    let source: String
    let eventId: String
    /// The system whose code of the customer is meant; none where the customer is named by identifier alone.
    let accountSource: String?
    let code: String
    let customerId: String?
    let kind: String
    let detail: String
    let at: Timestamp
}

/// The SQL of what has happened.
enum TimelineStore {
    /// Writes down what was not there before.
    static func put(_ entries: [TimelineEntry], _ transaction: borrowing Transaction) throws {
        guard !entries.isEmpty else { return }
        try transaction.queue(
            """
            insert into timeline (source, event_id, account_source, code, customer_id, kind, detail, happened_at)
            select * from unnest(
                \(entries.map(\.source)), \(entries.map(\.eventId)), \(entries.map(\.accountSource)),
                \(entries.map(\.code)), \(entries.map(\.customerId)), \(entries.map(\.kind)), \(entries.map(\.detail)),
                \(entries.map { PostgresValue.timestamp($0.at.description) }))
            on conflict do nothing
            """)
    }
}
