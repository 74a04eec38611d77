public import Domain

/// Which side of a party terms are for.
public enum TermsRole: String, Sendable, CaseIterable {
    /// It pays us.
    case customer
    /// We pay it.
    case supplier
}

/// From where days to pay are counted.
public enum TermsKind: String, Sendable, CaseIterable {
    /// From the day of the invoice.
    case net
    /// From the end of the month of the invoice.
    case monthEnd = "month-end"
}

/// `terms.agreed.v1`: when a customer or supplier is to be paid or to pay.
public struct TermsAgreed: Message {
    /// Its name on the wire.
    public static let type = MessageType("terms.agreed.v1")
    /// Which side of the party.
    public let role: TermsRole
    /// The code of the party.
    public let code: String
    /// From where days are counted.
    public let kind: TermsKind
    /// How many days.
    public let days: Int
    /// The last day of the month that counts for it; later ones count for the next (month end only).
    public let cutOffDay: Int?
    /// Whether it is a small or medium supplier, whom the law has paid within 60 days.
    public let smallSupplier: Bool?
    /// When it was agreed; the latest holds.
    public let agreedAt: Timestamp
    /// Who agreed.
    public let by: String?

    /// - Parameters: as the properties.
    public init(
        role: TermsRole,
        code: String,
        kind: TermsKind,
        days: Int,
        cutOffDay: Int? = nil,
        smallSupplier: Bool? = nil,
        agreedAt: Timestamp,
        by: String? = nil
    ) {
        self.role = role
        self.code = code
        self.kind = kind
        self.days = days
        self.cutOffDay = cutOffDay
        self.smallSupplier = smallSupplier
        self.agreedAt = agreedAt
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        role = try fields.choice("role", TermsRole.self)
        code = try fields.identifier("code")
        kind = try fields.choice("kind", TermsKind.self)
        days = try fields.integer("days", 0...720)
        cutOffDay = try fields.optionalInteger("cutOffDay", 1...31)
        smallSupplier = try fields.optionalBoolean("smallSupplier")
        agreedAt = try fields.timestamp("agreedAt")
        by = try fields.optionalIdentifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.choice("role", role)
        object.text("code", code)
        object.choice("kind", kind)
        object.integer("days", days)
        object.integer("cutOffDay", cutOffDay)
        object.boolean("smallSupplier", smallSupplier)
        object.timestamp("agreedAt", agreedAt)
        object.text("by", by)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { agreedAt }
}
