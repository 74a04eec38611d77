public import Domain

/// How closely the orders of a customer in a line of business are looked at.
public enum AcceptanceLevel: String, Sendable, CaseIterable {
    /// They are taken.
    case open
    /// They are taken, and somebody keeps an eye on them.
    case watch
    /// Each needs approval.
    case needsApproval = "needs-approval"
    /// They are not taken.
    case stopped

    /// What it means for an order.
    public var state: AcceptanceState {
        switch self {
        case .open, .watch: .open
        case .needsApproval: .needsApproval
        case .stopped: .stopped
        }
    }
}

/// `finance.set-acceptance.v1`: somebody decides whether orders of a customer in a line of business are taken.
public struct SetAcceptance: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.set-acceptance.v1")
    /// The customer.
    public let customerId: String
    /// The line of business.
    public let businessLine: String
    /// How it shall stand.
    public let level: AcceptanceLevel
    /// Why, in words.
    public let reason: String
    /// The login of who answers for it.
    public let owner: String
    /// What is done until then, in words.
    public let plan: String?
    /// The first day on which it holds (UTC+8); at once when absent.
    public let from: CalendarDay?
    /// The last day on which it holds (UTC+8); from then on the figures decide again.
    public let until: CalendarDay
    /// The login of who decides.
    public let by: String

    /// - Parameters: as the properties.
    public init(
        customerId: String,
        businessLine: String,
        level: AcceptanceLevel,
        reason: String,
        owner: String,
        plan: String? = nil,
        from: CalendarDay? = nil,
        until: CalendarDay,
        by: String
    ) {
        self.customerId = customerId
        self.businessLine = businessLine
        self.level = level
        self.reason = reason
        self.owner = owner
        self.plan = plan
        self.from = from
        self.until = until
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        businessLine = try fields.identifier("businessLine")
        level = try fields.choice("level", AcceptanceLevel.self)
        reason = try fields.text("reason", maximum: 1_000)
        owner = try fields.identifier("owner")
        plan = try fields.optionalText("plan", maximum: 1_000)
        from = try fields.optionalDay("from")
        until = try fields.day("until")
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.text("businessLine", businessLine)
        object.choice("level", level)
        object.text("reason", reason)
        object.text("owner", owner)
        object.text("plan", plan)
        object.text("from", from?.description)
        object.text("until", until.description)
        object.text("by", by)
    }
}

/// `finance.grant-override.v1`: orders of a customer are taken although its acceptance is not open: dated, and up to an amount.
public struct GrantOverride: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.grant-override.v1")
    /// The override; the same again has no effect.
    public let overrideId: String
    /// The customer.
    public let customerId: String
    /// The line of business.
    public let businessLine: String
    /// The first day (UTC+8).
    public let from: CalendarDay
    /// The last day (UTC+8).
    public let to: CalendarDay
    /// What the orders it lets through may be worth together.
    public let cap: FixedDecimal
    /// The currency of the cap.
    public let currency: Currency
    /// Why, in words.
    public let reason: String
    /// The login of who approves it.
    public let by: String

    /// - Parameters: as the properties.
    public init(
        overrideId: String,
        customerId: String,
        businessLine: String,
        from: CalendarDay,
        to: CalendarDay,
        cap: FixedDecimal,
        currency: Currency,
        reason: String,
        by: String
    ) {
        self.overrideId = overrideId
        self.customerId = customerId
        self.businessLine = businessLine
        self.from = from
        self.to = to
        self.cap = cap
        self.currency = currency
        self.reason = reason
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        overrideId = try fields.identifier("overrideId")
        customerId = try fields.identifier("customerId")
        businessLine = try fields.identifier("businessLine")
        from = try fields.day("from")
        to = try fields.day("to")
        cap = try fields.decimal("cap")
        currency = try fields.currency("currency")
        reason = try fields.text("reason", maximum: 1_000)
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("overrideId", overrideId)
        object.text("customerId", customerId)
        object.text("businessLine", businessLine)
        object.text("from", from.description)
        object.text("to", to.description)
        object.amount("cap", cap)
        object.text("currency", currency.code)
        object.text("reason", reason)
        object.text("by", by)
    }
}

/// `finance.override-granted.v1`: an override was approved.
public struct OverrideGranted: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.override-granted.v1")
    /// The override.
    public let overrideId: String
    /// The customer.
    public let customerId: String
    /// The line of business.
    public let businessLine: String
    /// The first day (UTC+8).
    public let from: CalendarDay
    /// The last day (UTC+8).
    public let to: CalendarDay
    /// What the orders it lets through may be worth together.
    public let cap: FixedDecimal
    /// The currency of the cap.
    public let currency: Currency
    /// Why, in words.
    public let reason: String
    /// The login of who approved it.
    public let by: String
    /// The authority by which it was approved.
    public let tier: String
    /// When.
    public let grantedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        overrideId: String,
        customerId: String,
        businessLine: String,
        from: CalendarDay,
        to: CalendarDay,
        cap: FixedDecimal,
        currency: Currency,
        reason: String,
        by: String,
        tier: String,
        grantedAt: Timestamp
    ) {
        self.overrideId = overrideId
        self.customerId = customerId
        self.businessLine = businessLine
        self.from = from
        self.to = to
        self.cap = cap
        self.currency = currency
        self.reason = reason
        self.by = by
        self.tier = tier
        self.grantedAt = grantedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        overrideId = try fields.identifier("overrideId")
        customerId = try fields.identifier("customerId")
        businessLine = try fields.identifier("businessLine")
        from = try fields.day("from")
        to = try fields.day("to")
        cap = try fields.decimal("cap")
        currency = try fields.currency("currency")
        reason = try fields.text("reason", maximum: 1_000)
        by = try fields.identifier("by")
        tier = try fields.identifier("tier")
        grantedAt = try fields.timestamp("grantedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("overrideId", overrideId)
        object.text("customerId", customerId)
        object.text("businessLine", businessLine)
        object.text("from", from.description)
        object.text("to", to.description)
        object.amount("cap", cap)
        object.text("currency", currency.code)
        object.text("reason", reason)
        object.text("by", by)
        object.text("tier", tier)
        object.timestamp("grantedAt", grantedAt)
    }
}
