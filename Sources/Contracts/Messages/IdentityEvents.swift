public import Domain

/// What somebody decided about who is who.
public enum IdentityDecision: String, Sendable, CaseIterable {
    /// Parties are one.
    case merge
    /// Parties stand for themselves again.
    case unmerge
    /// Two accounts under review are one party.
    case same
    /// Two accounts under review are two parties.
    case different
    /// It cannot be said yet.
    case later
    /// A former decision counts no more.
    case undo
}

/// `customer.identity-decided.v1`: somebody decided who is who. What comes of it is told by the customers' own records.
public struct IdentityDecided: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.identity-decided.v1")
    /// The decision.
    public let decisionId: String
    /// What was decided.
    public let decision: IdentityDecision
    /// The parties it is about, by the identifiers that were named.
    public let parties: [String]
    /// The entry of the review queue that was decided.
    public let reviewId: String?
    /// The decision that counts no more.
    public let undoes: String?
    /// Why, in words.
    public let reason: String?
    /// The login of who decided.
    public let by: String
    /// When it was decided.
    public let at: Timestamp

    /// - Parameters: as the properties.
    public init(
        decisionId: String, decision: IdentityDecision, parties: [String], reviewId: String? = nil,
        undoes: String? = nil, reason: String? = nil, by: String, at: Timestamp
    ) {
        self.decisionId = decisionId
        self.decision = decision
        self.parties = parties
        self.reviewId = reviewId
        self.undoes = undoes
        self.reason = reason
        self.by = by
        self.at = at
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        decisionId = try fields.identifier("decisionId")
        decision = try fields.choice("decision", IdentityDecision.self)
        parties = try fields.texts("parties", maximum: 64, 0...50)
        reviewId = try fields.optionalIdentifier("reviewId")
        undoes = try fields.optionalIdentifier("undoes")
        reason = try fields.optionalText("reason", maximum: 1_000)
        by = try fields.identifier("by")
        at = try fields.timestamp("at")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("decisionId", decisionId)
        object.choice("decision", decision)
        object.texts("parties", parties)
        object.text("reviewId", reviewId)
        object.text("undoes", undoes)
        object.text("reason", reason)
        object.text("by", by)
        object.timestamp("at", at)
    }
}

/// Customers that became one, or ceased to be.
public struct CustomerUnion: Part {
    /// The customer that the others are, or were, part of.
    public let customerId: String
    /// Its revision after it.
    public let revision: Int
    /// The others. Their identifiers stay good for ever, as names of whoever they are.
    public let others: [String]
    /// The decision that led to it; none when the rules did.
    public let decisionId: String?
    /// The login of who decided.
    public let by: String?
    /// Why, in words.
    public let reason: String?
    /// When.
    public let at: Timestamp

    /// - Parameters: as the properties.
    public init(
        customerId: String, revision: Int, others: [String], decisionId: String? = nil, by: String? = nil,
        reason: String? = nil, at: Timestamp
    ) {
        self.customerId = customerId
        self.revision = revision
        self.others = others
        self.decisionId = decisionId
        self.by = by
        self.reason = reason
        self.at = at
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        others = try fields.texts("others", maximum: 64, 1...1_000)
        decisionId = try fields.optionalIdentifier("decisionId")
        by = try fields.optionalIdentifier("by")
        reason = try fields.optionalText("reason", maximum: 1_000)
        at = try fields.timestamp("at")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.integer("revision", revision)
        object.texts("others", others)
        object.text("decisionId", decisionId)
        object.text("by", by)
        object.text("reason", reason)
        object.timestamp("at", at)
    }
}

/// `customer.merged.v1`: customers turned out to be one.
public struct CustomersMerged: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.merged.v1")
    /// Which.
    public let union: CustomerUnion

    /// - Parameter union: which.
    public init(_ union: CustomerUnion) {
        self.union = union
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        union = try CustomerUnion(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) { union.write(to: &object) }
}

/// `customer.unmerged.v1`: customers that were taken for one are several.
public struct CustomersUnmerged: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.unmerged.v1")
    /// Which.
    public let union: CustomerUnion

    /// - Parameter union: which.
    public init(_ union: CustomerUnion) {
        self.union = union
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        union = try CustomerUnion(fields: &fields)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) { union.write(to: &object) }
}
