/// Which different names of a set are one company by the names alone, and why.
///
/// A line of business, a word or a letter more or less may be a slip, or another company: the set itself says which is
/// likelier. Only different names count, and how many records have each.
struct NameEvidence {
    private struct Pair: Hashable {
        let one: Int32
        let other: Int32
        init(_ one: Int32, _ other: Int32) {
            self.one = min(one, other)
            self.other = max(one, other)
        }
    }

    private let names: [LatinName]
    private let vocabulary: Vocabulary
    /// How many records have each name.
    private let records: [Int]
    /// The names of each brand.
    private var families: [[Int32]: [Int32]] = [:]
    /// The brands that hold each word.
    private var brandsOf: [Int32: [[Int32]]] = [:]
    /// How many brands begin with each word.
    private var heads: [Int32: Int] = [:]
    private let registered: [Bool]
    private let writings: [Int]
    /// Names that count as a whole, by the number of their first two words.
    private var starts: [Int32: [Int32]] = [:]
    private let hasForms: Bool
    private var near: Set<Pair> = []

    /// More names than this with one word say nothing of one another.
    private static let cap = 120

    /// - Parameters:
    ///   - book: the different normal forms and spellings.
    ///   - records: how many records have each.
    ///   - registered: whether any of them ends with a legal form.
    init(_ book: NameBook, _ vocabulary: Vocabulary, records: [Int], registered: [Bool]) {
        names = book.names
        self.vocabulary = vocabulary
        self.records = records
        self.registered = registered
        writings = book.writings
        hasForms = registered.count { $0 } * 4 >= registered.count
        for name in names where name.isStrong { families[name.brandSorted, default: []].append(name.id) }
        for brand in families.keys {
            for word in brand { brandsOf[word, default: []].append(brand) }
        }
        var firsts: Set<[Int32]> = []
        for name in names where name.isStrong && firsts.insert(name.brand).inserted {
            if let first = name.brand.first { heads[first, default: 0] += 1 }
        }
        compare(book.spellings)
    }

    /// Whether two different names are one company by the names alone.
    func isOne(_ one: LatinName, _ other: LatinName) -> Bool { near.contains(Pair(one.id, other.id)) }

    /// The pairs of names that are one company.
    var pairs: [(Int32, Int32)] { near.map { ($0.one, $0.other) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) } }

    // MARK: Pairs

    private mutating func compare(_ spellings: [LatinName]) {
        var blocks = Groups()
        var brandNumbers: [[Int32]: Int32] = [:]
        for name in names {
            blocks.add(1, name.whole, name.id)
            blocks.add(2, name.brandWhole, name.id)
            blocks.add(3, name.plainWhole, name.id)
            let number = brandNumbers[name.brandSorted] ?? Int32(brandNumbers.count)
            brandNumbers[name.brandSorted] = number
            blocks.add(4, number, name.id)
            if name.isStrong {
                for word in name.brandSorted { blocks.add(5, word, name.id) }
            } else if name.brand.count >= 2 {
                let start = name.brand[0] &* 31 &+ name.brand[1]
                blocks.add(6, start, name.id)
                starts[start, default: []].append(name.id)
            }
        }
        brandNumbers = [:]
        let groups = blocks.finished(most: Self.cap)
        blocks = Groups()
        for group in groups {
            for (place, one) in group.enumerated() {
                for other in group[(place + 1)...] { compare(names[Int(one)], names[Int(other)]) }
            }
        }
        for (one, other) in slips(spellings) {
            for first in one.prefix(40) {
                for second in other.prefix(40) { compare(spellings[Int(first)], spellings[Int(second)]) }
            }
        }
    }

    private mutating func compare(_ first: LatinName, _ second: LatinName) {
        guard first.id != second.id else { return }
        let pair = Pair(first.id, second.id)
        guard !near.contains(pair) else { return }
        switch first.relation(second, vocabulary) {
        case .same: near.insert(pair)
        case .near(let reasons): if isBorneOut(reasons, first, second) { near.insert(pair) }
        case .different, .unknown: break
        }
    }

    /// Values under keys, of which those that share one are asked for: as one list, for there are millions.
    private struct Groups {
        private var entries: [(key: UInt64, value: Int32)] = []

        mutating func add(_ kind: UInt64, _ number: Int32, _ value: Int32) {
            entries.append((kind << 32 | UInt64(UInt32(bitPattern: number)), value))
        }

        mutating func add(_ hash: UInt64, _ value: Int32) { entries.append((hash, value)) }

        /// The values of each key that has more than one and not too many.
        mutating func finished(most: Int) -> [[Int32]] {
            entries.sort { ($0.key, $0.value) < ($1.key, $1.value) }
            var groups: [[Int32]] = []
            var start = 0
            while start < entries.count {
                var end = start + 1
                while end < entries.count, entries[end].key == entries[start].key { end += 1 }
                if end - start > 1, end - start <= most { groups.append(entries[start..<end].map(\.value)) }
                start = end
            }
            entries = []
            return groups
        }
    }

    /// Names whose brands, or the whole of which, differ by a slip.
    private func slips(_ spellings: [LatinName]) -> [(ArraySlice<Int32>, ArraySlice<Int32>)] {
        var uses: [(word: Int32, spelling: Int32)] = []
        for (index, name) in spellings.enumerated() {
            var words = name.isStrong ? name.brandSorted : [name.whole]
            if name.brand.count > 1 { words.append(name.brandWhole) }
            if name.plain.count > 1 { words.append(name.plainWhole) }
            for word in words { uses.append((word, Int32(index))) }
        }
        uses.sort { ($0.word, $0.spelling) < ($1.word, $1.spelling) }
        let holders = uses.map(\.spelling)
        var ranges: [Int32: Range<Int32>] = [:]
        var start = 0
        while start < uses.count {
            var end = start + 1
            while end < uses.count, uses[end].word == uses[start].word { end += 1 }
            ranges[uses[start].word] = Int32(start)..<Int32(end)
            start = end
        }
        uses = []
        var pairs: Set<Pair> = []
        for group in similar(ranges.keys.sorted()) {
            for (place, one) in group.enumerated() {
                let text = text(one)
                for other in group[(place + 1)...]
                where one != other && LatinName.isSlip(text, self.text(other), least: 4) {
                    pairs.insert(Pair(one, other))
                }
            }
        }
        return pairs.sorted { ($0.one, $0.other) < ($1.one, $1.other) }.compactMap { pair in
            guard let one = ranges[pair.one], let other = ranges[pair.other] else { return nil }
            return (
                holders[Int(one.lowerBound)..<Int(one.upperBound)],
                holders[Int(other.lowerBound)..<Int(other.upperBound)]
            )
        }
    }

    /// Words that may differ by one letter. Short ones are the same without one of their letters; of a long one the
    /// first or the second half is untouched.
    private func similar(_ words: [Int32]) -> [[Int32]] {
        var groups = Groups()
        for word in words {
            let text = text(word)
            guard (4...64).contains(text.count) else { continue }
            func add(_ kind: UInt64, _ bytes: some Sequence<UInt8>) {
                var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ kind
                for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
                groups.add(hash, word)
            }
            if text.count >= 10 {
                // Whose length differs by one has halves of the same length under one of these.
                for half in Set([text.count / 2, (text.count + 1) / 2]) {
                    add(1, text.prefix(half))
                    add(2, text.suffix(half))
                }
            }
            if text.count <= 10 {
                add(3, text)
                for place in text.indices where place == 0 || text[place] != text[place - 1] {
                    add(3, text[..<place] + text[(place + 1)...])
                }
            }
        }
        return groups.finished(most: 60)
    }

    /// The letters of a word; brands and names written as one have a mark in front.
    private func text(_ word: Int32) -> [UInt8] {
        let text = vocabulary.texts[Int(word)]
        return text.first.map { $0 < 32 } ?? false ? Array(text.dropFirst()) : text
    }

    // MARK: What the set says

    private func isBorneOut(_ reasons: LatinName.Reasons, _ one: LatinName, _ other: LatinName) -> Bool {
        if reasons.contains(.trade), !isTradeLeftOut(one, other) { return false }
        if reasons.contains(.slip), !isSlip(one, other) { return false }
        if reasons.contains(.front) || reasons.contains(.back) {
            let (less, more) = one.brand.count < other.brand.count ? (one, other) : (other, one)
            if !isBrandLeftOut(less, more, isFront: reasons.contains(.front)) { return false }
        }
        if reasons.contains(.end), !isEndLeftOut(one, other) { return false }
        return true
    }

    private func weight(_ names: some Sequence<Int32>) -> Int { names.reduce(0) { $0 + records[Int($1)] } }

    /// A brand with several lines of business is several companies, and its bare name is of none of them; unless nearly
    /// all that is said of it is said of one.
    private func isTradeLeftOut(_ one: LatinName, _ other: LatinName) -> Bool {
        let (less, more) = one.trades.count <= other.trades.count ? (one, other) : (other, one)
        guard less.trades != more.trades else { return true }
        var along = 0
        var against = 0
        let brands = one.brandSorted == other.brandSorted ? [one.brandSorted] : [one.brandSorted, other.brandSorted]
        for brand in brands {
            for id in families[brand] ?? [] {
                let trades = names[Int(id)].trades
                guard trades != less.trades, Set(trades).isSuperset(of: less.trades) else { continue }
                let isAlong = Set(trades).isSubset(of: more.trades) || Set(trades).isSuperset(of: more.trades)
                if isAlong { along += records[Int(id)] } else { against += records[Int(id)] }
            }
        }
        return against == 0 || along >= 4 * against
    }

    /// A slip is rare beside what it is a slip of; two brands that many names have are two.
    private func isSlip(_ one: LatinName, _ other: LatinName) -> Bool {
        let (first, second) = (families[one.brandSorted] ?? [one.id], families[other.brandSorted] ?? [other.id])
        let (one, other) = (first.reduce(0) { $0 + writings[Int($1)] }, second.reduce(0) { $0 + writings[Int($1)] })
        let (few, many) = (min(one, other), max(one, other))
        let (rare, often) = (min(weight(first), weight(second)), max(weight(first), weight(second)))
        return few <= 2 && (rare <= 3 || often >= rare && many > few) || few <= 4 && often >= 10 * rare
            || many >= 10 * few
    }

    /// A word in front of a brand or behind it is left out when it names nobody else, and nothing else is in its place.
    private func isBrandLeftOut(_ less: LatinName, _ more: LatinName, isFront: Bool) -> Bool {
        let (_, extra) = LatinName.difference(less.brandSorted, more.brandSorted)
        guard less.brand.contains(where: { vocabulary.texts[Int($0)].count >= 4 }),
            extra.allSatisfy({ LatinWords.entry(vocabulary.string($0)) == nil })
        else { return false }
        // Of all brands with the words of the shorter, each is this one with the same words more.
        let rarest = less.brandSorted.min { (brandsOf[$0]?.count ?? 0, $0) < (brandsOf[$1]?.count ?? 0, $1) }
        for brand in rarest.flatMap({ brandsOf[$0] }) ?? [] where brand != less.brandSorted {
            let set = Set(brand)
            guard set.isSuperset(of: less.brandSorted) else { continue }
            guard set.isSubset(of: more.brandSorted) || set.isSuperset(of: more.brandSorted) else { return false }
        }
        if isFront {
            // Who is mostly registered without the word is a company without it: Siemens AG, Nokia Siemens Networks Oy.
            let (bare, longer) = (families[less.brandSorted] ?? [], families[more.brandSorted] ?? [])
            let areRegistered = [bare, longer].allSatisfy { $0.contains { registered[Int($0)] } }
            guard less.trades == more.trades, !areRegistered || weight(bare) < 2 * weight(longer) else { return false }
            return extra.allSatisfy { (brandsOf[$0] ?? []).allSatisfy { Set($0).isSuperset(of: less.brandSorted) } }
        }
        // A registered name that has it not is a company without it: Siemens AG, Siemens Healthineers AG.
        guard hasForms, !(families[less.brandSorted] ?? []).contains(where: { registered[Int($0)] }) else {
            return false
        }
        return extra.allSatisfy { (brandsOf[$0] ?? []).allSatisfy { Set($0).isSuperset(of: less.brandSorted) } }
    }

    /// The end of a name that counts as a whole is left out when no other name begins like it.
    private func isEndLeftOut(_ one: LatinName, _ other: LatinName) -> Bool {
        let (less, more) = one.brand.count <= other.brand.count ? (one, other) : (other, one)
        guard
            less.brand.contains(where: { word in
                switch LatinWords.entry(vocabulary.string(word))?.kind {
                case .place, .neutral, .soft, .particle: false
                default: true
                }
            })
        else { return false }
        let similar = starts[less.brand[0] &* 31 &+ less.brand[1]] ?? []
        return !similar.prefix(Self.cap).contains {
            let brand = names[Int($0)].brand
            return brand.count > less.brand.count && brand.starts(with: less.brand) && !brand.starts(with: more.brand)
                && !more.brand.starts(with: brand)
        }
    }
}
