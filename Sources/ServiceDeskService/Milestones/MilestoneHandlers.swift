import Contracts
import Domain
import Postgres
import ServiceKit

/// Milestones → what is expected of orders on their way, said before a promise breaks.
struct MilestoneHandlers: Sendable {
    private static let atOnce = 500
    private static let continuation = "milestones.end-on"

    let policy: LatenessPolicy

    var tasks: [ScheduledTask] {
        [
            .daily("milestones.learn") { items, transaction, effects in
                try MilestoneStore.learn(by: effects.now, transaction)
            },
            .every("milestones.end", seconds: 60, Self.end), .onDemand(Self.continuation, Self.end),
        ]
    }

    /// Keeps each milestone once, and looks anew at the orders that they are of.
    func reached(
        _ messages: [Received<MilestoneReached>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let named = messages.map { $0.key($0.body.orderId, of: $0.body.orderSource) as OrderKey }
        let meant = try SettledOrderStore.meant(by: named, transaction)
        let orders = named.map { meant[$0] ?? $0 }
        func key(_ message: Received<MilestoneReached>) -> MilestoneKey {
            MilestoneKey(source: message.envelope.source, identifier: message.body.milestoneId)
        }
        var known = KnownContent<MilestoneKey, String>(
            try MilestoneStore.known(Set(messages.map(key)), of: Set(orders), transaction))
        var fresh: [(key: MilestoneKey, order: OrderKey, body: MilestoneReached, mark: String)] = []
        var causes: [OrderKey: Envelope] = [:]
        for (message, order) in zip(messages, orders) {
            let (key, content) = (key(message), Content<String>(message.body))
            guard known.isNew(message, key, content, at: "$.milestoneId", counting: "repeated_milestones", &effects)
            else { continue }
            known.keep(content, under: key)
            fresh.append((key, order, message.body, content.mark))
            causes[order] = message.envelope
        }
        try MilestoneStore.put(fresh, transaction)
        try foretell(Set(fresh.map(\.order)), causes, transaction, &effects)
        effects.count("milestones", fresh.count)
    }

    private func foretell(
        _ orders: Set<OrderKey>, _ causes: [OrderKey: Envelope], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        // What is promised for a time that is over breaks no more.
        let now = effects.now
        let shipments = try MilestoneStore.onTheWay(orders, transaction).filter { $0.promisedAt > now }
        guard !shipments.isEmpty else { return }
        let quantiles = try MilestoneStore.quantiles(of: Set(shipments.flatMap(Self.segments)), transaction)
        var late: [(shipment: ShipmentOnTheWay, forecast: LatenessForecast)] = []
        var inTime: [OrderKey] = []
        for shipment in shipments {
            let forecast = policy.forecast(
                by: Self.segments(shipment).map { quantiles[$0] }, reachedAt: shipment.reachedAt,
                promisedAt: shipment.promisedAt)
            if let forecast, policy.isLate(forecast) {
                late.append((shipment, forecast))
            } else if shipment.isWarned == true {
                inTime.append(shipment.order)
            }
        }
        try MilestoneStore.warn(late, at: now, transaction)
        try MilestoneStore.withdraw(inTime, at: now, transaction)
        try RaisedLateness.raise(late, causes, transaction, &effects)
        for order in inTime {
            RaisedLateness.clear(order, because: "it is expected in time", causedBy: causes[order], &effects)
        }
        effects.count("late_warnings", late.count { $0.shipment.isWarned == nil })
    }

    /// By whom it is foretold, the nearest first.
    private static func segments(_ shipment: ShipmentOnTheWay) -> [MilestoneStore.Segment] {
        let route = shipment.route.map {
            MilestoneStore.Segment(kind: .route, name: $0, milestone: shipment.milestone)
        }
        let line = shipment.businessLine.map {
            MilestoneStore.Segment(kind: .line, name: $0, milestone: shipment.milestone)
        }
        return [route, line].compactMap(\.self)
    }

    /// Orders that are done or cancelled are no longer expected.
    private static func end(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let ended = try MilestoneStore.end(at: effects.now, limit: atOnce, transaction)
        for order in ended {
            RaisedLateness.clear(order, because: "it is done or cancelled", causedBy: nil, &effects)
        }
        effects.count("late_warnings_ended", ended.count)
        if ended.count == atOnce, let item = items.last {
            effects.schedule(continuation, key: "", at: item.due)
        }
    }
}
