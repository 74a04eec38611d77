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
        let places = messages.map { OrderKey(source: $0.envelope.source, orderId: $0.body.orderId) }
        let before = try OrderStore.lock(Set(places), transaction)
        var rows = before
        for (message, place) in zip(messages, places) {
            rows[place, default: SalesOrder(place: place)].standing.cancel(message.body.revision)
        }
        try write(rows, before, transaction, &effects)
        try NoticeStore.clear(ofCancelled: Set(places), at: effects.now, transaction)
    }

    private static func take(
        _ orders: [(envelope: Envelope, order: Order)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let before = try OrderStore.lock(
            Set(orders.map { OrderKey(source: $0.envelope.source, orderId: $0.order.orderId) }), transaction)
        var rows = before
        var fresh: [(envelope: Envelope, order: Order)] = []
        for (envelope, order) in orders.sorted(by: { $0.order.revision < $1.order.revision }) {
            let place = OrderKey(source: envelope.source, orderId: order.orderId)
            var row = rows[place] ?? SalesOrder(place: place)
            let isFirst = row.key == nil
            guard row.take(order) else {
                effects.count("stale_revisions")
                continue
            }
            rows[place] = row
            if isFirst, !row.standing.isCancelled { fresh.append((envelope, order)) }
        }
        try write(rows, before, transaction, &effects)
        try OddOrders.look(at: fresh, transaction, &effects)
    }

    private static func write(
        _ rows: [OrderKey: SalesOrder], _ before: [OrderKey: SalesOrder], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let changed = rows.filter { before[$0.key]?.standing != $0.value.standing }
        try OrderStore.put(changed, known: before, transaction)
        let accounts = try OwnershipOrderStore.take(changed, before: before, transaction)
        OwnershipSettlement.lookAgain(
            at: try OwnershipSettlement.settle(accounts, transaction, &effects), &effects)
    }
}
