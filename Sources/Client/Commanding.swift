import BrokerLayout
package import Contracts
import Domain
import Foundation
package import Messaging

/// Gives services commands: as the user who is logged in at the broker, by the one exchange for it, each with an answer.
package enum Commanding {
    /// The source of commands that speak of nobody's numbers in particular.
    package static let source = "waybill-cli"
    /// How long an answer is waited for when nothing else is said.
    package static let patience = Duration.seconds(15)

    /// Publishes a command with a confirm and waits for the service's answer.
    ///
    /// - Parameters:
    ///   - type: the command.
    ///   - data: its data, as JSON.
    ///   - service: who carries it out.
    ///   - source: whose numbers it speaks of.
    ///   - id: the command's identifier; the same again has no second effect and gets the same answer.
    ///   - user: who acts, as the broker knows them.
    ///   - person: for whom the edge acts; only the edge's user is believed.
    ///   - patience: how long to wait for the answer.
    /// - Throws: ``ClientError`` `notHeard`, which says what to do, when no answer comes in time; ``Failure`` when nothing
    ///   was done, or it is not known whether.
    package static func send(
        _ type: MessageType, _ data: [UInt8], to service: ServiceName, source: String = Commanding.source, id: String,
        as user: BrokerConfiguration, onBehalfOf person: String? = nil, within patience: Duration = Commanding.patience
    ) async throws -> ActReply {
        let session = try await BrokerSession.connect(user)
        do {
            let reply = try await send(
                type, data, source: source, id: id, as: user, onBehalfOf: person, within: patience, session)
            await session.close()
            guard let reply else {
                throw ClientError(
                    .notHeard,
                    "not heard of: \(service.rawValue) has not answered within \(patience.components.seconds) seconds. "
                        + "The command is kept by the broker and takes effect when the service is back ('waybill status' "
                        + "shows it). The same again with --id \(id) has no second effect, and gets the answer")
            }
            return reply
        } catch {
            await session.close()
            throw error
        }
    }

    private static func send(
        _ type: MessageType, _ data: [UInt8], source: String, id: String, as user: BrokerConfiguration,
        onBehalfOf person: String?, within patience: Duration, _ session: BrokerSession
    ) async throws -> ActReply? {
        let queue = "reply.\(user.userName).\(UUID().uuidString.lowercased())"
        try await session.declare(Queue(name: queue, kind: .classic, isExclusive: true))
        try await session.bind(Binding(exchange: Exchanges.replies, queue: queue, routingKey: queue))
        try await session.subscribe(queue)
        let envelope = Envelope(id: id, source: source, type: type, time: .now())
        var properties = CloudEventCodec.properties(of: envelope)
        (properties.userID, properties.replyTo, properties.correlationID) = (user.userName, queue, id)
        if let person { properties.headers[BrokerUsers.onBehalfOf] = .string(person) }
        let message = Outgoing(
            exchange: Exchanges.commands, routingKey: type.description, properties: properties,
            body: envelope.structuredBody(data: data))
        let outcomes = try await withPublisher(as: user) { await $0.publish([message]) }
        switch outcomes.first {
        case .confirmed: break
        case .returned:
            throw Failure(
                "no service takes \(type): 'waybill topology check' says what the broker lacks. Nothing was done")
        default:
            throw Failure(
                "whether the broker has taken the command is not known: the same again with --id \(id) has no second effect"
            )
        }
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            for delivery in try await session.next(within: deadline - .now) {
                try await session.acknowledge(delivery.tag)
                if delivery.properties.correlationID == id { return try ActReply(json: delivery.body) }
            }
            try Task.checkCancellation()
        }
        return nil
    }
}
