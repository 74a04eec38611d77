import Contracts
import Domain
import Postgres
import ServiceKit

/// What people say of numbers that documents name and nobody has sent: whose they are. The documents that wait are joined
/// with what is meant, as if they had said so themselves.
struct SettlementHandlers: Sendable {
    let rates: ExchangeRates
    let policy: MarginPolicy
    let authority: Authority

    func settle(
        _ messages: [Received<SettleReference>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        // One at a time, as whatever touches the books: of two that settle one number, the second sees what the first did.
        try ReceivableStore.lockBooks(transaction)
        for message in messages {
            let outcome =
                switch message.body.what {
                case .order: try settleOrder(message, transaction, &effects)
                case .invoice: try settleInvoice(message, transaction, &effects)
                }
            switch outcome {
            case .refused(let refusal): effects.refuse(message, refusal)
            case .joined(let documents):
                try SettlementStore.record(SaidReference(message.body), documents, at: effects.now, transaction)
                effects.count("references_settled")
            }
        }
    }

    private enum Outcome {
        case refused(Refusal)
        /// The documents that were joined.
        case joined([String])
    }

    // MARK: Orders

    private func settleOrder(
        _ message: Received<SettleReference>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws -> Outcome {
        let body = message.body
        let named = OrderKey(source: body.source, orderId: body.number)
        let meant = OrderKey(source: body.meant, orderId: body.number)
        // Everything is locked in the order in which everybody locks: orders, with all that are invoiced together with them,
        // then costs, then what is added up.
        let others = try SettlementStore.numbers(beside: named, transaction)
        let billed = Set(others.map { OrderKey(source: meant.source, orderId: $0) } + [meant])
        let concerned = billed.union(try BillingStore.neighbours(of: billed, transaction))
        try KeyLock.lock("billing", concerned, transaction)
        var ledger = try OrderLedger(
            Array(concerned) + [named] + others.map { OrderKey(source: named.source, orderId: $0) }, rates: rates,
            policy: policy, transaction)
        let standing = ledger.row(named)
        guard let waiting = standing, !waiting.isKnown, !waiting.isCancelled else {
            let isThere = standing.map { $0.isKnown || $0.isCancelled } ?? false
            return .refused(try SaidReference(body).nothingWaits(isThere: isThere, transaction))
        }
        let lines = try SettlementStore.costs(of: named, transaction)
        guard try waiting.isCompleted || !lines.isEmpty || SettlementStore.isInvoiced(named, transaction) else {
            return .refused(try SaidReference(body).nothingWaits(isThere: false, transaction))
        }
        guard let order = ledger.row(meant), order.isKnown else { return .refused(SaidReference(body).unknown) }
        let day = effects.now.day()
        guard authority.mandate(message.permit, of: body.by, branch: order.branch, on: day) != nil else {
            return .refused(
                Refusal(
                    .notAuthorised, path: "$.by",
                    "'\(body.by)' may not say what is for orders of branch '\(order.branch)': its manager or the "
                        + "director may"))
        }
        for cost in lines where try !ledger.hasLine(cost.line, meant) {
            return .refused(
                Refusal(
                    .valueNotAllowed, path: "$.meant",
                    "cost '\(cost.key.source)/\(cost.key.costId)' is for line \(cost.line), which that order has not"))
        }
        if let (document, other) = try SettlementStore.known(beside: named, transaction) {
            return .refused(
                Refusal(
                    .wrongState, path: "$.number",
                    "\(document) names order '\(other)' of '\(body.source)' as well, which has come: its sender must "
                        + "divide it"))
        }
        let costs = try SettlementStore.moveCosts(of: named, to: meant.source, transaction)
        let invoices = try SettlementStore.moveInvoices(of: named, to: meant.source, transaction)
        let suppliers = try SettlementStore.moveSupplierInvoices(of: named, to: meant.source, transaction)
        try SettlementStore.release(named, others, transaction)
        let left = Set(others.map { OrderKey(source: named.source, orderId: $0) } + [named])
        try WaitingBillStore.note(left, unknown: left, transaction)
        let orders = try Billing.lock(billed, accounts: [], transaction)
        if !costs.isEmpty {
            ledger.touch(meant, causedBy: message.envelope)
            try ledger.settle(.cost, transaction, &effects)
        }
        if waiting.isCompleted { try ExposureStore.complete([meant], transaction) }
        if !invoices.isEmpty {
            try Billing(rates: rates, policy: policy).bill(locked: orders, transaction, &effects)
        }
        let completions =
            waiting.isCompleted
            ? [NamingDocument(kind: .completion, source: named.source, number: named.orderId)] : []
        let documents = costs + invoices + suppliers + completions
        Self.tell(documents, body, causedBy: message.envelope, &effects)
        return .joined(documents.map(\.name))
    }

    /// Tells whoever keeps such documents too; of very many in several messages.
    private static func tell(
        _ documents: [NamingDocument], _ body: SettleReference, causedBy cause: Envelope, _ effects: inout Effects
    ) {
        for start in stride(from: 0, to: documents.count, by: 500) {
            effects.publish(
                OrderReferenceSettled(
                    source: body.source, orderId: body.number, meant: body.meant,
                    documents: Array(documents[start..<min(start + 500, documents.count)]), by: body.by,
                    settledAt: effects.now), causedBy: cause, key: "\(body.source)/\(body.number)")
        }
    }

    // MARK: Invoices

    private func settleInvoice(
        _ message: Received<SettleReference>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws -> Outcome {
        let body = message.body
        let named = LedgerKey(source: body.source, identifier: body.number)
        let meant = LedgerKey(source: body.meant, identifier: body.number)
        let standing = try ReceivableStore.lockInvoices([named, meant], transaction)
        guard let waiting = standing[named], waiting.fingerprint == nil else {
            return .refused(try SaidReference(body).nothingWaits(isThere: standing[named] != nil, transaction))
        }
        guard let currency = standing[meant]?.currency else { return .refused(SaidReference(body).unknown) }
        guard authority.mandate(message.permit, of: body.by, branch: nil, on: effects.now.day()) != nil else {
            return .refused(
                Refusal(
                    .notAuthorised, path: "$.by",
                    "'\(body.by)' may not say what invoices are paid: the director may, and approvers of the authority "
                        + "file"))
        }
        if let other = try SettlementStore.payment(for: named, notIn: currency, transaction) {
            return .refused(
                Refusal(
                    .currencyMismatch, path: "$.meant",
                    "\(other.document) is in \(other.currency), the invoice of '\(body.meant)' in \(currency)"))
        }
        if let twice = try SettlementStore.document(for: named, and: meant, transaction) {
            return .refused(
                Refusal(
                    .duplicateElement, path: "$.meant",
                    "\(twice) names the invoice of '\(body.meant)' as well: its sender must say what is for which"))
        }
        let orders = try Billing.lock([], ofInvoices: [meant], accounts: [], transaction)
        let documents = try SettlementStore.moveDocuments(for: named, to: meant.source, transaction)
        // From here on as when an invoice comes that something has waited for.
        let awaited: Set = [meant]
        let aside = try ApplicationStore.setAside(waitingFor: awaited, transaction, &effects)
        effects.count("payments_set_aside", aside.count)
        effects.count("adjustments_set_aside", try AdjustmentStore.setWriteOffsAside(waitingFor: awaited, transaction))
        try AdjustmentHandlers.refit(awaited, transaction, &effects)
        try Billing(rates: rates, policy: policy).bill(locked: orders, transaction, &effects)
        try ApplicationStore.apply(to: awaited.union(aside.touched), transaction, &effects)
        try ApplicationStore.dropEmptyKeys([named], transaction)
        try CreditReview.ask(ofInvoices: awaited, transaction, &effects)
        return .joined(documents)
    }
}

extension NamingDocument {
    /// What it is called where it is listed.
    fileprivate var name: String { "\(kind.rawValue.replacing("-", with: " ")) \(source)/\(number)" }
}
