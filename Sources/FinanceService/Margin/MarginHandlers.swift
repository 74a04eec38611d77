import Contracts
import Domain
import ServiceKit

/// Orders and costs → margin, alerts, sums and decisions.
struct MarginHandlers: Sendable {
    let rates: ExchangeRates
    let policy: MarginPolicy

    func placed<Rows: MarginRows & ~Copyable>(
        _ messages: [Received<OrderPlaced>], _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws {
        try revisions(messages, \.order, transaction, &effects)
    }

    func changed<Rows: MarginRows & ~Copyable>(
        _ messages: [Received<OrderChanged>], _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws {
        try revisions(messages, \.order, transaction, &effects)
    }

    /// Takes revisions of orders in; a lower one, or the same again, has no effect.
    private func revisions<Body: Message, Rows: MarginRows & ~Copyable>(
        _ messages: [Received<Body>], _ order: KeyPath<Body, Order>, _ transaction: borrowing Rows,
        _ effects: inout Effects
    ) throws {
        let keys = messages.map {
            OrderKey(source: $0.envelope.source, orderId: $0.body[keyPath: order].orderId)
        }
        var ledger = try OrderLedger(keys, rates: rates, policy: policy, transaction)
        // Within a batch a higher revision may stand before a lower one.
        let inOrder = messages.indices.sorted {
            (messages[$0].body[keyPath: order].revision, $0) < (messages[$1].body[keyPath: order].revision, $1)
        }
        var quoted: [QuotedOrder] = []
        for index in inOrder {
            let message = messages[index]
            let order = message.body[keyPath: order]
            let content = Content<Int64>(order, of: Body.type)
            switch ledger.take(order, content, keys[index], causedBy: message.envelope) {
            case .new:
                effects.count("order_revisions")
                if let quoteId = order.quoteId {
                    quoted.append(QuotedOrder(order: keys[index], quoteId: quoteId, placedOn: order.placedAt.day()))
                }
            case .stale: effects.count("stale_revisions")
            case .conflicting:
                effects.refuse(
                    message,
                    Refusal(
                        .conflictingRevision, path: "$.revision",
                        "revision \(order.revision) of this order came before with other content: raise the revision"))
            }
        }
        try ledger.settle(.order, transaction, &effects)
        if !quoted.isEmpty { try transaction.noteQuotes(quoted) }
    }

    func cancelled<Rows: MarginRows & ~Copyable>(
        _ messages: [Received<OrderCancelled>], _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws {
        let keys = messages.map { OrderKey(source: $0.envelope.source, orderId: $0.body.orderId) }
        var ledger = try OrderLedger(keys, rates: rates, policy: policy, transaction)
        for (message, key) in zip(messages, keys) {
            if !ledger.cancel(message.body.revision, key, causedBy: message.envelope) {
                effects.count("stale_revisions")
            }
        }
        try ledger.settle(.order, transaction, &effects)
    }

    func costRecorded<Rows: MarginRows & ~Copyable>(
        _ messages: [Received<CostRecorded>], _ transaction: borrowing Rows, _ effects: inout Effects
    ) throws {
        let told = messages.map { CostRow($0.body, toldBy: $0.envelope.source) }
        let existing = try transaction.existingCosts(told)
        let rows = told.map { $0.settled(as: existing[CostKey(source: $0.source, costId: $0.body.costId)]) }
        var ledger = try OrderLedger(rows.map(\.order), rates: rates, policy: policy, transaction)
        var furthest = existing
        var fresh: [CostKey: CostRow] = [:]
        for (message, row) in zip(messages, rows) {
            let (key, content) = (row.order, row.content)
            let identity = CostKey(source: row.source, costId: row.body.costId)
            if let before = furthest[identity], row.rank <= before.rank {
                if row.rank == before.rank, content != before.content {
                    effects.refuse(
                        message,
                        Refusal(
                            .conflictingContent, path: "$.costId",
                            "this cost came before in state '\(row.body.state.rawValue)' with other content"))
                } else {
                    effects.count("stale_costs")
                }
                continue
            }
            if try !ledger.hasLine(row.body.line, key) {
                effects.refuse(
                    message,
                    Refusal(
                        .valueNotAllowed, path: "$.line", "order '\(row.body.orderId)' has no line \(row.body.line)"))
                continue
            }
            furthest[identity] = KnownCost(rank: row.rank, content: content)
            fresh[identity] = row
            ledger.touch(key, causedBy: message.envelope)
        }
        try transaction.putCosts(fresh.sorted { $0.key < $1.key }.map(\.value))
        try ledger.settle(.cost, transaction, &effects)
    }
}
