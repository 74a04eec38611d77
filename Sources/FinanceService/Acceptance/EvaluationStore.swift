import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of the daily evaluation.
enum EvaluationStore {
    /// The name of all lines of business together.
    static let allLines = "*"

    /// A customer in one line of business, or in all.
    struct Key: Hashable, Comparable {
        let customerId: String
        let businessLine: String

        static func < (first: Key, second: Key) -> Bool {
            (first.customerId, first.businessLine) < (second.customerId, second.businessLine)
        }
    }

    /// By which of its accounts a customer is named in an alert: the one that ordered last.
    struct Party {
        let source: String
        let code: String
        let branch: String
        /// Whom the account's record names.
        let salesOwner: String?

        static let unknown = Party(source: "-", code: "-", branch: "-", salesOwner: nil)
    }

    /// What each customer's business came to in a window, by line and in all.
    ///
    /// Business in one currency stays in it, untouched; business in several is converted day by day.
    static func business(
        _ window: FigureWindow, _ rates: RateTable, _ transaction: borrowing Transaction
    ) throws -> [Key: (WindowFigures, Party)] {
        let rows = try transaction.query(
            """
            with days as materialized (
                select a.customer_id, d.business_line, d.currency, d.day, source, code, a.branch, a.sales_owner,
                    d.orders, d.revenue, d.cost,
                    count(*) over (partition by a.customer_id, d.currency) as of_currency,
                    count(*) over (partition by a.customer_id) as of_customer
                from account_line_day d join account a using (source, code)
                where d.day between \(PostgresValue.date(window.from.description))
                    and \(PostgresValue.date(window.to.description))
            )
            select customer_id, business_line, currency,
                -- Days are told apart only where they must be converted each by its own rate.
                case when of_currency = of_customer then null else day end as rate_day,
                -- Of several accounts that ordered last on one day it is one and the same.
                (array_agg(source order by day desc, source, code))[1] as source,
                (array_agg(code order by day desc, source, code))[1] as code,
                (array_agg(branch order by day desc, source, code))[1] as branch,
                (array_agg(sales_owner order by day desc, source, code))[1] as sales_owner,
                sum(orders)::bigint as orders, sum(revenue) as revenue, sum(cost) as cost
            from days
            group by 1, 2, 3, 4
            order by 1, 2, 3, 4
            """, as: BusinessRow.self)
        var found: [Key: (WindowFigures, Party)] = [:]
        for row in rows {
            for line in [row.key.businessLine, allLines] {
                let key = Key(customerId: row.key.customerId, businessLine: line)
                let target = row.rateDay == nil ? row.currency : .cny
                var figures =
                    found[key]?.0 ?? WindowFigures(orders: 0, revenue: .zero, cost: .zero, currency: target)
                if let day = row.rateDay {
                    if let revenue = rates.convert(row.revenue, from: row.currency, to: .cny, on: day),
                        let cost = rates.convert(row.cost, from: row.currency, to: .cny, on: day)
                    {
                        figures.add(row.orders, revenue, cost)
                    } else if !figures.missingRates.contains(row.currency) {
                        figures.missingRates.append(row.currency)
                    }
                } else {
                    figures.add(row.orders, row.revenue, row.cost)
                }
                found[key] = (figures, row.party)
            }
        }
        return found
    }

    /// The business of a customer in one line and currency, of the whole window or of one day of it.
    private struct BusinessRow: PostgresRow {
        let key: Key
        let currency: Currency
        /// The day by whose rate it is converted; `nil` when it stays in its currency.
        let rateDay: CalendarDay?
        let party: Party
        let orders: Int
        let revenue: FixedDecimal
        let cost: FixedDecimal

        init(row: inout RowReader) throws(PostgresError) {
            key = Key(customerId: try row("customer_id"), businessLine: try row("business_line"))
            currency = try row("currency")
            rateDay = try row("rate_day")
            party = Party(
                source: try row("source"), code: try row("code"), branch: try row("branch", as: String?.self) ?? "-",
                salesOwner: try row("sales_owner"))
            orders = try row("orders")
            revenue = try row("revenue")
            cost = try row("cost")
        }
    }

    /// What is remembered of former evaluations.
    static func standings(_ transaction: borrowing Transaction) throws -> [Key: AcceptanceStanding] {
        let rows = try transaction.query(
            """
            select customer_id, business_line, state, negatives, breaches, releases, open_severity, low_raised,
                negative_raised, quiet_severity, quiet_until
            from standing order by customer_id, business_line for update
            """, as: StoredStanding.self)
        return Dictionary(rows.map { ($0.key, $0.standing) }, uniquingKeysWith: { _, last in last })
    }

    /// What is remembered of a customer's business, as it stands in the table.
    private struct StoredStanding: PostgresRow {
        let key: Key
        var standing = AcceptanceStanding()

        init(row: inout RowReader) throws(PostgresError) {
            key = Key(customerId: try row("customer_id"), businessLine: try row("business_line"))
            standing.state = AcceptanceState(rawValue: try row("state")) ?? .open
            standing.negatives = try row("negatives")
            standing.breaches = try row("breaches")
            standing.releases = try row("releases")
            standing.alert.open = try row("open_severity", as: String?.self).flatMap(MarginSeverity.init(rawValue:))
            standing.alert.lowRaised = try row("low_raised")
            standing.alert.negativeRaised = try row("negative_raised")
            if let severity = try row("quiet_severity", as: String?.self).flatMap(MarginSeverity.init(rawValue:)),
                let until = try row("quiet_until", as: CalendarDay?.self)
            {
                standing.quiet = AcceptanceStanding.Quiet(severity: severity, until: until)
            }
        }
    }

    /// Writes what is to be remembered.
    static func put(
        _ rows: [(Key, AcceptanceStanding, WindowFigures, WindowFigures.Judged)], _ day: CalendarDay,
        _ transaction: borrowing Transaction
    ) throws {
        guard !rows.isEmpty else { return }
        let standings = rows.map(\.1)
        let figures = rows.map(\.2)
        let judged = rows.map(\.3)
        try transaction.queue(
            """
            insert into standing (customer_id, business_line, state, negatives, breaches, releases, open_severity,
                low_raised, negative_raised, orders, revenue, cost, currency, quiet_severity, quiet_until, rule, upper_rate,
                pooled_rate, evaluated_day)
            select customer_id, business_line, state, negatives, breaches, releases, open_severity, low_raised,
                negative_raised, orders, revenue, cost, currency, quiet_severity, date '1970-01-01' + quiet_until,
                rule, upper_rate::numeric, pooled_rate::numeric, \(PostgresValue.date(day.description))
            from unnest(
                \(rows.map(\.0.customerId)), \(rows.map(\.0.businessLine)), \(standings.map(\.state.rawValue)),
                \(standings.map { Int32($0.negatives) }), \(standings.map { Int32($0.breaches) }),
                \(standings.map { Int32($0.releases) }), \(standings.map(\.alert.open?.rawValue)),
                \(standings.map { Int32($0.alert.lowRaised) }), \(standings.map { Int32($0.alert.negativeRaised) }),
                \(figures.map { Int32(clamping: $0.orders) }),
                \(figures.map(\.revenue)),
                \(figures.map(\.cost)), \(figures.map(\.currency.code)),
                \(standings.map(\.quiet?.severity.rawValue)),
                \(standings.map(\.quiet?.until.daysSinceEpoch)), \(judged.map(\.rule)),
                \(judged.map(\.upperRate?.description)),
                \(judged.map(\.pooledRate?.description)))
                as t(customer_id, business_line, state, negatives, breaches, releases, open_severity, low_raised,
                    negative_raised, orders, revenue, cost, currency, quiet_severity, quiet_until, rule, upper_rate,
                    pooled_rate)
            on conflict (customer_id, business_line) do update set
                state = excluded.state, negatives = excluded.negatives, breaches = excluded.breaches,
                releases = excluded.releases, open_severity = excluded.open_severity, low_raised = excluded.low_raised,
                negative_raised = excluded.negative_raised, orders = excluded.orders, revenue = excluded.revenue,
                cost = excluded.cost, currency = excluded.currency, quiet_severity = excluded.quiet_severity,
                quiet_until = excluded.quiet_until, rule = excluded.rule, upper_rate = excluded.upper_rate,
                pooled_rate = excluded.pooled_rate, evaluated_day = excluded.evaluated_day
            """)
    }
}

extension WindowFigures {
    mutating func add(_ orders: Int, _ revenue: FixedDecimal, _ cost: FixedDecimal) {
        self.orders += orders
        self.revenue = self.revenue + revenue
        self.cost = self.cost + cost
    }
}
