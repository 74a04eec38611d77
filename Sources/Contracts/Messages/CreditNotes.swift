public import Domain

/// `credit-note.issued.v1`: part of an invoice, or all of it, is taken back.
public struct CreditNoteIssued: Message {
    /// Its name on the wire.
    public static let type = MessageType("credit-note.issued.v1")
    /// The credit note.
    public let creditNoteId: String
    /// The customer.
    public let customer: CustomerCode
    /// The invoice that it takes from.
    public let invoiceId: String
    /// When it was issued.
    public let issuedAt: Timestamp
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// Why, in words.
    public let reason: String?

    /// - Parameters: as the properties.
    public init(
        creditNoteId: String,
        customer: CustomerCode,
        invoiceId: String,
        issuedAt: Timestamp,
        amount: FixedDecimal,
        currency: Currency,
        reason: String? = nil
    ) {
        self.creditNoteId = creditNoteId
        self.customer = customer
        self.invoiceId = invoiceId
        self.issuedAt = issuedAt
        self.amount = amount
        self.currency = currency
        self.reason = reason
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        creditNoteId = try fields.identifier("creditNoteId")
        customer = try fields.object("customer", CustomerCode.self)
        invoiceId = try fields.identifier("invoiceId")
        issuedAt = try fields.timestamp("issuedAt")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        reason = try fields.optionalText("reason")
        try fields.require(amount > .zero, .negativeAmount, "amount", "the amount must be above nought")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("creditNoteId", creditNoteId)
        object.object("customer", customer)
        object.text("invoiceId", invoiceId)
        object.timestamp("issuedAt", issuedAt)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.text("reason", reason)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { issuedAt }
}

/// `payment.allocated.v1`: cash that was on account is for invoices now.
public struct PaymentAllocated: Message {
    /// Its name on the wire.
    public static let type = MessageType("payment.allocated.v1")
    /// The allocation.
    public let allocationId: String
    /// The payment whose cash it is.
    public let paymentId: String
    /// When it was allocated.
    public let allocatedAt: Timestamp
    /// What it is for.
    public let allocations: [PaymentAllocation]
    /// Who allocated it.
    public let by: String?

    /// - Parameters: as the properties.
    public init(
        allocationId: String,
        paymentId: String,
        allocatedAt: Timestamp,
        allocations: [PaymentAllocation],
        by: String? = nil
    ) {
        self.allocationId = allocationId
        self.paymentId = paymentId
        self.allocatedAt = allocatedAt
        self.allocations = allocations
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        allocationId = try fields.identifier("allocationId")
        paymentId = try fields.identifier("paymentId")
        allocatedAt = try fields.timestamp("allocatedAt")
        allocations = try fields.array("allocations", PaymentAllocation.self, 1...10_000)
        by = try fields.optionalIdentifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("allocationId", allocationId)
        object.text("paymentId", paymentId)
        object.timestamp("allocatedAt", allocatedAt)
        object.array("allocations", allocations)
        object.text("by", by)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { allocatedAt }
}
