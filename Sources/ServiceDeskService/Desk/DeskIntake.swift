import Contracts
import Domain
import Postgres
import ServiceKit

/// What becomes of complaints that have come: whose they are and who has them.
struct DeskIntake: Sendable {
    let policies: ClockPolicies

    /// Gives new complaints, locked, to somebody: to who has taken one on already, otherwise by skill and load.
    func take(
        _ keys: [ComplaintKey], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ClockStore.place(keys, transaction)
        let complaints = try ClockStore.facts(of: keys, transaction)
        let book = try PeopleReplica.known(transaction).book
        let day = effects.now.day()
        var rule = DeskAssignment(
            policies.agents.filter { book.lastDay(ofLeaver: $0.login, by: day) == nil },
            open: policies.agents.isEmpty ? [:] : try DeskStore.open(transaction))
        var agents: [ComplaintKey: String] = [:]
        for complaint in complaints {
            if let taken = complaint.history.takenBy {
                agents[complaint.key] = taken
            } else if let category = ComplaintCategory(rawValue: complaint.category),
                let agent = rule.assign(category: category, branch: complaint.branch)
            {
                agents[complaint.key] = agent
                effects.count("complaints_assigned")
            }
        }
        try DeskStore.give(agents, transaction)
    }

    /// Whoever has taken a complaint on has it.
    func takenOn(_ progress: [ComplaintKey: ComplaintProgress], _ transaction: borrowing Transaction) throws {
        try DeskStore.give(
            progress.compactMapValues { progress in
                progress.entries.last { $0.objection == nil && $0.step.step == .accepted }?.step.by
            }, transaction)
    }
}
