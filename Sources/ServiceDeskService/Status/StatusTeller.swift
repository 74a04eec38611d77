import Contracts
import Domain
import Postgres
import ServiceKit

/// Tells customers how their complaints stand: with whatever is said of them, and when a promise breaks or a wait is over
/// although nobody says anything. Whoever has a complaint is told before its promise breaks, and so is whoever gets it then.
struct StatusTeller: Sendable {
    /// The task that looks again when something changes by itself.
    static let task = "complaints.status"
    /// The task that looks, once, at complaints from before somebody was told that a promise is about to break.
    static let fillTask = "complaints.status-fill"
    /// How many complaints one transaction looks at there.
    static let atOnce = 500

    let policies: ClockPolicies

    /// Tells how complaints, locked, stand after what was said of each.
    ///
    /// - Parameter changed: what was said last, by complaint.
    func tell(
        _ changed: [ComplaintKey: Envelope], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(Set(changed.keys), changed, transaction, &effects)
    }

    /// Looks again at what changes by itself.
    func look(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let keys = Set(items.compactMap { Self.key(of: $0.payload) })
        try ComplaintStore.lock(keys, transaction)
        try look(at: keys, transaction, &effects)
    }

    /// Looks again at complaints, locked, of which nothing was said: somebody else has them, say.
    func look(
        at keys: Set<ComplaintKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(keys, nil, transaction, &effects)
    }

    /// Looks at every complaint that is not closed, so many at a time.
    func fill(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let item = items.last else { return }
        let keys = try StatusStore.open(after: Self.key(of: item.payload), limit: Self.atOnce, transaction)
        guard let last = keys.last else { return }
        try ComplaintStore.lock(Set(keys), transaction)
        try look(at: Set(keys), transaction, &effects)
        if keys.count == Self.atOnce {
            effects.schedule(
                item.task, key: item.key, at: effects.now.adding(seconds: 1), payload: Self.payload(of: last))
        }
    }

    private func tell(
        _ keys: Set<ComplaintKey>, _ causes: [ComplaintKey: Envelope]?, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !keys.isEmpty else { return }
        let told = try StatusStore.told(keys, transaction)
        var rows: [(key: ComplaintKey, revision: Int, mark: String)] = []
        var warnings: [(key: ComplaintKey, warning: StatusStore.Warning?)] = []
        for complaint in try ClockStore.facts(of: keys, transaction) {
            let (key, history) = (complaint.key, complaint.history)
            let now = max(effects.now, history.lastAt)
            let status = CustomerStatus(history, by: policies.policy(of: history.openedAt), at: now)
            let warned = status.standing.map(RaisedPromises.begins).flatMap { $0 > now ? $0 : nil }
            if let next = [status.next, warned].compactMap(\.self).min() {
                effects.schedule(
                    Self.task, key: StableIdentifier.of("complaint", key.source, key.complaintId), at: next,
                    payload: Self.payload(of: key))
            }
            let before = told[key]
            let due = RaisedPromises.due(status.standing, at: now)
            let warning = due.map { StatusStore.Warning(promisedAt: $0.promisedAt, agent: complaint.agent) }
            if warning != before?.warning {
                RaisedPromises.tell(complaint, due, told: before?.warning, causedBy: causes?[key], &effects)
                warnings.append((key, warning))
            }
            let mark = String.of(content: status.message(of: complaint, revision: 1).encode())
            // Whoever says something is answered; what comes of itself is told when it is something new.
            guard causes != nil || mark != before?.mark else { continue }
            let revision = (before?.revision ?? 0) + 1
            rows.append((key, revision, mark))
            effects.publish(
                status.message(of: complaint, revision: revision), causedBy: causes?[key], key: complaint.customerId)
        }
        try StatusStore.put(rows, transaction)
        try StatusStore.put(warnings, transaction)
        effects.count("complaint_statuses", rows.count)
    }

    /// What an item says of its complaint.
    private static func payload(of key: ComplaintKey) -> String { "\(key.source)\n\(key.complaintId)" }

    /// The complaint of an item; neither part of its name holds a line's end.
    private static func key(of payload: String) -> ComplaintKey? {
        let parts = payload.split(separator: "\n", maxSplits: 1).map(String.init)
        return parts.count == 2 ? ComplaintKey(source: parts[0], complaintId: parts[1]) : nil
    }
}
