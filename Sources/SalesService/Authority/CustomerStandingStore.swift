import Contracts
import Domain
import Postgres

/// How far a customer is trusted, or whether its orders of a line of business are taken.
struct CustomerStanding: Sendable {
    let customerId: String
    /// The line; empty for how far it is trusted.
    let businessLine: String
    let state: String
    let changedAt: Timestamp
}

/// The SQL of how customers stand with finance.
enum CustomerStandingStore {
    /// Keeps what was told last.
    static func put(_ told: [CustomerStanding], _ transaction: borrowing Transaction) throws {
        struct Key: Hashable, Comparable {
            let customerId: String
            let businessLine: String

            static func < (first: Key, second: Key) -> Bool {
                let order = first.customerId.compareBytes(with: second.customerId)
                return order == 0 ? first.businessLine.compareBytes(with: second.businessLine) < 0 : order < 0
            }
        }
        var latest: [Key: CustomerStanding] = [:]
        for word in told {
            let key = Key(customerId: word.customerId, businessLine: word.businessLine)
            if latest[key].map({ $0.changedAt <= word.changedAt }) ?? true { latest[key] = word }
        }
        // In one order, so that two who write wait for one another.
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into customer_standing as s (customer_id, business_line, state, changed_at)
            select * from unnest(
                \(rows.map(\.customerId)), \(rows.map(\.businessLine)), \(rows.map(\.state)), \(rows.map(\.changedAt)))
            on conflict (customer_id, business_line) do update set
                state = excluded.state, changed_at = excluded.changed_at
            where s.changed_at <= excluded.changed_at
            """)
    }

    /// How far a customer is trusted, and whether its orders of a line are taken: where nothing was told, it is, and they are.
    static func standing(
        of customerId: String, line: String?, _ transaction: borrowing Transaction
    ) throws -> (credit: CreditState, acceptance: AcceptanceState) {
        let rows = try transaction.query(
            """
            select s.business_line, s.state from customer_standing s
            where s.customer_id = \(customerId) and (s.business_line = '' or s.business_line = \(line ?? ""))
            """, as: (String, String).self)
        var (credit, acceptance) = (CreditState.ok, AcceptanceState.open)
        for (of, state) in rows {
            if of.isEmpty {
                credit = CreditState(rawValue: state) ?? credit
            } else {
                acceptance = AcceptanceState(rawValue: state) ?? acceptance
            }
        }
        return (credit, acceptance)
    }
}
