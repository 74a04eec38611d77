import Contracts
import Domain
import Postgres
import ServiceKit

/// What of a supplier's costs a ratio is of: invoices to what was told at one stage, for one service item.
struct BiasedCost: Hashable, Comparable {
    let serviceItem: String
    let stage: BiasStage

    /// Whether both are the same, the item byte for byte, as the database has it.
    static func == (first: BiasedCost, second: BiasedCost) -> Bool {
        first.stage == second.stage && first.serviceItem.hasSameBytes(as: second.serviceItem)
    }

    static func < (first: BiasedCost, second: BiasedCost) -> Bool {
        (first.serviceItem, first.stage.rawValue) < (second.serviceItem, second.stage.rawValue)
    }
}

/// Which ratio of which supplier.
struct SupplierBias: Hashable, Comparable {
    let supplierId: String
    let cost: BiasedCost

    static func < (first: SupplierBias, second: SupplierBias) -> Bool {
        (first.supplierId, first.cost) < (second.supplierId, second.cost)
    }
}

/// The SQL of finance's copy of suppliers.
enum SupplierStore {
    /// Takes over whom the accounts belong to; the highest revision stays.
    static func put(
        _ rows: [(homing: AccountHoming, body: SupplierRegistered)], _ transaction: borrowing Transaction
    ) throws {
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

    /// Takes over how far invoices are from what was expected; the latest word stays.
    static func put(_ rows: [CostBiasChanged], _ transaction: borrowing Transaction) throws {
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
