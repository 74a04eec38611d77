package import BrokerLayout
package import Contracts
import Domain
package import Messaging

/// One event of a call, looked at as the services look at a partner's message: either one to publish, or refused.
package struct TakenEvent: Sendable {
    /// Its identifier, as far as it could be read.
    package let id: String?
    /// Its source, as far as it could be read.
    package let source: String?
    /// Its type, as far as it could be read.
    package let type: String?
    /// The message to publish, or why there is none.
    package let outcome: Result<Outgoing, Refusal>
    /// What stands in its data and nobody reads.
    package var unknownFields: [String] = []
}

/// Reads partners' events and looks at them by the same rules, in the same order and with the same words as the services
/// do, so that what is refused is refused at once, and what is taken is what a partner could have published itself.
package struct EventIntake: Sendable {
    private let registry: @Sendable () -> PartnerRegistry?

    /// - Parameter registry: the partners as the services know them now; `nil` when whoever may publish is believed.
    package init(_ registry: @escaping @Sendable () -> PartnerRegistry?) { self.registry = registry }

    /// Reads one event.
    ///
    /// - Parameters:
    ///   - content: its content type.
    ///   - headers: the headers that hold attributes, by names such as `ce-id`, and the trace.
    ///   - body: its body.
    ///   - partner: who sends it.
    package func event(
        _ content: String, headers: [String: HeaderValue] = [:], body: [UInt8], of partner: String
    ) -> TakenEvent {
        let delivery = Delivery(
            exchange: Exchanges.inbound, routingKey: "",
            properties: MessageProperties(contentType: content, headers: headers), body: body)
        let envelope: Envelope
        let data: JSONNode
        do throws(Refusal) {
            (envelope, data) = try CloudEventCodec.decode(delivery)
        } catch {
            return TakenEvent(
                id: headers["ce-id"]?.text ?? Self.member("id", body),
                source: headers["ce-source"]?.text ?? Self.member("source", body),
                type: headers["ce-type"]?.text ?? Self.member("type", body), outcome: .failure(error))
        }
        var event = TakenEvent(
            id: envelope.id, source: envelope.source, type: envelope.type.description,
            outcome: Result { () throws(Refusal) in try message(envelope, data, of: partner) })
        event.unknownFields =
            Catalogue.description(of: envelope.type).map { Array($0.unknownFields(in: data).prefix(20)) } ?? []
        return event
    }

    /// A text of a body that could be read as JSON, but not as an event.
    private static func member(_ key: String, _ body: [UInt8]) -> String? {
        (try? JSONDocument(parsing: body))?.root[key]?.string.map { String($0.prefix(128)) }
    }

    /// The message to publish.
    private func message(_ envelope: Envelope, _ data: JSONNode, of partner: String) throws(Refusal) -> Outgoing {
        guard let contract = Catalogue.description(of: envelope.type) else {
            throw Catalogue.refusal(forUnknown: envelope.type)
        }
        guard contract.owner == .partner else {
            throw Refusal(
                .wrongExchange, path: "type",
                "\(contract.type) is no message of partners: '\(contract.exchange)' has it, and not this address")
        }
        let registry = registry()
        try Self.check(envelope, contract, partner, registry)
        try contract.check(
            data,
            registry?.references(of: envelope.source, isTyped: false)
                ?? References(own: envelope.source, mayNameAny: true))
        let body = envelope.structuredBody(data: Array(data.text))
        guard body.count <= JSONLimits.standard.bodyBytes else {
            throw Refusal(.bodyTooLarge, path: "$", "an event has at most \(JSONLimits.standard.bodyBytes) bytes")
        }
        return Outgoing(
            exchange: registry == nil ? Exchanges.inbound : "\(Exchanges.inbound).\(partner)",
            routingKey: envelope.type.description, properties: CloudEventCodec.properties(of: envelope), body: body)
    }

    private static func check(
        _ envelope: Envelope, _ contract: ContractDescription, _ name: String, _ registry: PartnerRegistry?
    ) throws(Refusal) {
        guard let registry else {
            if ServiceName.allCases.contains(where: { $0.source == envelope.source }) {
                throw Refusal(
                    .sourceNotAllowed, path: "source", "'\(envelope.source)' is one of our services, not a partner")
            }
            return
        }
        guard let partner = registry.partners.first(where: { $0.name == name }) else {
            throw Refusal(
                .publisherUnknown, path: "headers.authorization",
                "there is no partner '\(name)' in the file of partners any more")
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
