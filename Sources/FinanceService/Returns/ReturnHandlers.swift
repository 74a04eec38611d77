import Contracts
import Domain
import Postgres
import ServiceKit

/// A payment that went back, as it is written down.
struct ReturnRow {
    let key: LedgerKey
    let payment: LedgerKey
    let body: PaymentReturned
    let content: Content<Int64>

    init(source: String, _ body: PaymentReturned) {
        key = LedgerKey(source: source, identifier: body.returnId)
        payment = LedgerKey(source: body.paymentSource ?? source, identifier: body.paymentId)
        self.body = body
        content = Content(body)
    }
}

/// Payments that went back: what they had paid is owed again from that day on.
enum ReturnHandlers {
    /// A return may come before its payment, and then waits for it.
    static func returned(
        _ messages: [Received<PaymentReturned>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReceivableStore.lockBooks(transaction)
        let rows = messages.map { ReturnRow(source: $0.envelope.source, $0.body) }
        let standings = try ReturnStore.standings(Set(rows.map(\.key)), transaction)
        try KeyLock.lock("payment", Set(rows.map(\.payment)), transaction)
        var seen = KnownContent(standings.filter { !$0.value.isSetAside }.mapValues(\.fingerprint))
        var payments = try ReturnStore.payments(Set(rows.map(\.payment)), transaction)
        var fresh: [ReturnRow] = []
        for (message, row) in zip(messages, rows) {
            guard
                seen.isNew(
                    message, row.key, row.content, at: "$.returnId", counting: "repeated_payment_returns", &effects)
            else { continue }
            if let refusal = refusal(message, row, payments[row.payment]) {
                effects.refuse(message, refusal)
                continue
            }
            seen.keep(row.content, under: row.key)
            if let before = payments[row.payment]?.returned {
                payments[row.payment]?.returned = before + row.body.amount
            }
            fresh.append(row)
        }
        guard !fresh.isEmpty else { return }
        try ReturnStore.put(fresh, transaction)
        try ReturnStore.spread(Set(fresh.map(\.payment)), transaction, &effects)
        effects.count("payments_returned", fresh.count)
        try PostingStore.trace(fresh, at: effects.now, transaction) { row, months in
            let day = row.body.returnedAt.day()
            return months.postingDay(for: day).map {
                LatePosting(
                    kind: .payment, key: row.key, party: "", originalDay: day, postingDay: $0,
                    amount: -row.body.amount, currency: row.body.currency)
            }
        }
    }

    private static func refusal(
        _ message: Received<PaymentReturned>, _ row: ReturnRow, _ payment: ReturnStore.Payment?
    ) -> Refusal? {
        if let refusal = NamedByPerson.refusal(
            of: message, unless: payment != nil, "payment", row.payment.identifier,
            of: row.body.paymentSource, at: "$.paymentId")
        {
            return refusal
        }
        guard let payment else { return nil }
        if payment.currency != row.body.currency.code {
            return Refusal(.currencyMismatch, path: "$.currency", "the payment is in \(payment.currency)")
        }
        if payment.returned + row.body.amount > payment.amount {
            return Refusal(
                .overAllocated, path: "$.amount",
                "of the payment only \((payment.amount - payment.returned).moneyText) have not gone back yet")
        }
        return nil
    }
}
