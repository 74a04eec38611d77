import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of receivables.
struct ReceivableQueries: Sendable {
    let rates: ExchangeRates

    var all: [Query] {
        [
            Query(ReceivableQuestions.ageing, ageing), Query(ReceivableQuestions.invoices, Self.invoices),
            Query(ImportQuestions.invoices, ReceivablePreviewQuery.invoices),
            Query(ReceivableQuestions.agedAccounts, AgedQueries(rates: rates).accounts),
            Query(ReceivableQuestions.statement, StatementQuery.answer),
            Query(ReceivableQuestions.waiting, Self.waiting),
            Query(ReceivableQuestions.disputes, CollectionQueries.disputes),
            Query(ReceivableQuestions.promises, CollectionQueries.promises),
            Query(ReceivableQuestions.unallocated, CollectionQueries.unallocated),
            Query(ReceivableQuestions.writeOffs, CollectionQueries.writeOffs),
            Query(ReceivableQuestions.balances, CollectionQueries(rates: rates).balances),
            Query(ReceivableQuestions.dso, CollectionQueries(rates: rates).dso),
            Query(ReceivableQuestions.provisions, ProvisionQuery(rates: rates).answer),
        ]
    }

    func ageing(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("asOf")
        let buckets = try arguments["buckets"].map { try AgeingBuckets($0) } ?? .standard
        let parts = try AgeingStore.parts(on: day, buckets, arguments.customers(transaction), transaction)
        let ageing = Ageing(parts, spans: buckets.starts.count, on: day, try rates.current(transaction))
        func row(_ name: String, _ from: Int?, _ to: Int?, _ figure: AgeingFigure) -> [String?] {
            [name, from.map { String($0) }, to.map { String($0) }, String(figure.count), figure.amount.moneyText]
        }
        var rows = [row("not due", nil, nil, ageing.figures[0])]
        for (span, figure) in zip(buckets.spans, ageing.figures.dropFirst()) {
            let name = span.to.map { "\(span.from)-\($0)" } ?? "over \(span.from - 1)"
            rows.append(row(name, span.from, span.to, figure))
        }
        return [
            try arguments.table(
                "ageing",
                rows: [
                    [
                        day.description, ageing.currency.code, String(ageing.open.count),
                        ageing.open.amount.moneyText, Ageing.text(ageing.moneyWithoutRate),
                    ]
                ]),
            try arguments.table("buckets", rows: rows),
        ]
    }

    static func invoices(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let isAll = arguments["state"] == "all"
        let scope = try arguments.customers(transaction)
        let invoice = arguments["invoiceId"].postgresBind
        return [
            try arguments.table(
                "invoices",
                """
                select r.invoice_id, r.source, r.customer_code, a.name, r.issued_day, r.due_day, r.amount, r.paid,
                    r.amount - r.paid as open, r.currency, r.settled_day, array_to_string(r.order_ids, ' ') as orders,
                    a.branch, a.sales_owner
                from receivable r left join account a on a.source = r.customer_source and a.code = r.customer_code
                where r.amount is not null and (\(isAll) or r.settled_day is null)
                    and r.invoice_id = coalesce(\(invoice), r.invoice_id) and \(AgeingStore.filter(scope))
                """, transaction, format: moneyText)
        ]
    }

    /// Payments and notes that name an invoice that has not come.
    static let waitingPayments: SQL = """
        select a.invoice_id, a.document_source as source, a.payment_id, p.customer_code, a.received_day, a.amount as allocated,
            p.currency, a.allocation_id, a.kind, a.source as invoice_source, a.allocation_source
        from receivable r
        join payment_allocation a using (source, invoice_id)
        join customer_payment p on p.source = a.document_source and p.payment_id = a.payment_id
            and p.kind = a.kind
        where r.amount is null and (a.kind = 'payment' or a.allocation_id <> '')
        """

    /// Payments that were taken out of the books.
    static let setAside: SQL = """
        select payment_id, source, customer_code, received_at, amount, currency, invoice_id, reason, detail
        from payment_set_aside
        """

    /// Adjustments, allocations, returns and disputes that wait or were set aside.
    static let waitingOthers: SQL = """
        select *, coalesce(day, date 'epoch') as "on" from (
            select a.kind, a.adjustment_id as reference, a.source, a.invoice_id as about, a.day, a.amount,
                a.currency, case
                    when a.set_aside is not null then 'set aside: ' || a.set_aside
                    when a.fingerprint is null then 'waits for the proposal'
                    when a.kind = 'write-off' and a.approved_by is null then 'waits for approval'
                    else 'waits for the invoice' end as state
            from receivable_adjustment a
            left join receivable r on r.source = a.invoice_source and r.invoice_id = a.invoice_id
            where a.set_aside is not null or r.amount is null
                or (a.kind = 'write-off' and a.approved_by is null)
            union all
            select 'allocation', l.allocation_id, l.source, l.payment_id, \(SQL.day(of: "l.at")),
                (select sum(x) from unnest(l.amounts) x), null,
                case l.state when 'waiting' then 'waits for the payment' else 'set aside: ' || l.detail end
            from later_allocation l where l.state <> 'applied'
            union all
            select 'return', g.return_id, g.source, g.payment_id, \(SQL.day(of: "g.at")), g.amount,
                g.currency,
                case g.state when 'waiting' then 'waits for the payment' else 'set aside: ' || g.detail end
            from payment_return g where g.state <> 'applied'
            union all
            select 'dispute', d.dispute_id, d.source, d.invoice_id,
                \(SQL.day(of: "coalesce(d.opened_at, d.resolved_at)")),
                d.amount, d.currency,
                case when d.fingerprint is null then 'waits for the dispute'
                    when r.amount is null then 'waits for the invoice'
                    else 'set aside: ' || \(DisputeStore.fault) end
            from dispute d
            left join receivable r on r.source = d.invoice_source and r.invoice_id = d.invoice_id
            where d.fingerprint is null
                or d.resolved_at is null and (r.amount is null or \(DisputeStore.fault) is not null)
        ) t
        """

    static func waiting(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "payments that wait for an invoice", waitingPayments, transaction, format: moneyText),
            try arguments.table("payments set aside", setAside, transaction, format: moneyText),
            try arguments.table(
                "what else waits for its invoice or was set aside", waitingOthers, transaction, format: moneyText),
        ]
    }
}

/// Amounts are written as money is in messages.
func moneyText(_ value: String, _ column: ColumnDescription) throws -> String {
    // Whatever stands as a decimal in the answer is an amount, or is told like one.
    column.told == .decimal ? try NumericText.decimal(value).moneyText : value
}
