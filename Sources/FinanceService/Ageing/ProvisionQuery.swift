import Contracts
import Domain
import Postgres
import ServiceKit

/// What is expected to be lost of what is open at the end of a day.
struct ProvisionQuery: Sendable {
    let rates: ExchangeRates

    func answer(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("asOf")
        let buckets = try arguments["buckets"].map { try AgeingBuckets($0) } ?? .standard
        let spans = buckets.starts.count
        let scope = try arguments.customers(transaction)
        let parts = try AgeingStore.parts(on: day, buckets, scope, transaction)
        let rates = try rates.current(transaction)
        let ageing = Ageing(parts, spans: spans, on: day, rates)
        let (matrix, basis) = try matrix(arguments, scope, day, buckets, rates, transaction)
        let outlook = try Self.outlook(arguments)
        let balances = ageing.figures.map(\.amount)
        let provisions = matrix.provisions(balances, outlook: outlook)
        let names =
            ["not due"] + buckets.spans.map { span in span.to.map { "\(span.from)-\($0)" } ?? "over \(span.from - 1)" }
        return [
            try arguments.table(
                "provisions",
                rows: [
                    [
                        day.description, ageing.currency.code, ageing.open.amount.moneyText,
                        provisions.reduce(.zero, +).moneyText, outlook.description, basis,
                        Ageing.text(ageing.moneyWithoutRate),
                    ]
                ]),
            try arguments.table(
                "provisions by bucket",
                rows: names.indices.map { place in
                    [
                        names[place], String(ageing.figures[place].count), balances[place].moneyText,
                        matrix.rates[place].percent.description, provisions[place].moneyText,
                    ]
                }),
        ]
    }

    private static func outlook(_ arguments: QueryArguments) throws(Refusal) -> FixedDecimal {
        guard let text = arguments["outlook"] else { return FixedDecimal(1) }
        guard let outlook = FixedDecimal(text), outlook > .zero, outlook <= FixedDecimal(100) else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.outlook", "the outlook is a factor above 0 and at most 100")
        }
        return outlook
    }

    private func matrix(
        _ arguments: QueryArguments, _ scope: CustomerScope, _ day: CalendarDay, _ buckets: AgeingBuckets,
        _ rates: RateTable, _ transaction: borrowing Transaction
    ) throws -> (ProvisionMatrix, basis: String) {
        let spans = buckets.starts.count
        if let text = arguments["rates"] {
            return (try ProvisionMatrix(percents: text, spans: spans), "rates as given")
        }
        guard let days = arguments.optionalInteger("observed") else {
            guard buckets == .standard else {
                throw Refusal(
                    .missingField, path: "parameters.rates",
                    "the rates of the IFRS 9 example are for the buckets 30,60,90: give rates of your own, or 'observed'"
                )
            }
            return (.illustrative, "illustrative rates of IFRS 9 IE74-IE77")
        }
        let matrix = try observed(day, buckets, days: days, scope, rates, transaction)
        return (matrix, "flow of the invoices due in \(days) days")
    }

    /// The flow of the invoices that by a day have had the time to reach the last span: those due in so many days before.
    /// What has no rate counts on neither side.
    private func observed(
        _ day: CalendarDay, _ buckets: AgeingBuckets, days: Int, _ scope: CustomerScope,
        _ rates: RateTable, _ transaction: borrowing Transaction
    ) throws -> ProvisionMatrix {
        let last = day.adding(days: -(buckets.limits.last ?? 0) - 1)
        let first = last.adding(days: 1 - days)
        let rows = try transaction.query(
            """
            with cohort as (
                select r.source, r.invoice_id, r.due_day, r.amount, r.currency from receivable r
                where r.due_day between date '1970-01-01' + \(first.daysSinceEpoch)
                        and date '1970-01-01' + \(last.daysSinceEpoch)
                    and \(AgeingStore.filter(scope))
            )
            select -1, currency, sum(amount) from cohort group by currency
            union all
            select width_bucket(a.received_day - c.due_day, \(buckets.starts.map(Int32.init(clamping:)))), c.currency,
                sum(a.applied)
            from cohort c join payment_allocation a using (source, invoice_id)
            where a.received_day <= date '1970-01-01' + \(day.daysSinceEpoch) and a.applied <> 0
                and a.kind <> 'write-off'
            group by 1, 2
            """, as: (Int, Currency, FixedDecimal).self)
        var billed = MoneyByCurrency()
        var paid = [MoneyByCurrency](repeating: MoneyByCurrency(), count: buckets.starts.count)
        for (span, currency, sum) in rows {
            guard let amount = rates.convert(Money(sum, currency), to: .cny, on: day) else { continue }
            if span < 0 {
                billed += amount
            } else if paid.indices.contains(span) {
                paid[span] += amount
            }
        }
        let invoiced = billed[.cny].amount
        guard invoiced > .zero else {
            throw Refusal(
                .missingField, path: "parameters.observed",
                "no invoice was due from \(first) to \(last): give rates instead, or a longer time")
        }
        return ProvisionMatrix(invoiced: invoiced, paid: paid.map { $0[.cny].amount })
    }
}
