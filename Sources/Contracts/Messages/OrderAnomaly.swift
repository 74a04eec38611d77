public import Domain

/// What is unusual.
public enum AnomalyKind: String, Sendable, CaseIterable {
    /// The level of orders has changed.
    case levelSwing = "level-swing"
    /// One order is unlike the others.
    case oddOrder = "odd-order"
}

/// Which way.
public enum AnomalyDirection: String, Sendable, CaseIterable {
    /// More than usual.
    case up
    /// Less than usual.
    case down
}

/// What was measured.
public enum AnomalyMetric: String, Sendable, CaseIterable {
    /// Orders a week.
    case orderCount = "order-count"
    /// Revenue.
    case orderAmount = "order-amount"
}

/// One figure that speaks for a finding.
public struct Evidence: Part {
    /// What it is.
    public let label: String
    /// How much.
    public let value: String

    /// - Parameters: as the properties.
    public init(
        label: String,
        value: String
    ) {
        self.label = label
        self.value = value
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        label = try fields.text("label", maximum: 64)
        value = try fields.text("value")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("label", label)
        object.text("value", value)
    }
}

/// `sales.order-anomaly-raised.v1`: a customer's orders are not as usual.
public struct OrderAnomalyRaised: Message {
    /// Its name on the wire.
    public static let type = MessageType("sales.order-anomaly-raised.v1")
    /// The anomaly; clearing names it.
    public let anomalyId: String
    /// What is unusual.
    public let kind: AnomalyKind
    /// Which way.
    public let direction: AnomalyDirection
    /// What was measured.
    public let metric: AnomalyMetric
    /// The customer.
    public let customerId: String
    /// The code by which the customer ordered.
    public let customerCode: String
    /// The system that gave the code.
    public let source: String
    /// The line of business.
    public let businessLine: String
    /// The branch.
    public let branch: String?
    /// Who should look at it.
    public let owner: String?
    /// The order, for an odd one.
    public let orderId: String?
    /// What is usual.
    public let baseline: FixedDecimal
    /// What was seen.
    public let observed: FixedDecimal
    /// How unusual it is, in the detector's own measure.
    public let score: FixedDecimal
    /// What speaks for it.
    public let evidence: [Evidence]
    /// When.
    public let raisedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        anomalyId: String,
        kind: AnomalyKind,
        direction: AnomalyDirection,
        metric: AnomalyMetric,
        customerId: String,
        customerCode: String,
        source: String,
        businessLine: String,
        branch: String? = nil,
        owner: String? = nil,
        orderId: String? = nil,
        baseline: FixedDecimal,
        observed: FixedDecimal,
        score: FixedDecimal,
        evidence: [Evidence],
        raisedAt: Timestamp
    ) {
        self.anomalyId = anomalyId
        self.kind = kind
        self.direction = direction
        self.metric = metric
        self.customerId = customerId
        self.customerCode = customerCode
        self.source = source
        self.businessLine = businessLine
        self.branch = branch
        self.owner = owner
        self.orderId = orderId
        self.baseline = baseline
        self.observed = observed
        self.score = score
        self.evidence = evidence
        self.raisedAt = raisedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        anomalyId = try fields.identifier("anomalyId")
        kind = try fields.choice("kind", AnomalyKind.self)
        direction = try fields.choice("direction", AnomalyDirection.self)
        metric = try fields.choice("metric", AnomalyMetric.self)
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        source = try fields.identifier("source", maximum: 128)
        businessLine = try fields.identifier("businessLine")
        branch = try fields.optionalIdentifier("branch")
        owner = try fields.optionalIdentifier("owner")
        orderId = try fields.optionalIdentifier("orderId")
        baseline = try fields.decimal("baseline")
        observed = try fields.decimal("observed")
        score = try fields.decimal("score")
        evidence = try fields.array("evidence", Evidence.self, 0...60)
        raisedAt = try fields.timestamp("raisedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("anomalyId", anomalyId)
        object.choice("kind", kind)
        object.choice("direction", direction)
        object.choice("metric", metric)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("source", source)
        object.text("businessLine", businessLine)
        object.text("branch", branch)
        object.text("owner", owner)
        object.text("orderId", orderId)
        object.decimal("baseline", baseline)
        object.decimal("observed", observed)
        object.decimal("score", score)
        object.array("evidence", evidence)
        object.timestamp("raisedAt", raisedAt)
    }
}

/// Why an anomaly is no more.
public enum AnomalyClearing: String, Sendable, CaseIterable {
    /// The orders are as usual again.
    case recovered
    /// It is too old to matter.
    case expired
}

/// `sales.order-anomaly-cleared.v1`: a customer's orders are as usual again.
public struct OrderAnomalyCleared: Message {
    /// Its name on the wire.
    public static let type = MessageType("sales.order-anomaly-cleared.v1")
    /// The anomaly.
    public let anomalyId: String
    /// What was unusual.
    public let kind: AnomalyKind
    /// The customer.
    public let customerId: String
    /// The code by which the customer ordered.
    public let customerCode: String
    /// The system that gave the code.
    public let source: String
    /// The line of business.
    public let businessLine: String
    /// Why.
    public let reason: AnomalyClearing
    /// When.
    public let clearedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        anomalyId: String,
        kind: AnomalyKind,
        customerId: String,
        customerCode: String,
        source: String,
        businessLine: String,
        reason: AnomalyClearing,
        clearedAt: Timestamp
    ) {
        self.anomalyId = anomalyId
        self.kind = kind
        self.customerId = customerId
        self.customerCode = customerCode
        self.source = source
        self.businessLine = businessLine
        self.reason = reason
        self.clearedAt = clearedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        anomalyId = try fields.identifier("anomalyId")
        kind = try fields.choice("kind", AnomalyKind.self)
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        source = try fields.identifier("source", maximum: 128)
        businessLine = try fields.identifier("businessLine")
        reason = try fields.choice("reason", AnomalyClearing.self)
        clearedAt = try fields.timestamp("clearedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("anomalyId", anomalyId)
        object.choice("kind", kind)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("source", source)
        object.text("businessLine", businessLine)
        object.choice("reason", reason)
        object.timestamp("clearedAt", clearedAt)
    }
}
