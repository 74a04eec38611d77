import Contracts
import Domain
import Postgres
import ServiceKit

/// Suppliers' invoices and what we have paid of them. An invoice may come after its payment, which then waits for it.
enum PayableHandlers {
    static func invoiced(
        _ messages: [Received<SupplierInvoiceReceived>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<SupplierInvoiceReceived>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.invoiceId)
        }
        let known = try PayableStore.invoices(Set(messages.map(key)), transaction)
        var seen = KnownContent(known.compactMapValues(\.fingerprint))
        let suppliers = Set(
            messages.map { $0.key($0.body.supplier.code, of: $0.body.supplier.source) as LedgerKey })
        try TermsStore.lock(.supplier, suppliers, transaction)
        let terms = try TermsStore.terms(.supplier, of: suppliers, transaction)
        var fresh: [(key: LedgerKey, body: SupplierInvoiceReceived, due: CalendarDay, fingerprint: Int64)] = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(
                    message, key, content, at: "$.invoiceId",
                    "this invoice came before with other content: a corrected one has a number of its own",
                    counting: "repeated_supplier_invoices", &effects)
            else { continue }
            seen.keep(content, under: key)
            // A small supplier is paid within sixty days, whatever the invoice says.
            var due = body.dueAt.day()
            let supplier: LedgerKey = message.key(body.supplier.code, of: body.supplier.source)
            if terms[supplier]?.isSmallSupplier == true {
                due = min(due, body.issuedAt.day().adding(days: PaymentTerms.statutoryDays))
            }
            fresh.append((key, body, due, content.mark))
        }
        guard !fresh.isEmpty else { return }
        try PayableStore.putInvoices(fresh, transaction)
        // The first order says where the invoice belongs; each learns when it comes that there is one, and is waited for.
        let orders = fresh.flatMap { row in
            row.body.orderIds.map { OrderKey(source: row.body.orderSource ?? row.key.source, orderId: $0) }
        }
        try OrderStore.foresee(Set(orders), transaction)
        let keys = Set(fresh.map(\.key))
        try PayableStore.setAside(waitingFor: keys, transaction)
        try PayableStore.apply(to: keys, transaction)
        PayableReleases.look(at: keys, &effects)
        effects.count("supplier_invoices", fresh.count)
    }

    static func paid(
        _ messages: [Received<SupplierPaymentMade>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<SupplierPaymentMade>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.paymentId)
        }
        let keys = Set(messages.map(key))
        let known = try PayableStore.payments(keys, transaction)
        let named = Set(
            messages.flatMap { message in
                message.body.allocations.map { $0.invoice(of: message.envelope.source) }
            })
        let invoices = try PayableStore.invoices(named, transaction)
        var seen = KnownContent(known)
        var fresh: [(key: LedgerKey, body: SupplierPaymentMade, fingerprint: Int64)] = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(
                    message, key, content, at: "$.paymentId", "this payment came before otherwise",
                    counting: "repeated_supplier_payments", &effects)
            else { continue }
            let wrong = body.allocations.first {
                let currency = invoices[$0.invoice(of: key.source)]?.currency
                return currency != nil && currency != body.currency.code
            }
            if let wrong {
                effects.refuse(
                    message,
                    Refusal(
                        .currencyMismatch, path: "$.allocations",
                        "invoice '\(wrong.invoiceId)' is in another currency than the payment"))
                continue
            }
            seen.keep(content, under: key)
            fresh.append((key, body, content.mark))
        }
        guard !fresh.isEmpty else { return }
        try PayableStore.putPayments(fresh, transaction)
        try PayableStore.apply(to: named, transaction)
        effects.count("supplier_payments", fresh.count)
    }
}
