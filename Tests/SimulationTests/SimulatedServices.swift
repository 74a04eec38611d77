import Contracts
import Domain
import Messaging

@testable import FinanceService
@testable import ServiceKit

/// What the services of the simulation do. Finance's rules are its own; its neighbours are reduced to what makes a
/// chain: the supplier service tells of each cost, finance decides and alerts, sales reads what finance tells.
enum SimulatedServices {
    /// A supplier whose costs make the supplier service's transaction fail.
    static let poison = "poison"

    struct Poisoned: Error {}

    private static let margin = MarginHandlers(rates: ExchangeRates(.standard), policy: .standard)

    static let finance: [MessageHandler<ModelTransaction>] = [
        .on(OrderPlaced.self) { messages, transaction, effects in
            try margin.placed(messages, transaction, &effects)
            transaction.tally(messages, effects)
        },
        .on(OrderChanged.self) { messages, transaction, effects in
            try margin.changed(messages, transaction, &effects)
            transaction.tally(messages, effects)
        },
        .on(OrderCancelled.self) { messages, transaction, effects in
            try margin.cancelled(messages, transaction, &effects)
            transaction.tally(messages, effects)
        },
        .on(CostRecorded.self) { messages, transaction, effects in
            try margin.costRecorded(messages, transaction, &effects)
            transaction.tally(messages, effects)
        },
        .on(CostBiasChanged.self) { messages, transaction, effects in transaction.tally(messages, effects) },
    ]

    static let supplier: [MessageHandler<ModelTransaction>] = [
        .on(CostRecorded.self) { messages, transaction, effects in
            for message in messages {
                if message.body.supplier.code == poison { throw Poisoned() }
                effects.publish(
                    CostBiasChanged(
                        supplierId: message.body.supplier.code, serviceItem: "STORAGE", stage: .estimateToActual,
                        ratio: FixedDecimal(1), observations: 1, asOf: effects.now),
                    causedBy: message.envelope)
            }
            transaction.tally(messages, effects)
        }
    ]

    static let sales: [MessageHandler<ModelTransaction>] = [
        .on(OrderDecided.self) { messages, transaction, effects in transaction.tally(messages, effects) },
        .on(MarginAlertRaised.self) { messages, transaction, effects in
            for message in messages {
                transaction.tables.alertedRevenue = transaction.tables.alertedRevenue + message.body.revenue
            }
            transaction.tally(messages, effects)
        },
        .on(MarginAlertCleared.self) { messages, transaction, effects in transaction.tally(messages, effects) },
    ]

    static func handlers(_ service: ServiceName) -> [MessageHandler<ModelTransaction>] {
        switch service {
        case .finance: finance
        case .supplier: supplier
        case .sales: sales
        case .customer, .servicedesk, .notifier: []
        }
    }

    /// Which services read a type.
    static let bindings: [String: [ServiceName]] = {
        var bindings: [String: [ServiceName]] = [:]
        for service in ServiceName.allCases {
            for handler in handlers(service) {
                for type in handler.types.keys { bindings[type.description, default: []].append(service) }
            }
        }
        return bindings
    }()
}
