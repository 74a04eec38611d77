import Postgres
import ServiceKit

/// The SQL of what was said of the review queue.
enum ReviewToldStore {
    /// Of how many pairs, by branch.
    static func told(_ transaction: borrowing Transaction) throws -> [String: Int] {
        let rows = try transaction.query("select branch, pairs from review_told", as: (String, Int).self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }

    /// Writes down of how many it is said now.
    static func put(
        _ counts: [String: Int], former: [String: Int], _ transaction: borrowing Transaction
    ) throws {
        let over = former.keys.filter { counts[$0] == nil }.sorted()
        if !over.isEmpty { try transaction.queue("delete from review_told where branch = any(\(over))") }
        let rows = counts.filter { former[$0.key] != $0.value }.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into review_told (branch, pairs)
            select * from unnest(\(rows.map(\.key)), \(rows.map { Int32($0.value) }))
            on conflict (branch) do update set pairs = excluded.pairs
            """)
    }
}
