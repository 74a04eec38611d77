import Contracts
import Domain
import Postgres
import ServiceKit

/// Promises to pay. Whether one is kept follows from the payments, whenever they come, and is written nowhere.
enum PromiseHandlers {
    /// How many days after the promised one a reminder waits: money takes that long to arrive.
    static let grace = 2

    static func promised(
        _ messages: [Received<PaymentPromised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        func key(_ message: Received<PaymentPromised>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.promiseId)
        }
        let keys = Set(messages.map(key)).sorted()
        try KeyLock.lock("promise", Set(keys), transaction)
        var seen = KnownContent(try PromiseStore.known(keys, transaction))
        let invoices = try AdjustmentStore.invoices(
            Set(messages.map { $0.key($0.body.invoiceId, of: $0.body.invoiceSource) }), transaction)
        var rows: [(key: LedgerKey, body: PaymentPromised, fingerprint: Int64)] = []
        var causes: [LedgerKey: Envelope] = [:]
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(message, key, content, at: "$.promiseId", counting: "repeated_promises", &effects)
            else { continue }
            let invoice = invoices[message.key(body.invoiceId, of: body.invoiceSource)]
            if let refusal = NamedByPerson.refusal(
                of: message, unless: invoice?.amount != nil, "invoice", body.invoiceId, of: body.invoiceSource,
                at: "$.invoiceId")
            {
                effects.refuse(message, refusal)
                continue
            }
            if let currency = invoice?.currency,
                currency != body.currency.code
            {
                effects.refuse(
                    message, Refusal(.currencyMismatch, path: "$.currency", "the invoice is in \(currency)"))
                continue
            }
            seen.keep(content, under: key)
            rows.append((key, body, content.mark))
            causes[key] = message.envelope
        }
        guard !rows.isEmpty else { return }
        rows.sort { $0.key < $1.key }
        try PromiseStore.put(rows, transaction)
        effects.count("promises", rows.count)
        try RaisedReceivables.tell(rows.map { ($0.key, $0.body) }, causedBy: causes, transaction, &effects)
    }
}
