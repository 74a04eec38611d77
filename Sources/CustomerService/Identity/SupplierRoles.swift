import Contracts
import Domain
import Postgres
import ServiceKit

/// A party may be customer and supplier: whoever has the same valid credit code is one party in two roles.
enum SupplierRoles {
    static func reported(
        _ messages: [Received<SupplierReported>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let now = effects.now
        var latest: [AccountKey: (body: SupplierReported, at: Int64)] = [:]
        for message in messages {
            let key = AccountKey(source: message.envelope.source, code: message.body.code)
            let at = (message.envelope.time ?? now).microsecondsSinceEpoch
            if latest[key].map({ ($0.at, $0.body.name) < (at, message.body.name) }) ?? true {
                latest[key] = (message.body, at)
            }
        }
        let rows = latest.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into supplier_name as s (source, code, name, credit_code, said_at)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.value.body.name)),
                \(rows.map { $0.value.body.creditCode.flatMap { UnifiedSocialCreditCode($0)?.text } }),
                \(rows.map(\.value.at)))
            on conflict (source, code) do update set
                name = excluded.name, credit_code = coalesce(excluded.credit_code, s.credit_code),
                said_at = excluded.said_at
            where excluded.said_at >= s.said_at
            """)
    }
}
