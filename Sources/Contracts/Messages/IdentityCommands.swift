/// A party, and how often it had changed when whoever decides looked at it.
public struct PartyRevision: Part {
    /// The party.
    public let customerId: String
    /// Its revision as it was seen.
    public let revision: Int

    /// - Parameters: as the properties.
    public init(customerId: String, revision: Int) {
        self.customerId = customerId
        self.revision = revision
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        customerId = try fields.identifier("customerId")
        revision = try fields.integer("revision", 1...1_000_000_000)
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("customerId", customerId)
        object.integer("revision", revision)
    }
}

/// `customer.merge-parties.v1`: parties that are one, whatever the rules say.
public struct MergeParties: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.merge-parties.v1")
    /// The parties; the oldest keeps its identifier, the others become names of it.
    public let parties: [String]
    /// As which they were seen; when one has changed since, nothing is done.
    public let expected: [PartyRevision]
    /// Why, in words.
    public let reason: String
    /// The login of who decides.
    public let by: String

    /// - Parameters: as the properties.
    public init(parties: [String], expected: [PartyRevision] = [], reason: String, by: String) {
        self.parties = parties
        self.expected = expected
        self.reason = reason
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        parties = try fields.texts("parties", maximum: 64, 2...50)
        expected = try fields.optionalArray("expected", PartyRevision.self, 0...50) ?? []
        reason = try fields.text("reason", maximum: 1_000)
        by = try fields.identifier("by")
        try fields.require(
            Set(parties).count == parties.count, .duplicateElement, "parties", "a party cannot be merged with itself")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.texts("parties", parties)
        object.array("expected", expected.isEmpty ? nil : expected)
        object.text("reason", reason)
        object.text("by", by)
    }
}

/// `customer.unmerge-parties.v1`: parties that were taken for others stand for themselves again.
public struct UnmergeParties: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.unmerge-parties.v1")
    /// The identifiers that were merged into others; if several, they leave together.
    public let parties: [String]
    /// As which parties were seen; when one has changed since, nothing is done.
    public let expected: [PartyRevision]
    /// Why, in words.
    public let reason: String
    /// The login of who decides.
    public let by: String

    /// - Parameters: as the properties.
    public init(parties: [String], expected: [PartyRevision] = [], reason: String, by: String) {
        self.parties = parties
        self.expected = expected
        self.reason = reason
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        parties = try fields.texts("parties", maximum: 64, 1...50)
        expected = try fields.optionalArray("expected", PartyRevision.self, 0...50) ?? []
        reason = try fields.text("reason", maximum: 1_000)
        by = try fields.identifier("by")
        try fields.require(
            Set(parties).count == parties.count, .duplicateElement, "parties", "a party is named twice")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.texts("parties", parties)
        object.array("expected", expected.isEmpty ? nil : expected)
        object.text("reason", reason)
        object.text("by", by)
    }
}

/// What somebody says of two accounts that may be one party.
public enum ReviewVerdict: String, Sendable, CaseIterable {
    /// They are one party.
    case same
    /// They are two.
    case different
    /// It cannot be said yet.
    case later
}

/// `customer.decide-review.v1`: whether two accounts that may be one party are.
public struct DecideReview: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.decide-review.v1")
    /// The entry of the review queue.
    public let reviewId: String
    /// What they are.
    public let verdict: ReviewVerdict
    /// Why, in words.
    public let note: String?
    /// The login of who decides.
    public let by: String

    /// - Parameters: as the properties.
    public init(reviewId: String, verdict: ReviewVerdict, note: String? = nil, by: String) {
        self.reviewId = reviewId
        self.verdict = verdict
        self.note = note
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        reviewId = try fields.identifier("reviewId")
        verdict = try fields.choice("verdict", ReviewVerdict.self)
        note = try fields.optionalText("note", maximum: 1_000)
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("reviewId", reviewId)
        object.choice("verdict", verdict)
        object.text("note", note)
        object.text("by", by)
    }
}

/// `customer.undo-decision.v1`: a decision about who is who counts no more, as if it had never been taken.
public struct UndoDecision: Message {
    /// Its name on the wire.
    public static let type = MessageType("customer.undo-decision.v1")
    /// The decision.
    public let decisionId: String
    /// Why, in words.
    public let reason: String
    /// The login of who decides.
    public let by: String

    /// - Parameters: as the properties.
    public init(decisionId: String, reason: String, by: String) {
        self.decisionId = decisionId
        self.reason = reason
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        decisionId = try fields.identifier("decisionId")
        reason = try fields.text("reason", maximum: 1_000)
        by = try fields.identifier("by")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("decisionId", decisionId)
        object.text("reason", reason)
        object.text("by", by)
    }
}
