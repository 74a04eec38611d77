import Contracts
import Domain
import Postgres
import ServiceKit

/// What people say of payments that returns and allocations name and nobody has sent: whose they are. What waits is joined
/// with the payment that is meant, as if it had said so itself.
struct PaymentSettlements: Sendable {
    let authority: Authority

    func settle(
        _ messages: [Received<SettlePaymentReference>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        let keys = messages.flatMap { message in
            [message.body.source, message.body.meant].map { LedgerKey(source: $0, identifier: message.body.number) }
        }
        try KeyLock.lock("payment", Set(keys), transaction)
        for message in messages {
            let said = SaidReference(message.body)
            if let refusal = try refusal(of: message, said, transaction, effects.now.day()) {
                effects.refuse(message, refusal)
                continue
            }
            let meant = LedgerKey(source: said.meant, identifier: said.number)
            let documents = try SettlementStore.moveWaiting(
                forPayment: LedgerKey(source: said.source, identifier: said.number), to: said.meant, transaction)
            // From here on as when a payment comes that something has waited for.
            try ReturnStore.spread([meant], transaction, &effects)
            try LaterAllocations.release(for: [meant], transaction, &effects)
            try SettlementStore.record(said, documents, at: effects.now, transaction)
            effects.count("references_settled")
        }
    }

    /// Why what waits cannot be of the payment that is meant; what would have been refused had it said so itself is refused.
    private func refusal(
        of message: Received<SettlePaymentReference>, _ said: SaidReference, _ transaction: borrowing Transaction,
        _ day: CalendarDay
    ) throws -> Refusal? {
        let named = LedgerKey(source: said.source, identifier: said.number)
        let meant = LedgerKey(source: said.meant, identifier: said.number)
        let returns = try SettlementStore.returns(of: named, transaction)
        let allocations = try LaterAllocationStore.waiting(for: [named], transaction)
        guard !returns.isEmpty || !allocations.isEmpty else {
            let isThere = try LaterAllocationStore.payments([named], transaction)[named] != nil
            return try said.nothingWaits(isThere: isThere, transaction)
        }
        guard var payment = try LaterAllocationStore.payments([meant], transaction)[meant] else { return said.unknown }
        guard authority.mandate(message.permit, of: said.by, branch: nil, on: day) != nil else {
            return Refusal(
                .notAuthorised, path: "$.by",
                "'\(said.by)' may not say whose payments are meant: the director may, and approvers of the authority file"
            )
        }
        if !returns.isEmpty {
            guard var standing = try ReturnStore.payments([meant], transaction)[meant] else { return said.unknown }
            for entry in returns {
                let name = "return '\(entry.key.source)/\(entry.key.identifier)'"
                if entry.currency != standing.currency {
                    return Refusal(
                        .currencyMismatch, path: "$.meant",
                        "\(name) is in \(entry.currency), the payment of '\(said.meant)' in \(standing.currency)")
                }
                standing.returned = standing.returned + entry.amount
                if standing.returned > standing.amount {
                    return Refusal(
                        .overAllocated, path: "$.meant",
                        "with \(name) more would have gone back than the \(standing.amount.moneyText) of that payment")
                }
            }
        }
        let invoices = Set(allocations.flatMap { $0.items.map(\.invoice) })
        let currencies = try ReceivableStore.lockInvoices(invoices, transaction).compactMapValues(\.currency)
        for allocation in allocations {
            if let fault = LaterAllocations.fault(allocation, payment, currencies) {
                return Refusal(fault.reason, path: "$.meant", fault.detail)
            }
            payment.allocated = payment.allocated + allocation.sum
        }
        return nil
    }
}
