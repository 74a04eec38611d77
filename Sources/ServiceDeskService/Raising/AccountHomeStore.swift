import Domain
import Postgres
import ServiceKit

/// The SQL of whom notices are for. It is asked only where there is a notice.
enum AccountHomeStore {
    /// By whom and for which branch some accounts are looked after, as far as they are known.
    static func homes(
        of accounts: Set<AccountKey>, _ transaction: borrowing Transaction
    ) throws -> [AccountKey: (owner: String?, branch: String?)] {
        let sorted = accounts.sorted()
        let rows = try transaction.query(
            """
            select a.source, a.code, a.sales_owner, a.branch
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.code))) as k(source, code) join account a using (source, code)
            """, as: (String, String, String?, String?).self)
        return Dictionary(
            rows.map { (AccountKey(source: $0.0, code: $0.1), (owner: $0.2, branch: $0.3)) }
        ) { first, _ in first }
    }
}
