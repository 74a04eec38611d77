public import Domain

/// Which alert is spoken of, and of what it is.
public struct MarginAlertReference: Part {
    /// The alert.
    public let alertId: String
    /// What the margin is of.
    public let level: MarginLevel
    /// How bad it is.
    public let severity: MarginSeverity
    /// The order, at order level.
    public let orderId: String?
    /// The order's source, at order level.
    public let source: String?
    /// The customer.
    public let customerId: String
    /// The code by which the customer ordered.
    public let customerCode: String
    /// The line of business; `*` for all.
    public let businessLine: String
    /// The branch.
    public let branch: String
    /// Who sold it, on the day the alert was raised.
    public let salesOwner: String?

    /// - Parameters: as the properties.
    public init(
        alertId: String,
        level: MarginLevel,
        severity: MarginSeverity,
        orderId: String? = nil,
        source: String? = nil,
        customerId: String,
        customerCode: String,
        businessLine: String,
        branch: String,
        salesOwner: String? = nil
    ) {
        self.alertId = alertId
        self.level = level
        self.severity = severity
        self.orderId = orderId
        self.source = source
        self.customerId = customerId
        self.customerCode = customerCode
        self.businessLine = businessLine
        self.branch = branch
        self.salesOwner = salesOwner
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alertId = try fields.identifier("alertId")
        level = try fields.choice("level", MarginLevel.self)
        severity = try fields.choice("severity", MarginSeverity.self)
        orderId = try fields.optionalIdentifier("orderId")
        source = try fields.optionalIdentifier("source", maximum: 128)
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        businessLine = try fields.identifier("businessLine")
        branch = try fields.identifier("branch")
        salesOwner = try fields.optionalIdentifier("salesOwner")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("alertId", alertId)
        object.choice("level", level)
        object.choice("severity", severity)
        object.text("orderId", orderId)
        object.text("source", source)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("businessLine", businessLine)
        object.text("branch", branch)
        object.text("salesOwner", salesOwner)
    }
}

/// `finance.margin-alert-diagnosed.v1`: somebody has said what an alert comes from.
public struct MarginAlertDiagnosed: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.margin-alert-diagnosed.v1")
    /// The alert.
    public let alert: MarginAlertReference
    /// What it comes from.
    public let reason: MarginReason
    /// What is done about it, in words.
    public let plan: String
    /// The day by which the margin shall be good again (UTC+8).
    public let recoverBy: CalendarDay
    /// The day by which it was to be diagnosed (UTC+8).
    public let diagnoseBy: CalendarDay
    /// The login of who said so.
    public let by: String
    /// When.
    public let diagnosedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        alert: MarginAlertReference,
        reason: MarginReason,
        plan: String,
        recoverBy: CalendarDay,
        diagnoseBy: CalendarDay,
        by: String,
        diagnosedAt: Timestamp
    ) {
        self.alert = alert
        self.reason = reason
        self.plan = plan
        self.recoverBy = recoverBy
        self.diagnoseBy = diagnoseBy
        self.by = by
        self.diagnosedAt = diagnosedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alert = try MarginAlertReference(fields: &fields)
        reason = try fields.choice("reason", MarginReason.self)
        plan = try fields.text("plan", maximum: 1_000)
        recoverBy = try fields.day("recoverBy")
        diagnoseBy = try fields.day("diagnoseBy")
        by = try fields.identifier("by")
        diagnosedAt = try fields.timestamp("diagnosedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        alert.write(to: &object)
        object.choice("reason", reason)
        object.text("plan", plan)
        object.text("recoverBy", recoverBy.description)
        object.text("diagnoseBy", diagnoseBy.description)
        object.text("by", by)
        object.timestamp("diagnosedAt", diagnosedAt)
    }
}

/// What was not done in time.
public enum AlertDelay: String, Sendable, CaseIterable {
    /// Nobody has diagnosed the alert.
    case diagnosis
    /// The day of the recovery plan has passed, and the margin is still bad.
    case recovery
}

/// `finance.margin-alert-escalated.v1`: an alert was not dealt with in time and goes to the manager.
public struct MarginAlertEscalated: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.margin-alert-escalated.v1")
    /// The alert.
    public let alert: MarginAlertReference
    /// What was not done in time.
    public let delay: AlertDelay
    /// The day by which it was to be done (UTC+8).
    public let dueOn: CalendarDay
    /// The login of who has to see to it now.
    public let escalatedTo: String
    /// When.
    public let escalatedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        alert: MarginAlertReference,
        delay: AlertDelay,
        dueOn: CalendarDay,
        escalatedTo: String,
        escalatedAt: Timestamp
    ) {
        self.alert = alert
        self.delay = delay
        self.dueOn = dueOn
        self.escalatedTo = escalatedTo
        self.escalatedAt = escalatedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alert = try MarginAlertReference(fields: &fields)
        delay = try fields.choice("delay", AlertDelay.self)
        dueOn = try fields.day("dueOn")
        escalatedTo = try fields.identifier("escalatedTo")
        escalatedAt = try fields.timestamp("escalatedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        alert.write(to: &object)
        object.choice("delay", delay)
        object.text("dueOn", dueOn.description)
        object.text("escalatedTo", escalatedTo)
        object.timestamp("escalatedAt", escalatedAt)
    }
}

/// `finance.margin-alert-closed.v1`: somebody has ended an alert. One that ends because its margin is good again is cleared.
public struct MarginAlertClosed: Message {
    /// Its name on the wire.
    public static let type = MessageType("finance.margin-alert-closed.v1")
    /// The alert.
    public let alert: MarginAlertReference
    /// How it ended.
    public let outcome: AlertVerdict
    /// What it came from.
    public let reason: MarginReason
    /// Why, in words.
    public let note: String?
    /// The login of who said so.
    public let by: String
    /// When.
    public let closedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        alert: MarginAlertReference,
        outcome: AlertVerdict,
        reason: MarginReason,
        note: String? = nil,
        by: String,
        closedAt: Timestamp
    ) {
        self.alert = alert
        self.outcome = outcome
        self.reason = reason
        self.note = note
        self.by = by
        self.closedAt = closedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        alert = try MarginAlertReference(fields: &fields)
        outcome = try fields.choice("outcome", AlertVerdict.self)
        reason = try fields.choice("reason", MarginReason.self)
        note = try fields.optionalText("note", maximum: 1_000)
        by = try fields.identifier("by")
        closedAt = try fields.timestamp("closedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        alert.write(to: &object)
        object.choice("outcome", outcome)
        object.choice("reason", reason)
        object.text("note", note)
        object.text("by", by)
        object.timestamp("closedAt", closedAt)
    }
}
