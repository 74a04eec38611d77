import Contracts
import Domain
import Postgres
import ServiceKit

/// The statement of a customer's account: what was invoiced and what was paid, with the balance after each.
enum StatementQuery {
    static func answer(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let from = try arguments.optionalDay("from")?.daysSinceEpoch ?? 0
        let to = try arguments.optionalDay("to")?.daysSinceEpoch ?? CalendarDay(daysSinceEpoch: 84_000).daysSinceEpoch
        guard from <= to else {
            throw Refusal(.contradictoryTimes, path: "parameters.from", "'from' lies after 'to'")
        }
        let scope = try arguments.customers(transaction)
        // A payment or credit note counts whole from the day it came, whatever it is allocated to, and so does one that
        // went back: the balance is what we are owed less what we hold. Documents of two kinds may have one number, and what
        // is left of two invoices as rounding has none: they are told apart by their kind and the invoice.
        let table = try arguments.table(
            "statement",
            """
            with entry as (
                select issued_day as day, issued_at as at, 0 as rank, 'invoice' as kind, invoice_id as reference,
                    source, due_day, amount as charge, 0::numeric as credit, currency, '' as about
                from receivable
                where \(scope.condition("customer_source", "customer_code")) and amount is not null
                    and issued_day <= date '1970-01-01' + \(to)
                union all
                select received_day, received_at, 1, kind, payment_id, source, null, greatest(0, -amount),
                    greatest(0, amount), currency, ''
                from customer_payment
                where \(scope.condition("customer_source", "customer_code"))
                    and received_day <= date '1970-01-01' + \(to)
                union all
                select a.received_day, a.received_at, 2, a.kind, a.payment_id, a.document_source, null, 0, a.applied,
                    r.currency, a.source || '/' || a.invoice_id
                from receivable r join payment_allocation a using (source, invoice_id)
                where \(scope.condition("r.customer_source", "r.customer_code"))
                    and a.kind in ('write-off', 'rounding') and a.applied > 0
                    and a.received_day <= date '1970-01-01' + \(to)
            ), running as (
                select *, sum(charge - credit) over (
                    partition by currency order by day, at, rank, source, reference, kind, about) as balance
                from entry
            ), shown as (
                select currency, 0 as part, null::date as day, null::timestamptz as at, 0 as rank,
                    'brought forward' as kind, null as reference, null as source, null::date as due_day,
                    null::numeric as charge, null::numeric as credit, sum(charge - credit) as balance, '' as about
                from entry where day < date '1970-01-01' + \(from) group by currency
                union all
                select currency, 1, day, at, rank, kind, reference, source, due_day, nullif(charge, 0),
                    nullif(credit, 0), balance, about
                from running where day >= date '1970-01-01' + \(from)
            )
            select day, kind, reference, source, due_day, charge, credit, balance, currency, part,
                coalesce(day, date 'epoch') as "on", coalesce(at, timestamptz 'epoch') as moment, rank,
                coalesce(source, '') as named_source, coalesce(reference, '') as named, about
            from shown
            """, transaction, format: moneyText)
        return [table]
    }
}
