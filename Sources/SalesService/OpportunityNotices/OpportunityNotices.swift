import Contracts
import Domain
import Postgres
import ServiceKit

/// What is told of opportunities that stand still: once, to whoever has them, until they go on.
enum OpportunityNotices {
    /// The task of each day.
    static let daily = "opportunities.notices"
    /// The same for those that one transaction has no room for.
    static let continuation = "opportunities.notices-on"
    private static let atOnce = 500

    /// What there is to tell of one.
    enum Matter: CaseIterable {
        case stalled, step

        var kind: NoticeKind {
            switch self {
            case .stalled: .opportunityStalled
            case .step: .opportunityStepOverdue
            }
        }

        /// Whether it is so of an opportunity.
        func isStanding(_ opportunity: StandingOpportunity) -> Bool {
            switch self {
            case .stalled: opportunity.mostDays != nil
            case .step: opportunity.overdueSince != nil
            }
        }

        /// What is told of an opportunity has one name for ever: it is open, or it is over.
        func id(_ key: OpportunityKey) -> String {
            StableIdentifier.of(kind.rawValue, key.source, key.identifier)
        }
    }

    /// Tells what stands still at the end of a day and was not told, some at a time.
    static func evaluate(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let item = items.last else { return }
        let day = item.due.day()
        try OpportunityStore.lock(transaction)
        let found = try OpportunityNoticeStore.standing(
            at: day, after: key(item.payload), limit: atOnce, transaction)
        var told: [(matter: Matter, opportunity: StandingOpportunity)] = []
        for opportunity in found {
            for matter in Matter.allCases where matter.isStanding(opportunity) { told.append((matter, opportunity)) }
        }
        let open = try ToldStore.open(told.map { $0.matter.id($0.opportunity.key) }, transaction)
        let fresh = told.filter { !open.contains($0.matter.id($0.opportunity.key)) }
        try ToldStore.again(
            fresh.map { matter, opportunity in .init(id: matter.id(opportunity.key), kind: matter.kind, at: item.due) },
            transaction)
        for (matter, opportunity) in fresh { RaisedOpportunities.raise(matter, opportunity, on: day, &effects) }
        effects.count("opportunity_notices", fresh.count)
        if found.count == atOnce, let last = found.last {
            effects.schedule(continuation, key: "", at: item.due, payload: "\(last.key.source)\n\(last.key.identifier)")
        }
    }

    private static func key(_ payload: String) -> OpportunityKey? {
        let parts = payload.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? OpportunityKey(source: String(parts[0]), identifier: String(parts[1])) : nil
    }

    /// What was told of opportunities that go on now, or are decided, is over; of one that is somebody else's now that one is told.
    ///
    /// - Parameter changes: how each went before, and how it does now.
    static func clear(
        _ changes: [(key: OpportunityKey, before: OpportunityLife, after: OpportunityLife, cause: Envelope?)],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var over: [String: (matter: Matter, key: OpportunityKey, terms: OpportunityTerms, cause: Envelope?)] = [:]
        var passed: [(key: OpportunityKey, cause: Envelope?)] = []
        for (key, before, after, cause) in changes {
            guard let former = before.changes.last?.word.terms, let latter = after.changes.last?.word.terms else {
                continue
            }
            let isOpen = latter.state == .open
            if isOpen, former.owner != latter.owner { passed.append((key, cause)) }
            if !isOpen || before.visits.last != after.visits.last {
                over[Matter.stalled.id(key)] = (.stalled, key, latter, cause)
            }
            if !isOpen || former.nextStepDay != latter.nextStepDay {
                over[Matter.step.id(key)] = (.step, key, latter, cause)
            }
        }
        // What stands as it stood is told whoever has it now.
        let told = passed.flatMap { one in Matter.allCases.map { (matter: $0, key: one.key, cause: one.cause) } }
            .filter { over[$0.matter.id($0.key)] == nil }
        try tellAnew(told, transaction, &effects)
        let cleared = try ToldStore.clear(Array(over.keys), at: effects.now, transaction)
        for id in cleared.sorted() {
            guard let (matter, key, terms, cause) = over[id] else { continue }
            RaisedOpportunities.clear(matter, key, terms, causedBy: cause, &effects)
        }
    }

    private static func tellAnew(
        _ told: [(matter: Matter, key: OpportunityKey, cause: Envelope?)], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let open = try ToldStore.open(told.map { $0.matter.id($0.key) }, transaction)
        let told = told.filter { open.contains($0.matter.id($0.key)) }
        guard !told.isEmpty else { return }
        let day = effects.now.day()
        let found = try OpportunityNoticeStore.standing(at: day, among: Set(told.map(\.key)).sorted(), transaction)
        let opportunities = Dictionary(found.map { ($0.key, $0) }) { first, _ in first }
        for (matter, key, cause) in told {
            guard let opportunity = opportunities[key], matter.isStanding(opportunity) else { continue }
            RaisedOpportunities.raise(matter, opportunity, on: day, isChange: true, causedBy: cause, &effects)
        }
    }
}
