import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit

/// Orders → who looks after them, what they count for, and whether one is unlike the others.
enum OrderHandlers {
    static func placed(
        _ messages: [Received<OrderPlaced>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try take(messages.map { ($0.envelope, $0.body.order) }, transaction, &effects)
    }

    static func changed(
        _ messages: [Received<OrderChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try take(messages.map { ($0.envelope, $0.body.order) }, transaction, &effects)
    }

    static func cancelled(
        _ messages: [Received<OrderCancelled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let before = try OrderStore.lock(messages.map { ($0.envelope.source, $0.body.orderId) }, transaction)
        var rows = before
        for message in messages {
            let key = "\(message.envelope.source)\u{1}\(message.body.orderId)"
            var row =
                rows[key]
                ?? SalesOrder(
                    source: message.envelope.source, orderId: message.body.orderId, revision: 0, isCancelled: false)
            // A later cancellation counts although the order is cancelled: a change between the two must not take the
            // order up again, in whatever order the three come.
            let revision = message.body.revision
            guard revision > row.revision || (revision == row.revision && !row.isCancelled) else { continue }
            row.revision = revision
            row.isCancelled = true
            rows[key] = row
        }
        try write(rows, before, transaction)
    }

    private static func take(
        _ orders: [(envelope: Envelope, order: Order)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let before = try OrderStore.lock(orders.map { ($0.envelope.source, $0.order.orderId) }, transaction)
        var rows = before
        var fresh: [(envelope: Envelope, order: Order)] = []
        for (envelope, order) in orders.sorted(by: { $0.order.revision < $1.order.revision }) {
            let key = "\(envelope.source)\u{1}\(order.orderId)"
            let former = rows[key]
            // A cancellation that came before its order stands, unless the order was changed after it.
            let isCancelled = former.map { $0.isCancelled && order.revision <= $0.revision } ?? false
            if let former, former.key != nil, order.revision <= former.revision {
                effects.count("stale_revisions")
                continue
            }
            var row = SalesOrder(
                source: envelope.source, orderId: order.orderId,
                revision: max(order.revision, isCancelled ? former?.revision ?? 0 : 0), isCancelled: isCancelled)
            row.key = SeriesKey(
                source: envelope.source, code: order.customer.code, businessLine: order.businessLine)
            row.branch = order.branch
            row.salesOwner = order.salesOwner
            row.placedAt = order.placedAt
            row.amount = order.revenue
            rows[key] = row
            if former?.key == nil, !isCancelled { fresh.append((envelope, order)) }
        }
        try write(rows, before, transaction)
        try OddOrders.look(at: fresh, transaction, &effects)
    }

    private static func write(
        _ rows: [String: SalesOrder], _ before: [String: SalesOrder], _ transaction: borrowing Transaction
    ) throws {
        let changed = rows.filter { key, row in
            let former = before[key]
            return former == nil || former?.revision != row.revision || former?.isCancelled != row.isCancelled
                || former?.key == nil && row.key != nil
        }
        try OrderStore.put(Array(changed.values), transaction)
    }
}
