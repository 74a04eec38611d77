public import Contracts
import Domain
public import Messaging

/// A refused message as it stands in the dead letters: the original, and beside it why, where and when.
public enum DeadLetter {
    /// The headers that a dead letter carries beside those of the original.
    public enum Header {
        /// The reason code.
        public static let reason = "x-waybill-reason"
        /// The JSON path, or the header or property, that the reason speaks of.
        public static let path = "x-waybill-path"
        /// A sentence for people.
        public static let detail = "x-waybill-detail"
        /// The service that refused it.
        public static let service = "x-waybill-service"
        /// When, as RFC 3339.
        public static let refusedAt = "x-waybill-refused-at"
        /// The exchange it came by.
        public static let exchange = "x-waybill-exchange"
        /// The routing key it came by.
        public static let routingKey = "x-waybill-routing-key"
        /// The user who published it, verified by the broker, if the message named one.
        public static let user = "x-waybill-user"
        /// Present when the message was an operator's replay of a dead letter.
        public static let replayed = "x-waybill-replayed"
    }

    /// Makes the dead letter of a delivery. Body and properties are the original's.
    static func make(
        of delivery: Delivery, refusal: Refusal, service: ServiceName, at time: Timestamp
    ) -> Outgoing {
        var properties = delivery.properties
        // The broker refuses a user-id that is not the publisher's own.
        properties.headers[Header.user] = verifiedUser(of: delivery).map { .string($0) }
        properties.userID = nil
        properties.expiration = nil
        properties.deliveryMode = 2
        properties.headers[Header.reason] = .string(refusal.reason.rawValue)
        properties.headers[Header.path] = .string(refusal.path)
        properties.headers[Header.detail] = .string(String(refusal.detail.prefix(500)))
        properties.headers[Header.service] = .string(service.rawValue)
        properties.headers[Header.refusedAt] = .string(time.description)
        properties.headers[Header.exchange] = .string(delivery.exchange)
        properties.headers[Header.routingKey] = .string(delivery.routingKey)
        return Outgoing(
            exchange: Exchanges.dead, routingKey: service.rawValue, properties: properties, body: delivery.body)
    }

    /// The user who published a message, as the broker has verified it; `nil` when the message named none.
    ///
    /// An operator's replay, which comes by the default exchange, carries the one that was verified when it first came.
    static func verifiedUser(of delivery: Delivery) -> String? {
        delivery.properties.userID
            ?? (delivery.exchange.isEmpty ? delivery.properties.headers[Header.user]?.text : nil)
    }

    /// The message that was refused, to be handled once more by the service that refused it, under its own id.
    public static func replay(of dead: Delivery, service: ServiceName) -> Outgoing {
        var properties = dead.properties
        // A letter that the broker itself has put there still has the property; who replays it is another user.
        properties.headers[Header.user] = properties.userID.map { .string($0) } ?? properties.headers[Header.user]
        properties.userID = nil
        for name in [
            Header.reason, Header.path, Header.detail, Header.service, Header.refusedAt, Header.exchange,
            Header.routingKey, "x-death", "x-delivery-count", "x-first-death-exchange",
            "x-first-death-queue",
            "x-first-death-reason",
        ] {
            properties.headers[name] = nil
        }
        properties.headers[Header.replayed] = .boolean(true)
        // The default exchange routes to the one queue that has not handled it; the other services have.
        return Outgoing(
            exchange: "", routingKey: Queues.inbound(service), properties: properties, body: dead.body)
    }
}
