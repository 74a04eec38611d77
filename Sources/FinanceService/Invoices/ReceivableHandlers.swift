import Contracts
import Domain
import Postgres
import ServiceKit

/// Invoices and payments → who owes us what.
struct ReceivableHandlers: Sendable {
    let billing: Billing

    /// Takes invoices in, and applies what waited for them.
    func issued(
        _ messages: [Received<InvoiceIssued>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        let terms = try TermsStore.termsOfUndated(messages, transaction)
        let rows = messages.map { message in
            let customer: LedgerKey = message.key(message.body.customer.code, of: message.body.customer.source)
            return InvoiceRow(source: message.envelope.source, message.body, terms[customer] ?? .standard)
        }
        let standing = try ReceivableStore.lockInvoices(Set(rows.map(\.key)), transaction)
        var seen = KnownContent(standing.compactMapValues(\.fingerprint))
        let fresh = seen.take(
            zip(messages, rows), at: "$.invoiceId",
            "this invoice came before with other content: give the corrected one a number of its own",
            counting: "repeated_invoices", &effects
        ) { ($0.key, $0.content) }
        guard !fresh.isEmpty else { return }
        let orders = try Billing.lock(
            Set(fresh.flatMap(\.orders)), accounts: fresh.map { ($0.customer, $0.body.currency) }, transaction)
        try ReceivableStore.put(fresh, transaction)
        effects.count("invoices", fresh.count)
        try PostingStore.trace(fresh, at: effects.now, transaction) { row, months in
            let day = row.body.issuedAt.day()
            return months.postingDay(for: day).map {
                LatePosting(
                    kind: .invoice, key: row.key, party: row.body.customer.code, originalDay: day, postingDay: $0,
                    amount: row.body.amount, currency: row.body.currency)
            }
        }
        // All of them: a payment may have named one since the rows were looked at above, and whoever writes second
        // is the one who sees both.
        let awaited = Set(fresh.map(\.key))
        let aside = try ApplicationStore.setAside(waitingFor: awaited, transaction, &effects)
        effects.count("payments_set_aside", aside.count)
        effects.count("adjustments_set_aside", try AdjustmentStore.setWriteOffsAside(waitingFor: awaited, transaction))
        try AdjustmentHandlers.refit(awaited, transaction, &effects)
        try billing.bill(locked: orders, transaction, &effects)
        try ApplicationStore.apply(to: awaited.union(aside.touched), transaction, &effects)
    }

    /// Takes payments in, and applies them to the invoices that have come.
    static func received(
        _ messages: [Received<PaymentReceived>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        let rows = messages.map { PaymentRow(source: $0.envelope.source, $0.body) }
        try KeyLock.lock("payment", Set(rows.map(\.key)), transaction)
        var seen = KnownContent(try ReceivableStore.lockPayments(Set(rows.map(\.key)), transaction))
        let named = Set(rows.flatMap { $0.allocations.map(\.invoice) })
        let invoices = named.isEmpty ? [:] : try ReceivableStore.lockInvoices(named, transaction)
        let fresh = seen.take(
            zip(messages, rows), at: "$.paymentId",
            "this payment came before with other content: give the corrected one a number of its own",
            counting: "repeated_payments", &effects
        ) {
            ($0.key, $0.content)
        } objection: {
            currencyRefusal($0, invoices)
        }
        guard !fresh.isEmpty else { return }
        let paid = Set(fresh.flatMap { $0.allocations.map(\.invoice) })
        try ExposureStore.lock(fresh.map { ($0.customer, $0.body.currency) }, invoices: paid, transaction)
        try ReceivableStore.putKeys(paid.subtracting(invoices.keys), transaction)
        try ReceivableStore.put(fresh, transaction)
        effects.count("payments", fresh.count)
        try PostingStore.trace(fresh, at: effects.now, transaction) { row, months in
            let day = row.body.receivedAt.day()
            return months.postingDay(for: day).map {
                LatePosting(
                    kind: .payment, key: row.key, party: row.body.customer.code, originalDay: day, postingDay: $0,
                    amount: row.body.amount, currency: row.body.currency)
            }
        }
        // What has gone back of them already is taken back first, so that nothing is told as paid that is not.
        try ReturnStore.spread(Set(fresh.map(\.key)), transaction, &effects)
        try ApplicationStore.apply(to: paid.filter { invoices[$0]?.fingerprint != nil }, transaction, &effects)
        try LaterAllocations.release(for: Set(fresh.map(\.key)), transaction, &effects)
        // Cash on account makes room as well as what pays an invoice.
        try CreditReview.ask(
            of: fresh.map { CreditParty(source: $0.customer.source, customer: $0.customer.identifier) }, transaction,
            &effects
        )
    }

    /// Why a payment cannot be for the invoices that it names; `nil` when it can.
    static func currencyRefusal(
        _ row: PaymentRow, _ invoices: [LedgerKey: ReceivableStore.Standing]
    ) -> Refusal? {
        let currency = row.body.currency.code
        for (place, allocation) in row.body.allocations.enumerated() where allocation.amount != .zero {
            if let expected = invoices[allocation.invoice(of: row.key.source)]?.currency, expected != currency {
                return Refusal(
                    .currencyMismatch, path: "$.allocations[\(place)].invoiceId",
                    ApplicationStore.currencyDetail(payment: currency, invoice: allocation.invoiceId, expected))
            }
        }
        return nil
    }
}
