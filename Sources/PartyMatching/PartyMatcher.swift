/// Says which records of a set are one party. Pure: the same records give the same clusters, in whatever order they
/// come.
public struct PartyMatcher {
    /// What became of a record.
    public struct Membership: Sendable, Equatable {
        /// The record.
        public let id: String
        /// The cluster: the smallest identifier of its records.
        public let cluster: String
        /// How probable it is that the record belongs there; 1 for one that stands alone.
        public let probability: Double
    }

    /// Why two records are, or are not, taken for one.
    public struct Explanation: Sendable {
        /// One field's part.
        public struct Line: Sendable {
            /// The field.
            public let field: String
            /// How far it agrees.
            public let level: String
            /// Its weight in bits; above nought speaks for one party.
            public let weight: Double
        }
        /// The fields.
        public let lines: [Line]
        /// What rules a union out, whatever the fields say; `nil` for nothing.
        public let veto: String?
        /// The probability by the fields.
        public let probability: Double
        /// Whether they stand in one cluster.
        public let isJoined: Bool
    }

    /// The levels of each field in words.
    static let words: [[String]] = {
        let slip = ["different", "but for a slip", "the same"]
        return [
            ["different", "in part", "mostly", "nearly the same", "the same"],
            ["different", "half of its words", "same house", "the same"], slip,
            ["different", "same domain", "the same"], slip, slip, slip, slip,
        ]
    }()

    /// Beyond this a pair joins; a false union costs far more than a missed one.
    static let threshold = 0.97
    /// How much better the best home of a short name must be than the second, otherwise it waits for a person.
    static let margin = 1.6
    /// The least score of a short name's home.
    static let leastScore = 3.0

    /// The identifiers, in order.
    private var ids: [String] = []
    /// Which node each record is of: records that are alike in everything are one before anything is learnt.
    private var nodeOf: [Int32] = []
    /// What each node says, how many records say it, and the first of them.
    private var features: [PartyFeatures] = []
    private var sizes: [Int] = []
    private var firsts: [Int] = []
    private var comparator: Comparator
    private var model: FellegiSunter
    private var evidence: NameEvidence
    private var parents: [Int] = []
    private var members: [[Int]] = []
    private var confidence: [Double] = []

    /// Matches a set.
    ///
    /// - Parameters:
    ///   - records: the records; identifiers are unique.
    ///   - progress: told from time to time what is being done.
    public init(_ records: [PartyRecord], progress: (String) -> Void = { _ in }) {
        // Whatever the order of arrival, work goes by identifier.
        let ordered = records.sorted { $0.id < $1.id }
        ids = ordered.map(\.id)
        var reader = FeatureReader()
        progress("reading \(ordered.count) records")
        reader.learn(ordered)
        var nodes: [[Int32]: Int32] = [:]
        nodeOf.reserveCapacity(ordered.count)
        for (index, record) in ordered.enumerated() {
            let found = reader.read(record)
            if let form = found.normalForm {
                if let node = nodes[form] {
                    nodeOf.append(node)
                    sizes[Int(node)] += 1
                    continue
                }
                nodes[form] = Int32(features.count)
            }
            reader.count(found)
            nodeOf.append(Int32(features.count))
            features.append(found)
            sizes.append(1)
            firsts.append(index)
        }
        nodes = [:]
        reader.finish()
        comparator = Comparator(reader: reader)
        model = FellegiSunter(records: features.count)
        parents = Array(features.indices)
        members = features.indices.map { [$0] }
        confidence = [Double](repeating: 1, count: features.count)
        progress("comparing \(reader.book.names.count) different names")
        evidence = Self.evidence(features, sizes, reader)
        progress("looking for pairs")
        var blocking = Blocking()
        for (index, feature) in features.enumerated() { blocking.add(index, feature, reader) }
        let alike = evidence.pairs.compactMap { one, other -> (Int32, Int32)? in
            guard let first = reader.number(ofName: one), let second = reader.number(ofName: other) else { return nil }
            return (first, second)
        }
        let pairs = blocking.pairs(alike: alike)
        progress("comparing \(pairs.count) pairs")
        learn(pairs)
        for (node, size) in sizes.enumerated() where size > 1 { confidence[node] = Self.alike }
        join(pairs)
        progress("finding homes for short names")
        joinShortNames()
    }

    /// How sure it is that records which are alike in everything are one.
    private static let alike = 0.99

    /// What the names alone say, each counted once with the records that have it.
    private static func evidence(_ features: [PartyFeatures], _ sizes: [Int], _ reader: FeatureReader) -> NameEvidence {
        var records = [Int](repeating: 0, count: reader.book.names.count)
        var registered = [Bool](repeating: false, count: records.count)
        for (feature, size) in zip(features, sizes) {
            for name in feature.latin where name.id >= 0 {
                records[Int(name.id)] += size
                if name.hasForm { registered[Int(name.id)] = true }
            }
        }
        return NameEvidence(
            reader.book, reader.vocabulary, records: records, registered: registered)
    }

    /// What became of each record, in the order of their identifiers.
    public var memberships: [Membership] {
        var smallest: [Int: Int] = [:]
        for (node, first) in firsts.enumerated() {
            smallest[find(node), default: first] = min(smallest[find(node)] ?? first, first)
        }
        return ids.indices.map { index in
            let node = Int(nodeOf[index])
            return Membership(
                id: ids[index], cluster: ids[smallest[find(node)] ?? index], probability: confidence[node])
        }
    }

    /// Why two records are, or are not, one; `nil` when one of them is not there.
    public func explain(_ one: String, _ other: String) -> Explanation? {
        guard let place = ids.firstIndex(of: one), let otherPlace = ids.firstIndex(of: other) else { return nil }
        let (first, second) = (Int(nodeOf[place]), Int(nodeOf[otherPlace]))
        let comparison = comparator.compare(features[first], features[second])
        let lines = Comparison.Part.allCases.map { part in
            let level = comparison.levels[part.rawValue]
            return Explanation.Line(
                field: "\(part)", level: level < 0 ? "not on both sides" : Self.words[part.rawValue][Int(level)],
                weight: weight(part.rawValue, level, first, second))
        }
        var veto: String?
        if Comparator.isVetoed(features[first], features[second]) {
            veto =
                features[first].credit != features[second].credit && features[first].credit != nil
                    && features[second].credit != nil
                ? "two valid credit codes that differ" : "one is a branch office, the other is not"
        }
        return Explanation(
            lines: lines, veto: veto, probability: probability(first, second), isJoined: find(first) == find(second))
    }

    // MARK: Pairs

    private mutating func learn(_ pairs: [(Int, Int)]) {
        var chance: [Comparison: Int] = [:]
        if features.count > 2 {
            // A fixed walk instead of dice: the same set is always judged alike.
            var state: UInt64 = 0x2545_F491_4F6C_DD1D
            for _ in 0..<min(100_000, features.count * 20) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let one = Int(state >> 33) % features.count
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let other = Int(state >> 33) % features.count
                if one != other { chance[comparator.compare(features[one], features[other]), default: 0] += 1 }
            }
            model.learnChance(chance)
        }
        var patterns: [Comparison: Int] = [:]
        for (one, other) in pairs { patterns[comparator.compare(features[one], features[other]), default: 0] += 1 }
        model.learn(patterns)
    }

    /// A field's weight; agreement on something rare weighs more than on something common.
    private func weight(_ field: Int, _ level: Int8, _ one: Int, _ other: Int) -> Double {
        let base = model.weight(field, level)
        guard level > 0, Int(level) == model.u[field].count - 1 else { return base }
        let shared: Int32? =
            switch Comparison.Part(rawValue: field) {
            case .name: features[one].name == features[other].name ? features[one].name : nil
            case .phone: features[one].phone
            case .bank: features[one].bank
            case .organisation: features[one].organisation
            case .postcode: features[one].postcode
            case .city: features[one].city
            default: nil
            }
        guard let shared else { return base }
        // A handful of records with one value may all be of one party, and that party's own say nothing of chance.
        let strangers = max(0.5, Double(comparator.reader.vocabulary.frequency[Int(shared)]) - 4)
        let frequency = strangers / Double(max(features.count, field >= Comparison.Part.bank.rawValue ? 100_000 : 1))
        return min(max(base + log2Of(model.u[field][Int(level)] / frequency), base - 6), base + 6)
    }

    private func weight(_ one: Int, _ other: Int) -> Double {
        let comparison = comparator.compare(features[one], features[other])
        var sum = 0.0
        for (field, level) in comparison.levels.enumerated() where level >= 0 {
            sum += weight(field, level, one, other)
        }
        return sum
    }

    private func probability(_ one: Int, _ other: Int) -> Double {
        if Comparator.isVetoed(features[one], features[other]) { return 0 }
        if let credit = features[one].credit, credit == features[other].credit { return 0.9999 }
        let comparison = comparator.compare(features[one], features[other])
        let probability = model.probability(weight(one, other))
        // What contradicts is weighed; what agrees besides the name only adds to it.
        guard comparison.levels.dropFirst().allSatisfy({ $0 != 0 }) else { return probability }
        // By the name alone: the more records carry it, the less it says, but a full name is chosen to be unique.
        if comparison.levels[0] == 4 {
            let isFull =
                features[one].chinese.contains(where: \.hasForm) || features[one].latin.contains(where: \.hasForm)
            return max(probability, isFull ? 0.985 : 0.975)
        }
        if features[one].latin.isEmpty || features[other].latin.isEmpty { return probability }
        let isOne = features[one].latin.contains { name in features[other].latin.contains { evidence.isOne(name, $0) } }
        if isOne { return max(probability, 0.972) }
        return comparison.levels.dropFirst().contains { $0 > 0 } ? probability : min(probability, 0.9)
    }

    /// What two members of clusters say to a union of them, in bits. Names that have nothing in common say little: each
    /// may be a spelling of a third.
    private func link(_ one: Int, _ other: Int) -> Double {
        let probability = probability(one, other)
        let bits = min(max(log2Of(max(probability, 1e-9) / max(1 - probability, 1e-9)), -8), 8)
        guard !features[one].latin.isEmpty, !features[other].latin.isEmpty,
            !features[one].hasMoreThanName || !features[other].hasMoreThanName
        else { return bits }
        return switch comparator.relation(features[one], features[other]) {
        case .different: -8
        case .unknown: max(bits, -1)
        case .same, .near: bits
        }
    }

    // MARK: Clusters

    private func find(_ index: Int) -> Int {
        var root = index
        while parents[root] != root { root = parents[root] }
        return root
    }

    private mutating func join(_ pairs: [(Int, Int)]) {
        var edges: [(probability: Double, weight: Double, one: Int, other: Int)] = []
        for (one, other) in pairs {
            let probability = probability(one, other)
            if probability >= Self.threshold { edges.append((probability, weight(one, other), one, other)) }
        }
        edges.sort { ($0.weight, $1.one, $1.other) > ($1.weight, $0.one, $0.other) }
        for edge in edges { union(edge.one, edge.other, edge.probability) }
    }

    /// Joins two clusters unless what is missing between them outweighs what is there: one strong pair does not make
    /// one party of two that otherwise contradict.
    private mutating func union(_ one: Int, _ other: Int, _ probability: Double, isForced: Bool = false) {
        let (first, second) = (find(one), find(other))
        guard first != second else { return }
        var sum = 0.0
        for left in members[first].prefix(Self.spokesmen) {
            for right in members[second].prefix(Self.spokesmen) {
                if Comparator.isVetoed(features[left], features[right]) { return }
                if !isForced { sum += link(left, right) * voice(left) * voice(right) }
            }
        }
        let isCertain = features[one].credit != nil && features[one].credit == features[other].credit
        guard isForced || isCertain || sum > 0 else { return }
        let (root, child) = first < second ? (first, second) : (second, first)
        for index in members[child] { confidence[index] = min(confidence[index], probability) }
        if members[root].count == 1 { confidence[root] = min(confidence[root], probability) }
        parents[child] = root
        members[root] += members[child]
        members[child] = []
        // Those with the most records speak for a cluster.
        if members[root].count > Self.spokesmen {
            for place in 0..<Self.spokesmen {
                var best = place
                for other in members[root].indices.dropFirst(place + 1)
                where sizes[members[root][other]] > sizes[members[root][best]] { best = other }
                members[root].swapAt(place, best)
            }
        }
    }

    /// How many members speak for a cluster when it is asked whether to join another.
    private static let spokesmen = 12

    /// What a member's word counts: more records say more, but not as often as they are.
    private func voice(_ node: Int) -> Double { 1 + log2Of(Double(sizes[node])) }

    // MARK: Short names

    private mutating func joinShortNames() {
        var cores: Set<[Unicode.Scalar]> = []
        var full: [Int] = []
        var short: [Int] = []
        for (index, feature) in features.enumerated() where !feature.chinese.isEmpty {
            for name in feature.chinese { cores.insert(name.core) }
            let isFull = feature.chinese.contains { $0.hasForm || $0.core.count >= 7 }
            if isFull { full.append(index) } else { short.append(index) }
        }
        guard !full.isEmpty, !short.isEmpty else { return }
        let abbreviations = AbbreviationModel(cores)
        var postings: [Unicode.Scalar: [Int]] = [:]
        for index in full {
            for scalar in Set(features[index].chinese.flatMap(\.core)) { postings[scalar, default: []].append(index) }
        }
        for index in short {
            guard let home = home(of: index, abbreviations, postings) else { continue }
            union(home.index, index, home.probability, isForced: true)
        }
    }

    /// The one full name that a short name stands for; `nil` when there is none, or two are about equally good.
    private func home(
        of index: Int, _ abbreviations: AbbreviationModel, _ postings: [Unicode.Scalar: [Int]]
    ) -> (index: Int, probability: Double)? {
        var candidates: Set<Int> = []
        for name in features[index].chinese where name.core.count >= 2 {
            for (text, _) in AbbreviationModel.readings(name) {
                let lists = Set(text).map { postings[$0] ?? [] }.sorted { $0.count < $1.count }
                guard var found = lists.first, !found.isEmpty else { continue }
                for list in lists.dropFirst().prefix(3) where found.count > 8 {
                    let allowed = Set(list)
                    found = found.filter(allowed.contains)
                }
                candidates.formUnion(found.prefix(4_000))
            }
        }
        var best: [Int: (score: Double, index: Int)] = [:]
        for candidate in candidates.sorted() where !Comparator.isVetoed(features[index], features[candidate]) {
            var score: Double?
            for short in features[index].chinese {
                for name in features[candidate].chinese where name.hasForm || name.core.count >= 7 {
                    if let found = abbreviations.score(short, name) { score = max(score ?? found, found) }
                }
            }
            guard var value = score else { continue }
            // What the other fields say counts as well, in the same unit: natural logarithms.
            let comparison = comparator.compare(features[index], features[candidate])
            for (field, level) in comparison.levels.enumerated() where field > 0 && level >= 0 {
                value += weight(field, level, index, candidate) * 0.69
            }
            let root = find(candidate)
            if best[root].map({ $0.score < value }) ?? true { best[root] = (value, candidate) }
        }
        let ordered = best.values.sorted { ($0.score, $1.index) > ($1.score, $0.index) }
        guard let first = ordered.first, first.score >= Self.leastScore else { return nil }
        let lead = ordered.count > 1 ? first.score - ordered[1].score : 8
        guard lead >= Self.margin else { return nil }
        return (first.index, min(0.995, 0.97 + 0.004 * lead))
    }
}
