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
        let heirs = LeaverRules(book).heirs(of: complaints.compactMap(\.history.takenBy), on: day)
        var rule = DeskAssignment(
            policies.agents.filter { book.lastDay(ofLeaver: $0.login, by: day) == nil },
            open: policies.agents.isEmpty ? [:] : try DeskStore.open(transaction))
        var agents: [ComplaintKey: String] = [:]
        for complaint in complaints {
            if let taken = complaint.history.takenBy {
                agents[complaint.key] = heirs[taken] ?? taken
            } else if let category = ComplaintCategory(rawValue: complaint.category),
                let agent = rule.assign(category: category, branch: complaint.branch)
            {
                agents[complaint.key] = agent
                effects.count("complaints_assigned")
            }
        }
        try DeskStore.give(agents, transaction)
    }

    /// Whoever has taken a complaint on has it; once that one has left, who acts for them.
    func takenOn(
        _ progress: [ComplaintKey: ComplaintProgress], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws {
        let taken = progress.compactMapValues { progress in
            progress.entries.last { $0.objection == nil && $0.step.step == .accepted }?.step.by
        }
        guard !taken.isEmpty else { return }
        let heirs = LeaverRules(try PeopleReplica.known(transaction).book).heirs(of: taken.values, on: day)
        try DeskStore.give(taken.mapValues { heirs[$0] ?? $0 }, transaction)
    }

    /// A day begins: complaints that are not closed go from people who have left to who acts for them. That they had taken them on
    /// stays written down with the steps.
    static func turn(
        _ items: [ScheduledItem], _ status: StatusTeller, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let known = try PeopleReplica.known(transaction)
        guard known.isRecorded else { return }
        let day = due.day().adding(days: 1)
        let heirs = LeaverRules(known.book).heirs(of: try DeskStore.workers(transaction), on: day)
        guard !heirs.isEmpty else { return }
        try ComplaintStore.lock(try DeskStore.held(by: heirs.keys.sorted(), transaction), transaction)
        // Read behind the locks: a step may have been taken meanwhile.
        let held = try DeskStore.agents(of: DeskStore.held(by: heirs.keys.sorted(), transaction), transaction)
        let given = held.compactMapValues { heirs[$0] }
        guard !given.isEmpty else { return }
        let clocks = try RaisedClocks(of: given.keys.sorted(), at: effects.now, transaction)
        try DeskStore.give(given, transaction)
        let complaints = try ComplaintStore.complaints(Set(given.keys), transaction)
        let steps = try ComplaintStore.steps(Set(given.keys), transaction)
        let news = complaints.values.sorted { $0.key < $1.key }.map { complaint in
            let progress = ComplaintProgress(
                openedAt: complaint.openedAt, openedBy: complaint.openedBy, (steps[complaint.key] ?? []).map(\.step))
            return (standing: complaint.standing(progress), cause: Envelope?.none)
        }
        // No step was taken: of one revision something more is said, later on a later day.
        try RaisedComplaints.tell(news, number: Int(day.daysSinceEpoch), transaction, &effects)
        try clocks.tell(transaction, &effects)
        try status.look(at: Set(given.keys), transaction, &effects)
        effects.count("complaints_passed_on", given.count)
    }
}
