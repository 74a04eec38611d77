import Contracts
import Domain
import Postgres
import ServiceKit

/// Orders whose amount is unlike the account's others in the same currency.
enum OddOrders {
    static func look(
        at orders: [(envelope: Envelope, order: Order)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !orders.isEmpty else { return }
        let keys = orders.map {
            AmountKey(
                series: BusinessKey(
                    source: $0.envelope.source, code: $0.order.customer.code, businessLine: $0.order.businessLine),
                currency: $0.order.currency)
        }
        var recent = try AnomalyStore.recent(Set(keys), transaction)
        var found: [AnomalyRow] = []
        var causes: [String: Envelope] = [:]
        let inTime = orders.indices.sorted {
            (orders[$0].order.placedAt, orders[$0].order.orderId) < (
                orders[$1].order.placedAt, orders[$1].order.orderId
            )
        }
        for index in inTime {
            let (envelope, order) = orders[index]
            let key = keys[index]
            let amount = order.revenue
            let value = Double(amount.amount.description) ?? 0
            let former = recent[key] ?? []
            if let (score, median) = OddOrderTest.score(value, former: former), abs(score) > OddOrderTest.threshold {
                let row = AnomalyRow(
                    id: StableIdentifier.of("odd-order", envelope.source, order.orderId), kind: .oddOrder,
                    direction: score > 0 ? .up : .down, metric: .orderAmount, key: key.series, currency: key.currency,
                    owner: order.salesOwner,
                    branch: order.branch, orderId: order.orderId, baseline: median, observed: value, score: score,
                    evidence: [
                        Evidence(label: "former orders", value: "\(former.count)"),
                        Evidence(label: "amount", value: "\(amount)"),
                    ])
                found.append(row)
                causes[row.id] = envelope
            }
            recent[key] = Array((former + [value]).suffix(OddOrderTest.memory))
        }
        try AnomalyStore.putRecent(recent, transaction)
        try AnomalyStore.raise(found, causes: causes, transaction, &effects)
    }
}
