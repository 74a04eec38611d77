import Contracts
import Domain
import Postgres
import ServiceKit

/// Orders that name their quotes, and what they have come to in the end.
enum QuotedOrderHandlers {
    /// Holds orders against the quotes that they name.
    ///
    /// - Parameter orders: revisions of orders that are the highest so far, and name a quote.
    static func look(
        at orders: [(key: OrderKey, order: Order, quoteId: String)], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !orders.isEmpty else { return }
        // Of several revisions of an order in a batch the last one stands.
        let latest = Dictionary(orders.map { ($0.key, $0) }) { $0.order.revision < $1.order.revision ? $1 : $0 }
        let quotes = try QuotedOrderStore.quotes(Set(latest.values.map(\.quoteId)), transaction)
        var judged: [JudgedOrder] = []
        for one in latest.values.sorted(by: { $0.key < $1.key }) {
            let terms = quotes[one.quoteId]
            let account = AccountKey(source: one.key.source, code: one.order.customer.code)
            let isTheirs = try terms.map { try QuoteStore.accounts(of: $0.customer, transaction).contains(account) }
            judged.append(
                QuotedOrderPolicy.judge(
                    one.order, one.key, quoteId: one.quoteId, terms, isTheirs: isTheirs ?? false))
        }
        try QuotedOrderStore.put(judged, transaction)
        effects.count("quoted_orders", judged.count)
        effects.count("quoted_orders_off_terms", judged.count { $0.finding != .kept })
    }

    static func settled(
        _ messages: [Received<OrderMarginSettled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try QuotedOrderStore.settle(messages.map(\.body), transaction)
    }
}
