/// Which pairs are worth comparing: those that share something few others share.
struct Blocking {
    /// A value that more records share than this says nothing; it is asked for together with another then.
    static let cap = 60

    private struct Entry {
        let key: UInt64
        let index: Int32
    }

    private var entries: [Entry] = []
    /// The records of each name, which are compared however many they are.
    private var named: [Int32: [Int32]] = [:]

    /// Adds a record's keys.
    mutating func add(_ index: Int, _ features: PartyFeatures, _ reader: FeatureReader) {
        var keys: Set<UInt64> = []
        func key(_ kind: UInt64, _ one: Int32?, _ other: Int32? = nil) {
            guard let one else { return }
            var hash = kind &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(UInt32(bitPattern: one))
            if let other { hash = hash &* 0xBF58_476D_1CE4_E5B9 ^ UInt64(UInt32(bitPattern: other)) &+ 1 }
            hash = (hash ^ (hash >> 31)) &* 0x94D0_49BB_1331_11EB
            keys.insert(hash ^ (hash >> 29))
        }
        key(1, features.credit)
        key(2, features.organisation)
        key(3, features.bank)
        key(4, features.phone)
        key(5, features.email)
        if let name = features.name { named[name, default: []].append(Int32(index)) }
        if let house = features.house {
            for word in features.address.prefix(6) where word != house { key(7, house, word) }
        } else if features.address.count > 1 {
            key(8, features.address[0], features.address[1])
        }
        if features.chinese.isEmpty, features.hasMoreThanName {
            // The rarest words, each alone and with another: a common word blocks only together with a second one.
            let rare = features.words.sorted {
                let (first, second) = (reader.wordFrequency[$0, default: 0], reader.wordFrequency[$1, default: 0])
                return (first, $0) < (second, $1)
            }.prefix(5)
            for (place, word) in rare.enumerated() {
                if reader.wordFrequency[word, default: 0] <= 2 * Self.cap { key(9, word) }
                for other in rare.dropFirst(place + 1) { key(10, min(word, other), max(word, other)) }
                key(11, word, features.postcode)
                key(12, word, features.phone)
            }
        }
        for (place, chinese) in features.chinese.enumerated() where place < 4 {
            key(13, Self.hash(chinese.body))
            // One character may differ: the name without its first, and without its last three.
            if chinese.body.count >= 5 {
                key(14, Self.hash(Array(chinese.body.dropFirst(3))))
                key(15, Self.hash(Array(chinese.body.dropLast(3))))
            }
        }
        for key in keys { entries.append(Entry(key: key, index: Int32(index))) }
    }

    private static func hash(_ scalars: [Unicode.Scalar]) -> Int32 {
        var hash: UInt32 = 2_166_136_261
        for scalar in scalars { hash = (hash ^ scalar.value) &* 16_777_619 }
        return Int32(bitPattern: hash)
    }

    /// The pairs, each once, the smaller index first.
    ///
    /// - Parameter names: the numbers of names that may be one company though they are written differently.
    mutating func pairs(alike names: [(Int32, Int32)]) -> [(Int, Int)] {
        var found: [UInt64] = []
        func add(_ one: Int32, _ other: Int32) {
            let (low, high) = (min(one, other), max(one, other))
            found.append(UInt64(UInt32(bitPattern: low)) << 32 | UInt64(UInt32(bitPattern: high)))
        }
        entries.sort { ($0.key, $0.index) < ($1.key, $1.index) }
        var start = 0
        while start < entries.count {
            var end = start + 1
            while end < entries.count, entries[end].key == entries[start].key { end += 1 }
            if end - start > 1, end - start <= Self.cap {
                for one in start..<end {
                    for other in (one + 1)..<end { add(entries[one].index, entries[other].index) }
                }
            }
            start = end
        }
        entries = []
        for block in named.values where block.count > 1 {
            for (place, one) in block.enumerated() {
                // Of very many with one name each is compared with its neighbours and with the first ones.
                let others = block[(place + 1)...].prefix(block.count > Self.cap ? 4 : Self.cap)
                for other in others { add(one, other) }
                if block.count > Self.cap { for other in block.prefix(4) where other < one { add(other, one) } }
            }
        }
        for (one, other) in names {
            for first in (named[one] ?? []).prefix(Self.few) {
                for second in (named[other] ?? []).prefix(Self.few) { add(first, second) }
            }
        }
        named = [:]
        found.sort()
        var pairs: [(Int, Int)] = []
        var last: UInt64?
        for pair in found where pair != last {
            pairs.append((Int(pair >> 32), Int(pair & 0xFFFF_FFFF)))
            last = pair
        }
        return pairs
    }

    /// How many records of a name stand for all in comparing it with another name.
    private static let few = 8
}
