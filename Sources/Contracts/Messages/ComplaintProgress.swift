public import Domain

/// How far a complaint is: received, or the last step that counts.
public enum ComplaintState: String, Sendable, CaseIterable {
    /// Nobody has taken it on yet.
    case received
    /// Somebody has taken it on.
    case accepted
    /// It does no more harm.
    case contained
    /// It is known where it comes from.
    case causeFound = "cause-found"
    /// It is agreed what is done, so that it does not come again.
    case actionAgreed = "action-agreed"
    /// What was agreed has been done, and helps.
    case verified
    /// It is done with.
    case closed
    /// It was not done with after all.
    case reopened
}

/// A complaint, and how it stands.
public struct ComplaintStanding: Part {
    /// The complaint.
    public let complaintId: String
    /// The system that reported it.
    public let source: String
    /// The customer.
    public let customerId: String
    /// The code by which it was reported.
    public let customerCode: String
    /// The order it is about.
    public let orderId: String?
    /// What it is about.
    public let category: ComplaintCategory
    /// How bad it is.
    public let severity: ComplaintSeverity
    /// How far it is.
    public let state: ComplaintState
    /// Counts what was said of the complaint; what has a higher one came later.
    public let revision: Int
    /// Who brought it into its state.
    public let by: String
    /// What was said with that.
    public let note: String?
    /// Until when the customer was promised to hear of it again.
    public let promisedAt: Timestamp?
    /// When the customer complained.
    public let openedAt: Timestamp
    /// Since when it is in its state.
    public let at: Timestamp

    /// - Parameters: as the properties.
    public init(
        complaintId: String,
        source: String,
        customerId: String,
        customerCode: String,
        orderId: String? = nil,
        category: ComplaintCategory,
        severity: ComplaintSeverity,
        state: ComplaintState,
        revision: Int,
        by: String,
        note: String? = nil,
        promisedAt: Timestamp? = nil,
        openedAt: Timestamp,
        at: Timestamp
    ) {
        self.complaintId = complaintId
        self.source = source
        self.customerId = customerId
        self.customerCode = customerCode
        self.orderId = orderId
        self.category = category
        self.severity = severity
        self.state = state
        self.revision = revision
        self.by = by
        self.note = note
        self.promisedAt = promisedAt
        self.openedAt = openedAt
        self.at = at
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        complaintId = try fields.identifier("complaintId")
        source = try fields.identifier("source", maximum: 128)
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        orderId = try fields.optionalIdentifier("orderId")
        category = try fields.choice("category", ComplaintCategory.self)
        severity = try fields.choice("severity", ComplaintSeverity.self)
        state = try fields.choice("state", ComplaintState.self)
        revision = try fields.integer("revision", 1...2_147_483_647)
        by = try fields.identifier("by")
        note = try fields.optionalText("note", maximum: 1_000)
        promisedAt = try fields.optionalTimestamp("promisedAt")
        openedAt = try fields.timestamp("openedAt")
        at = try fields.timestamp("at")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("complaintId", complaintId)
        object.text("source", source)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("orderId", orderId)
        object.choice("category", category)
        object.choice("severity", severity)
        object.choice("state", state)
        object.integer("revision", revision)
        object.text("by", by)
        object.text("note", note)
        object.timestamp("promisedAt", promisedAt)
        object.timestamp("openedAt", openedAt)
        object.timestamp("at", at)
    }
}

/// `servicedesk.complaint-opened.v1`: a complaint is known of; steps that came before it count already.
public struct ComplaintOpened: Message {
    /// Its name on the wire.
    public static let type = MessageType("servicedesk.complaint-opened.v1")
    /// The complaint, and how it stands.
    public let complaint: ComplaintStanding

    /// - Parameter complaint: as the property.
    public init(complaint: ComplaintStanding) {
        self.complaint = complaint
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        complaint = try ComplaintStanding(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        complaint.write(to: &object)
    }
}

/// `servicedesk.complaint-progressed.v1`: a step was taken about a complaint; how it stands now.
public struct ComplaintProgressed: Message {
    /// Its name on the wire.
    public static let type = MessageType("servicedesk.complaint-progressed.v1")
    /// The complaint, and how it stands.
    public let complaint: ComplaintStanding

    /// - Parameter complaint: as the property.
    public init(complaint: ComplaintStanding) {
        self.complaint = complaint
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        complaint = try ComplaintStanding(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        complaint.write(to: &object)
    }
}
