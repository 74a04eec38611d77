public import Domain

/// `servicedesk.survey-requested.v1`: a customer shall be asked how it went.
public struct SurveyRequested: Message {
    /// Its name on the wire.
    public static let type = MessageType("servicedesk.survey-requested.v1")
    /// The survey.
    public let surveyId: String
    /// The customer.
    public let customerId: String
    /// The code by which the customer ordered.
    public let customerCode: String
    /// The order's source.
    public let source: String
    /// The order.
    public let orderId: String
    /// The line of business.
    public let businessLine: String
    /// The branch.
    public let branch: String
    /// The rule by which it was chosen.
    public let rule: String
    /// When.
    public let requestedAt: Timestamp

    /// - Parameters: as the properties.
    public init(
        surveyId: String,
        customerId: String,
        customerCode: String,
        source: String,
        orderId: String,
        businessLine: String,
        branch: String,
        rule: String,
        requestedAt: Timestamp
    ) {
        self.surveyId = surveyId
        self.customerId = customerId
        self.customerCode = customerCode
        self.source = source
        self.orderId = orderId
        self.businessLine = businessLine
        self.branch = branch
        self.rule = rule
        self.requestedAt = requestedAt
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        surveyId = try fields.identifier("surveyId")
        customerId = try fields.identifier("customerId")
        customerCode = try fields.identifier("customerCode")
        source = try fields.identifier("source", maximum: 128)
        orderId = try fields.identifier("orderId")
        businessLine = try fields.identifier("businessLine")
        branch = try fields.identifier("branch")
        rule = try fields.text("rule", maximum: 64)
        requestedAt = try fields.timestamp("requestedAt")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("surveyId", surveyId)
        object.text("customerId", customerId)
        object.text("customerCode", customerCode)
        object.text("source", source)
        object.text("orderId", orderId)
        object.text("businessLine", businessLine)
        object.text("branch", branch)
        object.text("rule", rule)
        object.timestamp("requestedAt", requestedAt)
    }
}
