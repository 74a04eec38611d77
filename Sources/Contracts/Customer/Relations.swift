import Domain

extension RelationKind {
    /// Whether it says who owns whom.
    package var isOwnership: Bool { self == .parentOf || self == .branchOf }
}

extension RelationDeclared {
    func check(_ fields: FieldReader) throws(Refusal) {
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
}
