public import Domain

/// How far a customer is trusted.
public enum CreditState: String, Sendable, CaseIterable {
    /// Orders are taken up to the limit.
    case ok
    /// They are, and somebody looks.
    case watch
    /// Each needs approval.
    case hold
    /// None is taken.
    case stop
}

/// The figures of a credit decision, all in the currency of the limit.
public struct CreditFigures: Part {
    /// What is owed, unbilled and ordered less deposits, before the order.
    public let exposure: FixedDecimal
    /// The limit.
    public let limit: FixedDecimal
    /// What is approved above it for the day.
    public let overrides: FixedDecimal
    /// What is left of both.
    public let available: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// How far the customer is trusted.
    public let state: CreditState
    /// The group whose limit decided; none when it was the customer's own.
    public let group: String?

    /// - Parameters: as the properties.
    public init(
        exposure: FixedDecimal,
        limit: FixedDecimal,
        overrides: FixedDecimal,
        available: FixedDecimal,
        currency: Currency,
        state: CreditState,
        group: String? = nil
    ) {
        self.exposure = exposure
        self.limit = limit
        self.overrides = overrides
        self.available = available
        self.currency = currency
        self.state = state
        self.group = group
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        exposure = try fields.decimal("exposure")
        limit = try fields.decimal("limit")
        overrides = try fields.decimal("overrides")
        available = try fields.decimal("available")
        currency = try fields.currency("currency")
        state = try fields.choice("state", CreditState.self)
        group = try fields.optionalIdentifier("group")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.amount("exposure", exposure)
        object.amount("limit", limit)
        object.amount("overrides", overrides)
        object.amount("available", available)
        object.text("currency", currency.code)
        object.choice("state", state)
        object.text("group", group)
    }
}

/// `finance.payment-applied.v1`: what is open of an invoice is another amount: a payment, a credit note or a write-off counts.
public struct PaymentApplied: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.payment-applied.v1")
    /// The invoice's source.
    public let source: String
    /// The invoice.
    public let invoiceId: String
    /// The customer.
    public let customerId: String
    /// The code by which the customer was invoiced.
    public let customerCode: String
    /// What was invoiced.
    public let amount: FixedDecimal
    /// What is open of it now.
    public let openAmount: FixedDecimal
    /// The currency of both.
    public let currency: Currency
    /// Whether nothing is.
    public let settled: Bool
    /// When.
    public let appliedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        source: String,
        invoiceId: String,
        customerId: String,
        customerCode: String,
        amount: FixedDecimal,
        openAmount: FixedDecimal,
        currency: Currency,
        settled: Bool,
        appliedAt: Timestamp
    ) {
        self.source = source
        self.invoiceId = invoiceId
        self.customerId = customerId
        self.customerCode = customerCode
        self.amount = amount
        self.openAmount = openAmount
        self.currency = currency
        self.settled = settled
        self.appliedAt = appliedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        source = try fields.identifier("source", maximum: 128)
        invoiceId = try fields.identifier("invoiceId")
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        amount = try fields.decimal("amount")
        openAmount = try fields.decimal("openAmount")
        currency = try fields.currency("currency")
        settled = try fields.boolean("settled")
        appliedAt = try fields.timestamp("appliedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("source", source)
        object.text("invoiceId", invoiceId)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.amount("amount", amount)
        object.amount("openAmount", openAmount)
        object.text("currency", currency.code)
        object.boolean("settled", settled)
        object.timestamp("appliedAt", appliedAt)
    }
}

/// `finance.credit-state-changed.v1`: a customer is trusted more, or less.
public struct CreditStateChanged: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.credit-state-changed.v1")
    /// The customer.
    public let customerId: String
    /// How it stands now.
    public let state: CreditState
    /// How it stood before.
    public let previous: CreditState
    /// Why.
    public let reason: String
    /// The figures that decided.
    public let figures: CreditFigures?
    /// By how many days the oldest open invoice is overdue.
    public let maxDaysOverdue: Int
    /// Until when a lift holds.
    public let until: CalendarDay?
    /// When.
    public let changedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        customerId: String,
        state: CreditState,
        previous: CreditState,
        reason: String,
        figures: CreditFigures? = nil,
        maxDaysOverdue: Int,
        until: CalendarDay? = nil,
        changedAt: Timestamp
    ) {
        self.customerId = customerId
        self.state = state
        self.previous = previous
        self.reason = reason
        self.figures = figures
        self.maxDaysOverdue = maxDaysOverdue
        self.until = until
        self.changedAt = changedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        state = try fields.choice("state", CreditState.self)
        previous = try fields.choice("previous", CreditState.self)
        reason = try fields.text("reason")
        figures = try fields.optionalObject("figures", CreditFigures.self)
        maxDaysOverdue = try fields.integer("maxDaysOverdue", 0...100_000)
        until = try fields.optionalDay("until")
        changedAt = try fields.timestamp("changedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.choice("state", state)
        object.choice("previous", previous)
        object.text("reason", reason)
        object.object("figures", figures)
        object.integer("maxDaysOverdue", maxDaysOverdue)
        object.text("until", until?.description)
        object.timestamp("changedAt", changedAt)
    }
}
