import Contracts
import Domain
import Postgres
import ServiceKit

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
}
