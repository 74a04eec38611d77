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
        try SupplierNameStore.put(
            latest.sorted { $0.key < $1.key }.map { ($0.key, $0.value.body, $0.value.at) }, transaction)
    }
}
