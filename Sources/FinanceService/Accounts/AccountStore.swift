import Contracts
import Postgres
import ServiceKit

/// The SQL of the replica account → customer.
enum AccountStore {
    /// Takes over what the customer service says. An older homing of an account never replaces a newer one.
    static func put(_ records: [CustomerRecord], _ transaction: borrowing Transaction) throws {
        struct Row {
            let homing: AccountHoming
            let record: CustomerRecord
        }
        var latest: [String: Row] = [:]
        for record in records {
            for homing in record.accounts {
                let key = "\(homing.source)\u{1}\(homing.code)"
                let isNewer =
                    latest[key].map { ($0.homing.revision, $0.record.revision) < (homing.revision, record.revision) }
                    ?? true
                if isNewer { latest[key] = Row(homing: homing, record: record) }
            }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        guard !rows.isEmpty else { return }
        // The revision of the homing counts first, then that of the record: one number holds both.
        try transaction.queue(
            """
            insert into account (source, code, customer_id, name, branch, sales_owner, revision)
            select * from unnest(
                \(rows.map(\.homing.source)), \(rows.map(\.homing.code)), \(rows.map(\.record.customerId)),
                \(rows.map(\.record.name)), \(rows.map(\.record.branch)), \(rows.map(\.record.salesOwner)),
                \(rows.map { Int32(clamping: $0.homing.revision * 100_000 + min($0.record.revision, 99_999)) }))
            on conflict (source, code) do update set
                customer_id = excluded.customer_id, name = coalesce(excluded.name, account.name),
                branch = coalesce(excluded.branch, account.branch),
                sales_owner = coalesce(excluded.sales_owner, account.sales_owner), revision = excluded.revision
            where excluded.revision > account.revision
            """)
    }
}
