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
        let sorted = places.sortedOnce()
        let before = try OrderStore.lock(sorted, transaction)
        var rows = before
        for (message, place) in zip(messages, places) {
            rows[place, default: SalesOrder(place: place)].standing.cancel(message.body.revision)
        }
        try write(sorted, rows, before, transaction, &effects)
    }

    /// How finance has decided, which may come before the order.
    static func decided(
        _ messages: [Received<OrderDecided>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try OrderStore.decide(messages.map(\.body), transaction)
    }

    private static func take(
        _ orders: [(envelope: Envelope, order: Order)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let places = orders.map { OrderKey(source: $0.envelope.source, orderId: $0.order.orderId) }
        let sorted = places.sortedOnce()
        let before = try OrderStore.lock(sorted, transaction)
        var rows = before
        var fresh: [(envelope: Envelope, order: Order)] = []
        var quoted: [(key: OrderKey, order: Order, quoteId: String)] = []
        // Places are sorted, not the orders, which are large.
        for index in orders.indices.sorted(by: { orders[$0].order.revision < orders[$1].order.revision }) {
            let (envelope, order) = orders[index]
            let place = places[index]
            var row = rows[place] ?? SalesOrder(place: place)
            let isFirst = row.key == nil
            guard row.take(order) else {
                effects.count("stale_revisions")
                continue
            }
            rows[place] = row
            if let quoteId = order.quoteId { quoted.append((place, order, quoteId)) }
            if isFirst, !row.standing.isCancelled { fresh.append((envelope, order)) }
        }
        try write(sorted, rows, before, transaction, &effects)
        try OddOrders.look(at: fresh, transaction, &effects)
        try QuotedOrderHandlers.look(at: quoted, transaction, &effects)
    }

    /// - Parameter places: of all orders, each once, in the order in which they are locked and written.
    private static func write(
        _ places: [OrderKey], _ rows: [OrderKey: SalesOrder], _ before: [OrderKey: SalesOrder],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let changed = places.compactMap { place in
            rows[place].flatMap { before[place]?.standing != $0.standing ? $0 : nil }
        }
        try OrderStore.put(changed, known: before, transaction)
        let accounts = try OwnershipOrderStore.take(changed, before: before, transaction)
        OwnershipSettlement.lookAgain(
            at: try OwnershipSettlement.settle(accounts, transaction, &effects), &effects)
    }
}
