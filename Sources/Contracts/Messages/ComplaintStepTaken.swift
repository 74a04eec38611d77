public import Domain

/// What is done about a complaint, in the order in which it is done.
public enum ComplaintStep: String, Sendable, CaseIterable {
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
    /// The customer has been told, and it is done with.
    case closed
    /// It was not done with after all.
    case reopened
}

/// `complaint.step-taken.v1`: somebody has done something about a complaint.
public struct ComplaintStepTaken: Message {
    /// Its name on the wire.
    public static let type = MessageType("complaint.step-taken.v1")
    /// The step's own number, once for each complaint.
    public let stepId: String
    /// The system that reported the complaint.
    public let source: String
    /// The complaint.
    public let complaintId: String
    /// What was done.
    public let step: ComplaintStep
    /// When.
    public let at: Timestamp
    /// The login of who did it.
    public let by: String
    /// More in words.
    public let note: String?
    /// Until when the customer was promised to hear of it again.
    public let promise: Timestamp?

    /// - Parameters: as the properties.
    public init(
        stepId: String,
        source: String,
        complaintId: String,
        step: ComplaintStep,
        at: Timestamp,
        by: String,
        note: String? = nil,
        promise: Timestamp? = nil
    ) {
        self.stepId = stepId
        self.source = source
        self.complaintId = complaintId
        self.step = step
        self.at = at
        self.by = by
        self.note = note
        self.promise = promise
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        stepId = try fields.identifier("stepId")
        source = try fields.identifier("source", maximum: 128)
        complaintId = try fields.identifier("complaintId")
        step = try fields.choice("step", ComplaintStep.self)
        at = try fields.timestamp("at")
        by = try fields.identifier("by")
        note = try fields.optionalText("note", maximum: 1_000)
        promise = try fields.optionalTimestamp("promise")
        try fields.require(
            promise.map { $0 >= at } ?? true, .contradictoryTimes, "promise",
            "the promise is for a time before the step itself")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("stepId", stepId)
        object.text("source", source)
        object.text("complaintId", complaintId)
        object.choice("step", step)
        object.timestamp("at", at)
        object.text("by", by)
        object.text("note", note)
        object.timestamp("promise", promise)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { at }
}
