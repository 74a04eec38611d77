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
            select n.place - 1, o.currency,
                case when o.currency <> n.currency then o.day - date '1970-01-01' end,
                sum(o.known_revenue)::float8, sum(o.known_revenue - o.cost)::float8,
                sum((o.known_revenue - o.cost) * (o.known_revenue - o.cost))::float8, sum((o.known_revenue - o.cost) * o.known_revenue)::float8,
                sum(o.known_revenue * o.known_revenue)::float8, count(*) filter (where not o.is_provisional),
                coalesce(sum(o.known_revenue - o.cost) filter (where not o.is_provisional), 0)
            from orders o
            join named n on n.source = o.source and n.code = o.customer_code
                and (n.business_line = o.business_line or n.business_line = \(EvaluationStore.allLines))
            where o.is_counted and o.day between \(PostgresValue.date(window.from.description))
                and \(PostgresValue.date(window.to.description))
            group by 1, 2, 3 order by 1, 2, 3
            """, as: (Int, String, Int32?, Double, Double, Double, Double, Double, Int, FixedDecimal).self)
        for row in rows {
            let (key, target) = (suspects[row.0], currencies[row.0])
            let currency = Currency(row.1) ?? .cny
            let day = row.2.map { CalendarDay(daysSinceEpoch: $0) } ?? window.to
            guard let rate = rates.convert(million, from: currency, to: target, on: day),
                let realised = rates.convert(row.9, from: currency, to: target, on: day),
                var evidence = found[key]
            else { continue }
            let sums = OrderSums(
                revenue: row.3, margin: row.4, marginSquares: row.5, products: row.6, revenueSquares: row.7)
            evidence.spread.add(sums, at: rate.approximate / million.approximate)
            evidence.realisedOrders += row.8
            evidence.realisedMargin = evidence.realisedMargin + realised
            found[key] = evidence
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
