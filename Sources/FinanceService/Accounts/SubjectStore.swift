import Contracts
import Postgres
import ServiceKit

/// The SQL by which is found whose the things are that people decide about.
enum SubjectStore {
    static let subjects = ActSubjects(statements)

    private static var statements: [ActSubject: SQL] {
        decisions.merging(AccountStore.replica.subjects) { first, _ in first }
    }

    private static var decisions: [ActSubject: SQL] {
        [
            .order: """
            select n.source, n.identifier, coalesce(o.sales_owner, a.sales_owner), o.branch, o.day, o.business_line
            from named n join orders o on o.order_id = n.identifier and o.source = n.source
            left join account a on a.source = o.source and a.code = o.customer_code
            where o.customer_code <> ''
            """,
            // One whose account is not known belongs to nobody yet, and with it the group's limit.
            .creditGroup: """
            select n.source, n.identifier, a.sales_owner, a.branch, null::date, null::text
            from named n join credit_group_member m on m.group_id = n.identifier
            left join account a on a.source = m.source and a.code = m.customer_code
            """,
            .alert: """
            select n.source, n.identifier, h.owner, h.branch, h.day, l.business_line
            from named n join alert l on l.alert_id = n.identifier
            cross join lateral (values
                (l.sales_owner, l.branch, \(SQL.day(of: "l.raised_at"))), (l.escalated_to, null, null)
            ) as h(owner, branch, day)
            """,
            .invoice: """
            select n.source, n.identifier, h.owner, h.branch, h.day, h.line
            from named n join receivable r on r.source = n.source and r.invoice_id = n.identifier
            \(homesOfInvoice)
            """,
            .dispute: """
            select n.source, n.identifier, h.owner, h.branch, h.day, h.line
            from named n join dispute d on d.source = n.source and d.dispute_id = n.identifier
            join receivable r on r.source = d.invoice_source and r.invoice_id = d.invoice_id
            \(homesOfInvoice)
            """,
            .writeOff: """
            select n.source, n.identifier, h.owner, h.branch, h.day, h.line
            from named n join receivable_adjustment w
                on w.source = n.source and w.kind = 'write-off' and w.adjustment_id = n.identifier
            join receivable r on r.source = w.invoice_source and r.invoice_id = w.invoice_id
            \(homesOfInvoice)
            """,
            .payment: """
            select n.source, n.identifier, a.sales_owner, a.branch, null::date, null::text
            from named n join customer_payment p on p.source = n.source and p.payment_id = n.identifier
            join account k on k.source = p.customer_source and k.code = p.customer_code
            join account a on a.customer_id = k.customer_id
            """,
            // Of each of the orders that it bills; one that is not known belongs to nobody.
            .supplierInvoice: """
            select n.source, n.identifier, o.sales_owner, o.branch, o.day, o.business_line
            from named n join supplier_invoice s on s.source = n.source and s.invoice_id = n.identifier
            cross join lateral unnest(s.order_ids) as i(order_id)
            left join orders o on o.order_id = i.order_id and o.source = s.order_source and o.customer_code <> ''
            """,
            .expense: """
            select n.source, n.identifier, e.owner, e.branch, e.day, null::text
            from named n join expense e on e.source = n.source and e.expense_id = n.identifier
            """,
        ]
    }

    /// Whose an invoice `r` is: of who looks after the customer's accounts, and of whose deal the first order was.
    private static let homesOfInvoice: SQL = """
        cross join lateral (
            select a.sales_owner as owner, a.branch, null::date as day, null::text as line
            from account k join account a on a.customer_id = k.customer_id
            where k.source = r.customer_source and k.code = r.customer_code
            union all
            select o.sales_owner, o.branch, o.day, o.business_line
            from orders o
            where o.order_id = r.order_ids[1] and o.source = r.order_source and o.customer_code <> ''
        ) h
        """
}
