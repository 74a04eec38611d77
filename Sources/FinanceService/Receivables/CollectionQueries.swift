import Contracts
import Domain
import Postgres
import ServiceKit

/// What customers owe and hold, and how fast they pay.
struct CollectionQueries: Sendable {
    let rates: RateTable

    /// By customer and currency: what is open, what of it is overdue, and what is held on account.
    static func balances(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.day("asOf").daysSinceEpoch
        let (customer, source) = (arguments["customer"], arguments["source"])
        return [
            try arguments.table(
                "balances",
                """
                with later as (
                    select source, invoice_id, sum(applied) as applied from payment_allocation
                    where received_day > date '1970-01-01' + \(day) and applied > 0 group by source, invoice_id
                ), debt as (
                    select r.source, r.customer_code, r.currency,
                        sum(r.amount - r.paid + coalesce(l.applied, 0)) as open,
                        sum(r.amount - r.paid + coalesce(l.applied, 0))
                            filter (where r.due_day < date '1970-01-01' + \(day)) as overdue,
                        greatest(0, date '1970-01-01' + \(day) - min(r.due_day)) as oldest
                    from receivable r left join later l using (source, invoice_id)
                    where r.issued_day <= date '1970-01-01' + \(day)
                        and (r.settled_day is null or r.settled_day > date '1970-01-01' + \(day))
                        and r.customer_code = coalesce(\(customer), r.customer_code)
                        and r.source = coalesce(\(source), r.source)
                    group by r.source, r.customer_code, r.currency
                ), used as (
                    select a.source, a.payment_id, sum(a.applied) as applied
                    from payment_allocation a join receivable r using (source, invoice_id)
                    where r.issued_day <= date '1970-01-01' + \(day) and a.kind = 'payment'
                        and a.received_day <= date '1970-01-01' + \(day)
                    group by a.source, a.payment_id
                ), cash as (
                    select p.source, p.customer_code, p.currency, sum(p.amount - coalesce(u.applied, 0)) as held
                    from customer_payment p left join used u using (source, payment_id)
                    where p.received_day <= date '1970-01-01' + \(day)
                        and p.customer_code = coalesce(\(customer), p.customer_code)
                        and p.source = coalesce(\(source), p.source)
                    group by p.source, p.customer_code, p.currency
                ), whole as (
                    select source, customer_code, currency, coalesce(open, 0) as open, coalesce(overdue, 0) as overdue,
                        coalesce(oldest, 0) as oldest, coalesce(held, 0) as held
                    from debt full join cash using (source, customer_code, currency)
                    where coalesce(open, 0) <> 0 or coalesce(held, 0) <> 0
                )
                select w.customer_code, w.source, a.name, w.currency, w.open, w.overdue,
                    w.oldest as oldest_days_overdue, w.held as on_account, w.open - w.held as balance
                from whole w left join account a on a.source = w.source and a.code = w.customer_code
                """, transaction, format: moneyText)
        ]
    }

    /// Days sales outstanding and its like, over some days that end with a day.
    func dso(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.day("asOf")
        let days = try arguments.integer("days")
        let before = day.adding(days: -days)
        let closing = try AgeingStore.parts(on: day, .standard, arguments.scope, transaction)
        let opening = try AgeingStore.parts(on: before, .standard, arguments.scope, transaction)
        let invoiced = try AgeingStore.invoiced(after: before, through: day, arguments.scope, transaction)
        let currencies = Set((closing + opening + invoiced).map(\.currency))
        let target = currencies.count == 1 ? currencies.first ?? .cny : .cny
        func sum(_ parts: [Ageing.Part]) throws -> FixedDecimal {
            try parts.reduce(.zero) { total, part in
                let amount = rates.convert(part.figure.amount, from: part.currency, to: target, on: day)
                guard let amount else {
                    throw Refusal(
                        .noRate, path: "rates.\(part.currency.code)",
                        "there is no rate of \(part.currency.code) in CNY for \(day): ask for one customer at a time")
                }
                return total + amount
            }
        }
        let figures = CollectionFigures(
            opening: try sum(opening), invoiced: try sum(invoiced), closing: try sum(closing),
            notDue: try sum(closing.filter { $0.span == 0 }), days: days)
        return [
            try arguments.table(
                "days sales outstanding",
                rows: [
                    [
                        day.description, String(days), target.code, figures.opening.moneyText,
                        figures.invoiced.moneyText, figures.closing.moneyText, figures.notDue.moneyText,
                        figures.daysSalesOutstanding?.description, figures.bestPossibleDays?.description,
                        figures.averageDaysDelinquent?.description, figures.collectionEffectiveness?.description,
                    ]
                ])
        ]
    }
}
