import Contracts
import Domain
import ServiceKit

/// The key of an invoice or of a payment: who says it, and the number it goes by there.
typealias LedgerKey = SourceKey<LedgerKind>

/// Marks keys of the ledger.
enum LedgerKind {}

extension SourceKey {
    /// Its source, when it is another than that of the document that names it: so it is written beside the document.
    func otherSource(than own: String) -> String? { source == own ? nil : source }
}

extension PaymentAllocation {
    /// The invoice, named by a document of a source.
    func invoice(of source: String) -> LedgerKey {
        LedgerKey(source: invoiceSource ?? source, identifier: invoiceId)
    }

    /// How much is for which invoice; several allocations to one invoice are one, those of nothing are none.
    static func sums(of all: [PaymentAllocation], _ source: String) -> [(invoice: LedgerKey, amount: FixedDecimal)] {
        var sums: [LedgerKey: FixedDecimal] = [:]
        for item in all where item.amount != .zero {
            let invoice = item.invoice(of: source)
            sums[invoice] = (sums[invoice] ?? .zero) + item.amount
        }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// An invoice as it is written down.
struct InvoiceRow {
    let key: LedgerKey
    let body: InvoiceIssued
    /// Whose account it is.
    var customer: LedgerKey {
        LedgerKey(source: body.customer.source ?? key.source, identifier: body.customer.code)
    }
    /// The orders that it is for.
    var orders: [OrderKey] { body.orderIds.map { OrderKey(source: body.orderSource ?? key.source, orderId: $0) } }
    /// When it is due: as it says, otherwise as the customer's terms say.
    let dueAt: Timestamp
    let isDueByTerms: Bool

    /// - Parameter terms: those of the customer, when the invoice does not say when it is due.
    init(source: String, _ body: InvoiceIssued, _ terms: PaymentTerms = .standard) {
        key = LedgerKey(source: source, identifier: body.invoiceId)
        self.body = body
        dueAt = body.dueAt ?? terms.due(issued: body.issuedAt)
        isDueByTerms = body.dueAt == nil
    }

    /// Its first reminder; none when it asks for nothing.
    var firstReminder: CalendarDay? {
        guard body.amount != .zero else { return nil }
        return ReminderPolicy.reminders(issued: body.issuedAt.day(), due: dueAt.day()).first?.day
    }

    /// What tells a copy from a contradiction. The same instant in another offset, or orders in another order, are no
    /// other content.
    var content: Content<Int64> {
        let normal = InvoiceIssued(
            invoiceId: body.invoiceId, customer: body.customer, orderIds: body.orderIds.sorted(),
            orderSource: body.orderSource, issuedAt: body.issuedAt.inOffset(minutes: 0),
            dueAt: body.dueAt?.inOffset(minutes: 0), amount: body.amount,
            currency: body.currency)
        return Content(normal)
    }
}

/// A payment as it is written down.
struct PaymentRow {
    let key: LedgerKey
    let body: PaymentReceived
    /// Whose account it is.
    var customer: LedgerKey {
        LedgerKey(source: body.customer.source ?? key.source, identifier: body.customer.code)
    }
    /// How much of it is for which invoice; several allocations to one invoice are one, those of nothing are none.
    let allocations: [(invoice: LedgerKey, amount: FixedDecimal)]

    init(source: String, _ body: PaymentReceived) {
        key = LedgerKey(source: source, identifier: body.paymentId)
        self.body = body
        allocations = PaymentAllocation.sums(of: body.allocations, source)
    }

    /// What tells a copy from a contradiction.
    var content: Content<Int64> {
        let normal = PaymentReceived(
            paymentId: body.paymentId, customer: body.customer, receivedAt: body.receivedAt.inOffset(minutes: 0),
            amount: body.amount, currency: body.currency,
            allocations: allocations.map { invoice, amount in
                PaymentAllocation(
                    invoiceId: invoice.identifier, invoiceSource: invoice.otherSource(than: key.source), amount: amount)
            })
        return Content(normal)
    }
}
