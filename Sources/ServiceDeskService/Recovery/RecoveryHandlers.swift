import Contracts
import Domain
import Postgres
import ServiceKit

/// What is done about low scores.
struct RecoveryHandlers: Sendable {
    let policies: ClockPolicies

    /// Has those called who have just answered low; each survey once, as it is answered once.
    func open(
        _ answers: [(answer: SurveyStore.Answer, survey: SurveyStore.Asked, cause: Envelope)],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let low = answers.filter { item in
            let body = item.answer.body
            return RecoveryPolicy.isLow(
                satisfaction: body.satisfaction, recommendation: body.recommendation, effort: body.effort)
        }
        guard !low.isEmpty else { return }
        var opened: [(recovery: RecoveryCase, cause: Envelope)] = []
        for (answer, survey, cause) in low {
            let body = answer.body
            let hours = policies.policy(of: body.at).hours(in: survey.branch)
            let recovery = RecoveryCase(
                surveyId: survey.surveyId, order: survey.order, customerId: survey.customerId,
                customerCode: survey.customerCode, branch: survey.branch, businessLine: survey.businessLine,
                satisfaction: body.satisfaction, recommendation: body.recommendation, effort: body.effort,
                openedAt: body.at, callBy: RecoveryPolicy.callBy(body.at, hours), stateAt: body.at)
            opened.append((recovery, cause))
            effects.publish(RecoveryPolicy.told(recovery), causedBy: cause, key: recovery.customerId)
        }
        try RecoveryStore.put(opened.map(\.recovery), transaction)
        try RaisedCallbacks.raise(opened, transaction, &effects)
        effects.count("recoveries_opened", opened.count)
    }

    /// Takes each step that fits; one that does not is refused and leaves nothing behind.
    static func stepTaken(
        _ messages: [Received<TakeRecoveryStep>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<TakeRecoveryStep>) -> OrderKey {
            OrderKey(source: message.body.source, orderId: message.body.orderId)
        }
        let keys = Array(Set(messages.map(key))).sorted()
        var recoveries = try RecoveryStore.recoveries(keys, transaction)
        let answered = try RecoveryStore.lastAsked(keys, transaction)
        var steps = KnownContent<RecoveryStore.StepKey, String>(try RecoveryStore.steps(keys, transaction))
        var fresh: [(step: Received<TakeRecoveryStep>, mark: String)] = []
        var changed: Set<OrderKey> = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            guard let recovery = recoveries[key] else {
                effects.refuse(
                    message,
                    Refusal(
                        .notFound, path: "$.orderId",
                        "nobody answered low about order '\(key.orderId)' of '\(key.source)'"))
                continue
            }
            let (step, content) = (RecoveryStore.StepKey(order: key, stepId: body.stepId), Content<String>(body))
            guard
                steps.isNew(
                    message, step, content, at: "$.stepId", "this step came before otherwise",
                    counting: "repeated_recovery_steps", &effects)
            else { continue }
            if let refusal = RecoveryPolicy.objection(to: body, in: recovery, lastAskedAt: answered[key]) {
                effects.refuse(message, refusal)
                continue
            }
            let next = RecoveryPolicy.after(body, recovery)
            steps.keep(content, under: step)
            recoveries[key] = next
            changed.insert(key)
            fresh.append((message, content.mark))
            effects.publish(RecoveryPolicy.told(next), causedBy: message.envelope, key: next.customerId)
            if body.step == .called { RaisedCallbacks.clear(next, by: body.by, message.envelope, &effects) }
        }
        try RecoveryStore.take(fresh, transaction)
        try RecoveryStore.change(changed.sorted().compactMap { recoveries[$0] }, transaction)
        effects.count("recovery_steps", fresh.count)
    }
}
