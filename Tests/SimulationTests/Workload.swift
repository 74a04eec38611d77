import BrokerLayout
import Contracts
import Domain
import Messaging

@testable import ServiceKit

/// What a partner sends in one schedule: a few orders with their changes, cancellations and costs, and now and then a
/// message that must be refused.
struct Workload {
    struct Input {
        let received: AnyReceived?
        let message: Outgoing
        let name: MessageName
        /// Who must refuse it; everybody else who reads it handles it.
        let refusedBy: [ServiceName]
    }

    static let source = "erp-north"
    private static let time = Timestamp("2026-03-02T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    /// In the order in which things came to be.
    private(set) var inputs: [Input] = []
    private let chance: Chance

    init(seed: UInt64) {
        chance = Chance(seed: seed ^ 0x5DEE_CE66_D154_21C7)
        for number in 1...(chance.happens(0.4) ? 2 : 1) { addOrder("order-\(number)") }
        if chance.happens(0.15) {
            add(cost("poisoned", "order-1", 1, .estimated, supplier: SimulatedServices.poison), refusedBy: [.supplier])
        }
        if chance.happens(0.15) { addGarbage() }
    }

    private mutating func addOrder(_ orderId: String) {
        add(OrderPlaced(order(orderId, revision: 1)))
        var last = 1
        if chance.happens(0.6) {
            last = 2
            add(OrderChanged(order(orderId, revision: 2)))
        }
        for index in 0..<chance.below(3) {
            let costId = "\(orderId)-cost-\(index)"
            let line = 1 + chance.below(2)
            for state in CostState.allCases where chance.happens(0.5) { add(cost(costId, orderId, line, state)) }
        }
        for _ in 0..<chance.below(3) {
            let revision = 1 + chance.below(last + 1)
            add(OrderCancelled(orderId: orderId, revision: revision, cancelledAt: Self.time))
        }
    }

    private func order(_ orderId: String, revision: Int) -> Order {
        Order(
            orderId: orderId, revision: revision, customer: CustomerReference(code: "customer-\(chance.below(2))"),
            branch: "SHA", businessLine: "warehouse", placedAt: Self.time, currency: .cny,
            lines: (1...2).map { line in
                OrderLine(
                    line: line, serviceItem: "STORAGE", quantity: FixedDecimal(1), unit: "day",
                    revenue: FixedDecimal(100 + chance.below(20)),
                    cost: chance.happens(0.5) ? FixedDecimal(85 + chance.below(40)) : nil)
            })
    }

    private func cost(
        _ costId: String, _ orderId: String, _ line: Int, _ state: CostState, supplier: String = "supplier-1"
    ) -> CostRecorded {
        CostRecorded(
            costId: costId, orderId: orderId, line: line, supplier: SupplierReference(code: supplier), state: state,
            amount: FixedDecimal(40 + chance.below(80)), currency: .cny, serviceDate: Self.time.day())
    }

    private mutating func add<Body: Message>(_ body: Body, refusedBy: [ServiceName] = []) {
        let envelope = Envelope(id: "input-\(inputs.count + 1)", source: Self.source, type: Body.type, time: Self.time)
        inputs.append(
            Input(
                received: AnyReceived(envelope: envelope, body: body, position: 0),
                message: message(envelope, body.encode()), name: MessageName(source: Self.source, id: envelope.id),
                refusedBy: refusedBy))
    }

    /// An order without anything in it.
    private mutating func addGarbage() {
        let envelope = Envelope(
            id: "input-\(inputs.count + 1)", source: Self.source, type: OrderPlaced.type, time: Self.time)
        inputs.append(
            Input(
                received: nil, message: message(envelope, Array("{}".utf8)),
                name: MessageName(source: Self.source, id: envelope.id), refusedBy: [.finance]))
    }

    private func message(_ envelope: Envelope, _ data: [UInt8]) -> Outgoing {
        Outgoing(
            exchange: Exchanges.inbound, routingKey: envelope.type.description,
            properties: CloudEventCodec.properties(of: envelope), body: envelope.structuredBody(data: data))
    }
}
