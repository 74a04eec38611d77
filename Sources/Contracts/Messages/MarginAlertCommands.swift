public import Domain

/// What a bad margin comes from, as whoever sold it found.
public enum MarginReason: String, Sendable, CaseIterable {
    /// The price is too low, or was not raised with the cost.
    case price
    /// A supplier asks more than was reckoned with.
    case cost
    /// More of what earns little, less of what earns much.
    case mix
    /// Space or people were paid for and not used.
    case utilisation
    /// The rate of a currency moved.
    case currency
    /// The quote was wrong.
    case quoteError = "quote-error"
    /// It cost more than it should by a fault of ours.
    case operationalError = "operational-error"
    /// It was meant: to win or keep other business.
    case strategic
    /// The figures are wrong, not the business.
    case dataError = "data-error"
}

/// `finance.diagnose-alert.v1`: what an alert comes from, and what is done about it until when.
public struct DiagnoseAlert: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.diagnose-alert.v1")
    /// The alert.
    public let alertId: String
    /// What it comes from.
    public let reason: MarginReason
    /// What is done about it, in words.
    public let plan: String
    /// The day by which the margin shall be good again (UTC+8).
    public let recoverBy: CalendarDay
    /// The login of who says so.
    public let by: String

    /// - Parameters: as the properties.
    public init(
        alertId: String,
        reason: MarginReason,
        plan: String,
        recoverBy: CalendarDay,
        by: String
    ) {
        self.alertId = alertId
        self.reason = reason
        self.plan = plan
        self.recoverBy = recoverBy
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alertId = try fields.identifier("alertId")
        reason = try fields.choice("reason", MarginReason.self)
        plan = try fields.text("plan", maximum: 1_000)
        recoverBy = try fields.day("recoverBy")
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("alertId", alertId)
        object.choice("reason", reason)
        object.text("plan", plan)
        object.text("recoverBy", recoverBy.description)
        object.text("by", by)
    }
}

/// How somebody ends an alert. That a margin is good again is said by the figures alone.
public enum AlertVerdict: String, Sendable, CaseIterable {
    /// The business is given up.
    case stopped
    /// The margin is taken as it is.
    case accepted
    /// The alert was wrong.
    case error
}

/// `finance.close-alert.v1`: an alert that was diagnosed is done with.
public struct CloseAlert: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.close-alert.v1")
    /// The alert.
    public let alertId: String
    /// How it ends.
    public let outcome: AlertVerdict
    /// Why, in words.
    public let note: String?
    /// The login of who says so.
    public let by: String

    /// - Parameters: as the properties.
    public init(
        alertId: String,
        outcome: AlertVerdict,
        note: String? = nil,
        by: String
    ) {
        self.alertId = alertId
        self.outcome = outcome
        self.note = note
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alertId = try fields.identifier("alertId")
        outcome = try fields.choice("outcome", AlertVerdict.self)
        note = try fields.optionalText("note", maximum: 1_000)
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("alertId", alertId)
        object.choice("outcome", outcome)
        object.text("note", note)
        object.text("by", by)
    }
}
