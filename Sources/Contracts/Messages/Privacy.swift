public import Domain

/// Whether a person wants to be spoken with.
public enum ConsentState: String, Sendable, CaseIterable {
    /// The person agrees.
    case granted
    /// The person does not, or no more.
    case withdrawn
}

/// `consent.recorded.v1`: a person agrees to be spoken with by a channel, or does not any more.
public struct ConsentRecorded: Message {
    /// Its name on the wire.
    public static let type = MessageType("consent.recorded.v1")
    /// The customer that the person works for.
    public let customer: CustomerCode
    /// The person, as in the interactions; the customer as a whole when not given.
    public let with: String?
    /// The channel.
    public let channel: InteractionChannel
    /// What the person wants.
    public let state: ConsentState
    /// Since when.
    public let at: Timestamp
    /// Who has written it down.
    public let by: String

    /// - Parameters: as the properties.
    public init(
        customer: CustomerCode,
        with: String? = nil,
        channel: InteractionChannel,
        state: ConsentState,
        at: Timestamp,
        by: String
    ) {
        self.customer = customer
        self.with = with
        self.channel = channel
        self.state = state
        self.at = at
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customer = try fields.object("customer", CustomerCode.self)
        with = try fields.optionalText("with")
        channel = try fields.choice("channel", InteractionChannel.self)
        state = try fields.choice("state", ConsentState.self)
        at = try fields.timestamp("at")
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.object("customer", customer)
        object.text("with", with)
        object.choice("channel", channel)
        object.choice("state", state)
        object.timestamp("at", at)
        object.text("by", by)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { at }
}

/// `customer.erase-person.v1`: everything personal that is kept of a person is to become unreadable for ever.
public struct ErasePerson: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.erase-person.v1")
    /// The system by whose code the customer is known.
    public let source: String
    /// The customer that the person works for.
    public let customer: CustomerCode
    /// The person, as in the interactions; all persons of the customer when not given.
    public let with: String?
    /// Who asks for it.
    public let by: String
    /// When it was asked for; what is logged of a later time stays.
    public let at: Timestamp

    /// - Parameters: as the properties.
    public init(source: String, customer: CustomerCode, with: String? = nil, by: String, at: Timestamp) {
        self.source = source
        self.customer = customer
        self.with = with
        self.by = by
        self.at = at
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        source = try fields.identifier("source", maximum: 128)
        customer = try fields.object("customer", CustomerCode.self)
        with = try fields.optionalText("with")
        by = try fields.identifier("by")
        at = try fields.timestamp("at")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("source", source)
        object.object("customer", customer)
        object.text("with", with)
        object.text("by", by)
        object.timestamp("at", at)
    }

    /// When it happened.
    public var occurredAt: Timestamp? { at }
}
