import Contracts
import Postgres
import ServiceKit

/// What collection works on: disputes, promises, cash on account and what was given up.
extension CollectionQueries {
    static func disputes(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let isAll = arguments["state"] == "all"
        let scope = try arguments.customers(transaction)
        return [
            try arguments.table(
                "disputes",
                """
                select d.dispute_id, d.source, d.invoice_id, r.customer_code, d.amount as disputed, d.currency,
                    r.amount - r.paid as open, d.reason, d.opened_at, d.opened_by, d.resolved_at, d.outcome, a.branch,
                    a.sales_owner
                from dispute d left join receivable r on r.source = d.invoice_source and r.invoice_id = d.invoice_id
                left join account a on a.source = r.customer_source and a.code = r.customer_code
                where d.fingerprint is not null and (\(isAll) or d.resolved_at is null) and \(filter(scope))
                """, transaction, format: moneyText)
        ]
    }

    static func promises(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("asOf")
        let scope = try arguments.customers(transaction)
        return [
            try arguments.table(
                "promises",
                """
                select p.promise_id, p.source, p.invoice_id, r.customer_code, p.amount as promised, p.currency,
                    p.promised_day, \(PromiseStore.state(on: day)) as state, r.amount - r.paid as open, p.made_at,
                    p.taken_by, a.branch, a.sales_owner
                from payment_promise p
                left join receivable r on r.source = p.invoice_source and r.invoice_id = p.invoice_id
                left join account a on a.source = r.customer_source and a.code = r.customer_code
                where \(filter(scope))
                """, transaction, format: moneyText)
        ]
    }

    /// What was paid and is for no invoice yet: rows of payments `p`, to which conditions may be added.
    static let cashOnAccount: SQL = """
        select p.payment_id, p.source, p.customer_code, p.received_day, p.amount,
            coalesce(a.allocated, 0) as allocated, coalesce(a.applied, 0) + b.applied as applied,
            p.amount - coalesce(a.applied, 0) + b.amount - b.applied as on_account, p.currency,
            c.branch, c.sales_owner, p.kind
        from customer_payment p
        left join account c on c.source = p.customer_source and c.code = p.customer_code
        cross join lateral (
            select sum(amount) as allocated, sum(applied) as applied from payment_allocation a
            where a.document_source = p.source and a.payment_id = p.payment_id and a.kind = p.kind
        ) a
        -- What has gone back of it stands with its sign turned.
        cross join lateral (
            select coalesce(sum(q.amount), 0) as amount, coalesce(sum(t.applied), 0) as applied
            from payment_return g
            join customer_payment q on q.source = g.source and q.payment_id = g.return_id and q.kind = 'return'
            cross join lateral (
                select sum(applied) as applied from payment_allocation t
                where t.document_source = q.source and t.payment_id = q.payment_id and t.kind = 'return'
            ) t
            where p.kind = 'payment' and g.payment_source = p.source and g.payment_id = p.payment_id
        ) b
        where p.kind <> 'return' and p.amount - coalesce(a.applied, 0) + b.amount - b.applied > 0
        """

    static func unallocated(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let scope = try arguments.customers(transaction)
        return [
            try arguments.table(
                "cash on account",
                "\(cashOnAccount) and \(scope.condition("p.customer_source", "p.customer_code"))", transaction,
                format: moneyText)
        ]
    }

    static func writeOffs(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let scope = try arguments.customers(transaction)
        return [
            try arguments.table(
                "write-offs",
                """
                select w.adjustment_id as write_off_id, w.source, w.invoice_id, r.customer_code, w.amount as proposed,
                    coalesce(a.applied, 0) as written_off, w.currency, w.reason, w.proposed_by, w.approved_by,
                    w.approved_at, case
                        when w.set_aside is not null then 'set aside: ' || w.set_aside
                        when w.approved_by is null then 'waits for approval' else 'approved' end as state, c.branch,
                    c.sales_owner, w.at, w.approved_on_behalf_of
                from receivable_adjustment w
                left join receivable r on r.source = w.invoice_source and r.invoice_id = w.invoice_id
                left join payment_allocation a on a.source = w.invoice_source and a.invoice_id = w.invoice_id
                    and a.document_source = w.source
                    and a.kind = 'write-off' and a.payment_id = w.adjustment_id
                left join account c on c.source = r.customer_source and c.code = r.customer_code
                where w.kind = 'write-off' and w.fingerprint is not null and \(filter(scope))
                """, transaction, format: moneyText)
        ]
    }

    /// The condition of a scope on an invoice that may not have come.
    private static func filter(_ scope: CustomerScope) -> SQL {
        AgeingStore.filter(scope)
    }
}
