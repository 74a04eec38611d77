import Contracts
import Domain
import ServiceKit

/// The key of an invoice or of a payment: who says it, and the number it goes by there.
typealias LedgerKey = SourceKey<LedgerKind>

/// Marks keys of the ledger.
enum LedgerKind {}

/// An invoice as it is written down.
struct InvoiceRow {
    let key: LedgerKey
    let body: InvoiceIssued
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
            issuedAt: body.issuedAt.inOffset(minutes: 0), dueAt: body.dueAt?.inOffset(minutes: 0), amount: body.amount,
            currency: body.currency)
        return Content(normal)
    }
}

/// A payment as it is written down.
struct PaymentRow {
    let key: LedgerKey
    let body: PaymentReceived
    /// How much of it is for which invoice; several allocations to one invoice are one, those of nothing are none.
    let allocations: [(invoice: LedgerKey, amount: FixedDecimal)]

    init(source: String, _ body: PaymentReceived) {
        key = LedgerKey(source: source, identifier: body.paymentId)
        self.body = body
        var sums: [String: FixedDecimal] = [:]
        for allocation in body.allocations where allocation.amount != .zero {
            sums[allocation.invoiceId, default: .zero] = sums[allocation.invoiceId, default: .zero] + allocation.amount
        }
        allocations = sums.sorted { $0.key < $1.key }.map {
            (LedgerKey(source: source, identifier: $0.key), $0.value)
        }
    }

    /// What tells a copy from a contradiction.
    var content: Content<Int64> {
        let normal = PaymentReceived(
            paymentId: body.paymentId, customer: body.customer, receivedAt: body.receivedAt.inOffset(minutes: 0),
            amount: body.amount, currency: body.currency,
            allocations: allocations.map { PaymentAllocation(invoiceId: $0.invoice.identifier, amount: $0.amount) })
        return Content(normal)
    }
}
