import Contracts
import Domain
import Postgres
import ProfitAnalysis

/// The SQL of profit by line: the orders and costs of one period, each read once.
enum ProfitLineStore {
    /// By which day a line belongs to a period.
    enum Basis: String, CaseIterable {
        /// The day (UTC+8) its order was placed.
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
            """,
            as: (String, String, CalendarDay, String, String, String, String?, String, FixedDecimal).self)
        return rows.map { row in
            ProfitLine(
                source: row.0, orderId: row.1, line: 0, day: row.2, customer: row.3, businessLine: row.4,
                branch: row.5, salesOwner: row.6, lane: nil, serviceItem: creditItem, unit: "", supplier: nil,
                quantity: .zero, currency: Currency(row.7) ?? .cny, revenue: -row.8, cost: .zero)
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
            """, as: (String, String, String, BiasStage, FixedDecimal).self)
        var found: [LedgerKey: [BiasedCost: FixedDecimal]] = [:]
        for row in rows {
            found[LedgerKey(source: row.0, identifier: row.1), default: [:]][
                BiasedCost(serviceItem: row.2, stage: row.3)] = row.4
        }
        return found
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
            """,
            as: (
                String, String, CalendarDay, String, String, String, String?, String, String, OrderDecision?
            ).self)
        for row in rows {
            let key = OrderKey(source: row.0, orderId: row.1)
            let placed = row.2
            let currency = Currency(row.7) ?? .cny
            let known = costs[key] ?? []
            let stated = try LineCodec.orderLines(row.8)
            let late = known.map { $0.cost.late(in: currency, rates) }
            let assessed = OrderMarginPolicy.assess(stated.map { MarginLine($0) }, late)
            for (line, found) in zip(stated, assessed) where line.passThrough != true {
                let own = known.filter { $0.cost.line == line.line && $0.counts(as: found.basis) }
                let day = scope.basis == .service ? own.map(\.cost.day).max() ?? placed : placed
                guard scope.from <= day, day <= scope.to else { continue }
                let supplier =
                    own.max {
                        ($0.cost.amount, $1.supplier.identifier) < ($1.cost.amount, $0.supplier.identifier)
                    }?.supplier
                    ?? line.supplier.map { LedgerKey(source: $0.source ?? row.0, identifier: $0.code) }
                let told = ProfitLine(
                    source: row.0, orderId: row.1, line: line.line, day: day, customer: row.3,
                    businessLine: row.4, branch: row.5, salesOwner: row.6, lane: line.lane,
                    serviceItem: line.serviceItem, unit: line.unit,
                    supplier: supplier?.identifier, quantity: line.quantity, currency: currency,
                    revenue: line.revenue, cost: found.cost)
                let reason = row.9.flatMap { HeldLine.Reason($0) }
                if let reason { held.append(HeldLine(line: told, reason: reason)) }
                if reason == nil || scope.basis == .posted { body(told, supplier, found, late) }
            }
        }
        return held
    }

    /// A cost and who is paid.
    private struct Paid {
        let cost: StoredCost
        let supplier: LedgerKey

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
            """, as: (String, String, String, Int, Int, FixedDecimal, String, CalendarDay, String, String).self)
        var found: [OrderKey: [Paid]] = [:]
        for row in rows {
            found[OrderKey(source: row.0, orderId: row.1), default: []].append(
                Paid(
                    cost: StoredCost(
                        costId: row.2, line: row.3, state: CostState.allCases[min(max(row.4, 0), 2)],
                        amount: row.5, currency: Currency(row.6) ?? .cny,
                        day: row.7), supplier: LedgerKey(source: row.9, identifier: row.8)))
        }
        return found
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
