import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of acceptance.
struct AcceptanceQueries: Sendable {
    let rates: RateTable

    var all: [Query] {
        [
            Query("acceptance.list", Self.list), Query("acceptance.show", Self.show),
            Query("acceptance.ask") { arguments, transaction in try ask(arguments, transaction) },
            Query("acceptance.report", Self.report),
        ]
    }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 50)
        return [
            try table(
                "acceptance",
                kinds: [
                    "orders": .integer, "revenue": .decimal, "cost": .decimal, "margin": .decimal,
                    "upper_rate": .decimal, "pooled_rate": .decimal,
                ],
                """
                select s.customer_id, max(a.name) as name, s.business_line, s.state, s.orders, s.revenue, s.cost,
                    s.revenue - s.cost as margin, s.currency, s.evaluated_day, s.rule,
                    s.upper_rate, s.pooled_rate
                from standing s left join account a using (customer_id)
                where s.business_line <> '*' and s.state <> 'open'
                group by s.customer_id, s.business_line order by s.revenue - s.cost limit \(limit)
                """, transaction),
            try table(
                "set by hand",
                """
                select customer_id, business_line, level, reason, owner, plan, valid_from, valid_to, set_by
                from acceptance_setting order by valid_to desc, customer_id, business_line limit \(limit)
                """, transaction),
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let customer = try arguments.required("customer")
        let named: SQL = """
            with named as (select distinct customer_id from account where customer_id = \(customer) or code = \(customer))
            """
        return [
            try table(
                "standing",
                kinds: [
                    "orders": .integer, "revenue": .decimal, "cost": .decimal, "margin": .decimal,
                    "upper_rate": .decimal, "pooled_rate": .decimal,
                ],
                """
                \(named)
                select s.customer_id, s.business_line,
                    case when s.state = 'open' and s.open_severity is not null then 'watch' else s.state end as level,
                    s.orders, s.revenue, s.cost, s.revenue - s.cost as margin, s.currency, s.evaluated_day, s.rule,
                    s.upper_rate, s.pooled_rate
                from standing s join named using (customer_id) order by 1, 2
                """, transaction),
            try table(
                "set by hand",
                """
                \(named)
                select business_line, level, reason, owner, plan, valid_from, valid_to, set_by
                from acceptance_setting join named using (customer_id) order by 1
                """, transaction),
            try table(
                "overrides", kinds: ["cap": .decimal, "used": .decimal, "left": .decimal],
                """
                \(named)
                select override_id, business_line, valid_from, valid_to, cap, used, cap - used as left, currency,
                    reason, approved_by
                from acceptance_override join named using (customer_id) order by valid_to desc, override_id limit 200
                """, transaction),
        ]
    }

    /// Whether an order would be taken, from rows that stand ready: no ledger is read and nothing is reserved.
    private func ask(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let key = BusinessKey(
            source: try arguments.required("source"), code: try arguments.required("customer"),
            businessLine: try arguments.required("businessLine"))
        guard let amount = FixedDecimal(arguments["amount"] ?? "0"), !amount.isNegative else {
            throw Refusal(.notADecimal, path: "parameters.amount", "an amount is written as 2193.10, not below nought")
        }
        guard let currency = Currency(arguments["currency"] ?? "CNY") else {
            throw Refusal(.unknownCurrency, path: "parameters.currency", "a currency is written as CNY")
        }
        let day: CalendarDay
        if let text = arguments["on"] {
            guard let given = CalendarDay(text) else {
                throw Refusal(.badTime, path: "parameters.on", "a day is written as 2026-01-05")
            }
            day = given
        } else {
            day = try Self.today(transaction)
        }
        let window = { (day: CalendarDay) in FigureWindow(from: day, to: day) }
        guard let standing = try StandingStore.ask(of: [key], on: day, window: window, transaction)()[key] else {
            throw Refusal(.internalError, path: "parameters.customer", "no standing was found")
        }
        var overrides =
            standing.state == .open
            ? [] : try StandingStore.read(standing.customerId, key.businessLine, transaction)
        let answer = OrderDecisionPolicy.decide(
            standing.state, isSet: standing.isSet, revenue: amount, currency: currency, on: day, former: nil,
            overrides: &overrides, rates: rates)
        let figures = standing.figures
        let columns: [(String, ColumnKind, String?)] = [
            ("decision", .text, answer.decision.rawValue), ("rule", .text, answer.rule),
            ("override", .text, answer.use?.identifier), ("customer_id", .text, standing.customerId),
            ("is_known", .text, standing.isAccountKnown ? "true" : "false"), ("state", .text, standing.state.rawValue),
            ("orders", .integer, figures.map { String($0.orders) }),
            ("revenue", .decimal, figures?.revenue.description),
            ("cost", .decimal, figures?.cost.description), ("margin", .decimal, figures?.margin.description),
            ("currency", .text, figures?.currency.code), ("evaluated_day", .text, figures?.window.to.description),
            ("on", .text, day.description), ("judged", .text, figures?.rule),
            ("upper_rate", .decimal, figures?.upperRate?.description),
            ("pooled_rate", .decimal, figures?.pooledRate?.description),
        ]
        return [
            QueryTable("answer", columns.map { QueryColumn($0.0, $0.1) }, rows: [columns.map(\.2)])
        ]
    }

    /// The day as the service's rules see it: that of the events when it follows them.
    private static func today(_ transaction: borrowing Transaction) throws -> CalendarDay {
        let days = try transaction.query(
            """
            select ((coalesce((select now from event_clock), now())) at time zone interval '8 hours')::date
                - date '1970-01-01'
            """, as: Int32.self)
        return CalendarDay(daysSinceEpoch: days.first ?? 0)
    }

    /// What was not taken, and what it would have earned or cost.
    static func report(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 50)
        let from = try arguments.optionalDay("from")?.daysSinceEpoch ?? 0
        let to = try arguments.optionalDay("to")?.daysSinceEpoch ?? 84_000
        return [
            try table(
                "not taken",
                kinds: [
                    "orders": .integer, "revenue_refused": .decimal, "margin_saved": .decimal,
                    "margin_forgone": .decimal,
                ],
                """
                select decision, source, customer_code, business_line, currency, count(*) as orders,
                    sum(revenue) as revenue_refused,
                    coalesce(sum(cost - known_revenue) filter (where cost > known_revenue), 0) as margin_saved,
                    coalesce(sum(known_revenue - cost) filter (where cost < known_revenue), 0) as margin_forgone
                from orders
                where decision <> 'accepted' and not is_cancelled
                    and day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)
                group by 1, 2, 3, 4, 5 order by sum(revenue) desc, 1, 2, 3, 4, 5 limit \(limit)
                """, transaction)
        ]
    }
}

extension StandingStore {
    /// The overrides of a customer's business, not locked: for whoever only asks.
    static func read(
        _ customerId: String, _ businessLine: String, _ transaction: borrowing Transaction
    ) throws -> [AcceptanceOverride] {
        let rows = try transaction.query(
            """
            select override_id, valid_from - date '1970-01-01', valid_to - date '1970-01-01', cap::text, currency,
                used::text
            from acceptance_override where customer_id = \(customerId) and business_line = \(businessLine)
            """, as: (String, Int32, Int32, String, String, String).self)
        return try rows.map { row in
            AcceptanceOverride(
                identifier: row.0, from: CalendarDay(daysSinceEpoch: row.1), to: CalendarDay(daysSinceEpoch: row.2),
                cap: try OrderStore.decimal(row.3), currency: Currency(row.4) ?? .cny,
                used: try OrderStore.decimal(row.5))
        }
    }
}
