import Contracts
import Domain
import Postgres
import ServiceKit

/// What the clocks of complaints have to say by themselves.
struct ClockTasks: Sendable {
    /// How many events one transaction tells at most.
    private static let atOnce = 500
    private static let continuation = "complaints.clocks-on"
    private static let placing = "complaints.places-on"

    let policies: ClockPolicies
    let organisation: Organisation

    var all: [ScheduledTask] {
        [
            .every("complaints.clocks", seconds: 60) { items, transaction, effects in
                try read(items, transaction, &effects)
            },
            .onDemand(Self.continuation) { items, transaction, effects in try read(items, transaction, &effects) },
            .every("complaints.places", seconds: 60) { items, transaction, effects in
                try place(items, transaction, &effects)
            },
            .onDemand(Self.placing) { items, transaction, effects in try place(items, transaction, &effects) },
        ]
    }

    /// Tells each level of each clock that has been reached, once, to the one who has to know; and writes down which policy
    /// holds.
    private func read(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let now = effects.now
        if try ClockStore.policies(transaction).first?.mark != policies.mark {
            try ClockStore.hold(policies, at: now, transaction)
            effects.count("clock_policies")
        }
        let open = try ClockStore.facts(where: "c.state <> 'closed'", transaction)
        guard !open.isEmpty else { return }
        let told = try ClockStore.told(transaction)
        let escalation = ClockEscalation(try PeopleReplica.known(transaction), or: organisation)
        var bench = ClockBench(policies, for: open)
        var found: [Candidate] = []
        for complaint in open {
            guard found.count < Self.atOnce else { break }
            let clocks = bench.clocks(of: complaint, at: now)
            for reading in clocks.readings where reading.end == nil {
                guard let target = reading.target else { continue }
                for level in ClockEscalation.levels where reading.used * 100 >= target * Int64(level) {
                    let reached = ClockStore.Reached(key: complaint.key, clock: reading.clock, level: level)
                    guard !told.contains(reached),
                        let at = bench.reached(level, of: reading.clock, complaint, at: now)
                    else { continue }
                    let person = escalation.told(
                        level: level, agent: complaint.agent, branch: complaint.branch, on: now.day())
                    found.append(
                        Candidate(
                            reached: reached, at: at, to: person, complaint: complaint, priority: clocks.priority,
                            target: target / 1_000_000))
                }
            }
        }
        guard !found.isEmpty else { return }
        try ComplaintStore.lock(Set(found.map(\.reached.key)), transaction)
        let fresh = try ClockStore.tell(found.map { ($0.reached, $0.at, $0.to) }, at: now, transaction)
        for candidate in found where fresh.contains(candidate.reached) {
            guard let body = candidate.message(at: now) else { continue }
            effects.publish(body, key: candidate.complaint.customerId)
        }
        try RaisedClocks.raise(of: Set(fresh.map(\.key)), fresh, transaction, &effects)
        effects.count("complaint_clocks_reached", fresh.count)
        // One transaction holds only so many messages.
        if found.count >= Self.atOnce, let item = items.last {
            effects.schedule(Self.continuation, key: "", at: item.due)
        }
    }

    /// A level that is to be told.
    private struct Candidate {
        let reached: ClockStore.Reached
        let at: Timestamp
        let to: String?
        let complaint: ComplaintFacts
        let priority: Int
        let target: Int64

        func message(at now: Timestamp) -> ComplaintClockReached? {
            guard let category = ComplaintCategory(rawValue: complaint.category),
                let severity = ComplaintSeverity(rawValue: complaint.severity)
            else { return nil }
            return ComplaintClockReached(
                complaintId: complaint.key.complaintId, source: complaint.key.source,
                customerId: complaint.customerId, customerCode: complaint.customerCode,
                customerSource: complaint.customerSource, branch: complaint.branch, category: category,
                severity: severity, priority: priority, clock: reached.clock, level: reached.level,
                target: Int(target), reachedAt: at, agent: complaint.agent, toldTo: to, at: now)
        }
    }

    /// Takes over what has become known of customers and branches since complaints came.
    private func place(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let moved = try ClockStore.moved(limit: Self.atOnce, transaction)
        guard !moved.isEmpty else { return }
        try ComplaintStore.lock(moved, transaction)
        let clocks = try RaisedClocks(of: moved, at: effects.now, transaction)
        try ClockStore.place(moved, transaction)
        try clocks.tell(transaction, &effects)
        effects.count("complaints_placed", moved.count)
        if moved.count == Self.atOnce, let item = items.last {
            effects.schedule(Self.placing, key: "", at: item.due)
        }
    }
}
