public import Contracts
package import Domain
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
        /// The names of the original's headers that are cut short or left out, for a dead letter must fit into a frame.
        public static let cut = "x-waybill-cut"
        /// Present when the message was an operator's replay of a dead letter.
        public static let replayed = "x-waybill-replayed"
    }

    /// The most bytes that a dead letter's properties may take: a frame as RabbitMQ has it from its start on (128 KiB),
    /// less what the broker may add when it delivers the letter again or moves it.
    package static let mostPropertyBytes = 131_072 - 8_192

    /// A text that says what it is about in so many characters at most; what is cut is cut out of the middle.
    package static func shortened(_ text: String, to most: Int = 500) -> String {
        // In UTF-8 a text has at least as many bytes as characters.
        guard text.utf8.count > most, text.count > most else { return text }
        return "\(text.prefix(most * 4 / 5))…\(text.suffix(most / 5))"
    }

    /// Makes the dead letter of a delivery. The body is the original's, and so are the properties as far as they fit
    /// into a frame beside the reason: a letter that cannot be published would hold up everything behind it for good.
    ///
    /// - Parameter most: how many bytes its properties may take.
    package static func make(
        of delivery: Delivery, refusal: Refusal, service: ServiceName, at time: Timestamp,
        within most: Int = mostPropertyBytes
    ) -> Outgoing {
        var properties = delivery.properties
        // The broker refuses a user-id that is not the publisher's own.
        properties.headers[Header.user] = verifiedUser(of: delivery).map { .string($0) }
        properties.userID = nil
        properties.expiration = nil
        properties.deliveryMode = 2
        properties.headers[Header.reason] = .string(refusal.reason.rawValue)
        properties.headers[Header.path] = .string(shortened(refusal.path))
        properties.headers[Header.detail] = .string(shortened(refusal.detail))
        properties.headers[Header.service] = .string(service.rawValue)
        properties.headers[Header.refusedAt] = .string(time.description)
        properties.headers[Header.exchange] = .string(delivery.exchange)
        properties.headers[Header.routingKey] = .string(delivery.routingKey)
        if properties.encodedBytes > most {
            cut(&properties, to: most, originals: delivery.properties.headers)
        }
        return Outgoing(
            exchange: Exchanges.dead, routingKey: service.rawValue, properties: properties, body: delivery.body)
    }

    /// The user who published a message, as the broker has verified it; `nil` when the message named none.
    ///
    /// An operator's replay, which comes by the default exchange, carries the one that was verified when it first came.
    package static func verifiedUser(of delivery: Delivery) -> String? {
        delivery.properties.userID
            ?? (delivery.exchange.isEmpty ? delivery.properties.headers[Header.user]?.text : nil)
    }

    /// Cuts headers of the original, the largest first: texts to their beginning, then whole headers.
    private static func cut(_ properties: inout MessageProperties, to most: Int, originals: [String: HeaderValue]) {
        let bySize = originals.map { (name: $0.key, bytes: $0.value.encodedBytes(named: $0.key)) }
            .sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
        var names: [String] = []
        func isEnough() -> Bool {
            properties.headers[Header.cut] = .string(shortened(names.sorted().joined(separator: ", ")))
            return properties.encodedBytes <= most
        }
        for (name, _) in bySize where !isEnough() {
            guard name != Header.user, case .string(let text) = properties.headers[name], text.count > 100 else {
                continue
            }
            properties.headers[name] = .string(shortened(text, to: 100))
            names.append(name)
        }
        for (name, _) in bySize where name != Header.user && !isEnough() {
            properties.headers[name] = nil
            if !names.contains(name) { names.append(name) }
        }
    }

    /// The message that was refused, to be handled once more by the service that refused it, under its own id.
    public static func replay(of dead: Delivery, service: ServiceName) -> Outgoing {
        var properties = dead.properties
        // A letter that the broker itself has put there still has the property; who replays it is another user.
        properties.headers[Header.user] = properties.userID.map { .string($0) } ?? properties.headers[Header.user]
        properties.userID = nil
        for name in [
            Header.reason, Header.path, Header.detail, Header.service, Header.refusedAt, Header.exchange,
            Header.routingKey, Header.cut, "x-death", "x-delivery-count", "x-first-death-exchange",
            "x-first-death-queue",
            "x-first-death-reason", "x-last-death-exchange", "x-last-death-queue", "x-last-death-reason",
        ] {
            properties.headers[name] = nil
        }
        properties.headers[Header.replayed] = .boolean(true)
        // The default exchange routes to the one queue that has not handled it; the other services have.
        return Outgoing(
            exchange: "", routingKey: Queues.inbound(service), properties: properties, body: dead.body)
    }
}
