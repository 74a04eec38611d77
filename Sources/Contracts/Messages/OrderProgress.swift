public import Domain

/// `order.cancelled.v1`: an order is not done after all.
public struct OrderCancelled: Message {
    /// Its name on the wire.
    public static let type = MessageType("order.cancelled.v1")
    /// The order.
    public let orderId: String
    /// The revision at which it is cancelled; it counts on from the order's own.
    public let revision: Int
    /// When.
    public let cancelledAt: Timestamp
    /// Why.
    public let reason: String?

    /// - Parameters: as the properties.
    public init(
        orderId: String,
        revision: Int,
        cancelledAt: Timestamp,
        reason: String? = nil
    ) {
        self.orderId = orderId
        self.revision = revision
        self.cancelledAt = cancelledAt
        self.reason = reason
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        orderId = try fields.identifier("orderId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        cancelledAt = try fields.timestamp("cancelledAt")
        reason = try fields.optionalText("reason")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("orderId", orderId)
        object.integer("revision", revision)
        object.timestamp("cancelledAt", cancelledAt)
        object.text("reason", reason)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { cancelledAt }
}

/// `order.completed.v1`: an order is done.
public struct OrderCompleted: Message {
    /// Its name on the wire.
    public static let type = MessageType("order.completed.v1")
    /// The order.
    public let orderId: String
    /// Counts corrections of this report; a higher one replaces a lower one.
    public let revision: Int
    /// When.
    public let completedAt: Timestamp
    /// Whether in time; if absent, the promise decides.
    public let onTime: Bool?
    /// Whether goods were damaged.
    public let damaged: Bool?
    /// How much was delivered, of the sum of the quantities ordered.
    public let quantityDelivered: FixedDecimal?

    /// - Parameters: as the properties.
    public init(
        orderId: String,
        revision: Int,
        completedAt: Timestamp,
        onTime: Bool? = nil,
        damaged: Bool? = nil,
        quantityDelivered: FixedDecimal? = nil
    ) {
        self.orderId = orderId
        self.revision = revision
        self.completedAt = completedAt
        self.onTime = onTime
        self.damaged = damaged
        self.quantityDelivered = quantityDelivered
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        orderId = try fields.identifier("orderId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        completedAt = try fields.timestamp("completedAt")
        onTime = try fields.optionalBoolean("onTime")
        damaged = try fields.optionalBoolean("damaged")
        quantityDelivered = try fields.optionalDecimal("quantityDelivered")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("orderId", orderId)
        object.integer("revision", revision)
        object.timestamp("completedAt", completedAt)
        object.boolean("onTime", onTime)
        object.boolean("damaged", damaged)
        object.decimal("quantityDelivered", quantityDelivered)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { completedAt }
}
