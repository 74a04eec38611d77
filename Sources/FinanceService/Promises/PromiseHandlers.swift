import Contracts
import Domain
import Postgres
import ServiceKit

/// Promises to pay. Whether one is kept follows from the payments, whenever they come, and is written nowhere.
enum PromiseHandlers {
    /// How many days after the promised one a reminder waits: money takes that long to arrive.
    static let grace = 2
    private static let continuation = "promises.look-on"

    static let tasks: [ScheduledTask] = [
        .daily("promises.look") { items, transaction, effects in try look(items, transaction, &effects) },
        .onDemand(continuation) { items, transaction, effects in try look(items, transaction, &effects) },
    ]

    /// Runs at the end of a day: says what is promised for the next one and has not come, and what was promised for this one.
    static func look(
        _ items: [ScheduledItem], limit: Int = 2_000, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for item in items {
            let day = item.due.day()
            let open = try PromiseStore.open(
                at: day, after: key(of: item.payload), limit: limit, transaction)
            guard let last = open.last else { continue }
            try RaisedReceivables.warn(open, at: day, transaction, &effects)
            effects.count("promises_looked_at", open.count)
            // One transaction holds only so many messages. What is left of one day is not replaced by what is left of the next.
            guard open.count == limit else { continue }
            effects.schedule(
                continuation, key: day.description, at: item.due,
                payload: "\(last.key.source)\n\(last.key.identifier)")
        }
    }

    private static func key(of payload: String) -> LedgerKey? {
        let parts = payload.split(separator: "\n", maxSplits: 1).map(String.init)
        return parts.count == 2 ? LedgerKey(source: parts[0], identifier: parts[1]) : nil
    }

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
