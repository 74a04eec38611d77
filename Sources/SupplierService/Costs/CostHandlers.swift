import Contracts
import Domain
import Postgres
import ServiceKit

/// Orders and costs → suppliers, cost facts and their bias.
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
        try CostStore.markDue(
            Set(
                fresh.map { source, cost in
                    AccountIdentifier.supplier(source: cost.supplier.source ?? source, code: cost.supplier.code)
                }), transaction)
    }

    static func reported(
        _ messages: [Received<SupplierReported>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let now = effects.now
        let records = messages.map { (message: $0, saidAt: ($0.envelope.time ?? now).microsecondsSinceEpoch) }
        try SupplierStore.seen(
            records.map { message, saidAt in
                Sighting(
                    source: message.envelope.source, code: message.body.code, name: message.body.name,
                    masterSaidAt: saidAt)
            }, transaction, &effects)
        try PartyStore.putCodes(records, transaction)
    }

    static func invoiced(
        _ messages: [Received<SupplierInvoiceReceived>], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        try SupplierStore.seen(
            messages.map {
                Sighting(
                    source: $0.body.supplier.source ?? $0.envelope.source, code: $0.body.supplier.code,
                    name: $0.body.supplier.name)
            }, transaction, &effects)
    }

    static func paid(
        _ messages: [Received<SupplierPaymentMade>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try SupplierStore.seen(
            messages.map {
                Sighting(
                    source: $0.body.supplier.source ?? $0.envelope.source, code: $0.body.supplier.code,
                    name: $0.body.supplier.name)
            }, transaction, &effects)
    }

    /// At the end of a day: what the new facts say of their suppliers.
    static func evaluate(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var told: [CostBiasChanged] = []
        for evaluation in try CostStore.due(transaction) {
            guard let (ratio, observations) = BiasPolicy.ratio(evaluation.pairs),
                BiasPolicy.isNews(ratio, observations, before: evaluation.before)
            else { continue }
            let event = CostBiasChanged(
                supplierId: evaluation.supplierId, serviceItem: evaluation.serviceItem, stage: evaluation.stage,
                ratio: FixedDecimal(units: Int128((ratio * 10_000).rounded())), observations: observations,
                asOf: effects.now)
            told.append(event)
            effects.publish(event, key: evaluation.supplierId)
            RaisedBias.tell(event, ratio: ratio, before: evaluation.before, &effects)
        }
        try CostStore.putBias(told, transaction)
        effects.count("bias_changes", told.count)
    }
}
