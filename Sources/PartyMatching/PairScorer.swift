/// Judges pairs of accounts one by one as they come, where ``PartyMatcher`` judges a whole set at once.
///
/// What it says of a pair follows from the two profiles alone: nothing is learnt from others, so that it is the same
/// whenever, and in whatever order, they arrived.
public struct PairScorer: Sendable {
    /// A profile as it is compared.
    public struct Subject: Sendable {
        /// The profile's identifier.
        public let id: String
        /// What it can be found by: two accounts that may be one party have one of these in common.
        public let keys: [Int64]
        fileprivate let variants: [PartyFeatures]
        fileprivate let credits: Set<String>
    }

    /// A key that more accounts share than this says nothing.
    public static let cap = 60
    /// From here on two accounts are one party without asking anybody, if at least two fields say so.
    public static let sameFrom = 0.99
    /// From here on a person is asked.
    public static let probableFrom = 0.80
    /// What a full registered name is worth by itself: enough to ask, never to decide.
    static let nameAlone = 0.985

    private var reader = FeatureReader(isFixed: true)
    /// Weights from practice, as for a master of this many accounts.
    private let model = FellegiSunter(records: 200_000)

    /// A scorer that has read nothing.
    public init() {}

    /// Reads a profile; a subject can be compared with others that the same scorer has read.
    public mutating func read(_ profile: PartyProfile) -> Subject {
        let variants = profile.variants.map { reader.read($0) }
        let credits = Set((profile.values[.creditCode] ?? []).compactMap(Normalisation.creditCode))
        return Subject(
            id: profile.id, keys: PartyKeys.keys(of: profile, variants), variants: variants, credits: credits)
    }

    /// What speaks for and against two subjects being one party.
    public func evidence(_ one: Subject, _ other: Subject) -> PairEvidence {
        let (first, second) = one.id <= other.id ? (one, other) : (other, one)
        let comparator = Comparator(reader: reader)
        var levels = [Int8](repeating: -1, count: Comparison.Part.allCases.count)
        var name: (level: Int8, bits: Double) = (-1, 0)
        for left in first.variants {
            for right in second.variants {
                let comparison = comparator.compare(left, right)
                for (field, level) in comparison.levels.enumerated() { levels[field] = max(levels[field], level) }
                let bits = nameBits(comparison.levels[0], left, right)
                if (comparison.levels[0], bits) > name { name = (comparison.levels[0], bits) }
            }
        }
        var lines: [PairEvidence.Line] = []
        var sum = 0.0
        var agreeing = 0
        var isContradicted = false
        for part in Comparison.Part.allCases where levels[part.rawValue] >= 0 {
            let level = levels[part.rawValue]
            let weight = part == .name ? name.bits : min(model.weight(part.rawValue, level), Self.most(part, level))
            sum += weight
            if Self.isAgreement(part, level) { agreeing += 1 }
            if level == 0 { isContradicted = true }
            lines.append(
                PairEvidence.Line(
                    field: "\(part)", level: PartyMatcher.words[part.rawValue][Int(level)], weight: weight))
        }
        let shared = first.credits.intersection(second.credits)
        if !first.credits.isEmpty, !second.credits.isEmpty {
            lines.append(
                PairEvidence.Line(
                    field: "creditCode", level: shared.isEmpty ? "different" : "the same",
                    weight: shared.isEmpty ? -30 : 30))
        }
        if let veto = Self.veto(first, second) {
            return PairEvidence(lines: lines, veto: veto, probability: 0, verdict: .different)
        }
        var probability = model.probability(sum)
        if !shared.isEmpty {
            probability = 0.9999
            agreeing = 2
        } else if name.level == 4, name.bits >= Self.fullName, !isContradicted {
            probability = max(probability, Self.nameAlone)
        }
        let verdict: PairEvidence.Verdict =
            probability >= Self.sameFrom && agreeing >= 2
            ? .same : probability >= Self.probableFrom ? .probable : .different
        return PairEvidence(lines: lines, veto: nil, probability: probability, verdict: verdict)
    }

    /// A name in full that is more than trade and place is chosen to be unique.
    private static let fullName = 17.0

    /// What agreement on a name is worth: the more it says, the more.
    private func nameBits(_ level: Int8, _ one: PartyFeatures, _ other: PartyFeatures) -> Double {
        guard level >= 0 else { return 0 }
        guard level == 4 else { return model.weight(0, level) }
        if !one.chinese.isEmpty, !other.chinese.isEmpty {
            guard !one.chinese.contains(where: \.isGeneric), !other.chinese.contains(where: \.isGeneric) else {
                return 5
            }
            let isFull = one.chinese.contains(where: \.hasForm) && other.chinese.contains(where: \.hasForm)
            return isFull ? Self.fullName : 11
        }
        let information = one.words.reduce(0) { $0 + reader.information($1) }
        return min(Self.fullName, max(4, information))
    }

    /// A slip of the pen in a number of a few digits may as well be another number.
    private static func most(_ part: Comparison.Part, _ level: Int8) -> Double {
        part == .phone && level == 1 ? 3 : .infinity
    }

    private static func isAgreement(_ part: Comparison.Part, _ level: Int8) -> Bool {
        switch part {
        case .name: level >= 3
        case .address, .phone, .email, .bank, .organisation: level >= 2
        case .city, .postcode: false
        }
    }

    private static func veto(_ one: Subject, _ other: Subject) -> String? {
        if !one.credits.isEmpty, !other.credits.isEmpty, one.credits.isDisjoint(with: other.credits) {
            return "two valid credit codes that differ"
        }
        let branches = [one, other].map { $0.variants.contains { $0.isBranchOffice } }
        let isChinese = [one, other].allSatisfy { $0.variants.contains { !$0.chinese.isEmpty } }
        return branches[0] != branches[1] && isChinese ? "one is a branch office, the other is not" : nil
    }
}

/// What accounts are found by.
enum PartyKeys {
    static func keys(of profile: PartyProfile, _ variants: [PartyFeatures]) -> [Int64] {
        var keys: Set<Int64> = []
        func add(_ kind: String, _ text: String?) {
            if let text, !text.isEmpty { keys.insert(hash("\(kind)\u{1}\(text)")) }
        }
        for code in profile.values[.creditCode] ?? [] {
            guard let valid = Normalisation.creditCode(code) else { continue }
            add("organisation", Normalisation.organisationCode(valid))
        }
        for tax in profile.values[.taxId] ?? [] {
            let text = Normalisation.text(tax).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
            if text.count >= 6 { add("organisation", Normalisation.organisationCode(tax) ?? text) }
        }
        for account in profile.values[.bankAccount] ?? [] { add("bank", Normalisation.digits(account)) }
        for phone in profile.values[.phone] ?? [] { add("phone", Normalisation.phoneKey(phone)) }
        for email in profile.values[.email] ?? [] {
            add("email", Normalisation.text(email).filter { !$0.isWhitespace })
        }
        for name in (profile.values[.name] ?? []) + (profile.values[.alias] ?? []) { addName(name, add) }
        return keys.sorted()
    }

    private static func addName(_ name: String, _ add: (String, String?) -> Void) {
        let text = Normalisation.text(name)
        if let chinese = ChineseName(text) {
            let body = chinese.body
            add("core", String(String.UnicodeScalarView(chinese.core)))
            guard !chinese.isGeneric else { return }
            add("body", String(String.UnicodeScalarView(body)))
            if body.count >= 5 {
                add("head", String(String.UnicodeScalarView(body.dropLast(3))))
                add("tail", String(String.UnicodeScalarView(body.dropFirst(3))))
            }
            return
        }
        let words = Normalisation.words(text).filter { !FeatureReader.forms.contains($0) }
        add("name", words.joined(separator: " "))
        let telling = Array(Set(words.filter { !FeatureReader.commonWords.contains($0) && $0.count > 2 })).sorted {
            ($0.count, $1) > ($1.count, $0)
        }.prefix(4)
        for (place, word) in telling.enumerated() {
            if word.count >= 5 { add("word", word) }
            for other in telling.dropFirst(place + 1) { add("words", min(word, other) + " " + max(word, other)) }
        }
    }

    /// A hash that is the same on every machine and in every version (FNV-1a; Fowler, Noll and Vo).
    private static func hash(_ text: String) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int64(bitPattern: hash)
    }
}

/// Whether a name says anything of whom it names.
public enum PartyName {
    /// Whether nothing is left when the legal form is taken away: 有限公司, `Co., Ltd`.
    public static func isEmpty(_ name: String) -> Bool {
        let text = Normalisation.text(name)
        let words = NameWords.split(text)
        guard let first = words.first, !words.joined().isEmpty else { return true }
        if words.count > 1 || first.unicodeScalars.count > 1, LegalForms.areForm(words) { return true }
        let bare = words.joined()
        return ChineseName.formTexts.contains(bare) || JapaneseForms.all.contains(bare)
    }
}
