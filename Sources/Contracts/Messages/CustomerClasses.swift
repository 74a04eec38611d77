public import Domain

/// In what respect a customer is classified.
public enum ClassDimension: String, Sendable, CaseIterable {
    /// How much it is worth, by recency, frequency and margin on its own order cycle.
    case value
    /// What its orders earn.
    case margin
    /// How it pays.
    case payment
    /// How its revenue goes.
    case growth
    /// What it takes to serve it.
    case costToServe = "cost-to-serve"
    /// How likely we lose money, or the customer.
    case risk
    /// What it does.
    case industry
    /// Where it is served.
    case region
    /// Whether somebody has called it strategic.
    case strategic
    /// Where it stands between unknown and lost.
    case lifecycle
    /// Among which customers it belongs by its figures.
    case cluster
}

/// What a customer is in one respect, and since when.
public struct CustomerClass: Part {
    /// The respect.
    public let dimension: ClassDimension
    /// The class.
    public let value: String
    /// The first day (UTC+8) on which it held.
    public let since: CalendarDay
    /// Why, in words and figures.
    public let reason: String
    /// The class that was told before; absent when there was none or it is the same.
    public let previous: String?

    /// - Parameters: as the properties.
    public init(
        dimension: ClassDimension, value: String, since: CalendarDay, reason: String, previous: String? = nil
    ) {
        self.dimension = dimension
        self.value = value
        self.since = since
        self.reason = reason
        self.previous = previous
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        dimension = try fields.choice("dimension", ClassDimension.self)
        value = try fields.identifier("value")
        since = try fields.day("since")
        reason = try fields.text("reason")
        previous = try fields.optionalIdentifier("previous")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.choice("dimension", dimension)
        object.text("value", value)
        object.text("since", since.description)
        object.text("reason", reason)
        object.text("previous", previous)
    }
}

/// `customer.classified.v1`: some class of a customer is another one; all its classes, as they stand.
public struct CustomerClassified: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.classified.v1")
    /// The customer.
    public let customerId: String
    /// Counts the customer's classifications from 1; a higher one replaces a lower one.
    public let revision: Int
    /// The classes, one for each respect.
    public let classes: [CustomerClass]
    /// The version of the model by which it was judged; 0 for the standard one.
    public let model: Int
    /// When it was judged.
    public let classifiedAt: Timestamp

    /// - Parameters: as the properties.
    public init(customerId: String, revision: Int, classes: [CustomerClass], model: Int, classifiedAt: Timestamp) {
        self.customerId = customerId
        self.revision = revision
        self.classes = classes
        self.model = model
        self.classifiedAt = classifiedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        classes = try fields.array("classes", CustomerClass.self, 1...50)
        model = try fields.integer("model", 0...1_000_000_000)
        classifiedAt = try fields.timestamp("classifiedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.integer("revision", revision)
        object.array("classes", classes)
        object.integer("model", model)
        object.timestamp("classifiedAt", classifiedAt)
    }
}

/// Where a customer stands between unknown and lost.
public enum LifecycleState: String, Sendable, CaseIterable {
    /// We know of it.
    case suspect
    /// We have spoken.
    case prospect
    /// It has begun to order.
    case trial
    /// It orders more than before.
    case growing
    /// It orders as before.
    case mature
    /// It orders less than before.
    case declining
    /// It is silent longer than its own cycle explains.
    case dormant
    /// It will not come back by itself.
    case lost
    /// It had been lost and orders again.
    case wonBack = "won-back"
}

/// `customer.lifecycle-changed.v1`: a customer has come into another state of its life with us.
public struct LifecycleChanged: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.lifecycle-changed.v1")
    /// The customer.
    public let customerId: String
    /// Counts with `customer.classified.v1`; a higher one replaces a lower one.
    public let revision: Int
    /// The state.
    public let state: LifecycleState
    /// The state before; absent when it is the first.
    public let previous: LifecycleState?
    /// The first day (UTC+8) of the state.
    public let since: CalendarDay
    /// For how many days the state before held; absent when there was none.
    public let dwellDays: Int?
    /// The evidence, in words and figures.
    public let reason: String
    /// When it was seen.
    public let changedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        customerId: String, revision: Int, state: LifecycleState, previous: LifecycleState? = nil, since: CalendarDay,
        dwellDays: Int? = nil, reason: String, changedAt: Timestamp
    ) {
        self.customerId = customerId
        self.revision = revision
        self.state = state
        self.previous = previous
        self.since = since
        self.dwellDays = dwellDays
        self.reason = reason
        self.changedAt = changedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        state = try fields.choice("state", LifecycleState.self)
        previous = try fields.optionalChoice("previous", LifecycleState.self)
        since = try fields.day("since")
        dwellDays = try fields.optionalInteger("dwellDays", 0...100_000)
        reason = try fields.text("reason")
        changedAt = try fields.timestamp("changedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.integer("revision", revision)
        object.choice("state", state)
        object.choice("previous", previous)
        object.text("since", since.description)
        object.integer("dwellDays", dwellDays)
        object.text("reason", reason)
        object.timestamp("changedAt", changedAt)
    }
}

/// `customer.set-strategic.v1`: somebody says from which day on a customer is strategic, or is not any more.
public struct SetStrategic: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.set-strategic.v1")
    /// The customer.
    public let customerId: String
    /// Whether it is.
    public let isStrategic: Bool
    /// The first day (UTC+8) on which that holds.
    public let from: CalendarDay
    /// Why, in words.
    public let reason: String
    /// The login of who says so.
    public let by: String

    /// - Parameters: as the properties.
    public init(customerId: String, isStrategic: Bool, from: CalendarDay, reason: String, by: String) {
        self.customerId = customerId
        self.isStrategic = isStrategic
        self.from = from
        self.reason = reason
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        isStrategic = try fields.boolean("isStrategic")
        from = try fields.day("from")
        reason = try fields.text("reason")
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.boolean("isStrategic", isStrategic)
        object.text("from", from.description)
        object.text("reason", reason)
        object.text("by", by)
    }
}
