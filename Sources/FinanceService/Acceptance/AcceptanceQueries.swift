import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of acceptance.
struct AcceptanceQueries: Sendable {
    let rates: ExchangeRates

    var all: [Query] {
        [
            Query(AcceptanceQuestions.list, list), Query(AcceptanceQuestions.show, Self.show),
            Query(AcceptanceQuestions.ask) { arguments, transaction in try ask(arguments, transaction) },
            Query(AcceptanceQuestions.report, report),
        ]
    }

    private func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let worth = try rates.current(transaction).relation(on: arguments.today)
        return [
            try arguments.table(
                "acceptance",
                """
                select s.customer_id, max(a.name) as name, s.business_line, s.state, s.orders, s.revenue, s.cost,
                    s.revenue - s.cost as margin, s.currency, s.evaluated_day, s.rule,
                    s.upper_rate, s.pooled_rate, (s.revenue - s.cost) * coalesce(max(x.cny), 0) as worth
                from standing s left join account a using (customer_id)
                left join \(worth) x on x.code = s.currency
                where s.business_line <> '*' and s.state <> 'open'
                group by s.customer_id, s.business_line
                """, transaction),
            try arguments.table(
                "set by hand",
                """
                select customer_id, business_line, level, reason, owner, plan, valid_from, valid_to, set_by, on_behalf_of
                from acceptance_setting
                """, transaction),
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let accounts = try arguments.accounts(among: "select source, code from account where false", transaction) ?? []
        let named: SQL = """
            with named as (
                select distinct customer_id from account join unnest(
                    \(accounts.map(\.source)), \(accounts.map(\.code))) as k(source, code) using (source, code))
            """
        return [
            try arguments.table(
                "standing",
                """
                \(named)
                select s.customer_id, s.business_line,
                    case when s.state = 'open' and s.open_severity is not null then 'watch' else s.state end as level,
                    s.orders, s.revenue, s.cost, s.revenue - s.cost as margin, s.currency, s.evaluated_day, s.rule,
                    s.upper_rate, s.pooled_rate
                from standing s join named using (customer_id) order by 1, 2
                """, transaction),
            try arguments.table(
                "set by hand",
                """
                \(named)
                select business_line, level, reason, owner, plan, valid_from, valid_to, set_by, on_behalf_of
                from acceptance_setting join named using (customer_id) order by 1
                """, transaction),
            try arguments.table(
                "overrides",
                """
                \(named)
                select override_id, business_line, valid_from, valid_to, cap, used, cap - used as left, currency,
                    reason, approved_by, on_behalf_of
                from acceptance_override join named using (customer_id) order by valid_to desc, override_id
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
        guard let currency = Currency(try arguments.required("currency")) else {
            throw Refusal(.unknownCurrency, path: "parameters.currency", "a currency is written as CNY")
        }
        // An order is decided by all that stands, which its answer has to be too: so it is told of accounts that are seen.
        let isSeen: SQL = "exists (select from account a where a.source = \(key.source) and a.code = \(key.code))"
        guard try Sight.widen(if: isSeen, transaction) else {
            throw Refusal(
                .notFound, path: "parameters.customer", "you see no customer '\(key.code)' of '\(key.source)'")
        }
        let day = try arguments.optionalDay("on") ?? arguments.today
        let window = { (day: CalendarDay) in FigureWindow(from: day, to: day) }
        guard let standing = try StandingStore.ask(of: [key], on: day, window: window, transaction)()[key] else {
            throw Refusal(.internalError, path: "parameters.customer", "no standing was found")
        }
        let rates = try rates.current(transaction)
        var overrides =
            standing.state == .open
            ? []
            : try StandingStore.overrides(
                [CustomerBusiness(customerId: standing.customerId, businessLine: key.businessLine)], isAsking: true,
                transaction
            ).values.flatMap { $0 }
        var answer = OrderDecisionPolicy.decide(
            standing.state, isSet: standing.isSet, revenue: amount, currency: currency, on: day, former: nil,
            overrides: &overrides, rates: rates)
        if answer.decision == .accepted {
            let time = day == arguments.today ? arguments.now : OrganisationZone.current.beginning(of: day)
            var desk = try CreditDesk(
                customers: [standing.customerId], at: time, rates: rates, isAsking: true, transaction)
            let claim = CreditDesk.Claim(order: nil, amount: amount, former: .zero, currency: currency)
            if let verdict = desk.decide(standing.customerId, isTaken: true, claim), verdict.decision != .accepted {
                answer = OrderDecisionPolicy.Answer(decision: verdict.decision, rule: verdict.rule, use: nil)
            }
        }
        let figures = standing.figures
        return [
            try arguments.table(
                "answer",
                rows: [
                    [
                        answer.decision.rawValue, answer.rule, answer.use?.identifier, standing.customerId,
                        standing.isAccountKnown ? "true" : "false", standing.state.rawValue,
                        figures.map { String($0.orders) }, figures?.revenue.description, figures?.cost.description,
                        figures?.margin.description, figures?.currency.code, figures?.window.to.description,
                        day.description, figures?.rule, figures?.upperRate?.description,
                        figures?.pooledRate?.description, try Self.notes(key, standing, transaction),
                    ]
                ])
        ]
    }

    /// What the answer rests on nothing for: an order is answered in the same way, but who asks may have mistyped.
    private static func notes(
        _ key: BusinessKey, _ standing: BusinessStanding, _ transaction: borrowing Transaction
    ) throws -> String? {
        var notes: [String] = []
        if !standing.isAccountKnown {
            let isKnown = try StandingStore.isKnown(source: key.source, transaction)
            notes.append(
                isKnown
                    ? "source '\(key.source)' has named no customer '\(key.code)' yet"
                    : "nothing is known of a source '\(key.source)'")
        }
        if try !StandingStore.isKnown(line: key.businessLine, transaction) {
            notes.append("no order of a line of business '\(key.businessLine)' has come yet")
        }
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }

    /// What was not taken, and what it would have earned or cost.
    private func report(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let worth = try rates.current(transaction).relation(on: arguments.today)
        let from = try arguments.optionalDay("from")?.daysSinceEpoch ?? 0
        let to = try arguments.optionalDay("to")?.daysSinceEpoch ?? 84_000
        return [
            try arguments.table(
                "not taken",
                """
                select decision, source, customer_code, business_line, currency, count(*) as orders,
                    sum(revenue) as revenue_refused,
                    coalesce(sum(cost - known_revenue) filter (where cost > known_revenue), 0) as margin_saved,
                    coalesce(sum(known_revenue - cost) filter (where cost < known_revenue), 0) as margin_forgone,
                    sum(revenue) * coalesce(max(x.cny), 0) as worth
                from orders left join \(worth) x on x.code = currency
                where decision <> 'accepted' and not is_cancelled
                    and day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)
                group by 1, 2, 3, 4, 5
                """, transaction)
        ]
    }
}

extension StandingStore {
    /// Whether a system has named any customer.
    static func isKnown(source: String, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.query("select exists (select from account where source = \(source))", as: Bool.self).first
            ?? false
    }

    /// Whether an order of a line of business has ever come.
    static func isKnown(line: String, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.query(
            """
            select exists (select from view_order_day where business_line = \(line))
                or exists (select from view_order_delta where business_line = \(line))
            """, as: Bool.self
        ).first ?? false
    }
}
