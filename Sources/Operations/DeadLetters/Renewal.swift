import Client
import Messaging

/// Keeps what is only looked at from being used up.
///
/// A quorum queue counts each return of a message, and who looks returns it. Past its limit the queue drops a message:
/// RabbitMQ has a limit of 20 by default from 4.0 on, and a policy may set one on any version. What has been looked at some
/// times is therefore published anew, as it is, and the old one taken out. Until RabbitMQ 4.3, which counts such returns
/// apart, there is no way to look that is not counted.
enum Renewal {
    /// After so many returns a message is renewed: well below any limit in use, for several may look at the same time.
    private static let mostReturns: Int64 = 8

    static func isDue(_ delivery: Delivery) -> Bool {
        guard case .integer(let count)? = delivery.properties.headers["x-delivery-count"] else { return false }
        return count >= mostReturns
    }

    /// Publishes messages anew and, once that is confirmed, takes the old ones out. Whatever does not work is left as it is.
    static func renew(
        _ deliveries: [Delivery], by exchange: String, _ routingKey: @Sendable (Delivery) -> String,
        on session: BrokerSession, as broker: BrokerConfiguration
    ) async throws {
        guard !deliveries.isEmpty else { return }
        let messages = deliveries.map { old in
            Outgoing(
                exchange: exchange, routingKey: routingKey(old),
                properties: BrowsedDeadLetter.copied(old.properties), body: old.body)
        }
        try await withPublisher(as: broker) { publisher in
            for start in stride(from: 0, to: messages.count, by: 500) {
                let part = start..<min(start + 500, messages.count)
                let outcomes = await publisher.publish(Array(messages[part]))
                let done = zip(deliveries[part], outcomes).filter { $0.1 == .confirmed }.map(\.0)
                try await session.settle(done.map(\.tag))
            }
        }
    }
}
