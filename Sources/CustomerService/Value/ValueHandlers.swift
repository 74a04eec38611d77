import Contracts
import Domain
import Postgres
import ServiceKit

/// Events → the facts that value is judged by. They commute: each has a row of its own, or a revision.
struct ValueHandlers: Sendable {
    let rates: RateTable
    let organisation: Organisation

    var all: [Handler] {
        [
            .on(OrderPlaced.self) { messages, transaction, effects in
                try ordered(messages.map { ($0.envelope.source, $0.body.order) }, transaction, &effects)
            },
            .on(OrderChanged.self) { messages, transaction, effects in
                try ordered(messages.map { ($0.envelope.source, $0.body.order) }, transaction, &effects)
            },
            .on(OrderCancelled.self, cancelled), .on(OrderCompleted.self, completed), .on(CostRecorded.self, cost),
            .on(InteractionLogged.self, spoke), .on(InvoiceIssued.self, invoiced),
            .on(ReceivableOverdue.self, overdue), .on(PaymentApplied.self, applied),
            .on(CreditStateChanged.self, credit), .on(SetStrategic.self, strategic),
            .on(CustomerReported.self) { _, _, effects in ValueTasks.schedule(&effects) },
        ]
    }

    private func ordered(
        _ orders: [(source: String, order: Order)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let keys = orders.map { (source: $0.source, orderId: $0.order.orderId) }
        var marks = try ValueFactStore.marks(of: keys, transaction)
        try ValueFactStore.put(
            orders.map { source, order in
                func worth(_ amount: FixedDecimal) -> FixedDecimal {
                    rates.convert(amount, from: order.currency, to: .cny, on: order.placedAt.day()) ?? .zero
                }
                let own = order.lines.filter { !($0.passThrough ?? false) }
                let lines = own.map { line in
                    "{\"n\":\(line.line),\"r\":\(worth(line.revenue)),\"c\":\(line.cost.map { "\(worth($0))" } ?? "null")}"
                }
                return ValueFactStore.OrderRow(
                    source: source, order: order, revenue: own.reduce(.zero) { $0 + worth($1.revenue) },
                    costedRevenue: own.reduce(.zero) { $1.cost == nil ? $0 : $0 + worth($1.revenue) },
                    cost: own.reduce(.zero) { $0 + ($1.cost.map(worth) ?? .zero) },
                    lines: "[\(lines.joined(separator: ","))]",
                    noRate: hasRate(order.currency, on: order.placedAt.day()) ? nil : order.currency)
            }, transaction)
        try ValueFactStore.settle(keys, transaction)
        marks += orders.map {
            ValueFactStore.Mark(source: $0.source, code: $0.order.customer.code, day: $0.order.placedAt.day())
        }
        try ValueFactStore.mark(marks, transaction, &effects)
    }

    /// Whether amounts of a currency can be told in CNY on a day.
    private func hasRate(_ currency: Currency, on day: CalendarDay) -> Bool {
        rates.rate(of: currency, on: day) != nil
    }

    private func cancelled(
        _ messages: [Received<OrderCancelled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ValueFactStore.orders.cancel(messages, transaction)
        try remark(messages.map { ($0.envelope.source, $0.body.orderId) }, transaction, &effects)
    }

    private func completed(
        _ messages: [Received<OrderCompleted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let sorted = messages.onePerKey {
            $0.key($0.body.orderId, of: $0.body.orderSource) as OrderKey
        } replaces: {
            $0.body.revision > $1.body.revision
        }
        let keys = sorted.map { (source: $0.key.source, orderId: $0.key.orderId) }
        var marks = try ValueFactStore.marks(of: keys, transaction)
        try ValueFactStore.complete(sorted.map { ($0.key, $0.value.body) }, transaction)
        marks += try ValueFactStore.marks(of: keys, transaction)
        try ValueFactStore.mark(marks, transaction, &effects)
    }

    private func cost(
        _ messages: [Received<CostRecorded>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ValueFactStore.put(messages, rates, transaction)
        let keys = messages.map { (source: $0.body.orderSource ?? $0.envelope.source, orderId: $0.body.orderId) }
        // The order's row is what copies wait for: of an order and its cost handled at once, the second sees the first.
        try ValueFactStore.hold(keys, transaction)
        try ValueFactStore.settle(keys, transaction)
        try remark(keys, transaction, &effects)
    }

    private func remark(
        _ keys: [(source: String, orderId: String)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ValueFactStore.mark(try ValueFactStore.marks(of: keys, transaction), transaction, &effects)
    }

    private func spoke(
        _ messages: [Received<InteractionLogged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ValueFactStore.put(messages, transaction)
        try ValueFactStore.mark(
            messages.map { message in
                let account: AccountKey = message.key(message.body.customer.code, of: message.body.customer.source)
                return .init(source: account.source, code: account.code, day: message.body.at.day())
            },
            transaction, &effects)
    }

    private func strategic(
        _ messages: [Received<SetStrategic>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for message in messages {
            let body = message.body
            guard try ValueFactStore.isCustomer(body.customerId, transaction) else {
                effects.refuse(
                    message, Refusal(.valueNotAllowed, path: "$.customerId", "no customer has this identifier"))
                continue
            }
            try ValueFactStore.put(body, at: effects.now, transaction)
            try ValueFactStore.mark([.init(source: "", code: body.customerId, day: body.from)], transaction, &effects)
            // What is said is judged at once: whoever said it waits for what comes of it.
            try ValueTasks.evaluate(
                customers: [body.customerId: body.from], through: effects.now.day(),
                organisation: organisation, causedBy: message.envelope, transaction, &effects)
        }
    }
}

// MARK: Invoices and trust, the facts that payment and risk are judged by

extension ValueHandlers {
    /// An invoice without a due day is due by the customer's terms. Those are finance's; here their default stands.
    private static func due(_ invoice: InvoiceIssued) -> CalendarDay {
        invoice.dueAt?.day() ?? invoice.issuedAt.day().adding(days: 30)
    }

    private func invoiced(
        _ messages: [Received<InvoiceIssued>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let invoices = messages.map { message in
            let (body, customer) = (message.body, message.body.customer.source)
            return PaymentFactStore.Invoice(
                key: message.key(message.number(body.invoiceId, in: customer), of: customer), body: body,
                due: Self.due(body),
                amount: rates.convert(body.amount, from: body.currency, to: .cny, on: body.issuedAt.day()) ?? .zero,
                noRate: hasRate(body.currency, on: body.issuedAt.day()) ? nil : body.currency)
        }
        try PaymentFactStore.put(invoices, transaction)
        try mark(invoices.map(\.key), transaction, &effects)
    }

    private func overdue(
        _ messages: [Received<ReceivableOverdue>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let reminders = messages.map(\.body.reminder)
        try PaymentFactStore.put(reminders, transaction)
        try mark(reminders.map { OrderKey(of: $0) }, transaction, &effects)
    }

    private func applied(
        _ messages: [Received<PaymentApplied>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let bodies = messages.map(\.body)
        try PaymentFactStore.put(bodies, transaction)
        try mark(bodies.map { OrderKey(of: $0) }, transaction, &effects)
    }

    private func credit(
        _ messages: [Received<CreditStateChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let bodies = messages.map(\.body)
        try PaymentFactStore.put(bodies, transaction)
        try ValueFactStore.mark(
            bodies.map { .init(source: "", code: $0.customerId, day: $0.changedAt.day()) }, transaction, &effects)
    }

    private func mark(
        _ keys: [OrderKey], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ValueFactStore.mark(try PaymentFactStore.marks(of: keys, transaction), transaction, &effects)
    }
}
