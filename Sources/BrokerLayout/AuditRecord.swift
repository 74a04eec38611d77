public import Contracts
import Crypto
public import Domain
public import Messaging

/// One entry of the audit: an act on a message or on the broker, or an attempt that was refused. It stands in a queue that nobody
/// empties.
public struct AuditRecord: Sendable {
    /// Who did it, as their system knows them.
    public let who: String
    /// As which user of the broker.
    public let brokerUser: String
    /// What was done.
    public let act: String
    /// Why.
    public let why: String

    /// The columns of an entry, in order.
    public static let columns = [
        "at", "who", "brokerUser", "act", "why", "service", "id", "source", "type", "reason", "bodySHA256",
    ]

    /// What stands as the act of an attempt that was refused.
    public static let refusal = "refuse"

    /// - Parameters: as the properties.
    public init(who: String, brokerUser: String, act: String, why: String) {
        self.who = who
        self.brokerUser = brokerUser
        self.act = act
        self.why = why
    }

    /// The entry as a message to publish.
    ///
    /// - Parameters:
    ///   - time: when.
    ///   - service: in which service's queue the message stood; of what is done to the broker none.
    ///   - id: the message's id, if it has one; of what is done to a user of the broker its name.
    ///   - source: who sent it, by its own word.
    ///   - type: what it is, by its own word.
    ///   - reason: why it was refused.
    ///   - body: its bytes; only their digest is kept.
    public func message(
        at time: Timestamp, service: ServiceName?, id: String?, source: String?, type: String?, reason: String,
        body: [UInt8]
    ) -> Outgoing {
        var object = ObjectWriter()
        object.timestamp("at", time)
        object.text("who", who)
        object.text("brokerUser", brokerUser)
        object.text("act", act)
        object.text("why", why)
        object.text("service", service?.rawValue)
        object.text("id", id)
        object.text("source", source)
        object.text("type", type)
        object.text("reason", reason)
        object.text("bodySHA256", Self.digest(body))
        return Outgoing(
            exchange: Exchanges.audit, routingKey: act,
            properties: MessageProperties(
                contentType: "application/json", deliveryMode: 2, messageID: MessageIdentifier.next(at: time)),
            body: object.finished())
    }

    /// The SHA-256 of some bytes, in hexadecimal.
    public static func digest(_ body: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = SHA256.hash(data: body).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
