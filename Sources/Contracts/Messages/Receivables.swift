public import Domain

/// A customer by its code alone.
public struct CustomerCode: Part {
    /// The code that the publishing system gave it.
    public let code: String

    /// - Parameters: as the properties.
    public init(
        code: String
    ) {
        self.code = code
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        code = try fields.identifier("code")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("code", code)
    }
}

/// `invoice.issued.v1`: a customer owes money.
public struct InvoiceIssued: Message {
    /// Its name on the wire.
    public static let type = MessageType("invoice.issued.v1")
    /// The invoice.
    public let invoiceId: String
    /// Who owes.
    public let customer: CustomerCode
    /// The orders it is for.
    public let orderIds: [String]
    /// When it was issued.
    public let issuedAt: Timestamp
    /// When it is due; as the customer's terms say when not given.
    public let dueAt: Timestamp?
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency

    /// - Parameters: as the properties.
    public init(
        invoiceId: String,
        customer: CustomerCode,
        orderIds: [String],
        issuedAt: Timestamp,
        dueAt: Timestamp?,
        amount: FixedDecimal,
        currency: Currency
    ) {
        self.invoiceId = invoiceId
        self.customer = customer
        self.orderIds = orderIds
        self.issuedAt = issuedAt
        self.dueAt = dueAt
        self.amount = amount
        self.currency = currency
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        invoiceId = try fields.identifier("invoiceId")
        customer = try fields.object("customer", CustomerCode.self)
        orderIds = try fields.optionalTexts("orderIds", 0...10_000) ?? []
        issuedAt = try fields.timestamp("issuedAt")
        dueAt = try fields.optionalTimestamp("dueAt")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        try fields.require(
            (dueAt ?? issuedAt) >= issuedAt, .contradictoryTimes, "dueAt",
            "an invoice cannot be due before it is issued")
        try fields.require(!amount.isNegative, .negativeAmount, "amount", "an invoice is not negative")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("invoiceId", invoiceId)
        object.object("customer", customer)
        object.texts("orderIds", orderIds)
        object.timestamp("issuedAt", issuedAt)
        object.timestamp("dueAt", dueAt)
        object.amount("amount", amount)
        object.text("currency", currency.code)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { issuedAt }
}

/// Which part of a payment is for which invoice.
public struct PaymentAllocation: Part {
    /// The invoice.
    public let invoiceId: String
    /// How much of the payment.
    public let amount: FixedDecimal

    /// - Parameters: as the properties.
    public init(
        invoiceId: String,
        amount: FixedDecimal
    ) {
        self.invoiceId = invoiceId
        self.amount = amount
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        invoiceId = try fields.identifier("invoiceId")
        amount = try fields.decimal("amount")
        try fields.require(!amount.isNegative, .negativeAmount, "amount", "an allocation is not negative")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("invoiceId", invoiceId)
        object.amount("amount", amount)
    }
}

/// `payment.received.v1`: a customer has paid; what is not allocated is credit on account.
public struct PaymentReceived: Message {
    /// Its name on the wire.
    public static let type = MessageType("payment.received.v1")
    /// The payment.
    public let paymentId: String
    /// Who paid.
    public let customer: CustomerCode
    /// When.
    public let receivedAt: Timestamp
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// What it is for.
    public let allocations: [PaymentAllocation]

    /// - Parameters: as the properties.
    public init(
        paymentId: String,
        customer: CustomerCode,
        receivedAt: Timestamp,
        amount: FixedDecimal,
        currency: Currency,
        allocations: [PaymentAllocation]
    ) {
        self.paymentId = paymentId
        self.customer = customer
        self.receivedAt = receivedAt
        self.amount = amount
        self.currency = currency
        self.allocations = allocations
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        paymentId = try fields.identifier("paymentId")
        customer = try fields.object("customer", CustomerCode.self)
        receivedAt = try fields.timestamp("receivedAt")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        allocations = try fields.optionalArray("allocations", PaymentAllocation.self, 0...10_000) ?? []
        try fields.require(!amount.isNegative, .negativeAmount, "amount", "a payment is not negative")
        let allocated = allocations.reduce(FixedDecimal.zero) { $0 + $1.amount }
        try fields.require(allocated <= amount, .overAllocated, "allocations", "more is allocated than was paid")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("paymentId", paymentId)
        object.object("customer", customer)
        object.timestamp("receivedAt", receivedAt)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.array("allocations", allocations.isEmpty ? nil : allocations)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { receivedAt }
}
