/// Compares two records field by field.
struct Comparator {
    let reader: FeatureReader

    func compare(_ one: PartyFeatures, _ other: PartyFeatures) -> Comparison {
        Comparison(levels: [
            name(one, other), address(one, other), phone(one, other), email(one, other),
            level(one.city, other.city, most: 2), level(one.postcode, other.postcode), level(one.bank, other.bank),
            level(one.organisation, other.organisation),
        ])
    }

    /// Whether two records cannot be one party, whatever else they say.
    static func isVetoed(_ one: PartyFeatures, _ other: PartyFeatures) -> Bool {
        if let first = one.credit, let second = other.credit, first != second { return true }
        return one.isBranchOffice != other.isBranchOffice && !one.chinese.isEmpty && !other.chinese.isEmpty
    }

    /// 2 the same, 1 the same but for a slip of the pen, 0 not.
    private func level(_ one: Int32?, _ other: Int32?, most: Int = 1) -> Int8 {
        guard let one, let other else { return -1 }
        return one == other ? 2 : isSlip(one, other, most: most) ? 1 : 0
    }

    /// Whether two texts differ by so few letters, or two neighbours changing places, that somebody mistyped.
    private func isSlip(_ one: Int32, _ other: Int32, most: Int) -> Bool {
        let (first, second) = (reader.vocabulary.texts[Int(one)], reader.vocabulary.texts[Int(other)])
        guard min(first.count, second.count) >= 4 else { return false }
        return Self.distance(first, second, most: most) <= most
    }

    /// One number in two areas is two telephones.
    private func phone(_ one: PartyFeatures, _ other: PartyFeatures) -> Int8 {
        if one.phone != nil, other.phone != nil, let first = one.phoneArea, let second = other.phoneArea,
            first != second
        {
            return 0
        }
        return level(one.phone, other.phone)
    }

    private func email(_ one: PartyFeatures, _ other: PartyFeatures) -> Int8 {
        guard let first = one.email, let second = other.email else { return -1 }
        if first == second { return 2 }
        return one.domain != nil && one.domain == other.domain ? 1 : 0
    }

    /// 4 the same name, 3 nearly, 2 mostly, 1 in part, 0 not.
    private func name(_ one: PartyFeatures, _ other: PartyFeatures) -> Int8 {
        if !one.chinese.isEmpty, !other.chinese.isEmpty {
            return one.chinese.flatMap { first in other.chinese.map { Self.level(first, $0) } }.max() ?? 0
        }
        guard let first = one.name, let second = other.name else { return -1 }
        if first == second || one.words == other.words && one.latin.isEmpty && other.latin.isEmpty { return 4 }
        let share = overlap(one.words, other.words)
        let level: Int8 = share >= 0.8 ? 3 : share >= 0.55 ? 2 : share >= 0.3 ? 1 : 0
        switch relation(one, other) {
        case .same: return 4
        case .near: return 3
        case .different: return min(level, 1)
        case .unknown: return level
        }
    }

    /// How the names in letters stand to one another: the best that is said of any two.
    func relation(_ one: PartyFeatures, _ other: PartyFeatures) -> LatinName.Relation {
        var best = LatinName.Relation.unknown
        for first in one.latin {
            for second in other.latin {
                switch first.relation(second, reader.vocabulary) {
                case .same: return .same
                case .near(let reasons): best = .near(reasons)
                case .different: if best == .unknown { best = .different }
                case .unknown: break
                }
            }
        }
        return best
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
        var unmatched: [Int32] = []
        for word in one {
            let value = reader.information(word)
            if let place = rest.firstIndex(of: word) {
                rest.remove(at: place)
                both += value
                all += value
            } else {
                unmatched.append(word)
            }
        }
        for word in unmatched {
            let value = reader.information(word)
            let length = reader.vocabulary.texts[Int(word)].count
            // A slip in a word; of a long one two.
            if let place = rest.firstIndex(where: { isSlip(word, $0, most: length >= 8 ? 2 : 1) }) {
                let mean = (value + reader.information(rest.remove(at: place))) / 2
                both += 0.75 * mean
                all += mean
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
        var rest = other.address
        var common = 0
        var unmatched: [Int32] = []
        for word in one.address {
            if let place = rest.firstIndex(of: word) {
                rest.remove(at: place)
                common += 1
            } else {
                unmatched.append(word)
            }
        }
        for word in unmatched {
            guard let place = rest.firstIndex(where: { isSlip(word, $0, most: 1) }) else { continue }
            rest.remove(at: place)
            common += 1
        }
        let smaller = min(one.address.count, other.address.count)
        let isHalf = common >= 2 && common * 2 >= smaller
        if let house = one.house, house == other.house, isHalf { return 2 }
        return isHalf ? 1 : 0
    }

    /// The number of single changes between two texts, two neighbours changing places being one (optimal string
    /// alignment; Damerau, 1964, and Levenshtein, 1966), given up beyond a limit.
    static func distance<Element: Equatable>(_ one: [Element], _ other: [Element], most: Int) -> Int {
        guard abs(one.count - other.count) <= most else { return most + 1 }
        var start = 0
        while start < one.count, start < other.count, one[start] == other[start] { start += 1 }
        var (first, second) = (one[start...], other[start...])
        while let left = first.last, let right = second.last, left == right {
            first.removeLast()
            second.removeLast()
        }
        // What is left of texts with at most one change: a letter on either side, or two that changed places.
        if most == 1 {
            if max(first.count, second.count) <= 1 { return max(first.count, second.count) }
            let isSwap =
                first.count == 2 && second.count == 2 && first.first == second.last && first.last == second.first
            return isSwap ? 1 : 2
        }
        // Nobody mistypes a word of that length; the cost grows with the square of it.
        guard max(first.count, second.count) <= 64 else { return most + 1 }
        let (a, b) = (Array(first), Array(second))
        var before: [Int] = []
        var row = Array(0...b.count)
        for i in a.indices {
            var next = [i + 1]
            for j in b.indices {
                var value = min(row[j] + (a[i] == b[j] ? 0 : 1), next[j] + 1, row[j + 1] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { value = min(value, before[j - 1] + 1) }
                next.append(value)
            }
            before = row
            row = next
        }
        return row[b.count]
    }
}
