import Contracts
import Domain
import Postgres
import ServiceKit

/// The daily evaluation of every customer's business.
struct AcceptanceHandlers: Sendable {
    let rates: ExchangeRates
    let policy: MarginPolicy

    /// Runs at the end of a business day; the item says which day ended.
    func evaluate(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for item in items { try evaluate(day: item.due.day(), transaction, &effects) }
    }

    func evaluate(
        day: CalendarDay, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let window = policy.window(endingOn: day)
        let rates = try rates.current(transaction)
        let business = try EvaluationStore.business(window, rates, transaction)
        let standings = try EvaluationStore.standings(transaction)
        let set = try SettingStore.inForce(on: day.adding(days: 1), transaction)
        let evidence = try EvidenceStore.evidence(
            of: business, window, rates, rules: { rules(of: $0, on: day) }, transaction)
        var changed: [(EvaluationStore.Key, AcceptanceStanding, WindowFigures, WindowFigures.Judged)] = []
        var steps: [(alert: AlertSubject, step: AlertStanding.Step)] = []
        var news = AcceptanceNews()
        for key in Set(business.keys).union(standings.keys).sorted() {
            let before = standings[key] ?? AcceptanceStanding()
            let (figures, party) =
                business[key]
                ?? (WindowFigures(orders: 0, revenue: .zero, cost: .zero, currency: .cny), .unknown)
            let isLine = key.businessLine != EvaluationStore.allLines
            let rules = rules(of: key, on: day)
            let judgement = AcceptancePolicy.judge(figures, evidence[key] ?? BusinessEvidence(), rules)
            let outcome = AcceptancePolicy.evaluate(before, judgement.verdict, rules, decides: isLine, on: day)
            let after = outcome.standing
            guard !(before.isBlank && after.isBlank) else { continue }
            let judged = judgement.judged
            changed.append((key, after, figures, judged))
            let alert = AlertSubject(key: key, party: party, figures: figures, window: window, rules: rules)
            steps += outcome.steps.map { (alert, $0) }
            // What somebody has set holds whatever the figures say; the end of it is told when it comes.
            if let reason = outcome.reason, !set.contains(key) {
                news.add(
                    AcceptanceChanged(
                        customerId: key.customerId, businessLine: key.businessLine, state: after.state,
                        previous: before.state, reason: reason, figures: figures.inMessage(window, judged: judged),
                        changedAt: effects.now))
                effects.count("acceptance_changes")
            }
        }
        let (raised, cleared) = try tell(steps, transaction, &effects)
        try news.publish(transaction, &effects)
        try EvaluationStore.put(changed, day, transaction)
        try AlertStore.raise(raised, diagnosedWithin: policy.diagnosisDays, transaction)
        try AlertStore.clear(cleared, transaction)
        effects.count("evaluations")
    }

    /// Tells of alerts, each to who looks after the customer on the day on which it is raised.
    private func tell(
        _ steps: [(alert: AlertSubject, step: AlertStanding.Step)], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws -> (raised: [MarginAlertRaised], cleared: [MarginAlertCleared]) {
        var parties: [EvaluationStore.Key: EvaluationStore.Party] = [:]
        for (alert, step) in steps {
            if case .raise = step { parties[alert.key] = alert.party }
        }
        let owners = try OwnerStore.owners(of: parties, on: effects.now.day(), transaction)
        var raised: [MarginAlertRaised] = []
        var cleared: [MarginAlertCleared] = []
        for (alert, step) in steps {
            switch step {
            case .raise(let severity, let occurrence):
                let owner = owners[alert.key] ?? alert.party.salesOwner
                let event = alert.raised(severity, occurrence, to: owner, at: effects.now)
                raised.append(event)
                effects.publish(event, key: alert.key.customerId)
                RaisedMargins.raise(event, owner: owner, diagnosedWithin: policy.diagnosisDays, &effects)
            case .clear(let severity, let occurrence, let reason):
                let event = alert.cleared(severity, occurrence, reason, at: effects.now)
                cleared.append(event)
                effects.publish(event, key: alert.key.customerId)
                RaisedMargins.clear(event, &effects)
            }
        }
        return (raised, cleared)
    }

    private func rules(of key: EvaluationStore.Key, on day: CalendarDay) -> MarginRules {
        policy.rules(for: key.businessLine == EvaluationStore.allLines ? nil : key.businessLine, on: day)
    }
}

/// What an alert at a customer's level is about.
private struct AlertSubject {
    let key: EvaluationStore.Key
    let party: EvaluationStore.Party
    let figures: WindowFigures
    let window: FigureWindow
    let rules: MarginRules

    private var level: MarginLevel { key.businessLine == EvaluationStore.allLines ? .customer : .customerLine }

    private func identifier(_ severity: MarginSeverity, _ occurrence: Int) -> String {
        StableIdentifier.of("customer-alert", key.customerId, key.businessLine, severity.rawValue, String(occurrence))
    }

    func raised(
        _ severity: MarginSeverity, _ occurrence: Int, to owner: String?, at time: Timestamp
    ) -> MarginAlertRaised {
        let cause = severity == .negative ? "cost-above-revenue" : "rate-below-threshold"
        return MarginAlertRaised(
            alertId: identifier(severity, occurrence), level: level, severity: severity, customerId: key.customerId,
            customerCode: party.code, businessLine: key.businessLine, branch: party.branch,
            salesOwner: owner, revenue: figures.revenue, cost: figures.cost, margin: figures.margin,
            marginRate: FixedDecimal.ratio(of: figures.margin, to: figures.revenue),
            threshold: rules.customerFloor.multiplied(by: 1, dividedBy: 100) ?? .zero, currency: figures.currency,
            provisional: false, window: window,
            causes: [cause] + figures.missingRates.prefix(19).map { "no-rate:\($0.code)" }, raisedAt: time)
    }

    func cleared(
        _ severity: MarginSeverity, _ occurrence: Int, _ reason: AlertClearing, at time: Timestamp
    ) -> MarginAlertCleared {
        MarginAlertCleared(
            alertId: identifier(severity, occurrence), level: level, severity: severity, customerId: key.customerId,
            customerCode: party.code, businessLine: key.businessLine, branch: party.branch, reason: reason,
            clearedAt: time)
    }
}
