import Contracts
import Domain
import Postgres
import ServiceKit

/// Finance's copy of who the suppliers are and how far their invoices are from what was expected.
enum SupplierHandlers {
    static func registered(
        _ messages: [Received<SupplierRegistered>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [String: (homing: AccountHoming, body: SupplierRegistered)] = [:]
        for message in messages {
            for homing in message.body.accounts {
                let key = "\(homing.source)\u{1}\(homing.code)"
                if latest[key].map({ $0.body.revision < message.body.revision }) ?? true {
                    latest[key] = (homing, message.body)
                }
            }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into supplier_account (source, code, supplier_id, name, revision)
            select * from unnest(
                \(rows.map(\.homing.source)), \(rows.map(\.homing.code)), \(rows.map(\.body.supplierId)),
                \(rows.map(\.body.name)), \(rows.map { Int32(clamping: $0.body.revision) }))
            on conflict (source, code) do update set
                supplier_id = excluded.supplier_id, name = coalesce(excluded.name, supplier_account.name),
                revision = excluded.revision
            where excluded.revision > supplier_account.revision
            """)
    }

    static func biasChanged(
        _ messages: [Received<CostBiasChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [String: CostBiasChanged] = [:]
        for message in messages {
            let key = "\(message.body.supplierId)\u{1}\(message.body.serviceItem)\u{1}\(message.body.stage.rawValue)"
            if latest[key].map({ $0.asOf < message.body.asOf }) ?? true { latest[key] = message.body }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into supplier_bias (supplier_id, service_item, stage, ratio, observations, as_of)
            select * from unnest(
                \(rows.map(\.supplierId)), \(rows.map(\.serviceItem)), \(rows.map(\.stage.rawValue)),
                \(rows.map(\.ratio)),
                \(rows.map { Int32(clamping: $0.observations) }),
                \(rows.map { PostgresValue.timestamp($0.asOf.description) }))
            on conflict (supplier_id, service_item, stage) do update set
                ratio = excluded.ratio, observations = excluded.observations, as_of = excluded.as_of
            where excluded.as_of > supplier_bias.as_of
            """)
    }
}
