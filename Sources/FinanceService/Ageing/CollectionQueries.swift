import Contracts
import Domain
import Postgres
import ServiceKit

/// What customers owe and hold, and how fast they pay.
struct CollectionQueries: Sendable {
    let rates: ExchangeRates

    /// By customer and currency: what is open, what of it is overdue, and what is held on account.
    func balances(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let asOf = try arguments.dayOrToday("asOf")
        let day = asOf.daysSinceEpoch
        let scope = try arguments.customers(transaction)
        let worth = try rates.current(transaction).relation(on: asOf)
        return [
            try arguments.table(
                "balances",
                """
                with later as (\(AgeingStore.appliedAfter(asOf))), debt as (
                    select r.customer_source as source, r.customer_code, r.currency,
                        sum(r.amount - r.paid + coalesce(l.applied, 0)) as open,
                        sum(r.amount - r.paid + coalesce(l.applied, 0))
                            filter (where r.due_day < date '1970-01-01' + \(day)) as overdue,
                        greatest(0, date '1970-01-01' + \(day) - min(r.due_day)) as oldest
                    from receivable r left join later l using (source, invoice_id)
                    where r.issued_day <= date '1970-01-01' + \(day)
                        and (r.settled_day is null or r.settled_day > date '1970-01-01' + \(day))
                        and r.amount - r.paid + coalesce(l.applied, 0) > 0
                        and \(scope.condition("r.customer_source", "r.customer_code"))
                    group by r.customer_source, r.customer_code, r.currency
                ), used as (
                    select a.document_source as source, a.payment_id, a.kind, sum(a.applied) as applied
                    from payment_allocation a join receivable r using (source, invoice_id)
                    where r.issued_day <= date '1970-01-01' + \(day)
                        and a.received_day <= date '1970-01-01' + \(day)
                    group by a.document_source, a.payment_id, a.kind
                ), cash as (
                    select p.customer_source as source, p.customer_code, p.currency,
                        sum(p.amount - coalesce(u.applied, 0)) as held
                    from customer_payment p left join used u on u.source = p.source and u.payment_id = p.payment_id
                        and u.kind = p.kind
                    where p.received_day <= date '1970-01-01' + \(day)
                        and \(scope.condition("p.customer_source", "p.customer_code"))
                    group by p.customer_source, p.customer_code, p.currency
                ), whole as (
                    select source, customer_code, currency, coalesce(open, 0) as open, coalesce(overdue, 0) as overdue,
                        coalesce(oldest, 0) as oldest, coalesce(held, 0) as held
                    from debt full join cash using (source, customer_code, currency)
                    where coalesce(open, 0) <> 0 or coalesce(held, 0) <> 0
                )
                select w.customer_code, w.source, a.name, w.currency, w.open, w.overdue,
                    w.oldest as oldest_days_overdue, w.held as on_account, w.open - w.held as balance,
                    a.branch, a.sales_owner,
                    w.overdue * coalesce(x.cny, 0) as worth_overdue, w.open * coalesce(x.cny, 0) as worth_open
                from whole w left join account a on a.source = w.source and a.code = w.customer_code
                left join \(worth) x on x.code = w.currency
                """, transaction, format: moneyText)
        ]
    }

    /// Days sales outstanding and its like, over some days that end with a day.
    func dso(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("asOf")
        let days = try arguments.integer("days")
        let before = day.adding(days: -days)
        let scope = try arguments.customers(transaction)
        let closing = try AgeingStore.parts(on: day, .standard, scope, transaction)
        let opening = try AgeingStore.parts(on: before, .standard, scope, transaction)
        let invoiced = try AgeingStore.invoiced(after: before, through: day, scope, transaction)
        let target = Ageing.currency(of: closing + opening + invoiced)
        let rates = try rates.current(transaction)
        // What has no rate counts in none of the figures, so that their ratios hold for the rest; it stands apart.
        func converted(_ part: Ageing.Part) -> Money? { rates.convert(part.money, to: target, on: day) }
        func sum(_ parts: [Ageing.Part]) -> FixedDecimal {
            MoneyByCurrency(parts.compactMap(converted))[target].amount
        }
        let withoutRate = MoneyByCurrency(closing.filter { converted($0) == nil }.map(\.money))
        let figures = CollectionFigures(
            opening: sum(opening), invoiced: sum(invoiced), closing: sum(closing),
            notDue: sum(closing.filter { $0.span == 0 }), days: days)
        return [
            try arguments.table(
                "days sales outstanding",
                rows: [
                    [
                        day.description, String(days), target.code, figures.opening.moneyText,
                        figures.invoiced.moneyText, figures.closing.moneyText, figures.notDue.moneyText,
                        figures.daysSalesOutstanding?.description, figures.bestPossibleDays?.description,
                        figures.averageDaysDelinquent?.description, figures.collectionEffectiveness?.description,
                        Ageing.text(withoutRate),
                    ]
                ])
        ]
    }
}
