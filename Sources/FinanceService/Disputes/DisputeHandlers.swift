import Contracts
import Domain
import Postgres
import ServiceKit

/// What customers dispute. A disputed amount is owed as before, but nobody is reminded of it.
enum DisputeHandlers {
    static func opened(
        _ messages: [Received<InvoiceDisputed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        func key(_ message: Received<InvoiceDisputed>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.disputeId)
        }
        var seen = KnownContent(
            try DisputeStore.standings(Set(messages.map(key)), transaction).compactMapValues(\.fingerprint))
        let invoices = try AdjustmentStore.invoices(
            Set(messages.map { $0.key($0.body.invoiceId, of: $0.body.invoiceSource) }), transaction)
        var fresh: [(key: LedgerKey, body: InvoiceDisputed, fingerprint: Int64)] = []
        var causes: [LedgerKey: Envelope] = [:]
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(message, key, content, at: "$.disputeId", counting: "repeated_disputes", &effects)
            else { continue }
            let invoice = invoices[message.key(body.invoiceId, of: body.invoiceSource)]
            if let refusal = NamedByPerson.refusal(
                of: message, unless: invoice?.amount != nil, "invoice", body.invoiceId, of: body.invoiceSource,
                at: "$.invoiceId")
            {
                effects.refuse(message, refusal)
                continue
            }
            if let currency = invoice?.currency, currency != body.currency.code {
                effects.refuse(
                    message, Refusal(.currencyMismatch, path: "$.currency", "the invoice is in \(currency)"))
                continue
            }
            if let amount = invoice?.amount, body.amount > amount {
                effects.refuse(
                    message,
                    Refusal(.overAllocated, path: "$.amount", "the invoice is only of \(amount.moneyText)"))
                continue
            }
            seen.keep(content, under: key)
            fresh.append((key, body, content.mark))
            causes[key] = message.envelope
        }
        guard !fresh.isEmpty else { return }
        try DisputeStore.open(fresh, transaction)
        effects.count("disputes_opened", fresh.count)
        try RaisedReceivables.tell(fresh.map { ($0.key, $0.body) }, causedBy: causes, transaction, &effects)
        // What is disputed holds nobody.
        try CreditReview.ask(
            ofInvoices: Set(
                fresh.map {
                    LedgerKey(source: $0.body.invoiceSource ?? $0.key.source, identifier: $0.body.invoiceId)
                }), transaction, &effects)
    }

    /// A resolution may come before its dispute, and then waits for it.
    static func resolved(
        _ messages: [Received<DisputeResolved>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        func key(_ message: Received<DisputeResolved>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.disputeId)
        }
        let standings = try DisputeStore.standings(Set(messages.map(key)), transaction)
        var outcomes = standings.compactMapValues(\.outcome)
        var fresh: [(key: LedgerKey, body: DisputeResolved)] = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            if let before = outcomes[key] {
                if before == body.outcome.rawValue {
                    effects.count("repeated_resolutions")
                } else {
                    effects.refuse(
                        message,
                        Refusal(.conflictingContent, path: "$.outcome", "this dispute ended as '\(before)' before"))
                }
                continue
            }
            if let refusal = NamedByPerson.refusal(
                of: message, unless: standings[key]?.fingerprint != nil, "dispute", body.disputeId, at: "$.disputeId")
            {
                effects.refuse(message, refusal)
                continue
            }
            outcomes[key] = body.outcome.rawValue
            fresh.append((key, body))
            RaisedReceivables.end(key, body, causedBy: message.envelope, &effects)
        }
        guard !fresh.isEmpty else { return }
        try DisputeStore.resolve(fresh, transaction)
        effects.count("disputes_resolved", fresh.count)
        // What was disputed counts as late again.
        try CreditReview.ask(
            ofInvoices: try DisputeStore.invoices(of: fresh.map(\.key), transaction), transaction, &effects)
    }
}
