import Contracts
import Domain
import Postgres
import ServiceKit

/// Complaints and what is done about them → how each stands, told whenever it stands otherwise.
struct ComplaintHandlers: Sendable {
    let intake: DeskIntake
    let status: StatusTeller

    func reported(
        _ messages: [Received<ComplaintReported>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<ComplaintReported>) -> ComplaintKey {
            ComplaintKey(source: message.envelope.source, complaintId: message.body.complaintId)
        }
        let keys = Set(messages.map(key))
        try ComplaintStore.lock(keys, transaction)
        var seen = KnownContent(try ComplaintStore.complaints(keys, transaction).mapValues(\.fingerprint))
        let steps = try ComplaintStore.steps(keys, transaction)
        let customers = try ComplaintStore.customers(
            messages.map { ($0.body.customer.source ?? $0.envelope.source, $0.body.customer.code) }, transaction)
        var fresh: [(complaint: ComplaintCase, summary: String, progress: ComplaintProgress)] = []
        var news: [(standing: ComplaintStanding, cause: Envelope?)] = []
        var told: [ComplaintKey: Envelope] = [:]
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<String>(body)
            guard
                seen.isNew(message, key, content, at: "$.complaintId", counting: "repeated_complaints", &effects)
            else { continue }
            seen.keep(content, under: key)
            let code = body.customer.code
            let source = body.customer.source ?? key.source
            let complaint = ComplaintCase(
                key: key, fingerprint: content.mark, customerCode: code,
                customerSource: body.customer.source,
                customerId: customers[ComplaintKey(source: source, complaintId: code)]
                    ?? AccountIdentifier.customer(source: source, code: code),
                orderId: body.orderId, orderSource: body.orderSource, category: body.category, severity: body.severity,
                openedAt: body.at,
                openedBy: body.by)
            let progress = ComplaintProgress(
                openedAt: body.at, openedBy: body.by, (steps[key] ?? []).map(\.step))
            fresh.append((complaint, body.summary, progress))
            let standing = complaint.standing(progress)
            effects.publish(ComplaintOpened(standing), causedBy: message.envelope, key: complaint.customerId)
            news.append((standing, message.envelope))
            told[key] = message.envelope
        }
        guard !fresh.isEmpty else { return }
        try ComplaintStore.putComplaints(fresh, transaction)
        let opened = fresh.map(\.complaint.key).sorted()
        try WaitStore.begin(opened, transaction)
        try intake.take(opened, transaction, &effects)
        try RaisedComplaints.tell(news, transaction, &effects)
        try status.tell(told, transaction, &effects)
        effects.count("complaints_opened", fresh.count)
    }

    /// A step may come before its complaint, and then waits for it. One that does not fit how the complaint stood when it
    /// was taken is refused and leaves nothing behind.
    func stepTaken(
        _ messages: [Received<ComplaintStepTaken>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<ComplaintStepTaken>) -> ComplaintKey {
            ComplaintKey(source: message.body.source, complaintId: message.body.complaintId)
        }
        let keys = Set(messages.map(key))
        try ComplaintStore.lock(keys, transaction)
        let complaints = try ComplaintStore.complaints(keys, transaction)
        let clocks = try RaisedClocks(of: complaints.keys, at: effects.now, transaction)
        var steps = try ComplaintStore.steps(keys, transaction)
        var fresh: [(key: ComplaintKey, step: ComplaintStore.StoredStep, isWaiting: Bool)] = []
        var changed: [ComplaintKey: ComplaintProgress] = [:]
        var news: [(standing: ComplaintStanding, cause: Envelope?)] = []
        var told: [ComplaintKey: Envelope] = [:]
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<String>(body)
            if let before = steps[key]?.first(where: { $0.step.stepId.hasSameBytes(as: body.stepId) }) {
                if content.isSame(as: before.fingerprint) {
                    effects.count("repeated_complaint_steps")
                } else {
                    effects.refuse(
                        message, Refusal(.conflictingContent, path: "$.stepId", "this step came before otherwise"))
                }
                continue
            }
            let stored = ComplaintStore.StoredStep(
                step: ComplaintProgress.Step(
                    stepId: body.stepId, step: body.step, at: body.at, by: body.by, note: body.note,
                    promise: body.promise, onBehalfOf: message.onBehalfOf), fingerprint: content.mark)
            let all = (steps[key] ?? []) + [stored]
            guard let complaint = complaints[key] else {
                steps[key] = all
                fresh.append((key, stored, true))
                effects.count("complaint_steps_waiting")
                continue
            }
            let progress = ComplaintProgress(
                openedAt: complaint.openedAt, openedBy: complaint.openedBy, all.map(\.step))
            if let objection = progress.entries.first(where: { $0.step.stepId.hasSameBytes(as: body.stepId) })?
                .objection
            {
                effects.refuse(message, Refusal(.wrongState, path: "$.step", objection))
                continue
            }
            steps[key] = all
            fresh.append((key, stored, false))
            changed[key] = progress
            let standing = complaint.standing(progress)
            effects.publish(ComplaintProgressed(standing), causedBy: message.envelope, key: complaint.customerId)
            news.append((standing, message.envelope))
            told[key] = message.envelope
        }
        try ComplaintStore.putSteps(fresh, transaction)
        try ComplaintStore.progress(changed, transaction)
        try intake.takenOn(changed, on: effects.now.day(), transaction)
        try RaisedComplaints.tell(news, transaction, &effects)
        try clocks.tell(causedBy: { told[$0] }, transaction, &effects)
        try status.tell(told, transaction, &effects)
        effects.count("complaint_steps", fresh.count)
    }
}
