import Domain

/// Who takes leads, with what this person has at present.
struct LeadSeller: Sendable, Equatable {
    let login: String
    /// How many leads that are not done with this person may have.
    let capacity: Int
    /// The lines of business that this person knows; all of them when empty.
    let lines: Set<String>
    /// The branches for which; all of them when empty.
    let branches: Set<String>
    let claimsPerDay: Int
    /// How many this person has.
    var open: Int
    /// When one was given last.
    var lastGiven: Timestamp?
}

/// Who is given a lead. Pure.
///
/// Whoever looks after the customer comes first, whatever this person has. Otherwise those who know the line of business and
/// are of the branch, and have room: of them the one who is loaded least for what they may have, then the one who has waited
/// longest, then by login.
struct LeadAssignmentPolicy: Sendable {
    private var sellers: [LeadSeller]
    private let places: [String: Int]

    /// - Parameter sellers: who takes leads and has not left.
    init(_ sellers: [LeadSeller]) {
        self.sellers = sellers.sorted { $0.login.compareBytes(with: $1.login) < 0 }
        places = Dictionary(self.sellers.enumerated().map { ($1.login, $0) }) { first, _ in first }
    }

    /// Who is given a lead; `nil` when nobody who could take it has room.
    ///
    /// - Parameters:
    ///   - owner: who looks after the customer.
    ///   - line: the line of business; any seller knows one that is not said.
    ///   - branch: the branch, in the same way.
    ///   - others: who is not to have it.
    ///   - time: when it is given.
    mutating func assign(
        owner: String?, line: String?, branch: String?, except others: Set<String> = [], at time: Timestamp
    ) -> (login: String, ground: LeadGround)? {
        if let owner, !others.contains(owner) {
            if let place = places[owner] { give(place, at: time) }
            return (owner, .account)
        }
        var best: Int?
        for place in sellers.indices {
            let seller = sellers[place]
            guard seller.open < seller.capacity, !others.contains(seller.login),
                seller.lines.isEmpty || line.map(seller.lines.contains) ?? true,
                seller.branches.isEmpty || branch.map(seller.branches.contains) ?? true
            else { continue }
            if let found = best, !precedes(seller, sellers[found]) { continue }
            best = place
        }
        guard let best else { return nil }
        give(best, at: time)
        return (sellers[best].login, .skill)
    }

    private mutating func give(_ place: Int, at time: Timestamp) {
        sellers[place].open += 1
        sellers[place].lastGiven = time
    }

    private func precedes(_ one: LeadSeller, _ other: LeadSeller) -> Bool {
        // Open beside capacity, compared without dividing.
        let (first, second) = (one.open * other.capacity, other.open * one.capacity)
        if first != second { return first < second }
        guard let mine = one.lastGiven else { return other.lastGiven != nil }
        guard let theirs = other.lastGiven else { return false }
        return mine < theirs
    }
}
