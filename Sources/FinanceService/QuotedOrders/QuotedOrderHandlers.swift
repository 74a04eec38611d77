import Contracts
import Domain
import Postgres
import ServiceKit

/// Tells what orders have come to that had named the quotes by which they were placed.
struct QuotedOrderHandlers: Sendable {
    let rates: ExchangeRates

    private static let atOnce = 500
    private static let continuation = "quoted-orders.settled-on"

    var tasks: [ScheduledTask] {
        [
            .daily("quoted-orders.settled") { items, transaction, effects in
                try settle(items, transaction, &effects)
            },
            .onDemand(Self.continuation) { items, transaction, effects in try settle(items, transaction, &effects) },
        ]
    }

    /// Runs at the end of a day, some orders at a time.
    private func settle(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let item = items.last else { return }
        let day = item.due.day()
        let found = try QuotedOrderStore.orders(
            of: day.adding(days: -SettledMargin.lookedAtDays)...day, after: Self.key(item.payload), limit: Self.atOnce,
            transaction)
        guard let last = found.last else { return }
        // Locked, so that no cost of them is written between the reading of the order and that of its costs.
        let keys = found.map(\.order)
        let rows = try OrderStore.lock(keys, transaction)
        let costs = try CostStore.ask(of: keys, transaction)()
        let table = try rates.current(transaction)
        var told: [(order: OrderKey, mark: Int64)] = []
        for (key, quoteId, before) in found {
            guard let row = rows[key], row.isKnown else { continue }
            let lines = OrderMarginPolicy.assess(
                try LineCodec.decode(row.lines), (costs[key] ?? []).map { $0.late(in: row.currency, table) })
            func margin(at time: Timestamp) -> OrderMarginSettled? {
                SettledMargin.told(row, key, quoteId: quoteId, lines, on: day, at: time)
            }
            // What it has come to, whenever that is told.
            guard let message = margin(at: effects.now), let timeless = margin(at: Timestamp(microsecondsSinceEpoch: 0))
            else { continue }
            let mark = Content<Int64>(timeless).mark
            guard mark != before else { continue }
            told.append((key, mark))
            effects.publish(message, key: key.orderId)
        }
        try QuotedOrderStore.tell(told, at: effects.now, transaction)
        effects.count("quoted_orders_settled", told.count)
        guard found.count == Self.atOnce else { return }
        effects.schedule(
            Self.continuation, key: "", at: item.due, payload: "\(last.order.source)\n\(last.order.orderId)")
    }

    private static func key(_ payload: String) -> OrderKey? {
        let parts = payload.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? OrderKey(source: String(parts[0]), orderId: String(parts[1])) : nil
    }
}
