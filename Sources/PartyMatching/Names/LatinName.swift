/// A name in letters, in its parts: `Koninklijke Philips Electronics N.V.` is the brand PHILIPS in the trade
/// ELECTRONIC.
///
/// Words are numbers of the ``Vocabulary``, lists of them sorted unless said otherwise. A reference, for it is compared
/// with many others.
final class LatinName: Sendable {
    /// The number of its normal form in a ``NameBook`` that has read a whole set; -1 outside of one.
    let id: Int32
    /// The words that tell whose it is, in the order written.
    let brand: [Int32]
    /// The same, sorted.
    let brandSorted: [Int32]
    /// Whether there is a word that tells by itself. A name without one (General Electric) counts only as a whole.
    let isStrong: Bool
    /// Lines of business.
    let trades: [Int32]
    /// Lines of business so wide that they hardly tell one.
    let softTrades: [Int32]
    /// Lines of business that are companies of their own.
    let divisions: [Int32]
    /// Given names and initials.
    let given: [Int32]
    /// Countries and towns in front, behind, and in brackets.
    let leadingPlaces: [Int32]
    let trailingPlaces: [Int32]
    /// All words but places and legal form without the spaces between them, and those of the brand.
    let whole: Int32
    let brandWhole: Int32
    /// The words without legal form as they are written, in order, and without the spaces between them.
    let plain: [Int32]
    let plainWhole: Int32
    /// All words that count when names are compared word by word.
    let words: [Int32]
    /// Whether it ends with a legal form: a registered name rather than a short one.
    let hasForm: Bool

    init(_ parts: NameParts) {
        id = parts.id
        brand = parts.brand
        // One list for both where they are the same, as they mostly are.
        brandSorted = parts.brandSorted == parts.brand ? parts.brand : parts.brandSorted
        isStrong = parts.isStrong
        trades = parts.trades
        softTrades = parts.softTrades
        divisions = parts.divisions
        given = parts.given
        leadingPlaces = parts.leadingPlaces
        trailingPlaces = parts.trailingPlaces
        whole = parts.whole
        brandWhole = parts.brandWhole
        plain = parts.plain
        plainWhole = parts.plainWhole
        words = parts.words
        hasForm = parts.hasForm
    }

    /// How two names stand to each other.
    enum Relation: Equatable {
        /// One company but for spelling, legal form, or a place.
        case same
        /// One leaves out lines of business that the other has, or a first name of the brand, or has a slip in it.
        case near(Reasons)
        /// Whatever they share, something in them is of different companies.
        case different
        /// Nothing is known but the words that they share.
        case unknown
    }

    /// Why two names are only near to one another; each must be borne out by the set when there is nothing but names.
    struct Reasons: OptionSet, Hashable {
        let rawValue: UInt8
        /// A line of business is left out.
        static let trade = Reasons(rawValue: 1)
        /// A slip of the pen in the brand.
        static let slip = Reasons(rawValue: 2)
        /// A word in front of the brand is left out: Eastman Kodak.
        static let front = Reasons(rawValue: 4)
        /// A word behind the brand is left out: Boehringer Ingelheim.
        static let back = Reasons(rawValue: 8)
        /// The end of a name that counts only as a whole is left out: Air Products and Chemicals.
        static let end = Reasons(rawValue: 16)
    }

    /// How this name stands to another.
    func relation(_ other: LatinName, _ vocabulary: Vocabulary) -> Relation {
        if id >= 0, id == other.id { return .same }
        if whole == other.whole || plainWhole == other.plainWhole {
            return placesAgree(other) ? .same : .different
        }
        let told = toldRelation(other, vocabulary)
        switch told {
        case .same, .near: return told
        case .different, .unknown: return hasSlip(other, vocabulary) ? .near(.slip) : told
        }
    }

    /// Whether the names are the same but for a slip in one of their words, whatever its place in the name.
    private func hasSlip(_ other: LatinName, _ vocabulary: Vocabulary) -> Bool {
        guard plain.count == other.plain.count else { return false }
        var differing: (Int32, Int32)?
        for (one, other) in zip(plain, other.plain) where one != other {
            guard differing == nil else { return false }
            differing = (one, other)
        }
        guard let (one, other) = differing else { return false }
        let length = vocabulary.texts[Int(plainWhole)].count
        let (first, second) = (
            Array(vocabulary.texts[Int(one)].dropFirst()), Array(vocabulary.texts[Int(other)].dropFirst())
        )
        guard
            LatinWords.entry(vocabulary.string(one, from: 1)) == nil
                || LatinWords.entry(vocabulary.string(other, from: 1)) == nil
        else { return false }
        return Self.isSlip(first, second, least: length >= 12 ? 4 : 5)
    }

    private func toldRelation(_ other: LatinName, _ vocabulary: Vocabulary) -> Relation {
        guard isStrong, other.isStrong else { return weakRelation(other, vocabulary) }
        guard let brandRelation = brandRelation(other, vocabulary) else { return .unknown }
        guard placesAgree(other), divisions == other.divisions, givenAgree(other, vocabulary) else { return .different }
        var reasons = brandRelation
        if trades != other.trades || softTrades != other.softTrades {
            let (less, more) = Self.difference(
                (trades + softTrades).sorted(), (other.trades + other.softTrades).sorted())
            // Wide words contradict only where nothing else tells the line of business.
            guard less.isEmpty || more.isEmpty || trades == other.trades && !trades.isEmpty else { return .different }
            reasons.insert(.trade)
        }
        return reasons.isEmpty ? .same : .near(reasons)
    }

    /// Names of which no single word tells: they must agree as a whole.
    private func weakRelation(_ other: LatinName, _ vocabulary: Vocabulary) -> Relation {
        guard !isStrong, !other.isStrong else { return .unknown }
        if brandSorted == other.brandSorted { return .same }
        let (less, more) = brand.count <= other.brand.count ? (self, other) : (other, self)
        if less.brand.count >= 2, more.brand.suffix(less.brand.count).elementsEqual(less.brand),
            more.brand.dropLast(less.brand.count).allSatisfy({
                LatinWords.entry(vocabulary.string($0))?.kind == .place
            })
        {
            return .near([])
        }
        if less.brand.count >= 2, more.brand.starts(with: less.brand) {
            return divisions == other.divisions ? .near(.end) : .different
        }
        let (first, second) = (vocabulary.texts[Int(whole)], vocabulary.texts[Int(other.whole)])
        if min(first.count, second.count) >= 12, Comparator.distance(first, second, most: 1) <= 1 {
            return .near(.slip)
        }
        return .unknown
    }

    /// `nil` when the brands are not one; empty when they are the same.
    private func brandRelation(_ other: LatinName, _ vocabulary: Vocabulary) -> Reasons? {
        if brandSorted == other.brandSorted || brandWhole == other.brandWhole { return [] }
        if brandSorted.count == other.brandSorted.count {
            let (left, right) = Self.difference(brandSorted, other.brandSorted)
            if left.count == 1, right.count == 1,
                Self.isSlip(vocabulary.texts[Int(left[0])], vocabulary.texts[Int(right[0])], least: 6)
            {
                return .slip
            }
            return nil
        }
        let (less, more) = brand.count < other.brand.count ? (self, other) : (other, self)
        let (missing, extra) = Self.difference(less.brandSorted, more.brandSorted)
        if missing.isEmpty, !extra.isEmpty {
            if more.brand.suffix(less.brand.count).elementsEqual(less.brand) { return .front }
            if more.brand.prefix(less.brand.count).elementsEqual(less.brand) { return .back }
            return nil
        }
        return Self.isSlip(vocabulary.texts[Int(brandWhole)], vocabulary.texts[Int(other.brandWhole)]) ? .slip : nil
    }

    /// Two places in front are two companies; behind a brand they are where it is.
    private func placesAgree(_ other: LatinName) -> Bool {
        if leadingPlaces.isEmpty || other.leadingPlaces.isEmpty || leadingPlaces == other.leadingPlaces { return true }
        return Self.intersects(leadingPlaces, other.leadingPlaces)
    }

    /// Two given names are two people; an initial may be either.
    private func givenAgree(_ other: LatinName, _ vocabulary: Vocabulary) -> Bool {
        if given.isEmpty || other.given.isEmpty || Self.intersects(given, other.given) { return true }
        func initials(_ words: [Int32]) -> Set<UInt8> {
            Set(
                words.flatMap { word -> [UInt8] in
                    let text = vocabulary.texts[Int(word)]
                    return text.count <= 3 ? text : Array(text.prefix(1))
                })
        }
        return !initials(given).isDisjoint(with: initials(other.given))
    }

    /// Whether two words, or brands written as one, differ by so little that somebody mistyped.
    static func isSlip(_ one: [UInt8], _ other: [UInt8], least: Int = 5) -> Bool {
        let length = min(one.count, other.count)
        guard length >= least, one.allSatisfy({ !(48...57).contains($0) }),
            other.allSatisfy({ !(48...57).contains($0) })
        else {
            return false
        }
        if length < 8, one[0] != other[0] { return false }
        let most = length >= 10 ? 2 : 1
        guard Comparator.distance(one, other, most: most) <= most else { return false }
        // Chinese written in letters has few syllables: two of them that differ are two words.
        return !(Pinyin.isPinyin(one) && Pinyin.isPinyin(other))
    }

    /// What each of two sorted lists has that the other has not.
    static func difference(_ one: [Int32], _ other: [Int32]) -> ([Int32], [Int32]) {
        var (left, right): ([Int32], [Int32]) = ([], [])
        var (first, second) = (0, 0)
        while first < one.count || second < other.count {
            if second >= other.count || first < one.count && one[first] < other[second] {
                left.append(one[first])
                first += 1
            } else if first >= one.count || one[first] > other[second] {
                right.append(other[second])
                second += 1
            } else {
                first += 1
                second += 1
            }
        }
        return (left, right)
    }

    private static func intersects(_ one: [Int32], _ other: [Int32]) -> Bool { one.contains(where: other.contains) }
}

/// A name in the making: what a ``LatinName`` is made of.
struct NameParts {
    var id: Int32 = -1
    var brand: [Int32] = []
    var brandSorted: [Int32] = []
    var isStrong: Bool = false
    var trades: [Int32] = []
    var softTrades: [Int32] = []
    var divisions: [Int32] = []
    var given: [Int32] = []
    var leadingPlaces: [Int32] = []
    var trailingPlaces: [Int32] = []
    var whole: Int32 = -1
    var brandWhole: Int32 = -1
    var plain: [Int32] = []
    var plainWhole: Int32 = -1
    var words: [Int32] = []
    var hasForm: Bool = false
}

/// Chinese written in letters.
enum Pinyin {
    private static let syllables: Set<[UInt8]> = {
        let table = """
            B A AI AN ANG AO EI EN ENG I IAN IAO IE IN ING O U; P A AI AN ANG AO EI EN ENG I IAN IAO IE IN ING O OU U;
            M A AI AN ANG AO E EI EN ENG I IAN IAO IE IN ING IU O OU U; F A AN ANG EI EN ENG O OU U; D A AI AN ANG AO
            E EI ENG I IAN IAO IE ING IU ONG OU U UAN UI UN UO; T A AI AN ANG AO E ENG I IAN IAO IE ING ONG OU U UAN
            UI UN UO; N A AI AN ANG AO E EI EN ENG I IAN IANG IAO IE IN ING IU ONG U UAN UO UE; L A AI AN ANG AO E EI
            ENG I IA IAN IANG IAO IE IN ING IU ONG OU U UAN UN UO UE; G A AI AN ANG AO E EI EN ENG ONG OU U UA UAI UAN
            UANG UI UN UO; K A AI AN ANG AO E EN ENG ONG OU U UA UAI UAN UANG UI UN UO; H A AI AN ANG AO E EI EN ENG
            ONG OU U UA UAI UAN UANG UI UN UO; J I IA IAN IANG IAO IE IN ING IONG IU U UAN UE UN; Q I IA IAN IANG IAO
            IE IN ING IONG IU U UAN UE UN; X I IA IAN IANG IAO IE IN ING IONG IU U UAN UE UN; ZH A AI AN ANG AO E EI
            EN ENG I ONG OU U UA UAI UAN UANG UI UN UO; CH A AI AN ANG AO E EN ENG I ONG OU U UA UAI UAN UANG UI UN
            UO; SH A AI AN ANG AO E EI EN ENG I OU U UA UAI UAN UANG UI UN UO; R AN ANG AO E EN ENG I ONG OU U UAN UI
            UN UO; Z A AI AN ANG AO E EI EN ENG I ONG OU U UAN UI UN UO; C A AI AN ANG AO E EN ENG I ONG OU U UAN UI
            UN UO; S A AI AN ANG AO E EN ENG I ONG OU U UAN UI UN UO; Y A AN ANG AO E I IN ING ONG OU U UAN UE UN; W A
            AI AN ANG EI EN ENG O U
            """
        var syllables: Set<[UInt8]> = []
        for line in table.split(separator: ";") {
            let parts = line.split(whereSeparator: \.isWhitespace)
            for final in parts.dropFirst() { syllables.insert(Array(parts[0].utf8) + Array(final.utf8)) }
        }
        return syllables.union(["A", "AI", "AN", "AO", "E", "EN", "ER", "OU"].map { Array($0.utf8) })
    }()

    /// Whether a word is made of at least two syllables of pinyin and nothing else.
    static func isPinyin(_ word: [UInt8]) -> Bool {
        guard word.count <= 40 else { return false }
        var reached: [Int?] = Array(repeating: nil, count: word.count + 1)
        reached[0] = 0
        for place in word.indices {
            guard let count = reached[place] else { continue }
            for length in 1...6 where place + length <= word.count {
                guard syllables.contains(Array(word[place..<(place + length)])) else { continue }
                reached[place + length] = max(reached[place + length] ?? 0, count + 1)
            }
        }
        return (reached[word.count] ?? 0) >= 2
    }
}
