public import Domain

/// `supplier-invoice.received.v1`: we owe a supplier money.
public struct SupplierInvoiceReceived: Message {
    /// Its name on the wire.
    public static let type = MessageType("supplier-invoice.received.v1")
    /// The supplier's invoice.
    public let invoiceId: String
    /// Whom we owe.
    public let supplier: SupplierReference
    /// The orders it is for.
    public let orderIds: [String]
    /// When it was issued.
    public let issuedAt: Timestamp
    /// When it is due.
    public let dueAt: Timestamp
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency

    /// - Parameters: as the properties.
    public init(
        invoiceId: String,
        supplier: SupplierReference,
        orderIds: [String],
        issuedAt: Timestamp,
        dueAt: Timestamp,
        amount: FixedDecimal,
        currency: Currency
    ) {
        self.invoiceId = invoiceId
        self.supplier = supplier
        self.orderIds = orderIds
        self.issuedAt = issuedAt
        self.dueAt = dueAt
        self.amount = amount
        self.currency = currency
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        invoiceId = try fields.identifier("invoiceId")
        supplier = try fields.object("supplier", SupplierReference.self)
        orderIds = try fields.optionalTexts("orderIds", 0...10_000) ?? []
        issuedAt = try fields.timestamp("issuedAt")
        dueAt = try fields.timestamp("dueAt")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        try fields.require(
            dueAt >= issuedAt, .contradictoryTimes, "dueAt", "an invoice cannot be due before it is issued")
        try fields.require(!amount.isNegative, .negativeAmount, "amount", "an invoice is not negative")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("invoiceId", invoiceId)
        object.object("supplier", supplier)
        object.texts("orderIds", orderIds)
        object.timestamp("issuedAt", issuedAt)
        object.timestamp("dueAt", dueAt)
        object.amount("amount", amount)
        object.text("currency", currency.code)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { issuedAt }
}

/// `supplier-payment.made.v1`: we have paid a supplier.
public struct SupplierPaymentMade: Message {
    /// Its name on the wire.
    public static let type = MessageType("supplier-payment.made.v1")
    /// The payment.
    public let paymentId: String
    /// Whom we paid.
    public let supplier: SupplierReference
    /// When.
    public let paidAt: Timestamp
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// What it is for.
    public let allocations: [PaymentAllocation]

    /// - Parameters: as the properties.
    public init(
        paymentId: String,
        supplier: SupplierReference,
        paidAt: Timestamp,
        amount: FixedDecimal,
        currency: Currency,
        allocations: [PaymentAllocation]
    ) {
        self.paymentId = paymentId
        self.supplier = supplier
        self.paidAt = paidAt
        self.amount = amount
        self.currency = currency
        self.allocations = allocations
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        paymentId = try fields.identifier("paymentId")
        supplier = try fields.object("supplier", SupplierReference.self)
        paidAt = try fields.timestamp("paidAt")
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
        object.object("supplier", supplier)
        object.timestamp("paidAt", paidAt)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.array("allocations", allocations.isEmpty ? nil : allocations)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { paidAt }
}
