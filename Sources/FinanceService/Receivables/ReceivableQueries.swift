import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of receivables.
struct ReceivableQueries: Sendable {
    let rates: RateTable

    var all: [Query] {
        [
            Query("receivables.ageing", ageing), Query("receivables.invoices", Self.invoices),
            Query("receivables.statement", StatementQuery.answer), Query("receivables.waiting", Self.waiting),
            Query("receivables.disputes", CollectionQueries.disputes),
            Query("receivables.promises", CollectionQueries.promises),
            Query("receivables.unallocated", CollectionQueries.unallocated),
            Query("receivables.write-offs", CollectionQueries.writeOffs),
            Query("receivables.balances", CollectionQueries.balances),
            Query("receivables.dso", CollectionQueries(rates: rates).dso),
            Query("receivables.provisions", ProvisionQuery(rates: rates).answer),
        ]
    }

    func ageing(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.day("asOf")
        let buckets = try arguments["buckets"].map { try AgeingBuckets($0) } ?? .standard
        let parts = try AgeingStore.parts(on: day, buckets, arguments.scope, transaction)
        let ageing = try Ageing(parts, spans: buckets.starts.count, on: day, rates)
        func row(_ name: String, _ from: Int?, _ to: Int?, _ figure: AgeingFigure) -> [String?] {
            [name, from.map { String($0) }, to.map { String($0) }, String(figure.count), figure.amount.moneyText]
        }
        var rows = [row("not due", nil, nil, ageing.figures[0])]
        for (span, figure) in zip(buckets.spans, ageing.figures.dropFirst()) {
            let name = span.to.map { "\(span.from)-\($0)" } ?? "over \(span.from - 1)"
            rows.append(row(name, span.from, span.to, figure))
        }
        return [
            QueryTable(
                "ageing",
                [
                    QueryColumn("as_of", .time), QueryColumn("currency"), QueryColumn("count", .integer),
                    QueryColumn("amount", .decimal),
                ],
                rows: [
                    [
                        day.description, ageing.currency.code, String(ageing.open.count),
                        ageing.open.amount.moneyText,
                    ]
                ]),
            QueryTable(
                "buckets",
                [
                    QueryColumn("days_overdue"), QueryColumn("from", .integer), QueryColumn("to", .integer),
                    QueryColumn("count", .integer), QueryColumn("amount", .decimal),
                ], rows: rows),
        ]
    }

    static func invoices(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 50)
        let isAll = arguments["state"] == "all"
        return [
            try moneyTable(
                "invoices", amounts: ["amount", "paid", "open"],
                """
                select r.invoice_id, r.source, r.customer_code, a.name, r.issued_day, r.due_day, r.amount, r.paid,
                    r.amount - r.paid as open, r.currency, r.settled_day, array_to_string(r.order_ids, ' ') as orders
                from receivable r left join account a on a.source = r.source and a.code = r.customer_code
                where r.amount is not null and (\(isAll) or r.settled_day is null)
                    and \(AgeingStore.filter(arguments.scope))
                order by r.due_day, r.source, r.invoice_id limit \(limit)
                """, transaction)
        ]
    }

    static func waiting(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 50)
        return [
            try moneyTable(
                "payments that wait for an invoice", amounts: ["allocated"],
                """
                select a.invoice_id, a.source, a.payment_id, p.customer_code, a.received_day, a.amount as allocated,
                    p.currency
                from receivable r
                join payment_allocation a using (source, invoice_id)
                join customer_payment p using (source, payment_id)
                where r.amount is null and a.kind = 'payment' order by a.received_day, a.source, a.invoice_id, a.payment_id limit \(limit)
                """, transaction),
            try moneyTable(
                "payments set aside", amounts: ["amount"],
                """
                select payment_id, source, customer_code, received_at, amount, currency, invoice_id, reason, detail
                from payment_set_aside order by received_at, source, payment_id limit \(limit)
                """, transaction),
            try moneyTable(
                "credit notes, write-offs and allocations that wait or were set aside", amounts: ["amount"],
                """
                select * from (
                    select a.kind, a.adjustment_id as reference, a.source, a.invoice_id as about, a.day, a.amount,
                        a.currency, case
                            when a.set_aside is not null then 'set aside: ' || a.set_aside
                            when a.fingerprint is null then 'waits for the proposal'
                            when a.kind = 'write-off' and a.approved_by is null then 'waits for approval'
                            else 'waits for the invoice' end as state
                    from receivable_adjustment a left join receivable r using (source, invoice_id)
                    where a.set_aside is not null or r.amount is null
                        or (a.kind = 'write-off' and a.approved_by is null)
                    union all
                    select 'allocation', l.allocation_id, l.source, l.payment_id, l.at::date,
                        (select sum(x) from unnest(l.amounts) x), null,
                        case l.state when 'waiting' then 'waits for the payment' else 'set aside: ' || l.detail end
                    from later_allocation l where l.state <> 'applied'
                    union all
                    select 'dispute', d.dispute_id, d.source, d.invoice_id, coalesce(d.opened_at, d.resolved_at)::date,
                        d.amount, d.currency,
                        case when d.fingerprint is null then 'waits for the dispute' else 'waits for the invoice' end
                    from dispute d left join receivable r using (source, invoice_id)
                    where d.fingerprint is null or (r.amount is null and d.resolved_at is null)
                ) t order by day, kind, source, reference limit \(limit)
                """, transaction),
        ]
    }

    /// A table whose amounts are written as money is in messages.
    static func moneyTable(
        _ name: String, amounts: [String], counts: [String] = [], _ sql: SQL, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let rows = try transaction.rows(sql)
        guard rows.values.count <= QueryTable.maximumRows else {
            throw Refusal(
                .tooManyElements, path: "parameters",
                "the answer has more than \(QueryTable.maximumRows) rows: ask for less, by customer or by time")
        }
        let columns = rows.columns.map { name in
            QueryColumn(name, amounts.contains(name) ? .decimal : counts.contains(name) ? .integer : .text)
        }
        let isAmount = columns.map { $0.kind == .decimal }
        return QueryTable(
            name, columns,
            rows: try rows.values.map { row in
                try zip(row, isAmount).map { value, isAmount in
                    guard isAmount, let value else { return value }
                    return try OrderStore.decimal(value).moneyText
                }
            })
    }
}

extension QueryArguments {
    /// A day that must be there.
    func day(_ name: String) throws -> CalendarDay {
        try Self.day(required(name), name)
    }

    /// A day that may be missing.
    func optionalDay(_ name: String) throws -> CalendarDay? {
        try self[name].map { try Self.day($0, name) }
    }

    private static func day(_ text: String, _ name: String) throws(Refusal) -> CalendarDay {
        do {
            return try CalendarDay(parsing: text)
        } catch {
            throw error.refusal(at: "parameters.\(name)")
        }
    }

    /// Whose invoices are meant.
    var scope: AgeingStore.Scope { AgeingStore.Scope(customer: self["customer"], source: self["source"]) }
}
