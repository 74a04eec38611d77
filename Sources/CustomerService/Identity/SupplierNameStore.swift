import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what systems call suppliers.
enum SupplierNameStore {
    /// Takes over what was not said before what is known.
    static func put(
        _ rows: [(key: AccountKey, body: SupplierReported, saidAt: Int64)], _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into supplier_name as s (source, code, name, credit_code, said_at)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.body.name)),
                \(rows.map { $0.body.creditCode.flatMap { UnifiedSocialCreditCode($0)?.text } }),
                \(rows.map(\.saidAt)))
            on conflict (source, code) do update set
                name = excluded.name, credit_code = coalesce(excluded.credit_code, s.credit_code),
                said_at = excluded.said_at
            where excluded.said_at >= s.said_at
            """)
    }
}
