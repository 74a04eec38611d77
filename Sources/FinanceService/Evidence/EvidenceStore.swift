import Contracts
import Domain
import Postgres

/// The SQL of what a judgement rests on besides the sums of a window.
enum EvidenceStore {
    /// What is known of the business whose sums look bad; of any other nothing more needs to be known.
    ///
    /// Two statements a day, however many customers look bad: one over the orders of the window, by the index of their day,
    /// and one for the first day of each of those customers, by account.
    ///
    /// - Parameter rules: the rules of a customer's business.
    static func evidence(
        of business: [EvaluationStore.Key: (WindowFigures, EvaluationStore.Party)], _ window: FigureWindow,
        _ rates: RateTable, rules: (EvaluationStore.Key) -> MarginRules, _ transaction: borrowing Transaction
    ) throws -> [EvaluationStore.Key: BusinessEvidence] {
        let suspects = business.keys.filter { key in
            guard let figures = business[key]?.0 else { return false }
            return switch AcceptancePolicy.verdict(figures, rules(key)) {
            case .negative, .low: true
            default: false
            }
        }.sorted()
        guard !suspects.isEmpty else { return [:] }
        let lineRates = lineRates(business, rates, on: window.to)
        let first = try firstDays(Set(suspects.map(\.customerId)).sorted(), transaction)
        var found: [EvaluationStore.Key: BusinessEvidence] = [:]
        for key in suspects {
            guard let figures = business[key]?.0 else { continue }
            var evidence = BusinessEvidence()
            evidence.revenueInCNY = rates.convert(figures.revenue, from: figures.currency, to: .cny, on: window.to)
            evidence.lineRate = lineRates[key.businessLine]
            evidence.age = first[key.customerId]?.days(to: window.to)
            found[key] = evidence
        }
        try addOrders(suspects, business, window, rates, to: &found, transaction)
        for key in suspects {
            guard let figures = business[key]?.0, let evidence = found[key] else { continue }
            found[key]?.realisedMarginInCNY = rates.convert(
                evidence.realisedMargin, from: figures.currency, to: .cny, on: window.to)
        }
        return found
    }

    /// What all customers' business earns by line: a ratio of sums, in CNY at the rates of one day. What has no rate is
    /// left out.
    static func lineRates(
        _ business: [EvaluationStore.Key: (WindowFigures, EvaluationStore.Party)], _ rates: RateTable,
        on day: CalendarDay
    ) -> [String: Double] {
        var sums: [String: (revenue: FixedDecimal, margin: FixedDecimal)] = [:]
        for (key, (figures, _)) in business {
            guard let revenue = rates.convert(figures.revenue, from: figures.currency, to: .cny, on: day),
                let margin = rates.convert(figures.margin, from: figures.currency, to: .cny, on: day)
            else { continue }
            let before = sums[key.businessLine] ?? (.zero, .zero)
            sums[key.businessLine] = (before.revenue + revenue, before.margin + margin)
        }
        return sums.compactMapValues { sum in
            sum.revenue > .zero ? sum.margin.approximate / sum.revenue.approximate : nil
        }
    }

    /// Adds what the orders of the window say. Those in the currency of the figures are summed up untouched, others by the
    /// rate of their day, as the figures themselves are.
    private static func addOrders(
        _ suspects: [EvaluationStore.Key],
        _ business: [EvaluationStore.Key: (WindowFigures, EvaluationStore.Party)], _ window: FigureWindow,
        _ rates: RateTable, to found: inout [EvaluationStore.Key: BusinessEvidence],
        _ transaction: borrowing Transaction
    ) throws {
        let currencies = suspects.map { business[$0]?.0.currency ?? .cny }
        let rows = try transaction.query(
            """
            with suspect as (
                select * from unnest(
                    \(suspects.map(\.customerId)), \(suspects.map(\.businessLine)), \(currencies.map(\.code)))
                    with ordinality as t(customer_id, business_line, currency, place)
            ), named as (
                select a.source, a.code, s.* from suspect s join account a using (customer_id)
            )
            select n.place - 1 as place, o.currency,
                case when o.currency <> n.currency then o.day end as rate_day,
                sum(o.known_revenue)::float8 as revenue, sum(o.known_revenue - o.cost)::float8 as margin,
                sum((o.known_revenue - o.cost) * (o.known_revenue - o.cost))::float8 as margin_squares,
                sum((o.known_revenue - o.cost) * o.known_revenue)::float8 as products,
                sum(o.known_revenue * o.known_revenue)::float8 as revenue_squares,
                count(*) filter (where not o.is_provisional) as realised_orders,
                coalesce(sum(o.known_revenue - o.cost) filter (where not o.is_provisional), 0) as realised_margin
            from orders o
            join named n on n.source = o.source and n.code = o.customer_code
                and (n.business_line = o.business_line or n.business_line = \(EvaluationStore.allLines))
            where o.is_counted and o.day between \(PostgresValue.date(window.from.description))
                and \(PostgresValue.date(window.to.description))
            group by 1, 2, 3 order by 1, 2, 3
            """, as: EvidenceRow.self)
        for row in rows {
            let (key, target) = (suspects[row.place], currencies[row.place])
            let day = row.rateDay ?? window.to
            guard let rate = rates.convert(million, from: row.currency, to: target, on: day),
                let realised = rates.convert(row.realisedMargin, from: row.currency, to: target, on: day),
                var evidence = found[key]
            else { continue }
            evidence.spread.add(row.sums, at: rate.approximate / million.approximate)
            evidence.realisedOrders += row.realisedOrders
            evidence.realisedMargin = evidence.realisedMargin + realised
            found[key] = evidence
        }
    }

    /// What the orders of a suspect business say in one currency, of the whole window or of one day of it.
    private struct EvidenceRow: PostgresRow {
        let place: Int
        let currency: Currency
        /// The day by whose rate it is converted; `nil` when it is in the currency of the figures.
        let rateDay: CalendarDay?
        let sums: OrderSums
        let realisedOrders: Int
        let realisedMargin: FixedDecimal

        init(row: inout RowReader) throws(PostgresError) {
            place = try row("place")
            currency = try row("currency")
            rateDay = try row("rate_day")
            sums = OrderSums(
                revenue: try row("revenue"), margin: try row("margin"), marginSquares: try row("margin_squares"),
                products: try row("products"), revenueSquares: try row("revenue_squares"))
            realisedOrders = try row("realised_orders")
            realisedMargin = try row("realised_margin")
        }
    }

    /// So that a rate has more digits than an amount.
    private static let million = FixedDecimal(1_000_000)

    /// The day of each customer's first order that still counts, by the days on which its orders were placed.
    private static func firstDays(
        _ customers: [String], _ transaction: borrowing Transaction
    ) throws -> [String: CalendarDay] {
        let rows = try transaction.query(
            """
            select a.customer_id, min(d.day)
            from account a join account_line_day d using (source, code)
            where a.customer_id = any(\(customers)) and d.orders > 0
            group by 1
            """, as: (String, CalendarDay).self)
        return Dictionary(rows) { first, _ in first }
    }
}
