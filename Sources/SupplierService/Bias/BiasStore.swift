import Contracts
import Domain
import Postgres
import ServiceKit

/// The pairs of a supplier, service item and stage, and what was told of them last.
struct BiasEvaluation {
    let supplierId: String
    let serviceItem: String
    let stage: BiasStage
    var pairs: [BiasPolicy.Pair]
    let before: (ratio: Double, observations: Int)?
}

/// The SQL of the bias of costs.
enum BiasStore {
    /// Has some suppliers looked at at the end of the day.
    static func markDue(_ suppliers: Set<String>, _ transaction: borrowing Transaction) throws {
        guard !suppliers.isEmpty else { return }
        try transaction.queue(
            "insert into bias_due (supplier_id) select unnest(\(suppliers.sorted())) on conflict do nothing")
    }

    /// Takes the suppliers with new facts, with the last two hundred pairs of each service item and stage.
    static func due(_ transaction: borrowing Transaction) throws -> [BiasEvaluation] {
        let rows = try transaction.query(
            """
            with due as (delete from bias_due returning supplier_id),
            pairs as (
                select a.supplier_id, l.service_item, expected.state as stage, expected.amount as expected,
                    actual.amount as actual, actual.service_day, actual.cost_id,
                    row_number() over (
                        partition by a.supplier_id, l.service_item, expected.state
                        order by actual.service_day desc, actual.cost_id desc) as place
                from due join supplier_account a using (supplier_id)
                join cost_fact actual on actual.supplier_source = a.source and actual.supplier_code = a.code
                    and actual.state = 'actual'
                join cost_fact expected on expected.source = actual.source and expected.cost_id = actual.cost_id
                    and expected.state <> 'actual' and expected.currency = actual.currency
                join order_line l on l.source = actual.order_source and l.order_id = actual.order_id
                    and l.line = actual.line
            )
            select p.supplier_id, p.service_item, p.stage, p.expected::float8 as expected, p.actual::float8 as actual,
                b.ratio::float8 as ratio, b.observations
            from pairs p left join bias b on b.supplier_id = p.supplier_id and b.service_item = p.service_item
                and b.stage = case p.stage when 'estimated' then 'estimate-to-actual' else 'accrual-to-actual' end
            where p.place <= 200
            order by p.supplier_id, p.service_item, p.stage, p.service_day, p.cost_id
            """, as: PairRow.self)
        var found: [BiasEvaluation] = []
        for row in rows {
            if let last = found.last, last.supplierId == row.supplierId, last.serviceItem == row.serviceItem,
                last.stage == row.stage
            {
                found[found.count - 1].pairs.append(row.pair)
            } else {
                found.append(
                    BiasEvaluation(
                        supplierId: row.supplierId, serviceItem: row.serviceItem, stage: row.stage, pairs: [row.pair],
                        before: row.before))
            }
        }
        return found
    }

    /// What was expected of a cost beside what was invoiced.
    private struct PairRow: PostgresRow {
        let supplierId: String
        let serviceItem: String
        let stage: BiasStage
        let pair: BiasPolicy.Pair
        /// What was told of these last.
        let before: (ratio: Double, observations: Int)?

        init(row: inout RowReader) throws(PostgresError) {
            supplierId = try row("supplier_id")
            serviceItem = try row("service_item")
            stage = try row("stage", as: String.self) == "estimated" ? .estimateToActual : .accrualToActual
            pair = BiasPolicy.Pair(expected: try row("expected"), actual: try row("actual"))
            let (ratio, observations) = (try row("ratio", as: Double?.self), try row("observations", as: Int?.self))
            if let ratio, let observations { before = (ratio, observations) } else { before = nil }
        }
    }

    static func put(_ events: [CostBiasChanged], _ transaction: borrowing Transaction) throws {
        guard !events.isEmpty else { return }
        try transaction.queue(
            """
            insert into bias (supplier_id, service_item, stage, ratio, observations, as_of)
            select * from unnest(
                \(events.map(\.supplierId)), \(events.map(\.serviceItem)), \(events.map(\.stage.rawValue)),
                \(events.map(\.ratio)),
                \(events.map { Int32(clamping: $0.observations) }),
                \(events.map { PostgresValue.timestamp($0.asOf.description) }))
            on conflict (supplier_id, service_item, stage) do update set
                ratio = excluded.ratio, observations = excluded.observations, as_of = excluded.as_of
            """)
    }
}
