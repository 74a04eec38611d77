import Contracts
import Domain
import Postgres
import ServiceKit

/// Cash on account that is for invoices after all.
enum LaterAllocations {
    private struct Row {
        let key: LedgerKey
        let payment: LedgerKey
        let at: Timestamp
        let items: [(invoice: LedgerKey, amount: FixedDecimal)]
        let fingerprint: Int64
    }

    /// A payment, and what of it is spoken for.
    private struct Payment {
        let currency: String
        let amount: FixedDecimal
        var allocated: FixedDecimal
    }

    static func allocated(
        _ messages: [Received<PaymentAllocated>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.map { row(source: $0.envelope.source, $0.body) }
        try KeyLock.lock("payment", Set(rows.map(\.payment)), transaction)
        var seen = KnownContent(try fingerprints(Set(rows.map(\.key)), transaction))
        var payments = try payments(Set(rows.map(\.payment)), transaction)
        let currencies = try ReceivableStore.lockInvoices(
            Set(rows.flatMap { $0.items.map(\.invoice) }), transaction
        ).compactMapValues(\.currency)
        var fresh: [Row] = []
        var waiting: [Row] = []
        for (message, row) in zip(messages, rows) {
            let content = Content<Int64>(message.body)
            guard
                seen.isNew(message, row.key, content, at: "$.allocationId", counting: "repeated_allocations", &effects)
            else { continue }
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
            payments[row.payment]?.allocated = payment.allocated + sum(row)
            fresh.append(row)
        }
        try put(waiting, state: "waiting", transaction)
        try put(fresh, state: "applied", transaction)
        try allocate(fresh, transaction, &effects)
        effects.count("later_allocations", fresh.count + waiting.count)
    }

    /// Allocates what waited for payments that have come, the oldest first; what does not fit is set aside.
    static func release(
        for keys: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let sorted = keys.sorted()
        let found = try transaction.query(
            """
            select l.source, l.allocation_id, l.payment_id, l.at,
                array_to_string(l.invoices, chr(31)), array_to_string(l.amounts, ' ')
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
            join later_allocation l using (source, payment_id) where l.state = 'waiting' order by l.at, l.allocation_id
            """, as: (String, String, String, Timestamp, String, String).self)
        guard !found.isEmpty else { return }
        let rows = try found.map { row in
            let amounts = try row.5.split(separator: " ").map { try NumericText.decimal(String($0)) }
            return Row(
                key: LedgerKey(source: row.0, identifier: row.1),
                payment: LedgerKey(source: row.0, identifier: row.2),
                at: row.3.inOffset(minutes: 480),
                items: zip(row.4.split(separator: "\u{1F}"), amounts).map {
                    (LedgerKey(source: row.0, identifier: String($0)), $1)
                }, fingerprint: 0)
        }
        var payments = try payments(keys, transaction)
        let currencies = try ReceivableStore.lockInvoices(
            Set(rows.flatMap { $0.items.map(\.invoice) }), transaction
        ).compactMapValues(\.currency)
        var fresh: [Row] = []
        for row in rows {
            guard let payment = payments[row.payment] else { continue }
            let fault = fault(row, payment, currencies)
            try transaction.queue(
                """
                update later_allocation set state = \(fault == nil ? "applied" : "set-aside"),
                    detail = \(fault?.description)
                where source = \(row.key.source) and allocation_id = \(row.key.identifier)
                """)
            guard fault == nil else { continue }
            payments[row.payment]?.allocated = payment.allocated + sum(row)
            fresh.append(row)
        }
        try allocate(fresh, transaction, &effects)
    }

    private static func row(source: String, _ body: PaymentAllocated) -> Row {
        var sums: [String: FixedDecimal] = [:]
        for item in body.allocations where item.amount != .zero {
            sums[item.invoiceId, default: .zero] = sums[item.invoiceId, default: .zero] + item.amount
        }
        return Row(
            key: LedgerKey(source: source, identifier: body.allocationId),
            payment: LedgerKey(source: source, identifier: body.paymentId), at: body.allocatedAt,
            items: sums.sorted { $0.key < $1.key }.map { (LedgerKey(source: source, identifier: $0.key), $0.value) },
            fingerprint: Content(body).mark)
    }

    private static func sum(_ row: Row) -> FixedDecimal { row.items.reduce(.zero) { $0 + $1.amount } }

    private static func fault(_ row: Row, _ payment: Payment, _ currencies: [LedgerKey: String]) -> Refusal? {
        if payment.allocated + sum(row) > payment.amount {
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

    private static func fingerprints(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Int64] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select l.source, l.allocation_id, l.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, allocation_id)
            join later_allocation l using (source, allocation_id) where l.state <> 'set-aside'
            """, as: (String, String, Int64).self)
        return Dictionary(
            rows.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) }, uniquingKeysWith: { first, _ in first })
    }

    private static func payments(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Payment] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select p.source, p.payment_id, p.currency, p.amount, coalesce((
                select sum(a.amount) from payment_allocation a
                where a.source = p.source and a.payment_id = p.payment_id and a.kind = 'payment'), 0)
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
            join customer_payment p using (source, payment_id)
            """, as: (String, String, String, FixedDecimal, FixedDecimal).self)
        var found: [LedgerKey: Payment] = [:]
        for row in rows {
            found[LedgerKey(source: row.0, identifier: row.1)] = Payment(
                currency: row.2, amount: row.3, allocated: row.4)
        }
        return found
    }

    private static func put(_ rows: [Row], state: String, _ transaction: borrowing Transaction) throws {
        for row in rows.sorted(by: { $0.key < $1.key }) {
            try transaction.queue(
                """
                insert into later_allocation (source, allocation_id, fingerprint, payment_id, at, invoices, amounts,
                    state)
                values (\(row.key.source), \(row.key.identifier), \(row.fingerprint), \(row.payment.identifier),
                    \(PostgresValue.timestamp(row.at.description)), \(row.items.map(\.invoice.identifier)),
                    \(row.items.map(\.amount)), \(state))
                on conflict (source, allocation_id) do update set
                    fingerprint = excluded.fingerprint, payment_id = excluded.payment_id, at = excluded.at,
                    invoices = excluded.invoices, amounts = excluded.amounts, state = excluded.state, detail = null
                """)
        }
    }

    /// Money is not applied before it is there: an allocation counts from its own day, or from that of the payment.
    private static func allocate(
        _ rows: [Row], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let items = rows.flatMap { row in row.items.map { (row, $0) } }
        guard !items.isEmpty else { return }
        let invoices = Set(items.map(\.1.invoice))
        let known = try ReceivableStore.lockInvoices(invoices, transaction)
        try ReceivableStore.putKeys(invoices.subtracting(known.keys), transaction)
        try transaction.queue(
            """
            insert into payment_allocation (source, payment_id, allocation_id, invoice_id, received_at, received_day,
                amount)
            select t.source, t.payment_id, t.allocation_id, t.invoice_id, greatest(t.at, p.received_at),
                greatest(date '1970-01-01' + t.day, p.received_day), t.amount
            from unnest(
                \(items.map(\.0.key.source)), \(items.map(\.0.payment.identifier)),
                \(items.map(\.0.key.identifier)), \(items.map(\.1.invoice.identifier)),
                \(PostgresValue.timestamps(items.map(\.0.at.description))),
                \(items.map { $0.0.at.day().daysSinceEpoch }),
                \(items.map(\.1.amount)))
                as t(source, payment_id, allocation_id, invoice_id, at, day, amount)
            join customer_payment p on p.source = t.source and p.payment_id = t.payment_id
            """)
        try ApplicationStore.apply(to: invoices, transaction, &effects)
    }
}
