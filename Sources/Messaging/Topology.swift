import CRabbitMQ

/// An exchange.
public struct Exchange: Sendable, Equatable {
    /// The kinds used here.
    public enum Kind: String, Sendable {
        /// Routes by patterns of the key.
        case topic
        /// Routes by the key itself.
        case direct
        /// Routes to every queue.
        case fanout
    }

    /// Its name.
    public let name: String
    /// How it routes.
    public let kind: Kind
    /// Where what it cannot route goes.
    public let alternate: String?

    /// - Parameters: as the properties.
    public init(name: String, kind: Kind, alternate: String? = nil) {
        self.name = name
        self.kind = kind
        self.alternate = alternate
    }

    /// The arguments of its declaration.
    public var arguments: [(String, HeaderValue)] {
        alternate.map { [("alternate-exchange", .string($0))] } ?? []
    }
}

/// A queue.
public struct Queue: Sendable, Equatable {
    /// The kinds used here.
    public enum Kind: String, Sendable {
        /// Replicated and durable: for everything that must not be lost.
        case quorum
        /// On one node: for what belongs to a connection and goes with it.
        case classic
    }

    /// Where what the broker gives up goes.
    public struct DeadLetter: Sendable, Equatable {
        /// The exchange.
        public let exchange: String
        /// The routing key.
        public let routingKey: String

        /// - Parameters: as the properties.
        public init(exchange: String, routingKey: String) {
            self.exchange = exchange
            self.routingKey = routingKey
        }
    }

    /// Its name.
    public let name: String
    /// Its kind.
    public let kind: Kind
    /// How often a message is delivered before it is given up.
    public let deliveryLimit: Int?
    /// Where it then goes.
    public let deadLetter: DeadLetter?
    /// After which time a message is worthless.
    public let messageTTL: Duration?
    /// Whether only the connection that declares it may use it, and it goes with that connection.
    public let isExclusive: Bool

    /// - Parameters: as the properties.
    public init(
        name: String, kind: Kind, deliveryLimit: Int? = nil, deadLetter: DeadLetter? = nil,
        messageTTL: Duration? = nil, isExclusive: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.deliveryLimit = deliveryLimit
        self.deadLetter = deadLetter
        self.messageTTL = messageTTL
        self.isExclusive = isExclusive
    }

    /// The arguments of its declaration.
    ///
    /// Dead-lettering without loss takes the strategy, the overflow behaviour and the exchange together: with one
    /// missing the broker falls back to at-most-once and says so only in its log.
    public var arguments: [(String, HeaderValue)] {
        var arguments: [(String, HeaderValue)] = [("x-queue-type", .string(kind.rawValue))]
        if let deliveryLimit { arguments.append(("x-delivery-limit", .integer(Int64(deliveryLimit)))) }
        if let deadLetter {
            arguments += [
                ("x-dead-letter-exchange", .string(deadLetter.exchange)),
                ("x-dead-letter-routing-key", .string(deadLetter.routingKey)),
                ("x-dead-letter-strategy", .string("at-least-once")), ("x-overflow", .string("reject-publish")),
            ]
        }
        if let messageTTL {
            arguments.append(("x-message-ttl", .integer(messageTTL.components.seconds * 1_000)))
        }
        return arguments
    }
}

/// A binding of a queue to an exchange.
public struct Binding: Sendable, Equatable {
    /// The exchange.
    public let exchange: String
    /// The queue.
    public let queue: String
    /// The key or pattern.
    public let routingKey: String

    /// - Parameters: as the properties.
    public init(exchange: String, queue: String, routingKey: String) {
        self.exchange = exchange
        self.queue = queue
        self.routingKey = routingKey
    }
}

/// A binding of an exchange to another: what comes to the first goes on to the second.
public struct ExchangeBinding: Sendable, Equatable {
    /// Where it comes from.
    public let from: String
    /// Where it goes on to.
    public let to: String

    /// - Parameters: as the properties.
    public init(from: String, to: String) {
        self.from = from
        self.to = to
    }

    /// Everything goes on.
    public var routingKey: String { "#" }
}

/// Exchanges, queues and bindings that belong together: one description, declared by operators, checked by services.
public struct Topology: Sendable, Equatable {
    /// The exchanges.
    public var exchanges: [Exchange]
    /// The queues.
    public var queues: [Queue]
    /// The bindings.
    public var bindings: [Binding]
    /// The bindings between exchanges.
    public var exchangeBindings: [ExchangeBinding]

    /// - Parameters: as the properties.
    public init(
        exchanges: [Exchange], queues: [Queue], bindings: [Binding], exchangeBindings: [ExchangeBinding] = []
    ) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
        self.exchangeBindings = exchangeBindings
    }

    /// Declares everything; what is there already must be the same.
    public func declare(on session: BrokerSession) async throws {
        for exchange in exchanges { try await session.declare(exchange) }
        for queue in queues { try await session.declare(queue) }
        for binding in bindings { try await session.bind(binding) }
        for binding in exchangeBindings { try await session.bind(binding) }
    }

    /// Looks whether exchanges and queues are there.
    ///
    /// - Throws: ``MessagingError`` of code `topology` that names everything that is missing.
    public func check(on session: BrokerSession) async throws {
        var problems: [String] = []
        for exchange in exchanges {
            if try await !session.exists(exchange) { problems.append("exchange '\(exchange.name)' is missing") }
        }
        for queue in queues {
            if try await !session.exists(queue) { problems.append("queue '\(queue.name)' is missing") }
        }
        if !problems.isEmpty {
            throw MessagingError(
                .topology, problems.joined(separator: ", ") + ": run 'waybill topology apply' as the operator")
        }
    }
}
