public import Domain

/// What a margin is of.
public enum MarginLevel: String, Sendable, CaseIterable {
    /// One order.
    case order
    /// A customer, over all lines of business.
    case customer
    /// A customer in one line of business.
    case customerLine = "customer-line"
}

/// How bad a margin is.
public enum MarginSeverity: String, Sendable, CaseIterable {
    /// Not negative, but below the threshold.
    case low
    /// Below nought.
    case negative
}

/// The days that figures are of, both included.
public struct FigureWindow: Part {
    /// The first day.
    public let from: CalendarDay
    /// The last day.
    public let to: CalendarDay

    /// - Parameters: as the properties.
    public init(
        from: CalendarDay,
        to: CalendarDay
    ) {
        self.from = from
        self.to = to
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        from = try fields.day("from")
        to = try fields.day("to")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("from", from.description)
        object.text("to", to.description)
    }
}

/// `finance.margin-alert-raised.v1`: an order or a customer earns too little or costs us money.
public struct MarginAlertRaised: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.margin-alert-raised.v1")
    /// The alert; clearing names it.
    public let alertId: String
    /// What the margin is of.
    public let level: MarginLevel
    /// How bad it is.
    public let severity: MarginSeverity
    /// The order, at order level.
    public let orderId: String?
    /// The order's source, at order level.
    public let source: String?
    /// The customer.
    public let customerId: String
    /// The code by which the customer ordered.
    public let customerCode: String
    /// The line of business; `*` for all.
    public let businessLine: String
    /// The branch.
    public let branch: String
    /// Who sold it.
    public let salesOwner: String?
    /// The revenue of the lines whose cost is known.
    public let revenue: FixedDecimal
    /// Their cost.
    public let cost: FixedDecimal
    /// Revenue less cost.
    public let margin: FixedDecimal
    /// Margin by revenue; absent when the revenue is nought.
    public let marginRate: FixedDecimal?
    /// The rate below which it counts as low.
    public let threshold: FixedDecimal
    /// The currency of all amounts.
    public let currency: Currency
    /// Whether a cost is unknown or only estimated.
    public let provisional: Bool
    /// The days, at the customer's levels.
    public let window: FigureWindow?
    /// What it comes from.
    public let causes: [String]
    /// When.
    public let raisedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        alertId: String,
        level: MarginLevel,
        severity: MarginSeverity,
        orderId: String? = nil,
        source: String? = nil,
        customerId: String,
        customerCode: String,
        businessLine: String,
        branch: String,
        salesOwner: String? = nil,
        revenue: FixedDecimal,
        cost: FixedDecimal,
        margin: FixedDecimal,
        marginRate: FixedDecimal? = nil,
        threshold: FixedDecimal,
        currency: Currency,
        provisional: Bool,
        window: FigureWindow? = nil,
        causes: [String],
        raisedAt: Timestamp
    ) {
        self.alertId = alertId
        self.level = level
        self.severity = severity
        self.orderId = orderId
        self.source = source
        self.customerId = customerId
        self.customerCode = customerCode
        self.businessLine = businessLine
        self.branch = branch
        self.salesOwner = salesOwner
        self.revenue = revenue
        self.cost = cost
        self.margin = margin
        self.marginRate = marginRate
        self.threshold = threshold
        self.currency = currency
        self.provisional = provisional
        self.window = window
        self.causes = causes
        self.raisedAt = raisedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alertId = try fields.identifier("alertId")
        level = try fields.choice("level", MarginLevel.self)
        severity = try fields.choice("severity", MarginSeverity.self)
        orderId = try fields.optionalIdentifier("orderId")
        source = try fields.optionalIdentifier("source", maximum: 128)
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        businessLine = try fields.identifier("businessLine")
        branch = try fields.identifier("branch")
        salesOwner = try fields.optionalIdentifier("salesOwner")
        revenue = try fields.decimal("revenue")
        cost = try fields.decimal("cost")
        margin = try fields.decimal("margin")
        marginRate = try fields.optionalDecimal("marginRate")
        threshold = try fields.decimal("threshold")
        currency = try fields.currency("currency")
        provisional = try fields.boolean("provisional")
        window = try fields.optionalObject("window", FigureWindow.self)
        causes = try fields.texts("causes", 0...20)
        raisedAt = try fields.timestamp("raisedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("alertId", alertId)
        object.choice("level", level)
        object.choice("severity", severity)
        object.text("orderId", orderId)
        object.text("source", source)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("businessLine", businessLine)
        object.text("branch", branch)
        object.text("salesOwner", salesOwner)
        object.amount("revenue", revenue)
        object.amount("cost", cost)
        object.amount("margin", margin)
        object.decimal("marginRate", marginRate)
        object.decimal("threshold", threshold)
        object.text("currency", currency.code)
        object.boolean("provisional", provisional)
        object.object("window", window)
        object.texts("causes", causes)
        object.timestamp("raisedAt", raisedAt)
    }
}

/// Why an alert is no more.
public enum AlertClearing: String, Sendable, CaseIterable {
    /// Another severity took its place.
    case severityChanged = "severity-changed"
    /// The margin is good again.
    case recovered
    /// The order was cancelled.
    case cancelled
}

/// `finance.margin-alert-cleared.v1`: an alert is no more.
public struct MarginAlertCleared: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.margin-alert-cleared.v1")
    /// The alert.
    public let alertId: String
    /// What its margin was of.
    public let level: MarginLevel
    /// How bad it was.
    public let severity: MarginSeverity
    /// The order, at order level.
    public let orderId: String?
    /// The order's source, at order level.
    public let source: String?
    /// The customer.
    public let customerId: String
    /// The code by which the customer ordered.
    public let customerCode: String
    /// The line of business; `*` for all.
    public let businessLine: String
    /// The branch.
    public let branch: String
    /// Why.
    public let reason: AlertClearing
    /// When.
    public let clearedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        alertId: String,
        level: MarginLevel,
        severity: MarginSeverity,
        orderId: String? = nil,
        source: String? = nil,
        customerId: String,
        customerCode: String,
        businessLine: String,
        branch: String,
        reason: AlertClearing,
        clearedAt: Timestamp
    ) {
        self.alertId = alertId
        self.level = level
        self.severity = severity
        self.orderId = orderId
        self.source = source
        self.customerId = customerId
        self.customerCode = customerCode
        self.businessLine = businessLine
        self.branch = branch
        self.reason = reason
        self.clearedAt = clearedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alertId = try fields.identifier("alertId")
        level = try fields.choice("level", MarginLevel.self)
        severity = try fields.choice("severity", MarginSeverity.self)
        orderId = try fields.optionalIdentifier("orderId")
        source = try fields.optionalIdentifier("source", maximum: 128)
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        businessLine = try fields.identifier("businessLine")
        branch = try fields.identifier("branch")
        reason = try fields.choice("reason", AlertClearing.self)
        clearedAt = try fields.timestamp("clearedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("alertId", alertId)
        object.choice("level", level)
        object.choice("severity", severity)
        object.text("orderId", orderId)
        object.text("source", source)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("businessLine", businessLine)
        object.text("branch", branch)
        object.choice("reason", reason)
        object.timestamp("clearedAt", clearedAt)
    }
}
