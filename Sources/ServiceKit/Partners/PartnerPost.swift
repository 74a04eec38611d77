import BrokerLayout
import Contracts
import Domain
import Messaging

/// What partners hear: each by a queue of its own, of its own orders and customers and nothing else.
///
/// It is made of what is published anyway, at the moment when that is published: no row of the outbox more, and none of
/// the figures that our own events hold. Its identifier follows from that of the event, so that what is published again
/// is the same message again.
struct PartnerPost: Sendable {
    private let registry: PartnerRegistry

    /// - Returns: `nil` when no partner has a queue.
    init?(_ publishers: Publishers) {
        guard case .registered(let registry) = publishers, registry.partners.contains(where: \.hears) else {
            return nil
        }
        self.registry = registry
    }

    /// What partners are told of an event; most events are of nobody's concern.
    func copies(of envelope: Envelope, body: [UInt8]) -> [Outgoing] {
        switch envelope.type {
        case OrderDecided.type: decided(envelope, body)
        case AcceptanceChanged.type: acceptance(envelope, body)
        default: []
        }
    }

    private func data<Body: Message>(_ body: [UInt8], _ type: Body.Type) -> Body? {
        // Our own event: it was written by the same contract.
        (try? JSONDocument(parsing: body).root["data"]).flatMap { try? Body(node: $0) }
    }

    private func decided(_ envelope: Envelope, _ body: [UInt8]) -> [Outgoing] {
        guard let event = data(body, OrderDecided.self), let partner = hearer(of: event.source) else { return [] }
        let told = PartnerOrderDecided(
            source: event.source, orderId: event.orderId, revision: event.place.revision,
            decisionNumber: event.place.number, customerCode: event.customerCode,
            businessLine: event.businessLine, decision: event.decision, reason: event.rule, decidedAt: event.decidedAt,
            figures: figures(event.figures, for: partner))
        return [message(told, to: partner, of: envelope, key: event.orderId)]
    }

    private func acceptance(_ envelope: Envelope, _ body: [UInt8]) -> [Outgoing] {
        guard let event = data(body, AcceptanceChanged.self) else { return [] }
        return event.accounts.compactMap { account in
            hearer(of: account.source).map { partner in
                let told = PartnerAcceptanceChanged(
                    source: account.source, customerCode: account.code, businessLine: event.businessLine,
                    state: event.state, previous: event.previous,
                    // What people write is for our own people.
                    reason: event.level == nil ? String(event.reason.unicodeScalars.prefix(64)) : "set-by-hand",
                    until: event.until, changedAt: event.changedAt, figures: figures(event.figures, for: partner))
                return message(told, to: partner, of: envelope, key: account.code)
            }
        }
    }

    /// Those of the figures that a partner may see; nothing when it may see none.
    private func figures(
        _ figures: AcceptanceFigures?, for partner: PartnerRegistry.Partner
    ) -> PartnerFigures? {
        guard let figures, !partner.figures.isEmpty else { return nil }
        func shown(_ figure: PartnerFigure, _ amount: FixedDecimal) -> FixedDecimal? {
            partner.figures.contains(figure) ? amount : nil
        }
        return PartnerFigures(
            revenue: shown(.revenue, figures.revenue), cost: shown(.cost, figures.cost),
            margin: shown(.margin, figures.margin), currency: figures.currency, window: figures.window)
    }

    /// What the partner who has published a message is told of its refusal; nothing when nobody knows who that is.
    ///
    /// A message is refused by each of its readers; for the same reason at the same place that is one message to the
    /// partner.
    func refused(
        _ delivery: Delivery, _ envelope: Envelope?, _ refusal: Refusal, by service: ServiceName, at now: Timestamp
    ) -> Outgoing? {
        guard let partner = registry.partner(of: delivery), partner.hears else { return nil }
        // By the characters that contracts count: what looks like one may be very many.
        func said(_ text: String?, _ most: Int) -> String? {
            text.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(most))) }
        }
        let identifier = envelope?.id ?? delivery.properties.messageID
        let told = PartnerMessageRefused(
            messageId: said(identifier, 200), source: said(envelope?.source ?? delivery.properties.appID, 200),
            type: said(envelope?.type.description ?? delivery.routingKey, 200), service: service.rawValue,
            reason: refusal.reason.rawValue, path: DeadLetter.shortened(refusal.path),
            detail: said(refusal.detail, 2_000) ?? "", refusedAt: now)
        let answer = Envelope(
            id: StableIdentifier.of(
                "refused", partner.name, identifier ?? "", envelope?.source ?? "", refusal.reason.rawValue, refusal.path
            ),
            source: service.source, type: PartnerMessageRefused.type, time: now,
            correlationID: identifier.flatMap { $0.utf8.count <= 128 ? $0 : nil })
        return outgoing(answer, told, to: partner)
    }

    private func hearer(of source: String) -> PartnerRegistry.Partner? {
        registry.partner(ofSource: source).flatMap { $0.hears ? $0 : nil }
    }

    private func message(
        _ told: some Message, to partner: PartnerRegistry.Partner, of envelope: Envelope, key: String
    ) -> Outgoing {
        let copy = Envelope(
            id: StableIdentifier.of("partner", envelope.id, partner.name, key), source: envelope.source,
            type: type(of: told).type, time: envelope.time, subject: key, correlationID: envelope.correlationID,
            causationID: envelope.id, traceparent: envelope.traceparent)
        return outgoing(copy, told, to: partner)
    }

    private func outgoing(_ envelope: Envelope, _ told: some Message, to partner: PartnerRegistry.Partner) -> Outgoing {
        Outgoing(
            exchange: Exchanges.partners, routingKey: "\(partner.name).\(envelope.type)",
            properties: CloudEventCodec.properties(of: envelope), body: envelope.structuredBody(data: told.encode()))
    }
}
