import Contracts
import Domain
import Postgres
import ServiceKit

/// What somebody has said of costs that named an order which nobody had sent.
enum SettlementHandlers {
    static func settled(
        _ messages: [Received<OrderReferenceSettled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let costs = messages.flatMap { message in
            message.body.documents.filter { $0.kind == .cost }.map { document in
                (
                    key: CostKey(source: document.source, costId: document.number),
                    settlement: SettledCostStore.Settlement(
                        said: OrderKey(source: message.body.source, orderId: message.body.orderId),
                        meant: message.body.meant)
                )
            }
        }
        try BiasStore.markDue(try SettledCostStore.settle(costs, transaction), transaction)
        effects.count("costs_settled", costs.count)
    }
}

extension CostRecorded {
    /// The cost as it is meant, when somebody has said whose order it is for.
    ///
    /// - Parameters:
    ///   - settlement: what was said of it; `nil` when nothing was.
    ///   - source: the system whose number it has.
    func settled(as settlement: SettledCostStore.Settlement?, of source: String) -> CostRecorded {
        guard let settlement, settlement.said == OrderKey(source: orderSource ?? source, orderId: orderId) else {
            return self
        }
        return CostRecorded(
            costId: costId, costSource: costSource, orderId: orderId,
            orderSource: settlement.meant == source ? nil : settlement.meant, line: line, supplier: supplier,
            state: state, amount: amount, currency: currency, serviceDate: serviceDate, invoiceNo: invoiceNo)
    }
}
