import Contracts
import Domain

/// An alert as those see it who deal with it.
struct AlertCase: Sendable, Equatable {
    /// What was found out about it.
    struct Diagnosis: Sendable, Equatable {
        let reason: MarginReason
        let plan: String
        let recoverBy: CalendarDay
    }

    /// What the alert was raised with.
    struct Figures: Sendable, Equatable {
        let revenue: FixedDecimal
        let cost: FixedDecimal
        let currency: Currency
    }

    let reference: MarginAlertReference
    let diagnoseBy: CalendarDay
    let isCleared: Bool
    let escalatedTo: String?
    var diagnosis: Diagnosis?
    var outcome: String?
    var figures: Figures?

    /// Whether nobody has to do anything about it any more.
    var isOver: Bool { isCleared || outcome != nil }
}

/// What may be done about an alert, by whom and when. Pure.
enum AlertLoopPolicy {
    /// Takes a diagnosis over.
    ///
    /// - Parameter isRuled: whether the policy of permissions has said already that this person may.
    /// - Throws: the refusal that goes back.
    static func diagnose(
        _ alert: inout AlertCase, _ command: DiagnoseAlert, _ superiors: Superiors, on day: CalendarDay,
        isRuled: Bool = false
    ) throws(Refusal) {
        try check(alert, command.by, superiors, on: day, isRuled: isRuled)
        let diagnosis = AlertCase.Diagnosis(
            reason: command.reason, plan: command.plan, recoverBy: command.recoverBy)
        guard diagnosis != alert.diagnosis else {
            throw Refusal(.wrongState, path: "$.alertId", "that is what was said of this alert already")
        }
        guard command.recoverBy >= day else {
            throw Refusal(
                .contradictoryTimes, path: "$.recoverBy",
                "the margin shall be good again by \(command.recoverBy), and it is \(day): name a day to come")
        }
        guard !command.plan.allSatisfy(\.isWhitespace) else {
            throw Refusal(.textTooShort, path: "$.plan", "say what is done about it")
        }
        alert.diagnosis = diagnosis
    }

    /// Ends an alert that was diagnosed.
    ///
    /// - Parameter isRuled: whether the policy of permissions has said already that this person may.
    /// - Throws: the refusal that goes back.
    static func close(
        _ alert: inout AlertCase, _ command: CloseAlert, _ superiors: Superiors, on day: CalendarDay,
        isRuled: Bool = false
    ) throws(Refusal) -> MarginReason {
        try check(alert, command.by, superiors, on: day, isRuled: isRuled)
        guard let diagnosis = alert.diagnosis else {
            throw Refusal(
                .wrongState, path: "$.alertId", "nobody has said yet what the alert comes from: diagnose it first")
        }
        // Whoever sold it says what happened; that a bad margin is taken as it is, is for those above to say.
        let reference = alert.reference
        if !isRuled, command.outcome == .accepted,
            superiors.authority.tier(of: command.by, branch: reference.branch, on: day) == nil,
            command.by != superiors.manager(of: reference.salesOwner, branch: reference.branch, on: day)
        {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "'\(command.by)' may not accept a bad margin; "
                    + "'\(superiors.manager(of: reference.salesOwner, branch: reference.branch, on: day))' may")
        }
        alert.outcome = command.outcome.rawValue
        return diagnosis.reason
    }

    private static func check(
        _ alert: AlertCase, _ login: String, _ superiors: Superiors, on day: CalendarDay, isRuled: Bool
    ) throws(Refusal) {
        guard !alert.isOver else {
            throw Refusal(
                .wrongState, path: "$.alertId", "the alert is over: \(alert.outcome ?? "its margin is good again")")
        }
        let reference = alert.reference
        guard
            isRuled
                || superiors.mayHandle(
                    login, owner: reference.salesOwner, escalatedTo: alert.escalatedTo, branch: reference.branch,
                    on: day)
        else {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "'\(login)' neither looks after this customer nor answers for who does "
                    + "(\(reference.salesOwner ?? "nobody"), then "
                    + "\(superiors.manager(of: reference.salesOwner, branch: reference.branch, on: day)))")
        }
    }
}
