import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of payables: what is due, what may be paid, on whom we depend, and who is both customer and supplier.
enum PayableQueries {
    static func all(_ rates: ExchangeRates) -> [Query] {
        [
            Query(PayableQuestions.list, list), Query(PayableQuestions.run, run),
            Query(PayableQuestions.dependency, dependency), Query(PayableQuestions.prepayments, prepayments),
            Query(PayableQuestions.setOff) { arguments, transaction in
                try setOff(arguments, rates.current(transaction), transaction)
            },
        ]
    }

    /// That an invoice `d` fits, or two persons have released it.
    private static let isPayable: SQL = "(d.approved_by is not null or (d.match = 'matched' and not d.is_twice))"

    /// How far an invoice may lie from the costs recorded of its orders: one in a hundred, and at least one unit.
    private static let tolerance: SQL = "greatest(1, r.amount / 100)"

    /// Invoices `r` with what was recorded as cost of the same supplier for the same orders, and how well both fit.
    ///
    /// Costs in another currency are not compared; an invoice that has the number (letters and digits alone), the
    /// supplier and about the amount of another, within thirty days, is suspected to be the same again.
    static func matched(_ condition: SQL) -> SQL {
        """
        select r.*, c.recorded, case
            when r.order_ids is null then 'no-order'
            when c.costs = 0 then 'no-cost'
            when abs(r.amount - c.recorded) <= \(tolerance) then 'matched'
            when r.amount > c.recorded then 'above-cost' else 'below-cost' end as match,
            exists(
                select from supplier_invoice o
                where o.source = r.source and o.supplier_code = r.supplier_code
                    and o.supplier_source = r.supplier_source and o.invoice_id <> r.invoice_id
                    and \(bare("o.invoice_id")) = \(bare("r.invoice_id"))
                    and o.currency = r.currency and abs(o.amount - r.amount) <= r.amount / 100
                    and abs(o.issued_day - r.issued_day) <= 30
                    and (o.issued_at, o.invoice_id) < (r.issued_at, r.invoice_id)) as is_twice,
            l.reason as release_reason, l.proposed_by, l.approved_by, l.proposed_on_behalf_of, l.approved_on_behalf_of
        from supplier_invoice r
        left join payable_release l on l.source = r.source and l.invoice_id = r.invoice_id
        cross join lateral (
            select coalesce(sum(x.amount), 0) as recorded, count(*) as costs from cost x
            where x.order_source = r.order_source and x.order_id = any(r.order_ids) and x.currency = r.currency
                and ((x.supplier_source, x.supplier_code) = (r.supplier_source, r.supplier_code) or exists(
                    select from supplier_account p join supplier_account q using (supplier_id)
                    where (p.source, p.code) = (x.supplier_source, x.supplier_code)
                        and (q.source, q.code) = (r.supplier_source, r.supplier_code)))
        ) c
        where \(condition)
        """
    }

    /// A number without what people write or leave out between its parts. What is left out is named: which characters are
    /// letters follows from the locale of the database, and in one of them Chinese ones are none.
    private static func bare(_ number: SQL) -> SQL {
        "translate(upper(normalize(\(number), NFKC)), ' -_/\\.,:;#*+&()[]{}''\"·–—、。', '')"
    }

    private static func condition(_ arguments: QueryArguments) -> SQL {
        let (supplier, source) = (arguments["supplier"], arguments["source"])
        return """
            r.supplier_code = coalesce(\(supplier), r.supplier_code)
                and r.supplier_source = coalesce(\(source), r.supplier_source)
            """
    }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let isAll = arguments["state"] == "all"
        let invoice = arguments["invoiceId"].postgresBind
        let asked: SQL = """
            \(condition(arguments)) and r.fingerprint is not null and (\(isAll) or r.settled_day is null)
            and r.invoice_id = coalesce(\(invoice), r.invoice_id)
            """
        return [
            try arguments.table(
                "payables",
                """
                select m.invoice_id, m.source, m.supplier_code, s.name, m.issued_day, m.due_day, m.amount,
                    m.amount - m.paid as open, m.currency, m.recorded as recorded_cost,
                    m.amount - m.recorded as difference, case when m.is_twice then 'twice' else m.match end as match,
                    m.release_reason, m.proposed_by as release_proposed_by, m.approved_by as released_by,
                    m.proposed_on_behalf_of as release_on_behalf_of, m.approved_on_behalf_of as released_on_behalf_of
                from (\(matched(asked))) m
                left join supplier_account s on s.source = m.supplier_source and s.code = m.supplier_code
                """, transaction, format: moneyText),
            try arguments.table(
                "supplier payments that wait for an invoice or were set aside",
                """
                select *, coalesce(invoice_id, '') as named from (
                    select a.payment_id, a.document_source as source, a.invoice_id, a.paid_day, a.amount, 'waits' as state,
                        a.source as invoice_source
                    from supplier_allocation a left join supplier_invoice r using (source, invoice_id)
                    where r.source is null
                    union all
                    select payment_id, source, null, paid_day, amount, 'set aside: ' || set_aside, ''
                    from supplier_payment where set_aside is not null
                ) t where \(invoice)::text is null or invoice_id = \(invoice)
                """, transaction, format: moneyText),
        ]
    }

    /// What may be paid by a day: invoices that fit their costs. What does not is named with the reason, and prepayments
    /// are shown beside it, never taken off by themselves.
    static func run(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.day("payOn")
        // On a day off nothing is paid: what falls due before the next working day is paid now.
        let through = WorkingCalendar.onOrAfter(day.adding(days: 1)).adding(days: -1)
        let found: SQL = """
            with due as (\(matched(
                "\(condition(arguments)) and r.settled_day is null and r.due_day <= date '1970-01-01' + \(through.daysSinceEpoch)"
            )))
            """
        return [
            try arguments.table(
                "payment run",
                """
                \(found)
                select d.supplier_code, d.supplier_source as source, s.name, d.currency, count(*) as invoices,
                    sum(d.amount - d.paid) as pay, min(d.due_day) as oldest_due, coalesce((
                        select sum(p.amount - coalesce((
                            select sum(a.applied) from supplier_allocation a
                            where a.document_source = p.source and a.payment_id = p.payment_id), 0))
                        from supplier_payment p
                        where p.supplier_source = d.supplier_source and p.supplier_code = d.supplier_code
                            and p.currency = d.currency
                    ), 0) as prepaid
                from due d left join supplier_account s on s.source = d.supplier_source and s.code = d.supplier_code
                where \(isPayable)
                group by d.supplier_code, d.supplier_source, s.name, d.currency
                """, transaction, format: moneyText),
            try arguments.table(
                "held back",
                """
                \(found)
                select d.invoice_id, d.source, d.supplier_code, d.due_day, d.amount - d.paid as open,
                    d.recorded as recorded_cost, d.currency,
                    case when d.is_twice then 'twice' else d.match end as reason,
                    d.proposed_by as release_proposed_by
                from due d where not \(isPayable)
                """, transaction, format: moneyText),
        ]
    }

    /// Which share of what suppliers invoiced in some days each of them has, and the sum of the squares of all shares.
    static func dependency(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let days = try arguments.integer("days")
        let day = try arguments.dayOrToday("asOf").daysSinceEpoch
        return [
            try arguments.table(
                "dependency",
                """
                with sums as (
                    select supplier_source as source, supplier_code, currency, sum(amount) as invoiced
                    from supplier_invoice
                    where issued_day > date '1970-01-01' + \(day) - \(Int32(days))
                        and issued_day <= date '1970-01-01' + \(day)
                    group by supplier_source, supplier_code, currency
                ), shares as (
                    select *, invoiced / nullif(sum(invoiced) over (partition by currency), 0) as share from sums
                )
                select supplier_code, source, currency, invoiced, round(share * 100, 2) as share_percent,
                    round(sum(share * share) over (partition by currency) * 100, 2) as concentration_percent,
                    coalesce(share, -1) as exact
                from shares
                """, transaction, format: moneyText)
        ]
    }

    static func prepayments(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        return [
            try arguments.table(
                "prepayments",
                """
                select r.payment_id, r.source, r.supplier_code, r.paid_day, r.amount, a.applied,
                    r.amount - a.applied as prepaid, r.currency
                from supplier_payment r cross join lateral (
                    select coalesce(sum(applied), 0) as applied from supplier_allocation a
                    where a.document_source = r.source and a.payment_id = r.payment_id
                ) a
                where r.amount > a.applied and \(condition(arguments))
                """, transaction, format: moneyText)
        ]
    }

    /// Parties that are both customer and supplier, by their registered name, and what could be set off. Only shown:
    /// setting off needs an agreement.
    private static func setOff(
        _ arguments: QueryArguments, _ rates: RateTable, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        [
            try arguments.table(
                "set-off",
                """
                with owed as (
                    select a.name, e.currency, sum(e.receivable) as amount,
                        string_agg(distinct a.code, ' ' order by a.code) as codes
                    from account_exposure e join account a on a.source = e.source and a.code = e.customer_code
                    where a.name <> '' and e.receivable > 0 group by a.name, e.currency
                ), owing as (
                    select s.name, r.currency, sum(r.amount - r.paid) as amount,
                        string_agg(distinct s.code, ' ' order by s.code) as codes
                    from supplier_invoice r
                    join supplier_account s on s.source = r.supplier_source and s.code = r.supplier_code
                    where s.name <> '' and r.settled_day is null and r.amount is not null group by s.name, r.currency
                )
                select name, currency, o.codes as customer_codes, w.codes as supplier_codes, o.amount as receivable,
                    w.amount as payable, least(o.amount, w.amount) as could_be_set_off,
                    least(o.amount, w.amount) * coalesce(x.cny, 0) as worth
                from owed o join owing w using (name, currency)
                left join \(rates.relation(on: arguments.today)) x on x.code = currency
                """, transaction, format: moneyText)
        ]
    }
}
