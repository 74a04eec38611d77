import Contracts
import Domain
import Postgres
import ServiceKit

/// Orders and costs → cost facts, the suppliers that they name, and whose bias is due.
enum CostHandlers {
    static func placed(
        _ messages: [Received<OrderPlaced>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ordered(messages.map { ($0.envelope.source, $0.body.order) }, transaction, &effects)
    }

    static func changed(
        _ messages: [Received<OrderChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ordered(messages.map { ($0.envelope.source, $0.body.order) }, transaction, &effects)
    }

    private static func ordered(
        _ orders: [(source: String, order: Order)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try OrderHomeStore.put(orders, transaction)
        try CostStore.putLines(orders, transaction)
        try SupplierStore.seen(
            orders.flatMap { source, order in
                order.lines.compactMap { $0.supplier }.map {
                    Sighting(source: $0.source ?? source, code: $0.code, name: $0.name)
                }
            }, transaction, &effects)
    }

    static func costRecorded(
        _ messages: [Received<CostRecorded>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let told = messages.map { $0.body.asOfItsSystem(toldBy: $0.envelope.source) }
        let settlements = try SettledCostStore.settlements(
            of: told.map { CostKey(source: $0.source, costId: $0.body.costId) }, transaction)
        let costs = told.map { source, body in
            (
                source: source,
                body: body.settled(as: settlements[CostKey(source: source, costId: body.costId)], of: source)
            )
        }
        var seen = try CostStore.existing(costs, transaction)
        var fresh: [(source: String, body: CostRecorded)] = []
        for (message, cost) in zip(messages, costs) {
            let key = CostStore.key(cost.source, cost.body)
            let content = CostStore.content(cost.body)
            if let former = seen[key] {
                if former != content {
                    effects.refuse(
                        message,
                        Refusal(
                            .conflictingContent, path: "$.costId",
                            "this cost came before in state '\(message.body.state.rawValue)' with other content"))
                }
                continue
            }
            seen[key] = content
            fresh.append(cost)
        }
        try CostStore.put(fresh, transaction)
        try SupplierStore.seen(
            fresh.map { source, cost in
                Sighting(
                    source: cost.supplier.source ?? source, code: cost.supplier.code, name: cost.supplier.name)
            }, transaction, &effects)
        try BiasStore.markDue(
            Set(
                fresh.map { source, cost in
                    AccountIdentifier.supplier(source: cost.supplier.source ?? source, code: cost.supplier.code)
                }), transaction)
    }
}
