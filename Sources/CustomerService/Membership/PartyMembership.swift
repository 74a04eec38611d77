import Contracts
import Domain

/// Which accounts are one party. Pure: what was ever said and decided in, parties out. Nothing in it depends on the
/// order in which anything arrived.
///
/// What people decided counts first, the newest word of it most; then valid credit codes; then evidence, the strongest
/// first. A party is named after its oldest account, and every account's name stays good for whoever it belongs to.
struct PartyMembership {
    /// An account, as far as it tells who it is.
    struct Member: Sendable, Equatable {
        let key: AccountKey
        /// When it was first spoken of.
        let firstAt: Int64
        /// The valid credit code that was first given for it.
        let creditCode: String?
    }

    /// Evidence strong enough to join two accounts.
    struct Edge: Sendable, Equatable {
        let one: AccountKey
        let other: AccountKey
        let probability: Double
    }

    /// What a person said of two accounts.
    struct Link: Sendable, Equatable {
        let one: AccountKey
        let other: AccountKey
        let isSame: Bool
        let decidedAt: Int64
        let decisionId: String
    }

    /// Beyond this many accounts a party takes no more by evidence alone.
    static let largestByEvidence = 100
    /// From this size on, evidence between two parties must be more than a bridge of one account.
    static let thinFrom = 10

    private var order: [Member]
    private var places: [AccountKey: Int] = [:]
    private var parents: [Int]
    private var members: [[Int]]
    private var codes: [Set<String>]
    /// By root: the accounts that people said are somebody else.
    private var apart: [[Int]]

    /// - Parameters: everything that may tie the accounts to one another.
    init(members all: [Member], edges: [Edge], links: [Link]) {
        order = all.sorted { ($0.firstAt, $0.key) < ($1.firstAt, $1.key) }
        for (place, member) in order.enumerated() { places[member.key] = place }
        parents = Array(order.indices)
        members = order.indices.map { [$0] }
        codes = order.map { member in Set(member.creditCode.map { [$0] } ?? []) }
        apart = order.map { _ in [] }
        decide(links)
        joinByCode()
        joinByEvidence(edges)
    }

    /// The parties: each account with the account that its party is named after.
    var homes: [AccountKey: AccountKey] {
        var homes: [AccountKey: AccountKey] = [:]
        for group in members where !group.isEmpty {
            guard let oldest = group.min() else { continue }
            for place in group { homes[order[place].key] = order[oldest].key }
        }
        return homes
    }

    private mutating func decide(_ links: [Link]) {
        // Of what one decision says, that two are apart comes first.
        let newestFirst = links.sorted { first, second in
            if (first.decidedAt, first.decisionId) != (second.decidedAt, second.decisionId) {
                return (first.decidedAt, first.decisionId) > (second.decidedAt, second.decisionId)
            }
            if first.isSame != second.isSame { return second.isSame }
            return (first.one, first.other) < (second.one, second.other)
        }
        for link in newestFirst {
            guard let one = places[link.one], let other = places[link.other] else { continue }
            let (first, second) = (find(one), find(other))
            guard first != second else { continue }
            if !link.isSame {
                apart[first].append(other)
                apart[second].append(one)
            } else if !isApart(first, second) {
                union(first, second)
            }
        }
    }

    private mutating func joinByCode() {
        var byCode: [String: [Int]] = [:]
        for (place, member) in order.enumerated() {
            if let code = member.creditCode { byCode[code, default: []].append(place) }
        }
        for code in byCode.keys.sorted() {
            let places = byCode[code] ?? []
            for (index, place) in places.enumerated() {
                // Where people have taken some apart, each goes to the oldest that it may stand with.
                for older in places[..<index] {
                    let (first, second) = (find(older), find(place))
                    if first == second { break }
                    if isApart(first, second) || codes[first].count > 1 || codes[second].count > 1 { continue }
                    union(first, second)
                    break
                }
            }
        }
    }

    private mutating func joinByEvidence(_ edges: [Edge]) {
        let strongestFirst = edges.sorted {
            ($0.probability, $1.one, $1.other) > ($1.probability, $0.one, $0.other)
        }
        var between: [Int: [Int]] = [:]
        for edge in edges {
            guard let one = places[edge.one], let other = places[edge.other] else { continue }
            between[one, default: []].append(other)
            between[other, default: []].append(one)
        }
        for edge in strongestFirst {
            guard let one = places[edge.one], let other = places[edge.other] else { continue }
            let (first, second) = (find(one), find(other))
            guard first != second, !isApart(first, second) else { continue }
            if !codes[first].isEmpty, !codes[second].isEmpty, codes[first] != codes[second] { continue }
            let size = members[first].count + members[second].count
            guard size <= Self.largestByEvidence else { continue }
            if size > Self.thinFrom {
                let smaller = members[first].count < members[second].count ? first : second
                let larger = smaller == first ? second : first
                let bridges = members[smaller].reduce(0) { sum, place in
                    sum + (between[place] ?? []).count { find($0) == larger }
                }
                guard bridges * 2 >= members[larger].count else { continue }
            }
            union(first, second)
        }
    }

    private func find(_ place: Int) -> Int {
        var root = place
        while parents[root] != root { root = parents[root] }
        return root
    }

    private func isApart(_ first: Int, _ second: Int) -> Bool {
        apart[first].contains { find($0) == second } || apart[second].contains { find($0) == first }
    }

    private mutating func union(_ first: Int, _ second: Int) {
        let (root, child) = members[first].count >= members[second].count ? (first, second) : (second, first)
        parents[child] = root
        members[root] += members[child]
        members[child] = []
        codes[root].formUnion(codes[child])
        apart[root] += apart[child]
        apart[child] = []
    }
}
