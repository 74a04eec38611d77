import Contracts
import Domain
import Postgres
import ServiceKit

/// A cost as finance keeps it.
struct CostRow: Sendable, Equatable {
    /// The system whose number it has; the references of its body are as seen from there.
    let source: String
    let body: CostRecorded
    /// The system whose order it names by itself, when somebody has said that another's is meant.
    let orderSaid: String?

    init(_ body: CostRecorded, toldBy source: String) {
        (self.source, self.body) = body.asOfItsSystem(toldBy: source)
        orderSaid = nil
    }

    private init(_ row: CostRow, of orderSource: String) {
        let body = row.body
        (source, orderSaid) = (row.source, row.order.source)
        self.body = CostRecorded(
            costId: body.costId, costSource: body.costSource, orderId: body.orderId,
            orderSource: orderSource == row.source ? nil : orderSource, line: body.line, supplier: body.supplier,
            state: body.state, amount: body.amount, currency: body.currency, serviceDate: body.serviceDate,
            invoiceNo: body.invoiceNo)
    }

    /// The cost as it is meant: what somebody has said of an earlier state of it holds for what comes later with the same
    /// reference.
    func settled(as known: KnownCost?) -> CostRow {
        guard let settlement = known?.settlement, settlement.said == order else { return self }
        return CostRow(self, of: settlement.meant)
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

/// How far a cost is that has come before.
struct KnownCost: Sendable, Equatable {
    /// Which order it named by itself, and whose of that number is meant.
    struct Settlement: Sendable, Equatable {
        let said: OrderKey
        let meant: String
    }

    let rank: Int
    let content: String
    /// `nil` while nobody has had to say whose order it is for.
    var settlement: Settlement?
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

    /// The costs of given identifiers that are there already, locked. Their orders are locked before them, as everybody does:
    /// those that are named, and those that somebody has said are meant.
    static func existing(
        _ rows: [CostRow], _ transaction: borrowing Transaction
    ) throws -> [CostKey: KnownCost] {
        let orders = Set(rows.map(\.order)).sorted()
        try transaction.queue(
            """
            select count(*) from (
                select 1 from orders o
                where (o.source, o.order_id) in (
                    select * from unnest(\(orders.map(\.source)), \(orders.map(\.orderId)))
                    union
                    select c.order_source, c.order_id
                    from unnest(\(rows.map(\.source)), \(rows.map(\.body.costId))) as k(source, cost_id)
                    join cost c using (source, cost_id))
                order by o.source, o.order_id for update of o
            ) locked
            """)
        let found = try transaction.query(
            """
            select c.source, c.cost_id, c.state, c.order_id, c.order_of, c.line, c.amount, c.currency, c.order_source,
                c.order_said
            from unnest(\(rows.map(\.source)), \(rows.map(\.body.costId))) as k(source, cost_id)
            join cost c using (source, cost_id)
            order by c.source, c.cost_id for update of c
            """, as: ExistingCost.self)
        var existing: [CostKey: KnownCost] = [:]
        for row in found { existing[row.key] = row.cost }
        return existing
    }

    /// How far a cost has come, and what tells a copy of it from a contradiction.
    private struct ExistingCost: PostgresRow {
        let key: CostKey
        let cost: KnownCost

        init(row: inout RowReader) throws(PostgresError) {
            key = CostKey(source: try row("source"), costId: try row("cost_id"))
            let orderId: String = try row("order_id")
            let content = CostRow.content(
                orderId, of: try row("order_of"), try row("line"), try row("amount"), try row("currency"))
            var settlement: KnownCost.Settlement?
            if let said = try row("order_said", as: String?.self) {
                settlement = KnownCost.Settlement(
                    said: OrderKey(source: said, orderId: orderId), meant: try row("order_source"))
            }
            cost = KnownCost(rank: try row("state"), content: content, settlement: settlement)
        }
    }

    /// Writes costs that were not there, or not as far. When another copy of the service has taken one of them as far
    /// meanwhile, perhaps with other content, the batch is read again.
    static func put(_ rows: [CostRow], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into cost (source, cost_id, order_id, order_of, order_said, line, supplier_code, supplier_of, state,
                amount, currency, day)
            select source, cost_id, order_id, order_of, order_said, line, supplier_code, supplier_of, state, amount,
                currency, date '1970-01-01' + day
            from unnest(
                \(rows.map(\.source)), \(rows.map(\.body.costId)), \(rows.map(\.body.orderId)),
                \(rows.map(\.body.orderSource)), \(rows.map(\.orderSaid)), \(rows.map { Int32($0.body.line) }),
                \(rows.map(\.body.supplier.code)), \(rows.map(\.body.supplier.source)),
                \(rows.map { Int32($0.rank) }),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)),
                \(rows.map { $0.body.serviceDate.daysSinceEpoch }))
                as t(source, cost_id, order_id, order_of, order_said, line, supplier_code, supplier_of, state, amount,
                    currency, day)
            on conflict (source, cost_id) do update set
                order_id = excluded.order_id, order_of = excluded.order_of, order_said = excluded.order_said,
                line = excluded.line,
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
