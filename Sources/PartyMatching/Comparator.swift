import Contracts

/// Compares two records field by field.
struct Comparator {
    let reader: FeatureReader

    func compare(_ one: PartyFeatures, _ other: PartyFeatures) -> Comparison {
        Comparison(levels: [
            name(one, other), address(one, other), equal(one.phone, other.phone), email(one, other),
            equal(one.city, other.city), postcode(one, other), equal(one.bank, other.bank),
            equal(one.organisation, other.organisation),
        ])
    }

    /// Whether two records cannot be one party, whatever else they say.
    static func isVetoed(_ one: PartyFeatures, _ other: PartyFeatures) -> Bool {
        if let first = one.credit, let second = other.credit, first != second { return true }
        return one.isBranchOffice != other.isBranchOffice && !one.chinese.isEmpty && !other.chinese.isEmpty
    }

    private func equal(_ one: Int32?, _ other: Int32?) -> Int8 {
        guard let one, let other else { return -1 }
        return one == other ? 1 : 0
    }

    private func email(_ one: PartyFeatures, _ other: PartyFeatures) -> Int8 {
        guard let first = one.email, let second = other.email else { return -1 }
        if first == second { return 2 }
        return one.domain != nil && one.domain == other.domain ? 1 : 0
    }

    private func postcode(_ one: PartyFeatures, _ other: PartyFeatures) -> Int8 {
        guard let first = one.postcode, let second = other.postcode else { return -1 }
        return first == second ? 2 : 0
    }

    /// 4 the same name, 3 nearly, 2 mostly, 1 in part, 0 not.
    private func name(_ one: PartyFeatures, _ other: PartyFeatures) -> Int8 {
        if !one.chinese.isEmpty, !other.chinese.isEmpty {
            return one.chinese.flatMap { first in other.chinese.map { Self.level(first, $0) } }.max() ?? 0
        }
        guard let first = one.name, let second = other.name else { return -1 }
        if first == second || one.words == other.words { return 4 }
        let share = overlap(one.words, other.words)
        return share >= 0.8 ? 3 : share >= 0.55 ? 2 : share >= 0.3 ? 1 : 0
    }

    /// Chinese names in full are the same when brand, business and role are, and their places do not contradict: a
    /// place more is noise, a role or line of business more is another company.
    static func level(_ one: ChineseName, _ other: ChineseName) -> Int8 {
        if one.core == other.core, one.roles == other.roles {
            return one.isGeneric && one.hasForm != other.hasForm ? 3 : 4
        }
        guard one.roles.subtracting(["股份"]) == other.roles.subtracting(["股份"]) else { return 0 }
        if one.core == other.core { return 3 }
        // A name of trade and place only matches in full, and so does nothing less than it.
        guard !one.isGeneric, !other.isGeneric else { return 0 }
        let agree = one.places.isEmpty || other.places.isEmpty || !one.places.isDisjoint(with: other.places)
        if one.body == other.body { return agree ? 4 : 0 }
        guard agree, min(one.body.count, other.body.count) >= 5 else { return 0 }
        return distance(one.body, other.body, most: 1) <= 1 ? 2 : 0
    }

    /// The share of what two names say that they both say; words count by how much they tell, misspelt ones a little
    /// less.
    private func overlap(_ one: [Int32], _ other: [Int32]) -> Double {
        var both = 0.0
        var all = 0.0
        var rest = other
        for word in one {
            let value = reader.information(word)
            if let place = rest.firstIndex(of: word) {
                rest.remove(at: place)
                both += value
                all += value
            } else {
                all += value
            }
        }
        for word in rest { all += reader.information(word) }
        return all > 0 ? both / all : 0
    }

    /// 3 the same, 2 the same house in the same street, 1 half of its words, 0 not.
    private func address(_ one: PartyFeatures, _ other: PartyFeatures) -> Int8 {
        guard !one.address.isEmpty, !other.address.isEmpty else { return -1 }
        if one.address == other.address { return 3 }
        let first = Set(one.address)
        let second = Set(other.address)
        let common = first.intersection(second).count
        let smaller = min(first.count, second.count)
        if let house = one.house, house == other.house, common >= 2, common * 2 >= smaller { return 2 }
        if one.house != nil, other.house != nil, one.house != other.house { return 0 }
        return common * 3 >= smaller * 2 ? 1 : 0
    }

    /// The number of single changes between two texts (Levenshtein), given up beyond a limit.
    static func distance<Element: Equatable>(_ one: [Element], _ other: [Element], most: Int) -> Int {
        guard abs(one.count - other.count) <= most else { return most + 1 }
        var row = Array(0...other.count)
        for (i, element) in one.enumerated() {
            var before = row[0]
            row[0] = i + 1
            for j in other.indices {
                let kept = before + (element == other[j] ? 0 : 1)
                before = row[j + 1]
                row[j + 1] = min(kept, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[other.count]
    }
}
