import Contracts
import Messaging

/// Who may have published a message: checked for each delivery, before what it says is believed.
enum Publishers: Sendable {
    /// Whoever the broker lets write to `waybill.inbound`: for a demo with a single partner.
    case any
    /// The partners of a registry, each for its own sources.
    case registered(PartnerRegistry)

    /// Checks that a message came by the exchange of its kind, from somebody who may speak for its source.
    ///
    /// An operator's replay comes by the default exchange, to which neither partners nor services may write.
    func check(_ delivery: Delivery, _ envelope: Envelope, _ contract: ContractDescription) throws(Refusal) {
        guard !delivery.exchange.isEmpty else { return }
        switch contract.owner {
        case .service(let owner):
            guard delivery.exchange == Exchanges.events else { throw wrongExchange(delivery, contract) }
            guard envelope.source == owner.source else {
                throw Refusal(
                    .sourceNotAllowed, path: "source",
                    "\(envelope.type) is told by \(owner.source), not by '\(envelope.source.prefix(64))'")
            }
        case .operator:
            // Only our own people may write there; ``Principals`` tells who it is.
            guard delivery.exchange == Exchanges.commands else { throw wrongExchange(delivery, contract) }
            try checkPeople(envelope)
        case .partner:
            if contract.isAlsoTyped, delivery.exchange == Exchanges.commands {
                try checkPeople(envelope)
                return
            }
            guard delivery.exchange.hasPrefix(Exchanges.inbound) else { throw wrongExchange(delivery, contract) }
            try checkPartner(delivery, envelope, contract)
        }
    }

    /// Our own people name the system whose numbers they speak of, and never a service.
    private func checkPeople(_ envelope: Envelope) throws(Refusal) {
        if ServiceName.allCases.contains(where: { $0.source == envelope.source }) {
            throw Refusal(.sourceNotAllowed, path: "source", "'\(envelope.source)' is one of our services, no operator")
        }
    }

    private func checkPartner(
        _ delivery: Delivery, _ envelope: Envelope, _ contract: ContractDescription
    ) throws(Refusal) {
        switch self {
        case .any:
            if ServiceName.allCases.contains(where: { $0.source == envelope.source }) {
                throw Refusal(
                    .sourceNotAllowed, path: "source", "'\(envelope.source)' is one of our services, not a partner")
            }
        case .registered(let registry):
            let partner: PartnerRegistry.Partner?
            if delivery.exchange == Exchanges.inbound {
                partner = delivery.properties.userID.flatMap(registry.partner(ofUser:))
            } else {
                partner = registry.partner(ofExchange: delivery.exchange)
            }
            guard let partner else {
                throw Refusal(
                    .publisherUnknown, path: "properties.user_id",
                    "who published this cannot be told: publish to your own exchange '\(Exchanges.inbound).<partner>', "
                        + "or set the property user_id to the name you log in with")
            }
            guard partner.owns(envelope.source) else {
                throw Refusal(
                    .sourceNotAllowed, path: "source",
                    "partner '\(partner.name)' may not speak for '\(envelope.source.prefix(64))'")
            }
        }
    }

    private func wrongExchange(_ delivery: Delivery, _ contract: ContractDescription) -> Refusal {
        Refusal(
            .wrongExchange, path: "exchange",
            "\(contract.type) is published to '\(contract.exchange)', not to '\(delivery.exchange.prefix(64))'")
    }

    /// Whether a refusal is one of these, which an operator wants on record.
    static func areConcerned(_ refusal: Refusal) -> Bool {
        [.publisherUnknown, .sourceNotAllowed, .wrongExchange].contains(refusal.reason)
    }
}
