public import Domain

/// `credit-limit.set.v1`: up to how much a customer, or a group of customers, may owe us.
public struct CreditLimitSet: Message {
    /// Its name on the wire.
    public static let type = MessageType("credit-limit.set.v1")
    /// The decision; a new one for each change.
    public let limitId: String
    /// The customer; or else the group.
    public let customer: CustomerCode?
    /// The group of customers.
    public let group: String?
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// The first day on which it holds; of several the latest holds.
    public let from: CalendarDay
    /// Who set it.
    public let setBy: String
    /// When it was set.
    public let setAt: Timestamp
    /// Why.
    public let reason: String?

    /// - Parameters: as the properties.
    public init(
        limitId: String,
        customer: CustomerCode? = nil,
        group: String? = nil,
        amount: FixedDecimal,
        currency: Currency,
        from: CalendarDay,
        setBy: String,
        setAt: Timestamp,
        reason: String? = nil
    ) {
        self.limitId = limitId
        self.customer = customer
        self.group = group
        self.amount = amount
        self.currency = currency
        self.from = from
        self.setBy = setBy
        self.setAt = setAt
        self.reason = reason
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        limitId = try fields.identifier("limitId")
        customer = try fields.optionalObject("customer", CustomerCode.self)
        group = try fields.optionalIdentifier("group")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        from = try fields.day("from")
        setBy = try fields.identifier("setBy")
        setAt = try fields.timestamp("setAt")
        reason = try fields.optionalText("reason", maximum: 1_000)
        try fields.require(!amount.isNegative, .negativeAmount, "amount", "a limit is not negative")
        try fields.require(
            (customer == nil) != (group == nil), .missingField, "customer", "name either a customer or a group")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("limitId", limitId)
        object.object("customer", customer)
        object.text("group", group)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.text("from", from.description)
        object.text("setBy", setBy)
        object.timestamp("setAt", setAt)
        object.text("reason", reason)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { setAt }
}

/// By what authority something is approved.
public enum ApprovalTier: String, Sendable, CaseIterable {
    /// A supervisor.
    case supervisor
    /// A branch manager.
    case branchManager = "branch-manager"
    /// The finance director.
    case financeDirector = "finance-director"
}

/// `credit-override.approved.v1`: a customer, or a group, may owe more for some days.
public struct CreditOverrideApproved: Message {
    /// Its name on the wire.
    public static let type = MessageType("credit-override.approved.v1")
    /// The override.
    public let overrideId: String
    /// The customer; or else the group.
    public let customer: CustomerCode?
    /// The group of customers.
    public let group: String?
    /// How much above the limit.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// The first day.
    public let from: CalendarDay
    /// The last day.
    public let to: CalendarDay
    /// Who approved it.
    public let approvedBy: String
    /// By what authority.
    public let tier: ApprovalTier
    /// When.
    public let approvedAt: Timestamp
    /// Why.
    public let reason: String?

    /// - Parameters: as the properties.
    public init(
        overrideId: String,
        customer: CustomerCode? = nil,
        group: String? = nil,
        amount: FixedDecimal,
        currency: Currency,
        from: CalendarDay,
        to: CalendarDay,
        approvedBy: String,
        tier: ApprovalTier,
        approvedAt: Timestamp,
        reason: String? = nil
    ) {
        self.overrideId = overrideId
        self.customer = customer
        self.group = group
        self.amount = amount
        self.currency = currency
        self.from = from
        self.to = to
        self.approvedBy = approvedBy
        self.tier = tier
        self.approvedAt = approvedAt
        self.reason = reason
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        overrideId = try fields.identifier("overrideId")
        customer = try fields.optionalObject("customer", CustomerCode.self)
        group = try fields.optionalIdentifier("group")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        from = try fields.day("from")
        to = try fields.day("to")
        approvedBy = try fields.identifier("approvedBy")
        tier = try fields.choice("tier", ApprovalTier.self)
        approvedAt = try fields.timestamp("approvedAt")
        reason = try fields.optionalText("reason", maximum: 1_000)
        try fields.require(amount > .zero, .negativeAmount, "amount", "the amount must be above nought")
        try fields.require(from <= to, .contradictoryTimes, "to", "it cannot end before it begins")
        try fields.require(
            (customer == nil) != (group == nil), .missingField, "customer", "name either a customer or a group")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("overrideId", overrideId)
        object.object("customer", customer)
        object.text("group", group)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.text("from", from.description)
        object.text("to", to.description)
        object.text("approvedBy", approvedBy)
        object.choice("tier", tier)
        object.timestamp("approvedAt", approvedAt)
        object.text("reason", reason)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { approvedAt }
}

/// `customer.grouped.v1`: a customer belongs to a group whose credit is one.
public struct CustomerGrouped: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.grouped.v1")
    /// The customer.
    public let customer: CustomerCode
    /// The group; none to leave it.
    public let group: String?
    /// When; the latest holds.
    public let at: Timestamp

    /// - Parameters: as the properties.
    public init(
        customer: CustomerCode,
        group: String? = nil,
        at: Timestamp
    ) {
        self.customer = customer
        self.group = group
        self.at = at
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customer = try fields.object("customer", CustomerCode.self)
        group = try fields.optionalIdentifier("group")
        at = try fields.timestamp("at")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.object("customer", customer)
        object.text("group", group)
        object.timestamp("at", at)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { at }
}

/// `credit-hold.lifted.v1`: a customer that is held is trusted again until a day.
public struct CreditHoldLifted: Message {
    /// Its name on the wire.
    public static let type = MessageType("credit-hold.lifted.v1")
    /// The decision.
    public let liftId: String
    /// The customer.
    public let customer: CustomerCode
    /// The last day.
    public let until: CalendarDay
    /// Who decided.
    public let by: String
    /// When.
    public let at: Timestamp
    /// Why.
    public let reason: String

    /// - Parameters: as the properties.
    public init(
        liftId: String,
        customer: CustomerCode,
        until: CalendarDay,
        by: String,
        at: Timestamp,
        reason: String
    ) {
        self.liftId = liftId
        self.customer = customer
        self.until = until
        self.by = by
        self.at = at
        self.reason = reason
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        liftId = try fields.identifier("liftId")
        customer = try fields.object("customer", CustomerCode.self)
        until = try fields.day("until")
        by = try fields.identifier("by")
        at = try fields.timestamp("at")
        reason = try fields.text("reason", maximum: 1_000)
        try fields.require(until >= at.day(), .contradictoryTimes, "until", "it cannot end before it begins")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("liftId", liftId)
        object.object("customer", customer)
        object.text("until", until.description)
        object.text("by", by)
        object.timestamp("at", at)
        object.text("reason", reason)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { at }
}
