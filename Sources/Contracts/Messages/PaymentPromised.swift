public import Domain

/// `payment.promised.v1`: a customer has promised to pay by a day.
public struct PaymentPromised: Message {
    /// Its name on the wire.
    public static let type = MessageType("payment.promised.v1")
    /// The promise.
    public let promiseId: String
    /// The invoice.
    public let invoiceId: String
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// The day by which it is promised.
    public let promisedOn: CalendarDay
    /// When it was made.
    public let madeAt: Timestamp
    /// Who took it.
    public let by: String?

    /// - Parameters: as the properties.
    public init(
        promiseId: String,
        invoiceId: String,
        amount: FixedDecimal,
        currency: Currency,
        promisedOn: CalendarDay,
        madeAt: Timestamp,
        by: String? = nil
    ) {
        self.promiseId = promiseId
        self.invoiceId = invoiceId
        self.amount = amount
        self.currency = currency
        self.promisedOn = promisedOn
        self.madeAt = madeAt
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        promiseId = try fields.identifier("promiseId")
        invoiceId = try fields.identifier("invoiceId")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        promisedOn = try fields.day("promisedOn")
        madeAt = try fields.timestamp("madeAt")
        by = try fields.optionalIdentifier("by")
        try fields.require(amount > .zero, .negativeAmount, "amount", "the amount must be above nought")
        try fields.require(
            promisedOn >= madeAt.day(), .contradictoryTimes, "promisedOn", "a promise is for its own day or a later one"
        )
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("promiseId", promiseId)
        object.text("invoiceId", invoiceId)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.text("promisedOn", promisedOn.description)
        object.timestamp("madeAt", madeAt)
        object.text("by", by)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { madeAt }
}
