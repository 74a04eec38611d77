import Contracts
import Domain
import Postgres
import ServiceKit

/// A supplier, named by somebody.
struct Sighting {
    let source: String
    let code: String
    let name: String?
}

/// The SQL of suppliers.
enum SupplierStore {
    /// Writes suppliers down at first sight, and tells the world; again when a name becomes known.
    static func seen(
        _ sightings: [Sighting], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [String: Sighting] = [:]
        for sighting in sightings {
            let key = "\(sighting.source)\u{1}\(sighting.code)"
            if latest[key]?.name == nil { latest[key] = sighting }
        }
        let sorted = latest.sorted { $0.key < $1.key }.map(\.value)
        guard !sorted.isEmpty else { return }
        let rows = try transaction.query(
            """
            insert into supplier_account (source, code, supplier_id, name, revision, seen_at)
            select t.*, 1, \(PostgresValue.timestamp(effects.now.description)) from unnest(
                \(sorted.map(\.source)), \(sorted.map(\.code)),
                \(sorted.map { AccountIdentifier.supplier(source: $0.source, code: $0.code) }),
                \(sorted.map(\.name))) as t(source, code, supplier_id, name)
            on conflict (source, code) do update set
                name = excluded.name, revision = supplier_account.revision + 1
            where supplier_account.name is null and excluded.name is not null
            returning source, code, supplier_id, name, revision
            """, as: (String, String, String, String?, Int).self)
        for row in rows {
            effects.publish(
                SupplierRegistered(
                    supplierId: row.2, revision: row.4, name: row.3,
                    accounts: [AccountHoming(source: row.0, code: row.1, revision: 1)], at: effects.now), key: row.2)
        }
        effects.count("registered", rows.count)
    }
}
