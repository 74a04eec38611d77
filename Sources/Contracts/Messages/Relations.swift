public import Domain

/// What ties one party to another. An edge reads as a sentence: *from* kind *to*.
public enum RelationKind: String, Sendable, CaseIterable {
    /// `from` owns a share of `to`; without a share, all of it.
    case parentOf = "parent-of"
    /// `from` is a branch of `to`, and no company of its own.
    case branchOf = "branch-of"
    /// `from` has goods sent to `to`.
    case shipsTo = "ships-to"
    /// `from` pays what `to` owes.
    case paysFor = "pays-for"
    /// `from` supplies `to`.
    case supplies
    /// `from` and `to` are after the same business.
    case competesWith = "competes-with"
    /// The same person or number answers for both: a weak sign.
    case sameContact = "same-contact"

    /// Whether it says who owns whom.
    public var isOwnership: Bool { self == .parentOf || self == .branchOf }
}

/// `relation.declared.v1`: somebody says what ties one party to another. A higher revision replaces a lower one.
public struct RelationDeclared: Message {
    /// Its name on the wire.
    public static let type = MessageType("relation.declared.v1")
    /// The relation, by the identifier that the publishing system gave it.
    public let relationId: String
    /// Counts what was said of it from 1.
    public let revision: Int
    /// The party that the sentence is about.
    public let from: CustomerCode
    /// The other party.
    public let to: CustomerCode
    /// What ties them.
    public let kind: RelationKind
    /// The share that `from` has of `to`, above 0 and up to 1; for `parent-of` only.
    public let share: FixedDecimal?
    /// The first day on which it holds; always, when not given.
    public let since: CalendarDay?
    /// The first day on which it holds no more.
    public let until: CalendarDay?
    /// Who says so.
    public let by: String?

    /// - Parameters: as the properties.
    public init(
        relationId: String,
        revision: Int,
        from: CustomerCode,
        to: CustomerCode,
        kind: RelationKind,
        share: FixedDecimal? = nil,
        since: CalendarDay? = nil,
        until: CalendarDay? = nil,
        by: String? = nil
    ) {
        self.relationId = relationId
        self.revision = revision
        self.from = from
        self.to = to
        self.kind = kind
        self.share = share
        self.since = since
        self.until = until
        self.by = by
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        relationId = try fields.identifier("relationId")
        revision = try fields.integer("revision", 1...1_000_000_000)
        from = try fields.object("from", CustomerCode.self)
        to = try fields.object("to", CustomerCode.self)
        kind = try fields.choice("kind", RelationKind.self)
        share = try fields.optionalDecimal("share")
        since = try fields.optionalDay("since")
        until = try fields.optionalDay("until")
        by = try fields.optionalIdentifier("by")
        try fields.require(from.code != to.code, .duplicateElement, "to", "a party has no relation with itself")
        try fields.require(
            share.map { $0 > .zero && $0 <= FixedDecimal(1) } ?? true, .valueNotAllowed, "share",
            "a share is above 0 and at most 1")
        try fields.require(
            share == nil || kind == .parentOf, .valueNotAllowed, "share", "only a parent has a share")
        if let since, let until {
            try fields.require(since <= until, .contradictoryTimes, "until", "it ends before it begins")
        }
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("relationId", relationId)
        object.integer("revision", revision)
        object.object("from", from)
        object.object("to", to)
        object.choice("kind", kind)
        object.decimal("share", share)
        object.text("since", since?.description)
        object.text("until", until?.description)
        object.text("by", by)
    }
}
