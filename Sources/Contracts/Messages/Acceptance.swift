public import Domain

/// Whether orders of a customer in a line of business are taken.
public enum AcceptanceState: String, Sendable, CaseIterable {
    /// They are.
    case open
    /// Each needs approval.
    case needsApproval = "needs-approval"
    /// They are not.
    case stopped
}

/// The figures that decided.
public struct AcceptanceFigures: Part {
    /// How many orders.
    public let orders: Int
    /// Their revenue.
    public let revenue: FixedDecimal
    /// Their cost.
    public let cost: FixedDecimal
    /// Revenue less cost.
    public let margin: FixedDecimal
    /// Margin by revenue; absent when the revenue is nought.
    public let marginRate: FixedDecimal?
    /// What the rate is not above with the policy's confidence; present when the margin is below nought.
    public let upperRate: FixedDecimal?
    /// The rate that leans on that of the line; present when the rate is low.
    public let pooledRate: FixedDecimal?
    /// By which rule they were judged, as `negative-margin`.
    public let rule: String?
    /// The currency of all amounts.
    public let currency: Currency
    /// The days they are of.
    public let window: FigureWindow

    /// - Parameters: as the properties.
    public init(
        orders: Int,
        revenue: FixedDecimal,
        cost: FixedDecimal,
        margin: FixedDecimal,
        marginRate: FixedDecimal? = nil,
        upperRate: FixedDecimal? = nil,
        pooledRate: FixedDecimal? = nil,
        rule: String? = nil,
        currency: Currency,
        window: FigureWindow
    ) {
        self.orders = orders
        self.revenue = revenue
        self.cost = cost
        self.margin = margin
        self.marginRate = marginRate
        self.upperRate = upperRate
        self.pooledRate = pooledRate
        self.rule = rule
        self.currency = currency
        self.window = window
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        orders = try fields.integer("orders")
        revenue = try fields.decimal("revenue")
        cost = try fields.decimal("cost")
        margin = try fields.decimal("margin")
        marginRate = try fields.optionalDecimal("marginRate")
        upperRate = try fields.optionalDecimal("upperRate")
        pooledRate = try fields.optionalDecimal("pooledRate")
        rule = try fields.optionalText("rule", maximum: 64)
        currency = try fields.currency("currency")
        window = try fields.object("window", FigureWindow.self)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.integer("orders", orders)
        object.amount("revenue", revenue)
        object.amount("cost", cost)
        object.amount("margin", margin)
        object.decimal("marginRate", marginRate)
        object.decimal("upperRate", upperRate)
        object.decimal("pooledRate", pooledRate)
        object.text("rule", rule)
        object.text("currency", currency.code)
        object.object("window", window)
    }
}

/// `finance.acceptance-changed.v1`: orders of a customer in a line of business are taken differently now.
public struct AcceptanceChanged: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.acceptance-changed.v1")
    /// The customer.
    public let customerId: String
    /// The line of business.
    public let businessLine: String
    /// How it stands now.
    public let state: AcceptanceState
    /// How it stood before.
    public let previous: AcceptanceState
    /// Why.
    public let reason: String
    /// The figures that decided.
    public let figures: AcceptanceFigures?
    /// How closely orders are looked at now; present when somebody has set it.
    public let level: AcceptanceLevel?
    /// Who answers for it; present when somebody has set it.
    public let owner: String?
    /// What is done until it ends; present when somebody has set it and said so.
    public let plan: String?
    /// The last day on which it holds (UTC+8); present when somebody has set it.
    public let until: CalendarDay?
    /// The login of who has set it.
    public let by: String?
    /// When.
    public let changedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        customerId: String,
        businessLine: String,
        state: AcceptanceState,
        previous: AcceptanceState,
        reason: String,
        figures: AcceptanceFigures? = nil,
        level: AcceptanceLevel? = nil,
        owner: String? = nil,
        plan: String? = nil,
        until: CalendarDay? = nil,
        by: String? = nil,
        changedAt: Timestamp
    ) {
        self.customerId = customerId
        self.businessLine = businessLine
        self.state = state
        self.previous = previous
        self.reason = reason
        self.figures = figures
        self.level = level
        self.owner = owner
        self.plan = plan
        self.until = until
        self.by = by
        self.changedAt = changedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        businessLine = try fields.identifier("businessLine")
        state = try fields.choice("state", AcceptanceState.self)
        previous = try fields.choice("previous", AcceptanceState.self)
        reason = try fields.text("reason")
        figures = try fields.optionalObject("figures", AcceptanceFigures.self)
        level = try fields.optionalChoice("level", AcceptanceLevel.self)
        owner = try fields.optionalIdentifier("owner")
        plan = try fields.optionalText("plan", maximum: 1_000)
        until = try fields.optionalDay("until")
        by = try fields.optionalIdentifier("by")
        changedAt = try fields.timestamp("changedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.text("businessLine", businessLine)
        object.choice("state", state)
        object.choice("previous", previous)
        object.text("reason", reason)
        object.object("figures", figures)
        object.choice("level", level)
        object.text("owner", owner)
        object.text("plan", plan)
        object.text("until", until?.description)
        object.text("by", by)
        object.timestamp("changedAt", changedAt)
    }
}

/// The answer to an order.
public enum OrderDecision: String, Sendable, CaseIterable {
    /// It is taken.
    case accepted
    /// It is taken when somebody approves.
    case needsApproval = "needs-approval"
    /// It is not taken.
    case refused
}

/// `finance.order-decided.v1`: the answer to every placed or changed order.
public struct OrderDecided: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.order-decided.v1")
    /// The order's source.
    public let source: String
    /// The order.
    public let orderId: String
    /// The revision that is answered.
    public let revision: Int
    /// The customer.
    public let customerId: String
    /// The code by which the customer ordered.
    public let customerCode: String
    /// The line of business.
    public let businessLine: String
    /// The branch.
    public let branch: String
    /// The answer.
    public let decision: OrderDecision
    /// The rule that decided.
    public let rule: String
    /// The figures that decided.
    public let figures: AcceptanceFigures?
    /// The approval that was used.
    public let override: String?
    /// The figures of the credit, when the customer or its group has a limit.
    public let credit: CreditFigures?
    /// When.
    public let decidedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        source: String,
        orderId: String,
        revision: Int,
        customerId: String,
        customerCode: String,
        businessLine: String,
        branch: String,
        decision: OrderDecision,
        rule: String,
        figures: AcceptanceFigures? = nil,
        override: String? = nil,
        credit: CreditFigures? = nil,
        decidedAt: Timestamp
    ) {
        self.source = source
        self.orderId = orderId
        self.revision = revision
        self.customerId = customerId
        self.customerCode = customerCode
        self.businessLine = businessLine
        self.branch = branch
        self.decision = decision
        self.rule = rule
        self.figures = figures
        self.override = override
        self.credit = credit
        self.decidedAt = decidedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        source = try fields.identifier("source", maximum: 128)
        orderId = try fields.identifier("orderId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        businessLine = try fields.identifier("businessLine")
        branch = try fields.identifier("branch")
        decision = try fields.choice("decision", OrderDecision.self)
        rule = try fields.text("rule", maximum: 64)
        figures = try fields.optionalObject("figures", AcceptanceFigures.self)
        override = try fields.optionalIdentifier("override")
        credit = try fields.optionalObject("credit", CreditFigures.self)
        decidedAt = try fields.timestamp("decidedAt")
        #if WAYBILL_TRIAL
            // What a later contract might add, so that a rolling change can be tried.
            _ = try fields.optionalText("trial", maximum: 64)
        #endif
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("source", source)
        object.text("orderId", orderId)
        object.integer("revision", revision)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("businessLine", businessLine)
        object.text("branch", branch)
        object.choice("decision", decision)
        object.text("rule", rule)
        object.object("figures", figures)
        object.text("override", override)
        object.object("credit", credit)
        object.timestamp("decidedAt", decidedAt)
        #if WAYBILL_TRIAL
            object.text("trial", "later")
        #endif
    }
}
