import Contracts
import Domain
import Postgres
import ServiceKit

/// Cash on account that is for invoices after all, whether it is of a payment or of a credit note.
enum LaterAllocations {
    static func allocated(
        _ messages: [Received<PaymentAllocated>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        let rows = messages.map { LaterAllocation(source: $0.envelope.source, $0.body) }
        try KeyLock.lock("payment", Set(rows.map(\.payment)), transaction)
        var seen = KnownContent(try LaterAllocationStore.known(Set(rows.map(\.key)), transaction))
        var payments = try LaterAllocationStore.payments(Set(rows.map(\.payment)), transaction)
        let currencies = try ReceivableStore.lockInvoices(
            Set(rows.flatMap { $0.items.map(\.invoice) }), transaction
        ).compactMapValues(\.currency)
        var fresh: [LaterAllocation] = []
        var waiting: [LaterAllocation] = []
        for (message, row) in zip(messages, rows) {
            let content = Content<Int64>(message.body)
            guard
                seen.isNew(message, row.key, content, at: "$.allocationId", counting: "repeated_allocations", &effects)
            else { continue }
            if let slip = slip(message, row, payments, currencies) {
                effects.refuse(message, slip)
                continue
            }
            guard let payment = payments[row.payment] else {
                seen.keep(content, under: row.key)
                waiting.append(row)
                continue
            }
            if let fault = fault(row, payment, currencies) {
                effects.refuse(message, fault)
                continue
            }
            seen.keep(content, under: row.key)
            payments[row.payment]?.allocated = payment.allocated + row.sum
            fresh.append(row)
        }
        try LaterAllocationStore.put(waiting, state: "waiting", transaction)
        try LaterAllocationStore.put(fresh, state: "applied", transaction)
        try allocate(fresh, payments.mapValues(\.kind), transaction, &effects)
        effects.count("later_allocations", fresh.count + waiting.count)
    }

    /// Why an allocation that a person has typed is refused: it names a payment or an invoice that is not there.
    private static func slip(
        _ message: Received<PaymentAllocated>, _ row: LaterAllocation,
        _ payments: [LedgerKey: LaterAllocationStore.Payment], _ currencies: [LedgerKey: String]
    ) -> Refusal? {
        if let refusal = NamedByPerson.refusal(
            of: message, unless: payments[row.payment] != nil, "payment", row.payment.identifier,
            of: row.payment.source,
            at: "$.paymentId")
        {
            return refusal
        }
        for (place, allocation) in message.body.allocations.enumerated() {
            let invoice = allocation.invoice(of: message.envelope.source)
            if let refusal = NamedByPerson.refusal(
                of: message, unless: currencies[invoice] != nil, "invoice", invoice.identifier, of: invoice.source,
                at: "$.allocations[\(place)].invoiceId")
            {
                return refusal
            }
        }
        return nil
    }

    /// Allocates what waited for payments that have come, the oldest first; what does not fit is set aside.
    static func release(
        for keys: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = try LaterAllocationStore.waiting(for: keys, transaction)
        guard !rows.isEmpty else { return }
        var payments = try LaterAllocationStore.payments(keys, transaction)
        let currencies = try ReceivableStore.lockInvoices(
            Set(rows.flatMap { $0.items.map(\.invoice) }), transaction
        ).compactMapValues(\.currency)
        var fresh: [LaterAllocation] = []
        var judged: [(key: LedgerKey, fault: Refusal?)] = []
        for row in rows {
            guard let payment = payments[row.payment] else { continue }
            let fault = fault(row, payment, currencies)
            judged.append((row.key, fault))
            guard fault == nil else { continue }
            payments[row.payment]?.allocated = payment.allocated + row.sum
            fresh.append(row)
        }
        try LaterAllocationStore.judge(judged, transaction)
        try allocate(fresh, payments.mapValues(\.kind), transaction, &effects)
    }

    /// Why what is allocated later cannot be of a payment or credit note; `nil` when it can.
    static func fault(
        _ row: LaterAllocation, _ payment: LaterAllocationStore.Payment, _ currencies: [LedgerKey: String]
    ) -> Refusal? {
        if payment.allocated + row.sum > payment.amount {
            return Refusal(
                .overAllocated, path: "$.allocations",
                "of payment '\(row.payment.identifier)' only \((payment.amount - payment.allocated).moneyText) is on account"
            )
        }
        for (place, item) in row.items.enumerated() {
            if let currency = currencies[item.invoice], currency != payment.currency {
                return Refusal(
                    .currencyMismatch, path: "$.allocations[\(place)].invoiceId",
                    ApplicationStore.currencyDetail(
                        payment: payment.currency, invoice: item.invoice.identifier, currency))
            }
        }
        return nil
    }

    /// Has what is allocated count.
    private static func allocate(
        _ rows: [LaterAllocation], _ kinds: [LedgerKey: ApplicationPolicy.Kind], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let invoices = Set(rows.flatMap { $0.items.map(\.invoice) })
        guard !invoices.isEmpty else { return }
        let known = try ReceivableStore.lockInvoices(invoices, transaction)
        try ReceivableStore.putKeys(invoices.subtracting(known.keys), transaction)
        try LaterAllocationStore.allocate(rows, kinds, transaction)
        let notes = Set(rows.map(\.payment).filter { kinds[$0] == .creditNote })
        let own = try AdjustmentStore.leaveToOwn(of: notes, transaction)
        try ReturnStore.spread(Set(rows.map(\.payment)), transaction, &effects)
        try ApplicationStore.apply(to: invoices.union(own), transaction, &effects)
    }
}
