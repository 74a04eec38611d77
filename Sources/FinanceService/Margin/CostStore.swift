import Contracts
import Domain
import Postgres
import ServiceKit

/// A cost as finance keeps it.
struct CostRow: Sendable, Equatable {
    /// The system whose number it has; the references of its body are as seen from there.
    let source: String
    let body: CostRecorded

    init(_ body: CostRecorded, toldBy source: String) {
        (self.source, self.body) = body.asOfItsSystem(toldBy: source)
    }

    /// The order that it is for.
    var order: OrderKey { OrderKey(source: body.orderSource ?? source, orderId: body.orderId) }

    /// What tells a copy from a contradiction.
    var content: String {
        Self.content(body.orderId, of: body.orderSource, body.line, body.amount, body.currency.code)
    }

    static func content(
        _ orderId: String, of source: String?, _ line: Int, _ amount: FixedDecimal, _ currency: String
    ) -> String {
        "\(source.map { "\($0)/" } ?? "")\(orderId)|\(line)|\(amount)|\(currency)"
    }

    var rank: Int { CostState.allCases.firstIndex(of: body.state) ?? 0 }
}

/// The SQL of costs that came by messages of their own.
enum CostStore {
    /// Asks for the costs of the orders of a batch, each in the state it has reached.
    ///
    /// - Parameters:
    ///   - keys: the orders, each once.
    ///   - transaction: in which it is asked.
    /// - Returns: what reads the answer.
    static func ask(
        of keys: [OrderKey], _ transaction: borrowing Transaction
    ) throws -> () throws -> [OrderKey: [StoredCost]] {
        let answer = try transaction.ask(
            """
            select c.order_source, c.order_id, c.cost_id, c.line, c.state, c.amount, c.currency, c.day
            from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) as k(order_source, order_id)
            join cost c using (order_source, order_id)
            order by c.source, c.cost_id
            """, as: CostOfOrder.self)
        return {
            var found: [OrderKey: [StoredCost]] = [:]
            for row in try answer.rows() { found[row.order, default: []].append(row.cost) }
            return found
        }
    }

    /// A cost as it stands in the table, with its order.
    private struct CostOfOrder: PostgresRow {
        let order: OrderKey
        let cost: StoredCost

        init(row: inout RowReader) throws(PostgresError) {
            order = OrderKey(source: try row("order_source"), orderId: try row("order_id"))
            cost = try StoredCost(row: &row)
        }
    }

    /// The costs of given identifiers that are there already.
    static func existing(
        _ rows: [CostRow], _ transaction: borrowing Transaction
    ) throws -> [CostKey: (rank: Int, content: String)] {
        let found = try transaction.query(
            """
            select c.source, c.cost_id, c.state, c.order_id, c.order_of, c.line, c.amount, c.currency
            from unnest(\(rows.map(\.source)), \(rows.map(\.body.costId))) as k(source, cost_id)
            join cost c using (source, cost_id)
            order by c.source, c.cost_id for update of c
            """, as: ExistingCost.self)
        var existing: [CostKey: (rank: Int, content: String)] = [:]
        for row in found { existing[row.key] = (row.rank, row.content) }
        return existing
    }

    /// How far a cost has come, and what tells a copy of it from a contradiction.
    private struct ExistingCost: PostgresRow {
        let key: CostKey
        let rank: Int
        let content: String

        init(row: inout RowReader) throws(PostgresError) {
            key = CostKey(source: try row("source"), costId: try row("cost_id"))
            rank = try row("state")
            content = CostRow.content(
                try row("order_id"), of: try row("order_of"), try row("line"), try row("amount"), try row("currency"))
        }
    }

    /// Writes costs that were not there, or not as far. When another copy of the service has taken one of them as far
    /// meanwhile, perhaps with other content, the batch is read again.
    static func put(_ rows: [CostRow], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into cost (source, cost_id, order_id, order_of, line, supplier_code, supplier_of, state, amount,
                currency, day)
            select source, cost_id, order_id, order_of, line, supplier_code, supplier_of, state, amount, currency,
                date '1970-01-01' + day
            from unnest(
                \(rows.map(\.source)), \(rows.map(\.body.costId)), \(rows.map(\.body.orderId)),
                \(rows.map(\.body.orderSource)), \(rows.map { Int32($0.body.line) }),
                \(rows.map(\.body.supplier.code)), \(rows.map(\.body.supplier.source)),
                \(rows.map { Int32($0.rank) }),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)),
                \(rows.map { $0.body.serviceDate.daysSinceEpoch }))
                as t(source, cost_id, order_id, order_of, line, supplier_code, supplier_of, state, amount, currency, day)
            on conflict (source, cost_id) do update set
                order_id = excluded.order_id, order_of = excluded.order_of, line = excluded.line,
                supplier_code = excluded.supplier_code, supplier_of = excluded.supplier_of, state = excluded.state,
                amount = excluded.amount, currency = excluded.currency, day = excluded.day
            where excluded.state > cost.state
            """, expecting: .rows(rows.count, "a cost"))
    }
}

/// A cost of an order, before it is converted to the order's currency.
struct StoredCost: Sendable, Equatable {
    let costId: String
    let line: Int
    let state: CostState
    let amount: FixedDecimal
    let currency: Currency
    let day: CalendarDay

    func late(in currency: Currency, _ rates: RateTable) -> LateCost {
        LateCost(
            line: line, state: state, amount: rates.convert(amount, from: self.currency, to: currency, on: day),
            currency: self.currency)
    }
}

extension StoredCost: PostgresRow {
    /// Reads one as it stands in the table.
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            costId: try row("cost_id"), line: try row("line"),
            state: CostState.allCases[min(max(try row("state", as: Int.self), 0), 2)], amount: try row("amount"),
            currency: try row("currency"), day: try row("day"))
    }
}
