/// The value of a header.
public enum HeaderValue: Sendable, Equatable {
    /// Text.
    case string(String)
    /// A whole number of any width.
    case integer(Int64)
    /// A truth value.
    case boolean(Bool)
    /// A floating-point number.
    case double(Double)
    /// A point in time in seconds since 1970.
    case timestamp(Int64)
    /// Nothing.
    case null
    /// A table, an array or another form that is only carried, not understood.
    case other

    /// The text of a string or of a number.
    public var text: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .boolean(let value): String(value)
        case .double, .timestamp, .null, .other: nil
        }
    }
}

/// The properties of a message, as AMQP 0-9-1 has them.
public struct MessageProperties: Sendable, Equatable {
    /// What the body is.
    public var contentType: String?
    /// How the body is encoded.
    public var contentEncoding: String?
    /// The headers.
    public var headers: [String: HeaderValue]
    /// 2 for a message that outlives the broker.
    public var deliveryMode: UInt8?
    /// Ties an answer to its question.
    public var correlationID: String?
    /// Where the answer goes.
    public var replyTo: String?
    /// After how many milliseconds the message is worthless, as text.
    public var expiration: String?
    /// The message's identifier.
    public var messageID: String?
    /// When it was sent, in seconds since 1970.
    public var timestamp: Int64?
    /// What kind of message it is.
    public var type: String?
    /// The user who published it, verified by the broker.
    public var userID: String?
    /// The program that published it.
    public var appID: String?
    /// Where the bytes of a delivered text are no UTF-8, such as `properties.message_id` or `headers.ce-id`. What stands
    /// in its place is only to be shown: two identifiers are the same when their bytes are.
    public internal(set) var malformed: [String] = []
    /// What the broker wrote on a delivered message each time it gave it up, the latest first. It is only read: a
    /// message that is published has none.
    public package(set) var deaths: [BrokerDeath] = []

    /// - Parameters: as the properties.
    public init(
        contentType: String? = nil, contentEncoding: String? = nil, headers: [String: HeaderValue] = [:],
        deliveryMode: UInt8? = nil, correlationID: String? = nil, replyTo: String? = nil, expiration: String? = nil,
        messageID: String? = nil, timestamp: Int64? = nil, type: String? = nil, userID: String? = nil,
        appID: String? = nil
    ) {
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.headers = headers
        self.deliveryMode = deliveryMode
        self.correlationID = correlationID
        self.replyTo = replyTo
        self.expiration = expiration
        self.messageID = messageID
        self.timestamp = timestamp
        self.type = type
        self.userID = userID
        self.appID = appID
    }
}

extension MessageProperties {
    /// How many bytes the properties take on the wire, which have to fit into one frame (AMQP 0-9-1 §4.2.6.1).
    public var encodedBytes: Int {
        var bytes = 2 + (deliveryMode == nil ? 0 : 1) + (timestamp == nil ? 0 : 8)
        func add(_ text: String?) {
            if let text { bytes += 1 + text.utf8.count }
        }
        add(contentType)
        add(contentEncoding)
        add(correlationID)
        add(replyTo)
        add(expiration)
        add(messageID)
        add(type)
        add(userID)
        add(appID)
        guard !headers.isEmpty else { return bytes }
        return headers.reduce(bytes + 4) { $0 + $1.value.encodedBytes(named: $1.key) }
    }
}

extension HeaderValue {
    /// How many bytes a header of this value takes on the wire, its name included.
    public func encodedBytes(named name: String) -> Int {
        let value =
            switch self {
            case .string(let text): 4 + text.utf8.count
            case .integer, .double, .timestamp: 8
            case .boolean: 1
            case .null, .other: 0
            }
        return 2 + name.utf8.count + value
    }
}

/// A message that the broker delivers.
public struct Delivery: Sendable, Equatable {
    /// Names the delivery on its channel, to acknowledge it.
    public let tag: UInt64
    /// The exchange it was published to.
    public let exchange: String
    /// The routing key it was published under.
    public let routingKey: String
    /// Whether it was delivered before.
    public let isRedelivered: Bool
    /// Its properties.
    public let properties: MessageProperties
    /// Its body.
    public let body: [UInt8]

    /// - Parameters: as the properties.
    public init(
        tag: UInt64 = 0, exchange: String, routingKey: String, isRedelivered: Bool = false,
        properties: MessageProperties, body: [UInt8]
    ) {
        self.tag = tag
        self.exchange = exchange
        self.routingKey = routingKey
        self.isRedelivered = isRedelivered
        self.properties = properties
        self.body = body
    }
}

/// A message to publish.
public struct Outgoing: Sendable, Equatable {
    /// The exchange; empty for the default one.
    public var exchange: String
    /// The routing key.
    public var routingKey: String
    /// The properties.
    public var properties: MessageProperties
    /// The body.
    public var body: [UInt8]
    /// Whether the broker gives it back when no queue takes it.
    public var isMandatory: Bool

    /// - Parameters: as the properties.
    public init(
        exchange: String, routingKey: String, properties: MessageProperties, body: [UInt8], isMandatory: Bool = true
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
        self.isMandatory = isMandatory
    }
}

/// What became of a published message.
public enum PublishOutcome: Sendable, Equatable {
    /// The broker has taken it, on every queue that it goes to.
    case confirmed
    /// No queue takes it.
    case returned(code: Int, text: String)
    /// The broker did not take it.
    case refused
    /// It was not sent, because its properties do not fit into a frame; nor will they ever.
    case tooLarge
    /// Nobody knows: publish it again, under the same id.
    case unknown(String)
}
