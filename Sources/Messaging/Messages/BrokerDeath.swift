/// What the broker itself writes on a message that it gives up, each time it does: an entry of the header `x-death`.
public struct BrokerDeath: Sendable, Equatable {
    /// The queue in which it gave the message up.
    public let queue: String
    /// Why, by the broker's own word: `expired`, `maxlen`, `rejected`, `delivery_limit`.
    public let reason: String
    /// When, in seconds since 1970.
    public let time: Int64?
    /// How often, in this queue for this reason.
    public let count: Int64?
    /// The exchange by which the message had come to the queue; empty for the default one.
    public let exchange: String?
    /// The routing key by which it had come.
    public let routingKey: String?
    /// After how many milliseconds the message was worthless by its sender's word, as text.
    public let expiration: String?

    /// - Parameters: as the properties.
    public init(
        queue: String, reason: String, time: Int64?, count: Int64? = nil, exchange: String? = nil,
        routingKey: String? = nil, expiration: String? = nil
    ) {
        self.queue = queue
        self.reason = reason
        self.time = time
        self.count = count
        self.exchange = exchange
        self.routingKey = routingKey
        self.expiration = expiration
    }

    /// How many entries of a message are read; the latest come first.
    static let most = 32
}
