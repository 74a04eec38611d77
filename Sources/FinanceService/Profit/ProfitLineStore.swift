import Contracts
import Domain
import Postgres
import ProfitAnalysis

/// The SQL of profit by line: the orders and costs of one period, each read once.
enum ProfitLineStore {
    /// By which day a line belongs to a period.
    enum Basis: String, CaseIterable {
        /// The day its order was placed.
        case placed
        /// The last day a service of the line was done, by its costs; the day it was placed while there is none.
        case service
        /// The day it was placed, but what came after that day's month was closed by the day it was posted instead.
        case posted
    }

    /// Which lines are meant.
    struct Scope {
        var from: CalendarDay
        var to: CalendarDay
        var basis = Basis.placed
        var branch: String?
        var businessLine: String?
        var customers = CustomerScope.everybody
    }

    /// The lines of a period.
    struct Lines {
        /// Those that count, in the order of their orders, with the cost that counts by ``OrderMarginPolicy``.
        var counted: [ProfitLine] = []
        /// Those of orders that are refused or wait for approval: they count nowhere.
        var held: [HeldLine] = []
    }

    /// Cancelled orders and pass-through items are left out. A line with costs of several suppliers is that of the one
    /// it pays most.
    static func read(
        _ scope: Scope, _ rates: RateTable, _ transaction: borrowing Transaction
    ) throws -> Lines {
        var lines = Lines()
        lines.held = try walk(scope, rates, transaction) { line, _, _, _ in lines.counted.append(line) }
        lines.counted += try credits(scope, transaction)
        return lines
    }

    /// The service item under which credit notes stand: they are of an order, and of none of its lines.
    static let creditItem = "INVOICE-CREDIT"

    /// What credit notes take from the orders of a period, each by the day its order was placed.
    static func credits(_ scope: Scope, _ transaction: borrowing Transaction) throws -> [ProfitLine] {
        let rows = try transaction.query(
            """
            select o.source, o.order_id, o.day, o.customer_code, o.business_line, o.branch, o.sales_owner, o.currency,
                o.credited
            from orders o
            where o.credited <> 0 and \(filter(scope))
                and (\(scope.basis == .posted) or o.decision is null or o.decision = 'accepted')
                and o.day between date '1970-01-01' + \(scope.from.daysSinceEpoch)
                    and date '1970-01-01' + \(scope.to.daysSinceEpoch)
            order by 1, 2
            """, as: CreditedOrder.self)
        return rows.map { row in
            let order = row.order
            return ProfitLine(
                source: order.key.source, orderId: order.key.orderId, line: 0, day: order.placed,
                customer: order.customer, businessLine: order.businessLine, branch: order.branch,
                salesOwner: order.salesOwner, lane: nil, serviceItem: creditItem, unit: "", supplier: nil,
                quantity: .zero, currency: order.currency, revenue: -row.credited, cost: .zero)
        }
    }

    /// What the lines of an order have in common.
    private struct OrderOfLines: PostgresRow {
        let key: OrderKey
        let placed: CalendarDay
        let customer: String
        let businessLine: String
        let branch: String
        let salesOwner: String?
        let currency: Currency

        init(row: inout RowReader) throws(PostgresError) {
            key = OrderKey(source: try row("source"), orderId: try row("order_id"))
            placed = try row("day")
            customer = try row("customer_code")
            businessLine = try row("business_line")
            branch = try row("branch")
            salesOwner = try row("sales_owner")
            currency = try row("currency")
        }
    }

    /// An order and what credit notes take from it.
    private struct CreditedOrder: PostgresRow {
        let order: OrderOfLines
        let credited: FixedDecimal

        init(row: inout RowReader) throws(PostgresError) {
            order = try OrderOfLines(row: &row)
            credited = try row("credited")
        }
    }

    /// An order and its lines as they are kept.
    private struct StatedOrder: PostgresRow {
        let order: OrderOfLines
        let lines: String
        let decision: OrderDecision?

        init(row: inout RowReader) throws(PostgresError) {
            order = try OrderOfLines(row: &row)
            lines = try row("lines")
            decision = try row("decision")
        }
    }

    /// The lines of a period that count, each with its cost as it was quoted, as it is expected, and as it was invoiced; and
    /// those that are held.
    static func states(
        _ scope: Scope, _ rates: RateTable, _ transaction: borrowing Transaction
    ) throws -> (counted: [(line: ProfitLine, states: CostStates)], held: [HeldLine]) {
        let biases = try biases(transaction)
        var lines: [(line: ProfitLine, states: CostStates)] = []
        let held = try walk(scope, rates, transaction) { line, supplier, assessed, costs in
            let known = supplier.flatMap { biases[$0] }
            let states = CostStates(assessed, costs) {
                known?[BiasedCost(serviceItem: line.serviceItem, stage: $0)]
            }
            lines.append((line, states))
        }
        return (lines, held)
    }

    /// What suppliers' invoices have been of what was told before them, by supplier, then by service item and stage.
    private static func biases(
        _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: [BiasedCost: FixedDecimal]] {
        let rows = try transaction.query(
            """
            select a.source, a.code, b.service_item, b.stage, b.ratio
            from supplier_bias b join supplier_account a using (supplier_id)
            """, as: StoredBias.self)
        var found: [LedgerKey: [BiasedCost: FixedDecimal]] = [:]
        for row in rows { found[row.supplier, default: [:]][row.cost] = row.ratio }
        return found
    }

    /// What a supplier's invoices have been of what was told before them, for one service item and stage.
    private struct StoredBias: PostgresRow {
        let supplier: LedgerKey
        let cost: BiasedCost
        let ratio: FixedDecimal

        init(row: inout RowReader) throws(PostgresError) {
            supplier = LedgerKey(source: try row("source"), identifier: try row("code"))
            cost = BiasedCost(serviceItem: try row("service_item"), stage: try row("stage"))
            ratio = try row("ratio")
        }
    }

    /// Goes through the lines of a period that count. By the day of posting figures are those of the books, in which an order
    /// that is held counts as any other: what is decided of it moves nothing from one month to another.
    ///
    /// - Returns: the lines of orders that are held.
    private static func walk(
        _ scope: Scope, _ rates: RateTable, _ transaction: borrowing Transaction,
        _ body: (ProfitLine, LedgerKey?, AssessedLine, [LateCost]) -> Void
    ) throws -> [HeldLine] {
        var held: [HeldLine] = []
        let costs = try costs(scope, transaction)
        let rows = try transaction.query(
            """
            select o.source, o.order_id, o.day, o.customer_code, o.business_line, o.branch,
                o.sales_owner, o.currency, o.lines, o.decision
            from orders o where \(filter(scope)) order by o.source, o.order_id
            """, as: StatedOrder.self)
        for row in rows {
            let order = row.order
            let known = costs[order.key] ?? []
            let stated = try LineCodec.orderLines(row.lines)
            let late = known.map { $0.cost.late(in: order.currency, rates) }
            let assessed = OrderMarginPolicy.assess(stated.map { MarginLine($0) }, late)
            for (line, found) in zip(stated, assessed) where line.passThrough != true {
                let own = known.filter { $0.cost.line == line.line && $0.counts(as: found.basis) }
                let day = scope.basis == .service ? own.map(\.cost.day).max() ?? order.placed : order.placed
                guard scope.from <= day, day <= scope.to else { continue }
                let supplier =
                    own.max {
                        ($0.cost.amount, $1.supplier.identifier) < ($1.cost.amount, $0.supplier.identifier)
                    }?.supplier
                    ?? line.supplier.map { LedgerKey(source: $0.source ?? order.key.source, identifier: $0.code) }
                var told = ProfitLine(
                    source: order.key.source, orderId: order.key.orderId, line: line.line, day: day,
                    customer: order.customer, businessLine: order.businessLine, branch: order.branch,
                    salesOwner: order.salesOwner, lane: line.lane, serviceItem: line.serviceItem, unit: line.unit,
                    supplier: supplier?.identifier, quantity: line.quantity, currency: order.currency,
                    revenue: line.revenue, cost: found.cost)
                told.supplierSource = supplier.flatMap { $0.source == order.key.source ? nil : $0.source }
                let reason = row.decision.flatMap { HeldLine.Reason($0) }
                if let reason { held.append(HeldLine(line: told, reason: reason)) }
                if reason == nil || scope.basis == .posted { body(told, supplier, found, late) }
            }
        }
        return held
    }

    /// A cost of an order and who is paid.
    private struct Paid: PostgresRow {
        let order: OrderKey
        let cost: StoredCost
        let supplier: LedgerKey

        init(row: inout RowReader) throws(PostgresError) {
            order = OrderKey(source: try row("source"), orderId: try row("order_id"))
            cost = try StoredCost(row: &row)
            supplier = LedgerKey(source: try row("supplier_source"), identifier: try row("supplier_code"))
        }

        func counts(as basis: CostBasis?) -> Bool {
            switch basis {
            case .actual: cost.state == .actual
            case .accrued: cost.state == .accrued
            case .estimated: cost.state == .estimated
            case .stated, nil: false
            }
        }
    }

    private static func costs(
        _ scope: Scope, _ transaction: borrowing Transaction
    ) throws -> [OrderKey: [Paid]] {
        let rows = try transaction.query(
            """
            select o.source, o.order_id, c.cost_id, c.line, c.state, c.amount, c.currency, c.day,
                c.supplier_code, c.supplier_source
            from orders o join cost c on c.order_source = o.source and c.order_id = o.order_id
            where \(filter(scope)) order by o.source, o.order_id, c.source, c.cost_id
            """, as: Paid.self)
        return Dictionary(grouping: rows, by: \.order)
    }

    private static func filter(_ scope: Scope) -> SQL {
        let (from, to) = (scope.from.daysSinceEpoch, scope.to.daysSinceEpoch)
        let period: SQL =
            switch scope.basis {
            case .placed, .posted: "o.day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)"
            case .service:
                """
                (o.day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)
                    or (o.source, o.order_id) in (
                        select s.order_source, s.order_id from cost s
                        where s.day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)))
                """
            }
        return """
            o.is_counted and \(period)
                and o.branch = coalesce(\(scope.branch), o.branch)
                and o.business_line = coalesce(\(scope.businessLine), o.business_line)
                and \(scope.customers.condition("o.source", "o.customer_code"))
            """
    }
}

extension BiasStage: PostgresDecodable {}
