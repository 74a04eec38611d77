import Contracts
import Domain

/// Somebody who takes complaints.
struct DeskAgent: Sendable, Equatable {
    let login: String
    /// What this person knows about; everything when empty.
    let categories: Set<ComplaintCategory>
    /// For which branches; all of them when empty.
    let branches: Set<String>
    /// How many complaints that are not done with this person may have.
    let capacity: Int
}

/// Who is given a complaint. Pure.
///
/// Of those who know what it is about, take the branch's and have room, the one who has least for what they may have; of
/// these whoever knows the fewest other things, so that who knows everything stays free for the rest; then by login.
struct DeskAssignment: Sendable {
    private let agents: [DeskAgent]
    private var open: [String: Int]

    /// - Parameters:
    ///   - agents: who takes complaints and has not left.
    ///   - open: how many complaints each has that are not done with.
    init(_ agents: [DeskAgent], open: [String: Int]) {
        self.agents = agents.sorted { $0.login.compareBytes(with: $1.login) < 0 }
        self.open = open
    }

    /// Who is given a complaint, which then counts as theirs; `nil` when nobody who could take it has room.
    ///
    /// - Parameters:
    ///   - category: what it is about.
    ///   - branch: whose it is; one that is not known is anybody's.
    mutating func assign(category: ComplaintCategory, branch: String?) -> String? {
        let able = agents.filter { agent in
            open[agent.login, default: 0] < agent.capacity
                && (agent.categories.isEmpty || agent.categories.contains(category))
                && (agent.branches.isEmpty || branch.map(agent.branches.contains) ?? true)
        }
        let best = able.min { first, second in
            // Open beside capacity, compared without dividing.
            let one = open[first.login, default: 0] * second.capacity
            let other = open[second.login, default: 0] * first.capacity
            if one != other { return one < other }
            return Self.breadth(first) < Self.breadth(second)
        }
        guard let best else { return nil }
        open[best.login, default: 0] += 1
        return best.login
    }

    private static func breadth(_ agent: DeskAgent) -> Int {
        agent.categories.isEmpty ? ComplaintCategory.allCases.count : agent.categories.count
    }
}
