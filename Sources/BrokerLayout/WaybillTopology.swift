public import Contracts
public import Messaging

/// The exchanges, queues and bindings of the whole system, derived from the catalogue of contracts.
public enum WaybillTopology {
    /// How often the broker may deliver a message before it gives it up for dead.
    ///
    /// Well above anything a service does on purpose: with prefetch, one crash counts against every unacknowledged
    /// message, and a good neighbour must never be dead-lettered for it.
    public static let deliveryLimit = 1_000

    /// How long a partner's queue keeps what nobody fetches.
    public static let partnerMemory = Duration.seconds(14 * 86_400)

    /// Which service takes what cannot be routed, to refuse it with a reason.
    public static let gatekeeper = ServiceName.customer

    /// Which service keeps what operators did, for whoever asks the audit.
    public static let auditKeeper = ServiceName.customer

    private static let exchanges = [
        Exchange(name: Exchanges.unrouted, kind: .fanout),
        Exchange(name: Exchanges.inbound, kind: .topic, alternate: Exchanges.unrouted),
        // Who has no queue of its own hears nothing; what finds no queue although it should is refused visibly.
        Exchange(name: Exchanges.partners, kind: .topic, alternate: Exchanges.unrouted),
        Exchange(name: Exchanges.events, kind: .topic), Exchange(name: Exchanges.commands, kind: .topic),
        Exchange(name: Exchanges.replies, kind: .direct), Exchange(name: Exchanges.dead, kind: .topic),
        Exchange(name: Exchanges.audit, kind: .fanout),
    ]

    /// Everything there is to declare.
    public static var whole: Topology {
        var topology = Topology(exchanges: exchanges, queues: [], bindings: [])
        for service in ServiceName.allCases {
            let part = self.part(of: service)
            topology.queues += part.queues
            topology.bindings += part.bindings
        }
        topology.queues.append(quorum(Queues.marginAlerts, deadFor: .finance))
        for type in [MarginAlertRaised.type, MarginAlertCleared.type, MarginAlertClosed.type] {
            topology.bindings.append(
                Binding(exchange: Exchanges.events, queue: Queues.marginAlerts, routingKey: type.description))
        }
        for (queue, types) in [
            (Queues.complaintStatus, [ComplaintStatusChanged.type]), (Queues.surveys, [SurveyInvited.type]),
            (Queues.bulletins, [BulletinPublished.type]),
            (Queues.offers, [ProductChanged.type, RateCardChanged.type, QuoteChanged.type]),
        ] {
            topology.queues.append(Queue(name: queue, kind: .quorum, messageTTL: partnerMemory))
            for type in types {
                topology.bindings.append(
                    Binding(exchange: Exchanges.events, queue: queue, routingKey: type.description))
            }
        }
        topology.queues.append(Queue(name: Queues.audit, kind: .quorum))
        topology.bindings.append(Binding(exchange: Exchanges.audit, queue: Queues.audit, routingKey: ""))
        // No service needs it to start: before it is declared nobody can import.
        topology.exchanges.append(Exchange(name: Exchanges.imports, kind: .topic))
        topology.exchangeBindings.append(ExchangeBinding(from: Exchanges.imports, to: Exchanges.inbound))
        return topology
    }

    /// What keeps the record of what operators do to the broker: declared before anything else, so that declaring the rest can be put
    /// on record, too.
    public static var auditAlone: Topology {
        Topology(
            exchanges: exchanges.filter { $0.name == Exchanges.audit },
            queues: [Queue(name: Queues.audit, kind: .quorum), keptAudit],
            bindings: [Queues.audit, Queues.keptAudit].map {
                Binding(exchange: Exchanges.audit, queue: $0, routingKey: "")
            })
    }

    private static let keptAudit = Queue(name: Queues.keptAudit, kind: .quorum, deliveryLimit: deliveryLimit)

    /// Everything there is to declare, with an exchange of its own for each partner.
    public static func whole(for partners: PartnerRegistry?) -> Topology {
        var topology = whole
        for partner in partners?.partners ?? [] {
            topology.exchanges.append(Exchange(name: partner.exchange, kind: .topic))
            topology.exchangeBindings.append(ExchangeBinding(from: partner.exchange, to: Exchanges.inbound))
            guard partner.hears else { continue }
            let queue = Queues.partner(partner.name)
            topology.queues.append(Queue(name: queue, kind: .quorum, messageTTL: partnerMemory))
            topology.bindings.append(
                Binding(exchange: Exchanges.partners, queue: queue, routingKey: "\(partner.name).#"))
            // Answers to its questions come by the exchange of answers, as everybody's.
            topology.bindings.append(Binding(exchange: Exchanges.replies, queue: queue, routingKey: queue))
        }
        return topology
    }

    /// What one service stands on: its queues, their bindings and the exchanges it uses.
    public static func part(of service: ServiceName) -> Topology {
        let inbound = Queues.inbound(service)
        var bindings = Catalogue.contracts.filter { $0.readers.contains(service) }.flatMap { contract in
            contract.exchanges.map {
                Binding(exchange: $0, queue: inbound, routingKey: contract.type.description)
            }
        }
        bindings.append(
            Binding(
                exchange: Exchanges.commands, queue: Queues.queries(service),
                routingKey: RunQuery.type(for: service).description))
        if service == .finance {
            bindings.append(
                Binding(
                    exchange: Exchanges.inbound, queue: Queues.queries(service), routingKey: Exchanges.acceptanceAsk))
        }
        bindings.append(Binding(exchange: Exchanges.dead, queue: Queues.dead(service), routingKey: service.rawValue))
        if service == gatekeeper {
            bindings.append(Binding(exchange: Exchanges.unrouted, queue: inbound, routingKey: ""))
        }
        if service == auditKeeper {
            bindings.append(Binding(exchange: Exchanges.audit, queue: Queues.keptAudit, routingKey: ""))
        }
        return Topology(
            exchanges: exchanges,
            queues: [
                quorum(inbound, deadFor: service), Queue(name: Queues.dead(service), kind: .quorum),
                // A classic queue lives on one node: with that node gone, questions would have no answer and the service
                // could not start.
                Queue(
                    name: Queues.queries(service), kind: .quorum, deliveryLimit: deliveryLimit,
                    messageTTL: .seconds(10)),
            ] + (service == auditKeeper ? [keptAudit] : []), bindings: bindings)
    }

    private static func quorum(_ name: String, deadFor service: ServiceName) -> Queue {
        Queue(
            name: name, kind: .quorum, deliveryLimit: deliveryLimit,
            deadLetter: Queue.DeadLetter(exchange: Exchanges.dead, routingKey: service.rawValue))
    }
}
