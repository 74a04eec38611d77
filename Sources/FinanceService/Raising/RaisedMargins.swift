import Contracts
import Domain
import Postgres
import ServiceKit

/// Margin alerts, said to whoever looks after the customer: raised, diagnosed, gone to the manager, over. One notice an alert.
enum RaisedMargins {
    /// - Parameters:
    ///   - owner: who looks after the customer on this day, where that is not whom the order names.
    ///   - diagnosedWithin: how many working days there are to say what it comes from.
    static func raise(
        _ alert: MarginAlertRaised, owner: String?, diagnosedWithin workingDays: Int, causedBy cause: Envelope? = nil,
        _ effects: inout Effects
    ) {
        let day = AlertDeadline.day(workingDays, after: alert.raisedAt.day())
        let name = NoticeName(.marginAlert, alert.alertId)
        effects.raise(
            NoticeContent(
                name, severity(alert.severity), revision: effects.noticeRevision(),
                atStake: Money(alert.revenue, alert.currency), customerId: alert.customerId,
                businessLine: alert.businessLine, node: node(alert.branch), owner: owner ?? alert.salesOwner,
                facts: [
                    .code("severity", alert.severity.rawValue), .code("level", alert.level.rawValue),
                    .code("order", alert.orderId), .code("customer", alert.customerCode),
                    .code("line", alert.businessLine), .money("revenue", alert.revenue, alert.currency),
                    .money("cost", alert.cost, alert.currency, .cost),
                    .money("margin", alert.margin, alert.currency, .margin),
                    .rate("margin-rate", alert.marginRate, .margin), .rate("threshold", alert.threshold, .margin),
                    .text("causes", alert.causes.isEmpty ? nil : alert.causes.joined(separator: ", "), .cost),
                    .text("provisional", alert.provisional ? "yes" : nil), .day("diagnose-by", day),
                ], next: name.kind.next(["alert": alert.alertId]), dueAt: OrganisationZone.current.end(of: day),
                happenedAt: alert.raisedAt), causedBy: cause)
    }

    static func clear(_ alert: MarginAlertCleared, causedBy cause: Envelope? = nil, _ effects: inout Effects) {
        effects.clear(
            NoticeName(.marginAlert, alert.alertId), revision: effects.noticeRevision(),
            because: alert.reason.rawValue, causedBy: cause)
    }

    static func close(
        _ alert: MarginAlertReference, _ command: CloseAlert, causedBy cause: Envelope, _ effects: inout Effects
    ) {
        effects.clear(
            NoticeName(.marginAlert, alert.alertId), revision: effects.noticeRevision(),
            because: command.outcome.rawValue, causedBy: cause)
    }

    /// The alert as it stands now, after something was done about it or somebody else looks after the customer.
    ///
    /// - Parameter escalatedTo: to whom it goes at this moment; otherwise whoever it has gone to before.
    static func change(
        _ alert: AlertCase, escalatedTo: (manager: String, delay: AlertDelay, dueOn: CalendarDay)? = nil,
        causedBy cause: Envelope? = nil, _ effects: inout Effects
    ) {
        let reference = alert.reference
        let manager = escalatedTo?.manager ?? alert.escalatedTo
        // A diagnosis after the escalation is a plan with a day of its own.
        let kind: NoticeKind =
            if escalatedTo != nil { .marginAlertEscalated } else if alert.diagnosis != nil {
                .marginAlertDiagnosed
            } else if manager != nil { .marginAlertEscalated } else { .marginAlert }
        let isEscalated = kind == .marginAlertEscalated
        let day = alert.diagnosis?.recoverBy ?? alert.diagnoseBy
        let figures = alert.figures
        let margin = figures.map { $0.revenue - $0.cost }
        effects.change(
            NoticeContent(
                NoticeName(kind, reference.alertId), isEscalated ? .critical : severity(reference.severity),
                revision: effects.noticeRevision(), atStake: figures.map { Money($0.revenue, $0.currency) },
                customerId: reference.customerId, businessLine: reference.businessLine, node: node(reference.branch),
                owner: reference.salesOwner, alsoTo: [manager],
                facts: [
                    .code("severity", reference.severity.rawValue), .code("level", reference.level.rawValue),
                    .code("order", reference.orderId), .code("customer", reference.customerCode),
                    .code("line", reference.businessLine),
                    figures.flatMap { .money("revenue", $0.revenue, $0.currency) },
                    figures.flatMap { .money("cost", $0.cost, $0.currency, .cost) },
                    figures.flatMap { .money("margin", margin, $0.currency, .margin) },
                    .code("reason", alert.diagnosis?.reason.rawValue), .text("plan", alert.diagnosis?.plan),
                    .code("delay", escalatedTo?.delay.rawValue), .day("due", escalatedTo?.dueOn),
                    .code("escalated-to", manager), .day("diagnose-by", alert.diagnoseBy),
                    .day("recover-by", alert.diagnosis?.recoverBy),
                ], next: kind.next(["alert": reference.alertId]),
                // What has gone to the manager has no later day at which it would.
                dueAt: isEscalated ? nil : OrganisationZone.current.end(of: day), happenedAt: effects.now),
            causedBy: cause)
    }

    /// Says of open alerts that they are somebody else's now.
    static func pass(_ alerts: [String], _ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        guard !alerts.isEmpty else { return }
        for (_, alert) in try AlertLoopStore.lock(alerts, transaction).sorted(by: { $0.key < $1.key })
        where !alert.isOver {
            change(alert, &effects)
        }
    }

    private static func severity(_ severity: MarginSeverity) -> NoticeSeverity {
        switch severity {
        case .low: .attention
        case .negative: .urgent
        }
    }

    /// The branch, unless it is the sign that none is known.
    private static func node(_ branch: String) -> String? { branch == "-" ? nil : branch }
}
