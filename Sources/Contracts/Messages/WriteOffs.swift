public import Domain

/// Why a debt is given up.
public enum WriteOffReason: String, Sendable, CaseIterable {
    /// The customer is bankrupt.
    case bankruptcy
    /// All means are exhausted.
    case uncollectable
    /// It costs more to collect than it is.
    case smallBalance = "small-balance"
    /// For the sake of the business.
    case commercial
    /// The time to sue has passed.
    case limitation
}

/// `write-off.proposed.v1`: somebody proposes to give a debt up; nothing changes until another approves.
public struct WriteOffProposed: Message {
    /// Its name on the wire.
    public static let type = MessageType("write-off.proposed.v1")
    /// The write-off.
    public let writeOffId: String
    /// The invoice.
    public let invoiceId: String
    /// How much.
    public let amount: FixedDecimal
    /// In what currency.
    public let currency: Currency
    /// Why.
    public let reason: WriteOffReason
    /// Who proposes it.
    public let proposedBy: String
    /// When.
    public let proposedAt: Timestamp
    /// More in words.
    public let note: String?

    /// - Parameters: as the properties.
    public init(
        writeOffId: String,
        invoiceId: String,
        amount: FixedDecimal,
        currency: Currency,
        reason: WriteOffReason,
        proposedBy: String,
        proposedAt: Timestamp,
        note: String? = nil
    ) {
        self.writeOffId = writeOffId
        self.invoiceId = invoiceId
        self.amount = amount
        self.currency = currency
        self.reason = reason
        self.proposedBy = proposedBy
        self.proposedAt = proposedAt
        self.note = note
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        writeOffId = try fields.identifier("writeOffId")
        invoiceId = try fields.identifier("invoiceId")
        amount = try fields.decimal("amount")
        currency = try fields.currency("currency")
        reason = try fields.choice("reason", WriteOffReason.self)
        proposedBy = try fields.identifier("proposedBy")
        proposedAt = try fields.timestamp("proposedAt")
        note = try fields.optionalText("note", maximum: 1_000)
        try fields.require(amount > .zero, .negativeAmount, "amount", "the amount must be above nought")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("writeOffId", writeOffId)
        object.text("invoiceId", invoiceId)
        object.amount("amount", amount)
        object.text("currency", currency.code)
        object.choice("reason", reason)
        object.text("proposedBy", proposedBy)
        object.timestamp("proposedAt", proposedAt)
        object.text("note", note)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { proposedAt }
}

/// `write-off.approved.v1`: a second person approves a write-off.
public struct WriteOffApproved: Message {
    /// Its name on the wire.
    public static let type = MessageType("write-off.approved.v1")
    /// The write-off.
    public let writeOffId: String
    /// Who approves it; not who proposed it.
    public let approvedBy: String
    /// When.
    public let approvedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        writeOffId: String,
        approvedBy: String,
        approvedAt: Timestamp
    ) {
        self.writeOffId = writeOffId
        self.approvedBy = approvedBy
        self.approvedAt = approvedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        writeOffId = try fields.identifier("writeOffId")
        approvedBy = try fields.identifier("approvedBy")
        approvedAt = try fields.timestamp("approvedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("writeOffId", writeOffId)
        object.text("approvedBy", approvedBy)
        object.timestamp("approvedAt", approvedAt)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { approvedAt }
}
