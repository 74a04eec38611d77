public import Domain

/// `finance.close-period.v1`: a month is closed: what comes for it later is posted in the first open month.
public struct ClosePeriod: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.close-period.v1")
    /// The first day of the month.
    public let month: CalendarDay
    /// Who closes it.
    public let by: String

    /// - Parameters: as the properties.
    public init(month: CalendarDay, by: String) {
        self.month = month
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        month = try fields.day("month")
        by = try fields.identifier("by")
        try fields.require(month.components.day == 1, .badTime, "month", "a month is named by its first day")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("month", month.description)
        object.text("by", by)
    }
}

/// `finance.reopen-period.v1`: a closed month is to be opened again. The first one proposes it, another person's does it.
public struct ReopenPeriod: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.reopen-period.v1")
    /// The first day of the month.
    public let month: CalendarDay
    /// Why.
    public let reason: String
    /// Who wants it open.
    public let by: String

    /// - Parameters: as the properties.
    public init(month: CalendarDay, reason: String, by: String) {
        self.month = month
        self.reason = reason
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        month = try fields.day("month")
        reason = try fields.text("reason")
        by = try fields.identifier("by")
        try fields.require(month.components.day == 1, .badTime, "month", "a month is named by its first day")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("month", month.description)
        object.text("reason", reason)
        object.text("by", by)
    }
}

/// How a month stands.
public enum PeriodState: String, Sendable, CaseIterable {
    /// What is of its days is posted in it.
    case open
    /// It is closed, and somebody wants it open; it stays closed until another person agrees.
    case reopening
    /// What is of its days is posted in the first open month after it.
    case closed
}

/// `finance.period-changed.v1`: a month was closed or opened again, or is to be.
public struct PeriodChanged: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.period-changed.v1")
    /// The first day of the month.
    public let month: CalendarDay
    /// How it stands now.
    public let state: PeriodState
    /// Who closed it, proposed to open it, or agreed to that.
    public let by: String
    /// Who had proposed to open it; only for what was opened again.
    public let proposedBy: String?
    /// Why; only for opening.
    public let reason: String?
    /// When.
    public let changedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        month: CalendarDay, state: PeriodState, by: String, proposedBy: String? = nil, reason: String? = nil,
        changedAt: Timestamp
    ) {
        self.month = month
        self.state = state
        self.by = by
        self.proposedBy = proposedBy
        self.reason = reason
        self.changedAt = changedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        month = try fields.day("month")
        state = try fields.choice("state", PeriodState.self)
        by = try fields.identifier("by")
        proposedBy = try fields.optionalIdentifier("proposedBy")
        reason = try fields.optionalText("reason")
        changedAt = try fields.timestamp("changedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("month", month.description)
        object.choice("state", state)
        object.text("by", by)
        object.text("proposedBy", proposedBy)
        object.text("reason", reason)
        object.timestamp("changedAt", changedAt)
    }
}
