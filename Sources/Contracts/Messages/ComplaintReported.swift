public import Domain

/// What a customer complains of.
public enum ComplaintCategory: String, Sendable, CaseIterable {
    /// Goods were damaged.
    case damage
    /// It came too late.
    case delay
    /// Goods were lost.
    case loss
    /// Papers are missing or wrong.
    case documents
    /// The invoice is not as agreed.
    case billing
    /// How the customer was treated.
    case service
    /// Something else.
    case other
}

/// How bad it is for the customer.
public enum ComplaintSeverity: String, Sendable, CaseIterable {
    /// A nuisance.
    case minor
    /// It costs the customer time or money.
    case major
    /// The customer's own business stands still, or the customer with us is at stake.
    case critical
}

/// `complaint.reported.v1`: a customer complains.
public struct ComplaintReported: Message {
    /// Its name on the wire.
    public static let type = MessageType("complaint.reported.v1")
    /// The complaint.
    public let complaintId: String
    /// Who complains.
    public let customer: CustomerCode
    /// The order it is about.
    public let orderId: String?
    /// What it is about.
    public let category: ComplaintCategory
    /// How bad it is.
    public let severity: ComplaintSeverity
    /// When the customer complained.
    public let at: Timestamp
    /// Who wrote it down.
    public let by: String
    /// What the customer says.
    public let summary: String

    /// - Parameters: as the properties.
    public init(
        complaintId: String,
        customer: CustomerCode,
        orderId: String? = nil,
        category: ComplaintCategory,
        severity: ComplaintSeverity,
        at: Timestamp,
        by: String,
        summary: String
    ) {
        self.complaintId = complaintId
        self.customer = customer
        self.orderId = orderId
        self.category = category
        self.severity = severity
        self.at = at
        self.by = by
        self.summary = summary
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        complaintId = try fields.identifier("complaintId")
        customer = try fields.object("customer", CustomerCode.self)
        orderId = try fields.optionalIdentifier("orderId")
        category = try fields.choice("category", ComplaintCategory.self)
        severity = try fields.choice("severity", ComplaintSeverity.self)
        at = try fields.timestamp("at")
        by = try fields.identifier("by")
        summary = try fields.text("summary", maximum: 4_000)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("complaintId", complaintId)
        object.object("customer", customer)
        object.text("orderId", orderId)
        object.choice("category", category)
        object.choice("severity", severity)
        object.timestamp("at", at)
        object.text("by", by)
        object.text("summary", summary)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { at }
}
