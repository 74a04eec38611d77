import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of costs of which somebody has said whose order they are for.
enum SettledCostStore {
    /// Which order a cost named by itself, and whose of that number is meant.
    struct Settlement {
        let said: OrderKey
        let meant: String
    }

    /// What was said of some costs. Until the transaction ends nobody says more.
    static func settlements(
        of costs: [CostKey], _ transaction: borrowing Transaction
    ) throws -> [CostKey: Settlement] {
        try transaction.queue("lock table settled_cost in row exclusive mode")
        let rows = try transaction.query(
            """
            select s.source, s.cost_id, s.order_id, s.said, s.meant
            from (select distinct * from unnest(\(costs.map(\.source)), \(costs.map(\.costId))) as t(source, cost_id)) k
            join settled_cost s using (source, cost_id)
            """, as: SettledCost.self)
        return Dictionary(rows.map { ($0.key, $0.settlement) }) { first, _ in first }
    }

    /// What was said of a cost, as it stands in the table.
    private struct SettledCost: PostgresRow {
        let key: CostKey
        let settlement: Settlement

        init(row: inout RowReader) throws(PostgresError) {
            key = CostKey(source: try row("source"), costId: try row("cost_id"))
            settlement = Settlement(
                said: OrderKey(source: try row("said"), orderId: try row("order_id")), meant: try row("meant"))
        }
    }

    /// Keeps what was said of costs, and joins those that are there with what is meant.
    ///
    /// Whoever has looked for it meanwhile ends first, and whoever looks from now on waits: otherwise a cost that comes at the
    /// same moment would be joined by neither. Who only reads, such as a backup, is not waited for.
    ///
    /// - Returns: whose costs were joined.
    static func settle(
        _ costs: [(key: CostKey, settlement: Settlement)], _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        let rows = Dictionary(costs.map { ($0.key, $0.settlement) }) { _, last in last }.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return [] }
        try transaction.queue("lock table settled_cost in share row exclusive mode")
        try transaction.queue(
            """
            insert into settled_cost (source, cost_id, order_id, said, meant)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.costId)), \(rows.map(\.value.said.orderId)),
                \(rows.map(\.value.said.source)), \(rows.map(\.value.meant)))
            on conflict (source, cost_id) do update set
                order_id = excluded.order_id, said = excluded.said, meant = excluded.meant
            """)
        let suppliers = try transaction.query(
            """
            update cost_fact f set order_of = nullif(t.meant, f.source)
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.costId)), \(rows.map(\.value.said.orderId)),
                \(rows.map(\.value.said.source)), \(rows.map(\.value.meant)))
                as t(source, cost_id, order_id, said, meant)
            where f.source = t.source and f.cost_id = t.cost_id and f.order_id = t.order_id and f.order_source = t.said
            returning f.supplier_source, f.supplier_code
            """, as: (String, String).self)
        return Set(suppliers.map { AccountIdentifier.supplier(source: $0.0, code: $0.1) })
    }
}
