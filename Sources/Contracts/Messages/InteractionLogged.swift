public import Domain

/// How people spoke with one another.
public enum InteractionChannel: String, Sendable, CaseIterable {
    /// In person.
    case meeting
    /// By telephone.
    case phone
    /// By e-mail.
    case email
    /// By a social network.
    case social
}

/// `interaction.logged.v1`: somebody spoke with a customer.
public struct InteractionLogged: Message {
    /// Its name on the wire.
    public static let type = MessageType("interaction.logged.v1")
    /// The interaction.
    public let interactionId: String
    /// With whom.
    public let customer: CustomerCode
    /// How.
    public let channel: InteractionChannel
    /// When.
    public let at: Timestamp
    /// The person there.
    public let with: String?
    /// The person here.
    public let by: String
    /// What was said.
    public let summary: String

    /// - Parameters: as the properties.
    public init(
        interactionId: String,
        customer: CustomerCode,
        channel: InteractionChannel,
        at: Timestamp,
        with: String? = nil,
        by: String,
        summary: String
    ) {
        self.interactionId = interactionId
        self.customer = customer
        self.channel = channel
        self.at = at
        self.with = with
        self.by = by
        self.summary = summary
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        interactionId = try fields.identifier("interactionId")
        customer = try fields.object("customer", CustomerCode.self)
        channel = try fields.choice("channel", InteractionChannel.self)
        at = try fields.timestamp("at")
        with = try fields.optionalText("with")
        by = try fields.identifier("by")
        summary = try fields.text("summary", maximum: 4_000)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("interactionId", interactionId)
        object.object("customer", customer)
        object.choice("channel", channel)
        object.timestamp("at", at)
        object.text("with", with)
        object.text("by", by)
        object.text("summary", summary)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { at }
}
