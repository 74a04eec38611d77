import Contracts
import Domain
import Postgres
import ServiceKit

/// Who is waited for about complaints, as other systems and people here say it.
struct WaitHandlers: Sendable {
    let status: StatusTeller

    /// A wait may come before its complaint, and then stands until that comes. One that does not fit how the complaint
    /// stood when it began is refused and leaves nothing behind.
    func waiting(
        _ messages: [Received<ComplaintWaiting>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<ComplaintWaiting>) -> ComplaintKey {
            ComplaintKey(
                source: message.body.complaintSource ?? message.envelope.source, complaintId: message.body.complaintId)
        }
        // Two systems may give what they say of one complaint the same number: another's stands under its name.
        func number(_ message: Received<ComplaintWaiting>) -> String {
            message.body.complaintSource == nil
                ? message.body.waitId : "\(message.envelope.source)/\(message.body.waitId)"
        }
        let keys = Set(messages.map(key))
        try ComplaintStore.lock(keys, transaction)
        let complaints = try ComplaintStore.complaints(keys, transaction)
        let clocks = try RaisedClocks(of: complaints.keys, at: effects.now, transaction)
        let steps = try ComplaintStore.steps(keys, transaction)
        var waits = try WaitStore.waits(keys, transaction)
        var fresh: [(key: ComplaintKey, wait: WaitStore.StoredWait, isEarly: Bool)] = []
        var changed: [ComplaintKey: Envelope] = [:]
        for message in messages {
            let (key, number, body) = (key(message), number(message), message.body)
            let content = Content<String>(body)
            if let before = waits[key]?.first(where: { $0.wait.waitId.hasSameBytes(as: number) }) {
                if content.isSame(as: before.fingerprint) {
                    effects.count("repeated_complaint_waits")
                } else {
                    effects.refuse(
                        message, Refusal(.conflictingContent, path: "$.waitId", "this wait came before otherwise"))
                }
                continue
            }
            let stored = WaitStore.StoredWait(
                wait: ComplaintWaits.Wait(
                    waitId: number, waiting: body.waiting, reason: body.reason, at: body.at, until: body.until,
                    by: body.by, note: body.note, onBehalfOf: message.onBehalfOf), fingerprint: content.mark)
            let all = (waits[key] ?? []) + [stored]
            if let complaint = complaints[key] {
                let progress = ComplaintProgress(
                    openedAt: complaint.openedAt, openedBy: complaint.openedBy, (steps[key] ?? []).map(\.step))
                let told = ComplaintWaits(progress, openedAt: complaint.openedAt, all.map(\.wait))
                let entry = told.entries.first { $0.wait.waitId.hasSameBytes(as: number) }
                if let objection = entry?.objection {
                    effects.refuse(message, Refusal(.wrongState, path: "$.waiting", objection))
                    continue
                }
                changed[key] = message.envelope
            } else {
                effects.count("complaint_waits_early")
            }
            waits[key] = all
            fresh.append((key, stored, complaints[key] == nil))
        }
        try WaitStore.put(fresh, transaction)
        // Who is asked for something has been answered.
        try clocks.tell(causedBy: { changed[$0] }, transaction, &effects)
        effects.count("complaint_waits", fresh.count)
        try status.tell(changed, transaction, &effects)
    }
}
