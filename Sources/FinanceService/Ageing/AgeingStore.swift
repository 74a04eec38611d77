import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what was open at the end of a day.
enum AgeingStore {
    /// What was applied to each invoice after a day, what went back (below zero) included: `paid` is of now, and this taken
    /// from it is what was paid at the end of that day.
    static func appliedAfter(_ day: CalendarDay) -> SQL {
        """
        select source, invoice_id, sum(applied) as applied from payment_allocation
        where received_day > date '1970-01-01' + \(day.daysSinceEpoch) and applied <> 0 group by source, invoice_id
        """
    }

    /// What was issued and not paid by the end of a day, by days overdue and currency.
    ///
    /// What an invoice had open then is what it has open now and what was applied to it later: so only what was settled
    /// or applied after that day is looked at, and for today nothing.
    static func parts(
        on day: CalendarDay, _ buckets: AgeingBuckets, _ scope: CustomerScope, _ transaction: borrowing Transaction
    ) throws -> [Ageing.Part] {
        let epochDay = day.daysSinceEpoch
        let rows = try transaction.query(
            """
            with part as (
                \(openNow(on: epochDay, scope))
                union all
                select r.due_day, r.currency, count(*), 0
                from receivable r
                where r.issued_day <= date '1970-01-01' + \(epochDay)
                    and r.settled_day > date '1970-01-01' + \(epochDay) and \(filter(scope))
                group by r.due_day, r.currency
                union all
                select r.due_day, r.currency, 0, sum(a.applied)
                from payment_allocation a join receivable r using (source, invoice_id)
                where a.received_day > date '1970-01-01' + \(epochDay) and a.applied <> 0
                    and r.issued_day <= date '1970-01-01' + \(epochDay) and \(filter(scope))
                group by r.due_day, r.currency
                union all
                -- Counted above, but nothing was open of it: what had paid it went back later.
                select r.due_day, r.currency, -1, 0
                from (
                    select distinct source, invoice_id from payment_allocation
                    where kind = 'return' and received_day > date '1970-01-01' + \(epochDay) and applied <> 0
                ) g join receivable r using (source, invoice_id)
                where r.issued_day <= date '1970-01-01' + \(epochDay)
                    and (r.settled_day is null or r.settled_day > date '1970-01-01' + \(epochDay)) and \(filter(scope))
                    and r.amount <= (
                        select coalesce(sum(a.applied), 0) from payment_allocation a
                        where a.source = r.source and a.invoice_id = r.invoice_id
                            and a.received_day <= date '1970-01-01' + \(epochDay))
            )
            select width_bucket(date '1970-01-01' + \(epochDay) - due_day, \(buckets.starts.map(Int32.init(clamping:)))),
                currency, sum(invoices)::bigint, sum(amount)
            from part group by 1, 2 order by 1, 2
            """, as: (Int, Currency, Int, FixedDecimal).self)
        return rows.map { span, currency, count, amount in
            Ageing.Part(span: span, currency: currency, figure: AgeingFigure(count: count, amount: amount))
        }
    }

    /// What is open now of what was issued by a day: of everybody from the sums of days, of one customer, and for who sees a
    /// part of the group, from the invoices.
    private static func openNow(on epochDay: Int32, _ scope: CustomerScope) -> SQL {
        guard scope.accounts == nil else { return openInvoices(on: epochDay, scope) }
        return """
            select r.due_day, r.currency, sum(r.items) as invoices, sum(r.amount) as amount from open_item_day r
            where r.issued_day <= date '1970-01-01' + \(epochDay) and r.items > 0 and \(filter(scope))
                and not \(Sight.isPartial)
            group by r.due_day, r.currency
            union all
            \(openInvoices(on: epochDay, scope, if: Sight.isPartial))
            """
    }

    private static func openInvoices(on epochDay: Int32, _ scope: CustomerScope, if condition: SQL = "true") -> SQL {
        """
        select r.due_day, r.currency, count(*) as invoices, sum(r.amount - r.paid) as amount
        from receivable r
        where \(condition) and r.issued_day <= date '1970-01-01' + \(epochDay) and r.settled_day is null
            and \(filter(scope))
        group by r.due_day, r.currency
        """
    }

    /// What was invoiced in some days, by currency; the first day is not one of them, the last is.
    static func invoiced(
        after first: CalendarDay, through last: CalendarDay, _ scope: CustomerScope,
        _ transaction: borrowing Transaction
    ) throws -> [Ageing.Part] {
        let rows = try transaction.query(
            """
            select r.currency, count(*), sum(r.amount) from receivable r
            where r.issued_day > date '1970-01-01' + \(first.daysSinceEpoch)
                and r.issued_day <= date '1970-01-01' + \(last.daysSinceEpoch) and \(filter(scope))
            group by r.currency
            """, as: (Currency, Int, FixedDecimal).self)
        return rows.map { currency, count, amount in
            Ageing.Part(span: 0, currency: currency, figure: AgeingFigure(count: count, amount: amount))
        }
    }

    /// The condition on `r` of a scope.
    static func filter(_ scope: CustomerScope) -> SQL {
        scope.condition("r.customer_source", "r.customer_code", origin: "r.source")
    }
}
