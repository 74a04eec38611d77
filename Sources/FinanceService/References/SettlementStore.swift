import Contracts
import Domain
import Postgres

/// The SQL of references that people settle.
enum SettlementStore {
    // MARK: What names an order

    /// The costs that name an order, locked, with the line that each is for.
    static func costs(
        of order: OrderKey, _ transaction: borrowing Transaction
    ) throws -> [(key: CostKey, line: Int)] {
        try transaction.query(
            """
            select source, cost_id, line from cost where order_id = \(order.orderId) and order_source = \(order.source)
            order by source, cost_id for update
            """, as: (String, String, Int).self
        ).map { (CostKey(source: $0.0, costId: $0.1), $0.2) }
    }

    /// The invoices, customers' and suppliers', that name an order: what each is, and all orders that it names.
    private static func invoices(of order: OrderKey) -> SQL {
        """
        select 'invoice ' || r.source || '/' || r.invoice_id as document, n.order_id
        from receivable r cross join unnest(r.order_ids) as n(order_id)
        where r.order_ids @> array[\(order.orderId)] and r.order_source = \(order.source) and r.amount is not null
        union
        select 'supplier invoice ' || s.source || '/' || s.invoice_id, n.order_id
        from supplier_invoice s cross join unnest(s.order_ids) as n(order_id)
        where s.order_ids @> array[\(order.orderId)] and s.order_source = \(order.source) and s.amount is not null
        """
    }

    /// Whether an invoice names an order.
    static func isInvoiced(_ order: OrderKey, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.query("select exists (\(invoices(of: order)))", as: Bool.self).first ?? false
    }

    /// An invoice that names an order together with one of the same system that has come; `nil` when there is none.
    static func known(
        beside order: OrderKey, _ transaction: borrowing Transaction
    ) throws -> (document: String, order: String)? {
        try transaction.query(
            """
            select i.document, i.order_id from (\(invoices(of: order))) i
            join orders o on o.source = \(order.source) and o.order_id = i.order_id and o.customer_code <> ''
            order by 1, 2 limit 1
            """, as: (String, String).self
        ).first.map { ($0.0, $0.1) }
    }

    /// The other orders that are named together with one.
    static func numbers(beside order: OrderKey, _ transaction: borrowing Transaction) throws -> [String] {
        try transaction.query(
            """
            select distinct i.order_id from (\(invoices(of: order))) i where i.order_id <> \(order.orderId) order by 1
            """, as: String.self)
    }

    /// Lets costs of an order be of the one that another system has under that number. What they have said is kept: they may
    /// come again.
    static func moveCosts(
        of order: OrderKey, to meant: String, _ transaction: borrowing Transaction
    ) throws -> [NamingDocument] {
        try documents(
            .cost,
            """
            update cost set order_of = nullif(\(meant), source), order_said = coalesce(order_said, order_source)
            where order_id = \(order.orderId) and order_source = \(order.source) returning source, cost_id
            """, transaction)
    }

    private static func documents(
        _ kind: NamingKind, _ statement: SQL, _ transaction: borrowing Transaction
    ) throws -> [NamingDocument] {
        try transaction.query(statement, as: (String, String).self)
            .map { LedgerKey(source: $0.0, identifier: $0.1) }.sorted()
            .map { NamingDocument(kind: kind, source: $0.source, number: $0.identifier) }
    }

    /// The same for customers' invoices; the view looks again where they belong.
    static func moveInvoices(
        of order: OrderKey, to meant: String, _ transaction: borrowing Transaction
    ) throws -> [NamingDocument] {
        try documents(
            .invoice,
            """
            with moved as (
                update receivable r set order_of = nullif(\(meant), r.source)
                where r.order_ids @> array[\(order.orderId)] and r.order_source = \(order.source)
                    and r.amount is not null
                returning r.source, r.invoice_id
            ), marked as (
                insert into view_mark (kind, source, id) select 0, source, invoice_id from moved
            )
            select source, invoice_id from moved
            """, transaction)
    }

    /// The same for suppliers' invoices.
    static func moveSupplierInvoices(
        of order: OrderKey, to meant: String, _ transaction: borrowing Transaction
    ) throws -> [NamingDocument] {
        try documents(
            .supplierInvoice,
            """
            with moved as (
                update supplier_invoice s set order_of = nullif(\(meant), s.source)
                where s.order_ids @> array[\(order.orderId)] and s.order_source = \(order.source)
                    and s.amount is not null
                returning s.source, s.invoice_id
            ), marked as (
                insert into view_mark (kind, source, id) select 2, source, invoice_id from moved
            )
            select source, invoice_id from moved
            """, transaction)
    }

    /// Takes back of orders that have not come what documents had said of them which now name others. Their keys stay:
    /// whoever names one of them at the same moment has found it there.
    ///
    /// - Parameters:
    ///   - order: the order, locked.
    ///   - others: those of the same system that were named together with it.
    static func release(_ order: OrderKey, _ others: [String], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            update orders o set is_completed = o.is_completed and o.order_id <> \(order.orderId), is_billed = false,
                billed = null, version = o.version + 1,
                -- What names it from now on has not waited before.
                named_at = case when o.order_id = \(order.orderId) then now() else o.named_at end
            where o.source = \(order.source) and o.order_id = any(\(others + [order.orderId]))
                and o.customer_code = '' and (o.is_billed or o.order_id = \(order.orderId))
                and not exists (
                    select from receivable r
                    where r.order_ids @> array[o.order_id] and r.order_source = o.source and r.amount is not null)
            """)
    }

    /// Of orders that were told as done, and have not come, whose are meant by somebody's word.
    static func completions(
        of orders: [OrderKey], _ transaction: borrowing Transaction
    ) throws -> [OrderKey: OrderKey] {
        let rows = try transaction.query(
            """
            select distinct on (s.source, s.number) s.source, s.number, s.meant
            from unnest(\(orders.map(\.source)), \(orders.map(\.orderId))) as k(source, number)
            join reference_settlement s using (source, number)
            where s.what = 'order' and 'completion ' || s.source || '/' || s.number = any(s.documents)
            order by s.source, s.number, s.settlement_id desc
            """, as: (String, String, String).self)
        return Dictionary(
            rows.map { (OrderKey(source: $0.0, orderId: $0.1), OrderKey(source: $0.2, orderId: $0.1)) },
            uniquingKeysWith: { first, _ in first })
    }

    // MARK: What names an invoice

    /// A payment for an invoice in another currency than the one given; `nil` when there is none.
    static func payment(
        for invoice: LedgerKey, notIn currency: String, _ transaction: borrowing Transaction
    ) throws -> (document: String, currency: String)? {
        try transaction.query(
            """
            select a.kind || ' ' || a.document_source || '/' || a.payment_id, p.currency
            from payment_allocation a
            join customer_payment p on p.source = a.document_source and p.payment_id = a.payment_id and p.kind = a.kind
            where a.source = \(invoice.source) and a.invoice_id = \(invoice.identifier) and p.currency <> \(currency)
            order by 1 limit 1
            """, as: (String, String).self
        ).first.map { ($0.0, $0.1) }
    }

    /// A document that is for both of two invoices; `nil` when there is none.
    static func document(
        for invoice: LedgerKey, and other: LedgerKey, _ transaction: borrowing Transaction
    ) throws -> String? {
        try transaction.query(
            """
            select a.kind || ' ' || a.document_source || '/' || a.payment_id
            from payment_allocation a
            join payment_allocation b using (kind, payment_id, allocation_id, document_source, allocation_source)
            where a.source = \(invoice.source) and a.invoice_id = \(invoice.identifier)
                and b.source = \(other.source) and b.invoice_id = \(other.identifier)
            order by 1 limit 1
            """, as: String.self
        ).first
    }

    /// Lets whatever is for an invoice be for the one that another system has under that number.
    static func moveDocuments(
        for invoice: LedgerKey, to meant: String, _ transaction: borrowing Transaction
    ) throws -> [String] {
        let (source, number) = (invoice.source, invoice.identifier)
        let paying = try transaction.query(
            """
            update payment_allocation a set source = \(meant), document_of = nullif(a.document_source, \(meant))
            where a.source = \(source) and a.invoice_id = \(number)
            returning a.kind || ' ' || a.document_source || '/' || a.payment_id
            """, as: String.self)
        let adjusting = try transaction.query(
            """
            update receivable_adjustment a set invoice_of = nullif(\(meant), a.source)
            where a.invoice_id = \(number) and a.invoice_source = \(source)
            returning a.kind || ' ' || a.source || '/' || a.adjustment_id
            """, as: String.self)
        let disputing = try transaction.query(
            """
            update dispute d set invoice_of = nullif(\(meant), d.source)
            where d.invoice_id = \(number) and d.invoice_source = \(source)
            returning 'dispute ' || d.source || '/' || d.dispute_id
            """, as: String.self)
        let promising = try transaction.query(
            """
            update payment_promise p set invoice_of = nullif(\(meant), p.source)
            where p.invoice_id = \(number) and p.invoice_source = \(source)
            returning 'promise ' || p.source || '/' || p.promise_id
            """, as: String.self)
        let allocating = try transaction.query(
            """
            update later_allocation l set invoice_sources = array(
                select case when i.invoice_id = \(number) and coalesce(i.invoice_of, l.source) = \(source)
                    then nullif(\(meant), l.source) else i.invoice_of end
                from unnest(l.invoices, l.invoice_sources) with ordinality as i(invoice_id, invoice_of, place)
                order by i.place)
            where exists (
                select from unnest(l.invoices, l.invoice_sources) as i(invoice_id, invoice_of)
                where i.invoice_id = \(number) and coalesce(i.invoice_of, l.source) = \(source))
            returning 'allocation ' || l.source || '/' || l.allocation_id
            """, as: String.self)
        return Set(paying + adjusting + disputing + promising + allocating).sorted()
    }

    // MARK: What names a payment

    /// What of a payment has gone back, as far as it waits for that payment.
    static func returns(
        of payment: LedgerKey, _ transaction: borrowing Transaction
    ) throws -> [(key: LedgerKey, amount: FixedDecimal, currency: String)] {
        try transaction.query(
            """
            select source, return_id, amount, currency from payment_return
            where payment_source = \(payment.source) and payment_id = \(payment.identifier) and state = 'waiting'
            order by source, return_id
            """, as: (String, String, FixedDecimal, String).self
        ).map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2, $0.3) }
    }

    /// Lets whatever waits for a payment be of the one that another system has under that number.
    static func moveWaiting(
        forPayment payment: LedgerKey, to meant: String, _ transaction: borrowing Transaction
    ) throws -> [String] {
        let (source, number) = (payment.source, payment.identifier)
        let returning = try transaction.query(
            """
            update payment_return g set payment_of = nullif(\(meant), g.source)
            where g.payment_id = \(number) and g.payment_source = \(source) and g.state = 'waiting'
            returning 'return ' || g.source || '/' || g.return_id
            """, as: String.self)
        let allocating = try transaction.query(
            """
            update later_allocation l set payment_of = nullif(\(meant), l.source)
            where l.payment_id = \(number) and l.payment_source = \(source) and l.state = 'waiting'
            returning 'allocation ' || l.source || '/' || l.allocation_id
            """, as: String.self)
        return (returning + allocating).sorted()
    }

    // MARK: What was settled

    /// Who last said what of a number; `nil` when nobody has.
    static func last(
        _ said: SaidReference, _ transaction: borrowing Transaction
    ) throws -> (by: String, meant: String)? {
        try transaction.query(
            """
            select settled_by, meant from reference_settlement
            where number = \(said.number) and source = \(said.source) and what = \(said.what)
            order by settlement_id desc limit 1
            """, as: (String, String).self
        ).first.map { ($0.0, $0.1) }
    }

    /// Writes down what was settled, by whom and why, and of which documents.
    static func record(
        _ said: SaidReference, _ documents: [String], at time: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into reference_settlement (what, source, number, meant, documents, reason, settled_by, settled_at)
            values (\(said.what), \(said.source), \(said.number), \(said.meant), \(documents),
                \(said.reason), \(said.by), \(PostgresValue.timestamp(time.description)))
            """)
    }
}
