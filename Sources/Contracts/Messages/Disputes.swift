public import Domain

/// Why a customer disputes an invoice.
public enum DisputeReason: String, Sendable, CaseIterable {
    /// The price is not the one agreed.
    case price
    /// The quantity is not the one delivered.
    case quantity
    /// The service was bad or late.
    case service
    /// Goods were damaged or lost.
    case damage
    /// The same was invoiced before.
    case duplicate
    /// Papers are missing or wrong.
    case paperwork
    /// Something else.
    case other
}

/// `invoice.disputed.v1`: a customer disputes an invoice, or a part of it.
public struct InvoiceDisputed: Message {
    /// Its name on the wire.
    public static let type = MessageType("invoice.disputed.v1")
    /// The dispute.
    public let disputeId: String
    /// The invoice.
    public let invoiceId: String
    /// When it was opened.
    public let openedAt: Timestamp
    /// How much is disputed.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// Why.
    public let reason: DisputeReason
    /// Who wrote it down.
    public let by: String?
    /// More in words.
    public let note: String?

    /// - Parameters: as the properties.
    public init(
        disputeId: String,
        invoiceId: String,
        openedAt: Timestamp,
        amount: FixedDecimal,
        currency: Currency,
        reason: DisputeReason,
        by: String? = nil,
        note: String? = nil
    ) {
        self.disputeId = disputeId
        self.invoiceId = invoiceId
        self.openedAt = openedAt
        self.amount = amount
        self.currency = currency
        self.reason = reason
        self.by = by
        self.note = note
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        disputeId = try fields.identifier("disputeId")
        invoiceId = try fields.identifier("invoiceId")
        openedAt = try fields.timestamp("openedAt")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        reason = try fields.choice("reason", DisputeReason.self)
        by = try fields.optionalIdentifier("by")
        note = try fields.optionalText("note", maximum: 1_000)
        try fields.require(amount > .zero, .negativeAmount, "amount", "the amount must be above nought")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("disputeId", disputeId)
        object.text("invoiceId", invoiceId)
        object.timestamp("openedAt", openedAt)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.choice("reason", reason)
        object.text("by", by)
        object.text("note", note)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { openedAt }
}

/// How a dispute ended.
public enum DisputeOutcome: String, Sendable, CaseIterable {
    /// The customer was right; a credit note follows.
    case upheld
    /// The customer owes the money.
    case rejected
    /// Both gave in a part.
    case settled
    /// The customer took it back.
    case withdrawn
}

/// `dispute.resolved.v1`: a dispute has ended.
public struct DisputeResolved: Message {
    /// Its name on the wire.
    public static let type = MessageType("dispute.resolved.v1")
    /// The dispute.
    public let disputeId: String
    /// When.
    public let resolvedAt: Timestamp
    /// How it ended.
    public let outcome: DisputeOutcome
    /// Who resolved it.
    public let by: String?

    /// - Parameters: as the properties.
    public init(
        disputeId: String,
        resolvedAt: Timestamp,
        outcome: DisputeOutcome,
        by: String? = nil
    ) {
        self.disputeId = disputeId
        self.resolvedAt = resolvedAt
        self.outcome = outcome
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        disputeId = try fields.identifier("disputeId")
        resolvedAt = try fields.timestamp("resolvedAt")
        outcome = try fields.choice("outcome", DisputeOutcome.self)
        by = try fields.optionalIdentifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("disputeId", disputeId)
        object.timestamp("resolvedAt", resolvedAt)
        object.choice("outcome", outcome)
        object.text("by", by)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { resolvedAt }
}
