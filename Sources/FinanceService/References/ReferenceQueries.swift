import Contracts
import Postgres
import ServiceKit

/// What documents name that has not come: it waits, counts nowhere, and is joined when it comes.
enum ReferenceQueries {
    static let all = [
        Query(ReferenceQuestions.waiting(.finance), waiting), Query(FinanceQuestions.settledReferences, settled),
    ]

    static let figures = [
        StandingFigure(
            "references_waiting", "What documents name and that has not come.", label: "what",
            { transaction in try standing(transaction).map { ($0.what, Double($0.count)) } }),
        StandingFigure(
            "references_oldest_seconds", "For how long the oldest of it has been waited for.", label: "what",
            { transaction in try standing(transaction).map { ($0.what, $0.age) } }),
    ]

    /// What waits of every kind, also of those of which nothing does.
    private static func standing(
        _ transaction: borrowing Transaction
    ) throws -> [(what: String, count: Int, age: Double)] {
        try transaction.query(
            """
            select k.what, coalesce(c.count, 0),
                coalesce(greatest(0, extract(epoch from clock_timestamp() - c.oldest)), 0)::float8
            from unnest(array['order', 'invoice', 'customer', 'payment', 'supplier-invoice']) as k(what) left join (\(counts)) c using (what)
            order by 1
            """, as: (String, Int, Double).self
        ).map { (what: $0.0, count: $0.1, age: $0.2) }
    }

    /// What waits, by kind, with the age of the oldest.
    private static let counts: SQL = """
        select what, count(*) as count, min(since) as oldest from (\(targets)) t group by what
        """

    /// Orders and invoices of which only the key is there, as long as something names them, accounts that no customer of ours
    /// has, payments of which something goes back or is allocated, and suppliers' invoices that are paid.
    static let targets: SQL = """
        select 'order' as what, o.source, o.order_id as number, o.named_at as since from orders o
        where o.customer_code = '' and not o.is_cancelled and (o.is_completed or o.is_billed
            or exists (select from cost c where c.order_id = o.order_id and c.order_source = o.source)
            or exists (
                select from supplier_invoice s
                where s.order_ids @> array[o.order_id] and s.order_source = o.source and s.amount is not null))
        union all
        select 'invoice', source, invoice_id, came_at from receivable where amount is null
        union all
        select 'customer', e.source, e.customer_code, (
            select min(came) from (
                select r.came_at as came from receivable r
                where r.customer_code = e.customer_code and r.customer_source = e.source
                union all
                select p.received_at from customer_payment p
                where p.customer_code = e.customer_code and p.customer_source = e.source
            ) d)
        from (select distinct source, customer_code from account_exposure) e
        where not exists (select from account a where a.source = e.source and a.code = e.customer_code)
        union all
        select 'payment', n.payment_source, n.payment_id, min(n.came_at) from (
            select payment_source, payment_id, came_at from payment_return where state = 'waiting'
            union all
            select payment_source, payment_id, came_at from later_allocation where state = 'waiting'
        ) n group by n.payment_source, n.payment_id
        union all
        select 'supplier-invoice', n.source, n.invoice_id, min(n.paid_at) from supplier_allocation n
        where n.applied = 0 and not exists (
            select from supplier_invoice s where s.source = n.source and s.invoice_id = n.invoice_id)
        group by n.source, n.invoice_id
        """

    static func settled(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "settled",
                """
                select settled_at, what, source, number, meant, cardinality(documents) as documents,
                    documents[1] as named_by, settled_by, reason, settlement_id
                from reference_settlement
                where number = coalesce(\(arguments["number"].postgresBind), number)
                    and source = coalesce(\(arguments["source"].postgresBind), source)
                """, transaction)
        ]
    }

    static func waiting(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let what = arguments["what"] ?? "all"
        return [
            try arguments.table("waiting", "select * from (\(counts)) c order by what", transaction),
            try arguments.table(
                "references",
                """
                with recursive systems as materialized (
                    select source from account union select source from open_item_day
                ),
                -- Those that pay, each found by one look into the key: whoever only pays has neither accounts nor invoices.
                payers as (
                    select min(source) as source from customer_payment
                    union all
                    select (select min(p.source) from customer_payment p where p.source > l.source) from payers l
                    where l.source is not null
                ),
                -- Those who are billed, in the same way.
                billed as (
                    select min(source) as source from supplier_invoice
                    union all
                    select (select min(s.source) from supplier_invoice s where s.source > l.source) from billed l
                    where l.source is not null
                )
                select t.what, t.source, t.number, coalesce(t.since, timestamptz 'epoch') as since, d.documents,
                    d.named_by, k.known_to, k.systems > 1 as ambiguous,
                    \(WaitingReferences.days("coalesce(t.since, timestamptz 'epoch')", until: arguments.now)) as days
                from (\(targets)) t
                cross join lateral (
                    select count(*) as documents,
                        (array_agg(kind || ' ' || source || '/' || id
                            order by kind = 'completion', kind, source, id))[1] as named_by
                    from (
                        select 'cost' as kind, c.source, c.cost_id as id from cost c
                        where t.what = 'order' and c.order_id = t.number and c.order_source = t.source
                        union all
                        select 'invoice', r.source, r.invoice_id from receivable r
                        where t.what = 'order' and r.order_ids @> array[t.number] and r.order_source = t.source
                            and r.amount is not null
                        union all
                        select 'supplier invoice', s.source, s.invoice_id from supplier_invoice s
                        where t.what = 'order' and s.order_ids @> array[t.number] and s.order_source = t.source
                            and s.amount is not null
                        union all
                        select 'completion', o.source, o.order_id from orders o
                        where t.what = 'order' and o.order_id = t.number and o.source = t.source and o.is_completed
                        union all
                        select 'payment', a.source, a.payment_id from payment_allocation a
                        where t.what = 'invoice' and a.source = t.source and a.invoice_id = t.number
                        union all
                        select 'invoice', r.source, r.invoice_id from receivable r
                        where t.what = 'customer' and r.customer_code = t.number and r.customer_source = t.source
                        union all
                        select 'payment', p.source, p.payment_id from customer_payment p
                        where t.what = 'customer' and p.customer_code = t.number and p.customer_source = t.source
                        union all
                        select 'allocation', l.source, l.allocation_id from later_allocation l
                        where t.what = 'payment' and l.payment_id = t.number and l.payment_source = t.source
                            and l.state = 'waiting'
                        union all
                        select 'supplier payment', y.document_source, y.payment_id from supplier_allocation y
                        where t.what = 'supplier-invoice' and y.source = t.source and y.invoice_id = t.number
                        union all
                        select 'return', g.source, g.return_id from payment_return g
                        where t.what = 'payment' and g.payment_id = t.number and g.payment_source = t.source
                            and g.state = 'waiting'
                    ) n
                ) d
                cross join lateral (
                    select string_agg(source, ', ' order by source) as known_to, count(*) as systems from (
                        select o.source from orders o
                        where t.what = 'order' and o.order_id = t.number and o.source <> t.source
                            and o.customer_code <> ''
                        union
                        select r.source from systems s join receivable r on r.source = s.source
                        where t.what = 'invoice' and r.invoice_id = t.number and r.source <> t.source
                            and r.amount is not null
                        union
                        select a.source from systems s join account a on a.source = s.source
                        where t.what = 'customer' and a.code = t.number and a.source <> t.source
                        union
                        select p.source from payers s join customer_payment p on p.source = s.source
                        where t.what = 'payment' and p.payment_id = t.number and p.source <> t.source
                            and p.kind in ('payment', 'credit-note')
                        union
                        select s.source from billed b join supplier_invoice s on s.source = b.source
                        where t.what = 'supplier-invoice' and s.invoice_id = t.number and s.source <> t.source
                    ) o
                ) k
                where \(what) = 'all' or t.what = \(what)
                """, transaction),
        ]
    }
}
