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
        var marks = try ValueFacts.marks(of: keys, transaction)
        try ValueFacts.put(
            orders.map { source, order in
                func worth(_ amount: FixedDecimal) -> FixedDecimal {
                    rates.convert(amount, from: order.currency, to: .cny, on: order.placedAt.day()) ?? .zero
                }
                let own = order.lines.filter { !($0.passThrough ?? false) }
                let lines = own.map { line in
                    "{\"n\":\(line.line),\"r\":\(worth(line.revenue)),\"c\":\(line.cost.map { "\(worth($0))" } ?? "null")}"
                }
                return ValueFacts.OrderRow(
                    source: source, order: order, revenue: own.reduce(.zero) { $0 + worth($1.revenue) },
                    costedRevenue: own.reduce(.zero) { $1.cost == nil ? $0 : $0 + worth($1.revenue) },
                    cost: own.reduce(.zero) { $0 + ($1.cost.map(worth) ?? .zero) },
                    lines: "[\(lines.joined(separator: ","))]")
            }, transaction)
        try ValueFacts.settle(keys, transaction)
        marks += orders.map {
            ValueFacts.Mark(source: $0.source, code: $0.order.customer.code, day: $0.order.placedAt.day())
        }
        try ValueFacts.mark(marks, transaction, &effects)
    }

    private func cancelled(
        _ messages: [Received<OrderCancelled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try transaction.queue(
            """
            insert into value_order (source, order_id, cancel_revision)
            select source, order_id, max(revision)
            from unnest(
                \(messages.map(\.envelope.source)), \(messages.map(\.body.orderId)),
                \(messages.map { Int32($0.body.revision) })) as t(source, order_id, revision)
            group by 1, 2 order by 1, 2
            on conflict (source, order_id) do update set
                cancel_revision = greatest(value_order.cancel_revision, excluded.cancel_revision)
            """)
        try remark(messages.map { ($0.envelope.source, $0.body.orderId) }, transaction, &effects)
    }

    private func completed(
        _ messages: [Received<OrderCompleted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [String: Received<OrderCompleted>] = [:]
        for message in messages {
            let key = "\(message.envelope.source)\u{1}\(message.body.orderId)"
            if latest[key].map({ $0.body.revision < message.body.revision }) ?? true { latest[key] = message }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        let keys = rows.map { (source: $0.envelope.source, orderId: $0.body.orderId) }
        var marks = try ValueFacts.marks(of: keys, transaction)
        try transaction.queue(
            """
            insert into value_order (source, order_id, done_revision, done_on, is_late, is_damaged)
            select source, order_id, revision, date '1970-01-01' + day, late, damaged
            from unnest(
                \(rows.map(\.envelope.source)), \(rows.map(\.body.orderId)), \(rows.map { Int32($0.body.revision) }),
                \(rows.map { $0.body.completedAt.day().daysSinceEpoch }),
                \(rows.map { $0.body.onTime.map { !$0 } }), \(rows.map(\.body.damaged)))
                as t(source, order_id, revision, day, late, damaged)
            on conflict (source, order_id) do update set
                done_revision = excluded.done_revision, done_on = excluded.done_on, is_late = excluded.is_late,
                is_damaged = excluded.is_damaged
            where excluded.done_revision > value_order.done_revision
            """)
        marks += try ValueFacts.marks(of: keys, transaction)
        try ValueFacts.mark(marks, transaction, &effects)
    }

    private func cost(
        _ messages: [Received<CostRecorded>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ValueFacts.put(messages, rates, transaction)
        let keys = messages.map { (source: $0.envelope.source, orderId: $0.body.orderId) }
        // The order's row is what copies wait for: of an order and its cost handled at once, the second sees the first.
        try transaction.queue(
            """
            insert into value_order (source, order_id)
            select distinct source, order_id
            from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) as t(source, order_id) order by 1, 2
            on conflict (source, order_id) do update set revision = value_order.revision
            """)
        try ValueFacts.settle(keys, transaction)
        try remark(keys, transaction, &effects)
    }

    private func remark(
        _ keys: [(source: String, orderId: String)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ValueFacts.mark(try ValueFacts.marks(of: keys, transaction), transaction, &effects)
    }

    private func spoke(
        _ messages: [Received<InteractionLogged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try transaction.queue(
            """
            insert into value_contact (source, interaction_id, customer_code, day)
            select source, id, code, date '1970-01-01' + day
            from unnest(
                \(messages.map(\.envelope.source)), \(messages.map(\.body.interactionId)),
                \(messages.map(\.body.customer.code)), \(messages.map { $0.body.at.day().daysSinceEpoch }))
                as t(source, id, code, day)
            order by 1, 2 on conflict do nothing
            """)
        try ValueFacts.mark(
            messages.map { .init(source: $0.envelope.source, code: $0.body.customer.code, day: $0.body.at.day()) },
            transaction, &effects)
    }

    private func strategic(
        _ messages: [Received<SetStrategic>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for message in messages {
            let body = message.body
            let known = try transaction.query(
                "select customer_id from customer where customer_id = \(body.customerId)", as: String.self)
            guard !known.isEmpty else {
                effects.refuse(
                    message, Refusal(.valueNotAllowed, path: "$.customerId", "no customer has this identifier"))
                continue
            }
            try transaction.queue(
                """
                insert into value_strategic (customer_id, from_day, is_strategic, reason, decided_by, decided_at)
                values (\(body.customerId), date '1970-01-01' + \(body.from.daysSinceEpoch), \(body.isStrategic),
                    \(body.reason), \(body.by), \(PostgresValue.timestamp(effects.now.description)))
                on conflict (customer_id, from_day) do update set
                    is_strategic = excluded.is_strategic, reason = excluded.reason, decided_by = excluded.decided_by,
                    decided_at = excluded.decided_at
                where excluded.decided_at >= value_strategic.decided_at
                """)
            try ValueFacts.mark([.init(source: "", code: body.customerId, day: body.from)], transaction, &effects)
            // What is said is judged at once: whoever said it waits for what comes of it.
            try ValueTasks.evaluate(
                customers: [body.customerId: body.from], through: effects.now.day(),
                organisation: organisation, causedBy: message.envelope, transaction, &effects)
        }
    }
}
