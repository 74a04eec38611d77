import Contracts
import Domain
import Postgres
import ServiceKit

/// Orders that will be late, said to whoever looks after the customer before the promise breaks.
enum RaisedLateness {
    static func raise(
        _ late: [(shipment: ShipmentOnTheWay, forecast: LatenessForecast)], _ causes: [OrderKey: Envelope],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !late.isEmpty else { return }
        func account(_ shipment: ShipmentOnTheWay) -> AccountKey {
            AccountKey(source: shipment.order.source, code: shipment.customerCode)
        }
        let homes = try AccountHomeStore.homes(of: Set(late.map { account($0.shipment) }), transaction)
        for (shipment, forecast) in late {
            let home = homes[account(shipment)]
            let name = name(shipment.order)
            let content = NoticeContent(
                name, .urgent, revision: effects.noticeRevision(), customerId: shipment.customerId,
                businessLine: shipment.businessLine ?? "*", node: shipment.branch ?? home?.branch, owner: home?.owner,
                facts: [
                    .code("order", shipment.order.orderId), .code("customer", shipment.customerCode),
                    .code("line", shipment.businessLine), .time("promised", shipment.promisedAt),
                    .time("expected", forecast.expectedAt),
                ], next: name.kind.next(["order": shipment.order.orderId, "source": shipment.order.source]),
                dueAt: shipment.promisedAt, happenedAt: effects.now)
            if shipment.isWarned == true {
                effects.change(content, causedBy: causes[shipment.order])
            } else {
                effects.raise(content, causedBy: causes[shipment.order])
            }
        }
    }

    static func clear(_ order: OrderKey, because reason: String, causedBy cause: Envelope?, _ effects: inout Effects) {
        effects.clear(name(order), revision: effects.noticeRevision(), because: reason, causedBy: cause)
    }

    private static func name(_ order: OrderKey) -> NoticeName {
        NoticeName(.deliveryLateExpected, source: order.source, order.orderId)
    }
}
