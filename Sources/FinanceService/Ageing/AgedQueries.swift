import Contracts
import Domain
import Postgres
import ServiceKit

/// What each customer has open, by how long it is overdue.
struct AgedQueries: Sendable {
    let rates: ExchangeRates

    func accounts(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let asOf = try arguments.dayOrToday("asOf")
        let day = asOf.daysSinceEpoch
        let scope = try arguments.customers(transaction)
        let worth = try rates.current(transaction).relation(on: asOf)
        return [
            try arguments.table(
                "aged",
                """
                with later as (\(AgeingStore.appliedAfter(asOf))), debt as (
                    select r.customer_source as source, r.customer_code, r.currency,
                        r.amount - r.paid + coalesce(l.applied, 0) as open,
                        date '1970-01-01' + \(day) - r.due_day as late
                    from receivable r left join later l using (source, invoice_id)
                    where r.issued_day <= date '1970-01-01' + \(day)
                        and (r.settled_day is null or r.settled_day > date '1970-01-01' + \(day))
                        and \(AgeingStore.filter(scope))
                ), aged as (
                    select source, customer_code, currency, sum(open) as open,
                        coalesce(sum(open) filter (where late > 0), 0) as overdue,
                        coalesce(sum(open) filter (where late <= 0), 0) as not_due,
                        coalesce(sum(open) filter (where late between 1 and 30), 0) as days_1_30,
                        coalesce(sum(open) filter (where late between 31 and 60), 0) as days_31_60,
                        coalesce(sum(open) filter (where late between 61 and 90), 0) as days_61_90,
                        coalesce(sum(open) filter (where late > 90), 0) as over_90
                    from debt group by source, customer_code, currency
                )
                select g.customer_code, g.source, a.name, a.sales_owner, g.currency, g.open, g.overdue, g.not_due,
                    g.days_1_30, g.days_31_60, g.days_61_90, g.over_90,
                    g.overdue * coalesce(x.cny, 0) as worth_overdue, g.open * coalesce(x.cny, 0) as worth_open
                from aged g left join account a on a.source = g.source and a.code = g.customer_code
                left join \(worth) x on x.code = g.currency
                where g.open <> 0
                """, transaction, format: moneyText)
        ]
    }
}
