import Contracts
import Domain
import Postgres
import ServiceKit

/// What the clock says of leads: who is reminded, what goes to somebody else, whom it is told above them.
enum LeadTasks {
    private static let atOnce = 500

    /// Who may be given leads on a day: those who take leads and have not left.
    static func rule(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> LeadAssignmentPolicy {
        let sellers = try LeadSellerStore.sellers(transaction)
        guard !sellers.isEmpty else { return LeadAssignmentPolicy([]) }
        let people = LeaverRules(try PeopleReplica.known(transaction).book)
        return LeadAssignmentPolicy(sellers.filter { !people.hasLeft($0.login, by: day) })
    }

    /// Does what is due, a part at a time.
    static func clock(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LeadStore.lock(transaction)
        // One that is long overdue passes several stages at once.
        for _ in 0..<20 {
            let due = try LeadStore.due(at: effects.now, limit: atOnce, transaction)
            guard !due.isEmpty else { return }
            try speak(of: due, transaction, &effects)
        }
    }

    private static func speak(
        of due: [Lead], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let now = effects.now
        var rule = try rule(on: now.day(), transaction)
        let people = LeaverRules(try PeopleReplica.known(transaction).book)
        var changes = LeadChanges(before: Dictionary(due.map { ($0.leadId, $0) }) { first, _ in first })
        var leads: [Lead] = []
        for var lead in due {
            switch (lead.dueStage, lead.state) {
            case (Lead.Stage.stale, .contacted), (Lead.Stage.stale, .qualified):
                lead.pool(.stale, at: now)
                lead.dueAt = nil
                lead = changes.note(lead, "recycled", at: now)
            case (Lead.Stage.reminder, .assigned):
                lead.nextStage()
                lead = changes.note(lead, "reminded", at: now)
            case (Lead.Stage.reassignment, .assigned):
                let former = lead.owner ?? ""
                if let (login, ground) = rule.assign(
                    owner: nil, line: lead.businessLine, branch: lead.branch, except: [former], at: now)
                {
                    lead.formerOwner = former
                    lead.owner = login
                    lead.ownerBy = ground
                    lead.assignedAt = now
                } else {
                    lead.pool(.notContacted, at: now)
                }
                changes.taken.append((lead, former))
                lead.nextStage()
                lead = changes.note(lead, lead.owner == nil ? "recycled" : "reassigned", at: now)
            case (_, .assigned), (_, .pool):
                // Up the organisation, from whoever has it or had it: the nearest first, and nobody who has left.
                let managers = (lead.owner ?? lead.formerOwner).map { people.managers(above: $0) } ?? []
                let here = managers.filter { !people.hasLeft($0, by: now.day()) }
                let level = lead.dueStage - Lead.Stage.escalation
                if here.indices.contains(level) {
                    lead.nextStage()
                    if !here.indices.contains(level + 1) { lead.dueAt = nil }
                    lead = changes.note(lead, "escalated", at: now)
                } else {
                    lead.dueAt = nil
                }
            default:
                lead.dueAt = nil
            }
            leads.append(lead)
        }
        try LeadStore.put(leads, transaction)
        try changes.write(transaction, &effects)
        effects.count("lead_clock", leads.count)
    }

    /// A day begins: what people had who have left goes to who acts for them, or into the pool.
    static func turn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let day = due.day().adding(days: 1)
        try LeadStore.lock(transaction)
        try handOn(on: day, at: due, transaction, &effects)
        let known = try PeopleReplica.known(transaction)
        guard known.isRecorded else { return }
        let people = LeaverRules(known.book)
        let gone = try LeadStore.owners(transaction).filter { people.hasLeft($0, by: day) }
        guard !gone.isEmpty else { return }
        let ids = try LeadStore.worked(by: gone, transaction)
        let before = try LeadStore.leads(ids, transaction)
        let origins = try LeadStore.origins(of: ids, transaction)
        var changes = LeadChanges(before: before)
        var leads: [Lead] = []
        for (_, lead) in before.sorted(by: { $0.key < $1.key }) {
            guard let owner = lead.owner else { continue }
            var lead = lead
            if let next = people.standIn(for: owner, on: day)?.login {
                lead.formerOwner = owner
                lead.owner = next
                lead.ownerBy = .person
                lead.assignedAt = due
            } else {
                lead.pool(.noTime, at: due)
                lead.dueAt = nil
            }
            leads.append(changes.note(lead, lead.owner == nil ? "recycled" : "passed-on", at: due))
        }
        try LeadStore.put(leads, transaction)
        let kept = Set(leads.filter { $0.owner != nil }.map(\.leadId))
        try LeadStore.note(origins: origins.filter { kept.contains($0.identifier) }, transaction)
        try changes.write(transaction, &effects)
        effects.count("leads_passed_on", leads.count)
    }

    /// The task that looks for what goes along with customers handed over.
    static let handOnTask = "leads.hand-on"

    /// Leads of customers go along when these are handed over, and come back when that is taken back.
    static func handOn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LeadStore.lock(transaction)
        try handOn(on: effects.now.day(), at: effects.now, transaction, &effects)
    }

    private static func handOn(
        on day: CalendarDay, at now: Timestamp, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let along = PassedItem.along(with: try LeadStore.handedOver(on: day, transaction))
        try pass(along, "passed-on", at: now, transaction, &effects)
        let back = try PassedItem.back(try LeadStore.takenBack(on: day, transaction), on: day, transaction)
        try pass(back, LeadStore.comesBack, at: now, transaction, &effects)
    }

    private static func pass(
        _ passing: [String: PassedItem], _ what: String, at now: Timestamp, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !passing.isEmpty else { return }
        let before = try LeadStore.leads(Set(passing.keys), transaction)
        var changes = LeadChanges(before: before)
        var leads: [Lead] = []
        for (id, lead) in before.sorted(by: { $0.key < $1.key }) {
            guard let owner = lead.owner, let one = passing[id], owner != one.to else { continue }
            var lead = lead
            // Who acts for somebody who has left has it from that one.
            lead.formerOwner = one.actingFor ?? owner
            lead.owner = one.to
            lead.ownerBy = one.actingFor == nil ? .account : .person
            lead.assignedAt = now
            leads.append(changes.note(lead, one.actingFor == nil ? what : "passed-on", at: now))
        }
        try LeadStore.put(leads, transaction)
        try LeadStore.note(
            origins: leads.map { (identifier: $0.leadId, origin: passing[$0.leadId]?.handedFrom) }, transaction)
        try changes.write(transaction, &effects)
        effects.count("leads_passed_on", leads.count)
    }
}
