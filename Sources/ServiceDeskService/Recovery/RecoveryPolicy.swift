import Contracts
import Domain

/// A low score, and what was done about it.
struct RecoveryCase: Sendable, Equatable {
    let surveyId: String
    let order: OrderKey
    let customerId: String
    let customerCode: String
    let branch: String?
    let businessLine: String?
    let satisfaction: Int?
    let recommendation: Int?
    let effort: Int?
    let openedAt: Timestamp
    let callBy: Timestamp
    var state = RecoveryState.open
    var stateAt: Timestamp
    var stateBy: String?
    var revision = 1
    var calledAt: Timestamp?
    var cause: RecoveryCause?
    var action: String?
    var owner: String?
    var dueOn: CalendarDay?
    var doneAt: Timestamp?
    var closedAt: Timestamp?
    var outcome: RecoveryOutcome?

    /// From when on another answer of the customer tells whether it has helped; nothing as long as something is being done.
    var measuredFrom: Timestamp? { doneAt ?? closedAt }
}

/// Which answers are low, and how they are seen to. Pure.
enum RecoveryPolicy {
    /// Whether somebody calls whoever answered so: not satisfied, against us, or hard to deal with.
    static func isLow(satisfaction: Int?, recommendation: Int?, effort: Int?) -> Bool {
        satisfaction.map { $0 <= 2 } ?? false || recommendation.map { $0 <= SurveyPolicy.detractor } ?? false
            || effort.map { $0 <= 2 } ?? false
    }

    /// By when a customer is called: one working day later, which has as many hours of business as the next day on which
    /// there is any. Where there is none, the day after at that hour.
    static func callBy(_ answeredAt: Timestamp, _ hours: BusinessHours) -> Timestamp {
        let local = hours.written(microseconds: answeredAt.microsecondsSinceEpoch)
        let day = local.day(offsetMinutes: Int(local.offsetMinutes))
        let next = (1...31).lazy.map { hours.spans(on: day.adding(days: $0)) }.first { !$0.isEmpty } ?? []
        var (seconds, end) = (0, 0)
        for span in next where span.to > end {
            seconds += span.to - max(span.from, end)
            end = span.to
        }
        var clock = BusinessClock(hours, from: answeredAt)
        let passed = clock.passed(at: answeredAt)
        guard seconds > 0, let due = clock.instant(atPassed: passed + Int64(seconds) * 1_000_000) else {
            return answeredAt.adding(seconds: 86_400)
        }
        return due
    }

    /// Why a step does not fit how far a low score is; `nil` when it does. None is left out, but that nothing may be done.
    ///
    /// - Parameters:
    ///   - step: what was done.
    ///   - recovery: how far it is.
    ///   - lastAskedAt: when the customer was asked last of all it has answered; `nil` for never after this answer.
    static func objection(
        to step: TakeRecoveryStep, in recovery: RecoveryCase, lastAskedAt: Timestamp?
    ) -> Refusal? {
        let state = recovery.state
        let before: [RecoveryState] =
            switch step.step {
            case .called: [.open]
            case .causeFound: [.called]
            case .actionAgreed: [.causeFound]
            case .actionDone: [.actionAgreed]
            case .closed: [.called, .causeFound, .actionDone]
            }
        guard before.contains(state) else {
            let words = before.map { "'\($0.rawValue)'" }.joined(separator: " or ")
            return Refusal(.wrongState, path: "$.step", "it is '\(state.rawValue)', and was to be \(words)")
        }
        guard step.at >= recovery.stateAt else {
            return Refusal(
                .contradictoryTimes, path: "$.at", "it has been '\(state.rawValue)' only since \(recovery.stateAt)")
        }
        guard step.outcome == .reMeasured else { return nil }
        guard let doneAt = recovery.doneAt else {
            return Refusal(.wrongState, path: "$.outcome", "nothing was done whose effect could be measured")
        }
        guard let lastAskedAt, lastAskedAt > doneAt else {
            return Refusal(
                .wrongState, path: "$.outcome", "the customer has answered nothing that was asked since it was done")
        }
        return nil
    }

    /// How far a low score is after a step that fits.
    static func after(_ step: TakeRecoveryStep, _ recovery: RecoveryCase) -> RecoveryCase {
        var next = recovery
        next.revision += 1
        (next.stateAt, next.stateBy) = (step.at, step.by)
        switch step.step {
        case .called:
            (next.state, next.calledAt) = (.called, step.at)
        case .causeFound:
            (next.state, next.cause) = (.causeFound, step.cause)
        case .actionAgreed:
            (next.state, next.action, next.owner, next.dueOn) = (.actionAgreed, step.action, step.owner, step.dueOn)
        case .actionDone:
            (next.state, next.doneAt) = (.actionDone, step.at)
        case .closed:
            (next.state, next.closedAt, next.outcome) = (.closed, step.at, step.outcome)
        }
        return next
    }

    /// What is told of it.
    static func told(_ recovery: RecoveryCase) -> RecoveryChanged {
        RecoveryChanged(
            surveyId: recovery.surveyId, customerId: recovery.customerId, customerCode: recovery.customerCode,
            source: recovery.order.source, orderId: recovery.order.orderId, branch: recovery.branch,
            businessLine: recovery.businessLine, satisfaction: recovery.satisfaction,
            recommendation: recovery.recommendation, effort: recovery.effort, state: recovery.state,
            revision: recovery.revision, callBy: recovery.callBy, cause: recovery.cause, action: recovery.action,
            owner: recovery.owner, dueOn: recovery.dueOn, outcome: recovery.outcome, openedAt: recovery.openedAt,
            at: recovery.stateAt, by: recovery.stateBy)
    }
}
