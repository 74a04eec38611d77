/// What all systems have ever said of an account: every value of every field, each once.
public struct PartyProfile: Sendable, Equatable {
    /// Its identifier.
    public let id: String
    /// The values by field, each as written. Former ones stand here too: a former name is a name.
    public let values: [PartyRecord.Field: [String]]

    /// - Parameters: as the properties.
    public init(id: String, _ values: [PartyRecord.Field: [String]]) {
        self.id = id
        self.values = values.mapValues { Array(Set($0.filter { !$0.isEmpty })).sorted() }.filter { !$0.value.isEmpty }
    }

    /// The profile as records that hold one value of each field; of a field with very many values only the first ones
    /// by spelling are compared.
    var variants: [PartyRecord] {
        let names = (values[.name] ?? []) + (values[.alias] ?? [])
        var lists = values
        lists[.name] = names.isEmpty ? nil : names
        lists[.alias] = nil
        let count = min(Self.mostVariants, lists.values.map(\.count).max() ?? 0)
        return (0..<count).map { place in
            PartyRecord(id: id, lists.compactMapValues { place < $0.count ? $0[place] : nil })
        }
    }

    private static let mostVariants = 8
}

/// Why two accounts are, or are not, one party.
public struct PairEvidence: Sendable, Equatable {
    /// What the evidence amounts to.
    public enum Verdict: String, Sendable, CaseIterable {
        /// One party.
        case same
        /// Perhaps one party: for a person to decide.
        case probable
        /// Nothing to go by.
        case different
    }

    /// One field's part.
    public struct Line: Sendable, Equatable {
        /// The field.
        public let field: String
        /// How far it agrees, in words.
        public let level: String
        /// Its weight in bits; above nought speaks for one party.
        public let weight: Double
    }

    /// The fields on which both sides say something.
    public let lines: [Line]
    /// What rules a union out, whatever the fields say; `nil` for nothing.
    public let veto: String?
    /// The probability by the fields.
    public let probability: Double
    /// What it amounts to.
    public let verdict: Verdict
}
