import BrokerLayout
import Contracts
import Messaging

/// Who may have published a message: checked for each delivery, before what it says is believed.
enum Publishers: Sendable {
    /// Whoever the broker lets write to `waybill.inbound`: for a demo with a single partner.
    case any
    /// The partners of a registry, each for its own sources.
    case registered(PartnerRegistry)

    /// Whose numbers a message may name, and names where it does not say. Only partners have to have leave for others'.
    func references(
        of envelope: Envelope, _ delivery: Delivery, _ contract: ContractDescription
    ) -> References {
        guard contract.owner == .partner, case .registered(let registry) = self else {
            return References(own: envelope.source, mayNameAny: true)
        }
        return registry.references(
            of: envelope.source, isTyped: [Exchanges.commands, Exchanges.imports].contains(delivery.exchange))
    }

    /// Whose numbers a message of a source names that our own people import.
    ///
    /// - Throws: a refusal when nobody may import for that source.
    func references(ofImported source: String) throws(Refusal) -> References {
        try checkImported(source)
        guard case .registered(let registry) = self else { return References(own: source, mayNameAny: true) }
        return registry.references(of: source, isTyped: true)
    }

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
        case .services:
            guard delivery.exchange == Exchanges.events else { throw wrongExchange(delivery, contract) }
            guard ServiceName.allCases.contains(where: { $0.source == envelope.source }) else {
                throw Refusal(
                    .sourceNotAllowed, path: "source",
                    "\(envelope.type) is told by our services, not by '\(envelope.source.prefix(64))'")
            }
        case .servicesToPartner:
            // None of us reads what is for a partner: it comes here when the partner's queue is not there.
            throw Refusal(
                .wrongExchange, path: "exchange",
                "\(contract.type) is for a partner whose queue is missing: 'waybill topology apply --partners FILE' makes it"
            )
        case .operator:
            // Only our own people may write there; ``Principals`` tells who it is.
            guard delivery.exchange == Exchanges.commands else { throw wrongExchange(delivery, contract) }
            try checkPeople(envelope)
        case .partner:
            if contract.isAlsoTyped, delivery.exchange == Exchanges.commands {
                try checkPeople(envelope)
                return
            }
            if contract.isImported, delivery.exchange == Exchanges.imports {
                try checkImport(delivery, envelope)
                return
            }
            guard delivery.exchange.hasPrefix(Exchanges.inbound) else { throw wrongExchange(delivery, contract) }
            try checkPartner(delivery, envelope, contract)
        }
    }

    /// Who imports has the right to by writing there at all; whoever it is must be known.
    private func checkImport(_ delivery: Delivery, _ envelope: Envelope) throws(Refusal) {
        guard DeadLetter.verifiedUser(of: delivery) != nil else {
            throw Refusal(
                .publisherUnknown, path: "properties.user_id",
                "who imports cannot be told: set the property user_id to the name you log in with")
        }
        try checkImported(envelope.source)
    }

    /// What is imported is of a system that there is: a slip of the pen would make a second world of customers.
    private func checkImported(_ source: String) throws(Refusal) {
        if ServiceName.allCases.contains(where: { $0.source == source }) {
            throw Refusal(.sourceNotAllowed, path: "source", "'\(source)' is one of our services, no other system")
        }
        guard case .registered(let registry) = self, registry.partner(ofSource: source) == nil else { return }
        throw Refusal(
            .sourceNotAllowed, path: "source",
            "no partner may speak for '\(source.prefix(64))': name the system whose numbers they are as the file of "
                + "partners does")
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
            guard let partner = registry.partner(of: delivery) else {
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
            guard partner.tellsPeople || !contract.isOfPeople else {
                throw Refusal(
                    .sourceNotAllowed, path: "type",
                    "partner '\(partner.name)' may not say who belongs where: that is for a partner that has "
                        + "\"people\": true in the file of partners")
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

extension PartnerRegistry {
    /// Who has published a message, as the broker has it: by its own exchange, or by its verified user.
    func partner(of delivery: Delivery) -> Partner? {
        delivery.exchange == Exchanges.inbound
            ? delivery.properties.userID.flatMap(partner(ofUser:)) : partner(ofExchange: delivery.exchange)
    }
}
