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

/// A cost in one of its states: estimated, accrued, actual.
struct CostStateKey: Hashable, Comparable {
    let cost: CostKey
    let state: String

    static func < (first: Self, second: Self) -> Bool { (first.cost, first.state) < (second.cost, second.state) }
}

/// The SQL of cost facts.
enum CostStore {
    static func key(_ source: String, _ cost: CostRecorded) -> CostStateKey {
        CostStateKey(cost: CostKey(source: source, costId: cost.costId), state: cost.state.rawValue)
    }

    static func content(_ cost: CostRecorded) -> String {
        content(cost.orderId, of: cost.orderSource, cost.line, cost.amount.description, cost.currency.code)
    }

    private static func content(
        _ orderId: String, of source: String?, _ line: Int, _ amount: String, _ currency: String
    ) -> String {
        "\(source.map { "\($0)/" } ?? "")\(orderId)|\(line)|\(amount)|\(currency)"
    }

    static func existing(
        _ costs: [(source: String, body: CostRecorded)], _ transaction: borrowing Transaction
    ) throws -> [CostStateKey: String] {
        let rows = try transaction.query(
            """
            select f.source, f.cost_id, f.state, f.order_id, f.order_of, f.line, f.amount, f.currency
            from unnest(
                \(costs.map(\.source)), \(costs.map(\.body.costId)),
                \(costs.map(\.body.state.rawValue))) as k(source, cost_id, state)
            join cost_fact f using (source, cost_id, state)
            """, as: StoredCost.self)
        return Dictionary(rows.map { ($0.key, $0.content) }) { first, _ in first }
    }

    /// A cost as it stands in the table.
    private struct StoredCost: PostgresRow {
        let key: CostStateKey
        let content: String

        init(row: inout RowReader) throws(PostgresError) {
            key = CostStateKey(
                cost: CostKey(source: try row("source"), costId: try row("cost_id")), state: try row("state"))
            content = CostStore.content(
                try row("order_id"), of: try row("order_of"), try row("line"),
                try row("amount", as: FixedDecimal.self).description, try row("currency"))
        }
    }

    /// Writes costs down that were looked for and not found. When another copy of the service has written one of them
    /// meanwhile, perhaps with other content, the batch is read again.
    static func put(_ costs: [(source: String, body: CostRecorded)], _ transaction: borrowing Transaction) throws {
        guard !costs.isEmpty else { return }
        let sorted = costs.sorted { key($0.source, $0.body) < key($1.source, $1.body) }
        try transaction.queue(
            """
            insert into cost_fact (source, cost_id, state, order_id, order_of, line, supplier_code, supplier_of, amount,
                currency, service_day)
            select source, cost_id, state, order_id, order_of, line, supplier_code, supplier_of, amount, currency,
                date '1970-01-01' + day
            from unnest(
                \(sorted.map(\.source)), \(sorted.map(\.body.costId)), \(sorted.map(\.body.state.rawValue)),
                \(sorted.map(\.body.orderId)), \(sorted.map(\.body.orderSource)), \(sorted.map { Int32($0.body.line) }),
                \(sorted.map(\.body.supplier.code)), \(sorted.map(\.body.supplier.source)),
                \(sorted.map(\.body.amount)),
                \(sorted.map(\.body.currency.code)), \(sorted.map { $0.body.serviceDate.daysSinceEpoch }))
                as t(source, cost_id, state, order_id, order_of, line, supplier_code, supplier_of, amount, currency, day)
            """, expecting: .newRows("a cost"))
    }

    /// Keeps which service item each line of some orders is for; of several revisions the last.
    ///
    /// An order has some twenty texts, each of which costs when it is copied: it is read where it stands.
    static func putLines(_ orders: [(source: String, order: Order)], _ transaction: borrowing Transaction) throws {
        let latest = orders.onePerKey {
            OrderKey(source: $0.source, orderId: $0.order.orderId)
        } replaces: {
            $0.order.revision > $1.order.revision
        }
        var (sources, orderIds, numbers, items, revisions) = ([String](), [String](), [Int32](), [String](), [Int32]())
        for place in latest.indices {
            let key = latest[place].key
            let revision = Int32(latest[place].value.order.revision)
            let lines = latest[place].value.order.lines
            for line in lines.indices.sorted(by: { lines[$0].line < lines[$1].line }) {
                sources.append(key.source)
                orderIds.append(key.orderId)
                numbers.append(Int32(lines[line].line))
                items.append(lines[line].serviceItem)
                revisions.append(revision)
            }
        }
        try transaction.queue(
            """
            insert into order_line (source, order_id, line, service_item, revision)
            select * from unnest(\(sources), \(orderIds), \(numbers), \(items), \(revisions))
            on conflict (source, order_id, line) do update set
                service_item = excluded.service_item, revision = excluded.revision
            where excluded.revision > order_line.revision
            """)
    }

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

    static func putBias(_ events: [CostBiasChanged], _ transaction: borrowing Transaction) throws {
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
