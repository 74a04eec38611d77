package import Contracts
package import Domain
package import Messaging

/// A message that no service refused: the broker itself gave it up, and put it among a service's dead letters.
///
/// Why and when stands in the broker's own header, which is a list of tables: it does not go into a file, nor out again
/// when a letter is published anew. So it is written down beside the letter in the form in which a service says it.
package struct GivenUp: Sendable, Equatable {
    /// The reason code of such a letter.
    package static let reason = "given-up-by-the-broker"

    /// The queue in which the broker gave it up.
    package let queue: String
    /// Why, in a sentence for people.
    package let detail: String
    /// When, if the broker says it.
    package let time: Timestamp?
    /// The exchange by which it had come to the queue.
    package let exchange: String?
    /// The routing key by which it had come.
    package let routingKey: String?

    /// - Returns: `nil` for a letter that a service refused, or of which the broker says nothing that concerns this
    ///   service: a sender may have written such a header too.
    package init?(_ properties: MessageProperties, service: ServiceName) {
        guard properties.headers[DeadLetter.Header.reason] == nil, let queues = Self.queues[service] else { return nil }
        func header(_ name: String) -> String? { properties.headers[name]?.text }
        if let death = properties.deaths.first(where: { queues.contains($0.queue) }) {
            (queue, exchange, routingKey) = (death.queue, death.exchange, death.routingKey)
            detail = Self.words(death.reason, queue, expiration: death.expiration)
            time = death.time.flatMap(Self.instant)
        } else if let name = header("x-first-death-queue"), queues.contains(name) {
            // Published anew by a release that wrote nothing down: the broker's texts are left, without the time.
            (queue, exchange, routingKey) = (name, header("x-first-death-exchange"), nil)
            detail = Self.words(header("x-first-death-reason") ?? "", name, expiration: nil)
            time = nil
        } else {
            return nil
        }
    }

    /// A service's queues whose messages the broker puts among its dead letters when it gives them up.
    private static let queues: [ServiceName: Set<String>] = {
        var queues: [ServiceName: Set<String>] = [:]
        for queue in WaybillTopology.whole.queues {
            guard let service = queue.deadLetter.flatMap({ ServiceName(rawValue: $0.routingKey) }) else { continue }
            queues[service, default: []].insert(queue.name)
        }
        return queues
    }()

    /// The time in the years that a ``Timestamp`` has; anybody may write a header.
    package static func instant(_ seconds: Int64) -> Timestamp? {
        guard (0..<7_258_118_400).contains(seconds) else { return nil }
        return Timestamp(microsecondsSinceEpoch: seconds * 1_000_000)
    }

    private static func words(_ reason: String, _ queue: String, expiration: String?) -> String {
        switch reason {
        case "expired":
            if let expiration {
                "its sender gave it \(expiration) ms, and in that time it was not taken from \(queue)"
            } else {
                "it was not taken from \(queue) in the time that a policy of the broker gives it"
            }
        case "delivery_limit":
            "\(queue) handed it out as often as its limit allows, and never heard that it was handled: "
                + "whoever took it lost the connection each time"
        case "rejected": "a program that reads \(queue) rejected it and gave no reason"
        case "maxlen": "a policy of the broker limits the length of \(queue), which was full"
        case "": "the broker gave it up in \(queue) and does not say why"
        default: "the broker gave it up in \(queue) and says '\(DeadLetter.shortened(reason))'"
        }
    }
}

extension DeadLetter {
    /// A letter's properties with what the broker says of having given it up written down as a service does it.
    ///
    /// - Returns: the properties as they are when there is nothing to write down.
    package static func noted(_ properties: MessageProperties, service: ServiceName) -> MessageProperties {
        guard let givenUp = GivenUp(properties, service: service) else { return properties }
        var noted = properties
        noted.headers[Header.reason] = .string(GivenUp.reason)
        noted.headers[Header.detail] = .string(givenUp.detail)
        noted.headers[Header.service] = .string(service.rawValue)
        noted.headers[Header.refusedAt] = givenUp.time.map { .string($0.description) }
        noted.headers[Header.exchange] = givenUp.exchange.map { .string(shortened($0)) }
        noted.headers[Header.routingKey] = givenUp.routingKey.map { .string(shortened($0)) }
        return noted
    }
}
