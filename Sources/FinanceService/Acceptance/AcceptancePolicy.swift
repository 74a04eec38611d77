import Contracts
import Domain

/// What a customer's business came to in a window.
struct WindowFigures: Sendable, Equatable {
    var orders: Int
    var revenue: FixedDecimal
    var cost: FixedDecimal
    var currency: Currency
    /// Currencies that are left out because they have no rate.
    var missingRates: [Currency] = []

    /// Revenue less cost.
    var margin: FixedDecimal { revenue - cost }

    /// The figures as messages carry them.
    ///
    /// - Parameter judged: by what rule and by which rates they were judged.
    func inMessage(_ window: FigureWindow, judged: Judged = Judged()) -> AcceptanceFigures {
        AcceptanceFigures(
            orders: orders, revenue: revenue, cost: cost, margin: margin,
            marginRate: FixedDecimal.ratio(of: margin, to: revenue), upperRate: judged.upperRate,
            pooledRate: judged.pooledRate, rule: judged.rule, currency: currency, window: window)
    }

    /// A judgement as it is kept and told.
    struct Judged: Sendable, Equatable {
        var rule: String?
        var upperRate: FixedDecimal?
        var pooledRate: FixedDecimal?
    }
}

/// What one evaluation says, taken for itself.
enum WindowVerdict: Sendable, Hashable {
    /// Too few orders to say anything.
    case tooFew
    /// We pay for the business, for certain.
    case negative
    /// We have paid for it, but by so few or so different orders that it may be chance.
    case unproven
    /// We would pay for it if estimates came true, and it may be chance.
    case watched
    /// A new customer's business is bad, and has not cost as much yet as we let it.
    case grace(MarginSeverity)
    /// It earns too little.
    case low
    /// Neither bad enough to hold nor good enough to let go.
    case between
    /// It earns enough.
    case healthy

    /// Its name in messages.
    var rule: String {
        switch self {
        case .tooFew: "too-few-orders"
        case .negative: "negative-margin"
        case .unproven: "realised-loss"
        case .watched: "uncertain-loss"
        case .grace: "new-customer-grace"
        case .low: "low-margin"
        case .between: "between-thresholds"
        case .healthy: "recovered"
        }
    }
}

/// What is remembered of the evaluations of one customer's business.
struct AcceptanceStanding: Sendable, Equatable {
    var state = AcceptanceState.open
    /// Evaluations in a row that said *negative*.
    var negatives = 0
    /// Evaluations in a row that said *negative*, *unproven* or *low*.
    var breaches = 0
    /// Evaluations in a row that said *healthy* or *too few*.
    var releases = 0
    var alert = AlertStanding()
    /// Until when an alert no worse than the one that was cleared is not raised again.
    var quiet: Quiet?

    /// What is not to be heard again for some days.
    struct Quiet: Sendable, Equatable {
        let severity: MarginSeverity
        let until: CalendarDay

        func covers(_ other: MarginSeverity, on day: CalendarDay) -> Bool {
            day <= until && (severity == .negative || other == .low)
        }
    }

    /// Whether nothing would be lost by forgetting it.
    var isBlank: Bool { state == .open && breaches == 0 && alert == AlertStanding() }
}

/// When we stop taking a customer's orders, and when we take them again. Pure.
///
/// One bad day changes nothing, and what is held is let go only well above the threshold at which it was held: a rate
/// that swings around a threshold changes the acceptance once, or never.
enum AcceptancePolicy {
    /// What an evaluation has changed.
    struct Outcome: Sendable, Equatable {
        var standing: AcceptanceStanding
        /// Alerts to raise and clear.
        var steps: [AlertStanding.Step]
        /// The reason why the acceptance is another than before; `nil` when it is the same.
        var reason: String?
    }

    /// What the sums of a window say, taken for themselves.
    static func verdict(_ figures: WindowFigures, _ rules: MarginRules) -> WindowVerdict {
        guard figures.orders >= rules.minimumOrders else { return .tooFew }
        let margin = figures.margin
        if margin.isNegative { return .negative }
        guard figures.revenue > .zero else { return .between }
        if MarginRules.isBelow(rules.customerFloor, margin: margin, revenue: figures.revenue) { return .low }
        return MarginRules.isBelow(rules.release, margin: margin, revenue: figures.revenue) ? .between : .healthy
    }

    /// Takes one more evaluation into account.
    ///
    /// - Parameters:
    ///   - decides: whether the acceptance follows; otherwise there are only alerts.
    ///   - day: the day that is evaluated; without it, nothing is kept quiet.
    static func evaluate(
        _ before: AcceptanceStanding, _ verdict: WindowVerdict, _ rules: MarginRules, decides: Bool = true,
        on day: CalendarDay? = nil
    ) -> Outcome {
        var standing = before
        let isBreach = verdict == .negative || verdict == .unproven || verdict == .low
        let isRelease = verdict == .healthy || verdict == .tooFew
        standing.negatives = verdict == .negative ? before.negatives + 1 : 0
        standing.breaches = isBreach ? before.breaches + 1 : 0
        standing.releases = isRelease ? before.releases + 1 : 0

        var reason: String?
        if decides {
            if standing.negatives >= rules.evaluations, standing.state != .stopped {
                standing.state = .stopped
                reason = verdict.rule
            } else if standing.breaches >= rules.evaluations, standing.state == .open {
                standing.state = .needsApproval
                reason = verdict == .unproven ? verdict.rule : WindowVerdict.low.rule
            } else if standing.releases >= rules.evaluations, standing.state != .open {
                standing.state = .open
                reason = verdict.rule
            }
        }
        let steps = alertSteps(&standing, verdict, rules, on: day)
        return Outcome(standing: standing, steps: steps, reason: reason)
    }

    /// An open alert only gets worse until it is cleared, and is cleared only where acceptance would be released, so
    /// that a rate around a threshold does not raise one alert after another.
    private static func alertSteps(
        _ standing: inout AcceptanceStanding, _ verdict: WindowVerdict, _ rules: MarginRules, on day: CalendarDay?
    ) -> [AlertStanding.Step] {
        let severity: MarginSeverity? =
            switch verdict {
            case .negative: .negative
            case .low, .unproven, .watched: .low
            case .grace(let severity): severity
            case .between, .healthy, .tooFew: nil
            }
        if let day {
            if standing.alert.open == nil, let severity, standing.quiet?.covers(severity, on: day) == true { return [] }
            if let open = standing.alert.open, verdict == .healthy || verdict == .tooFew {
                standing.quiet = AcceptanceStanding.Quiet(
                    severity: open, until: day.adding(days: rules.cooldownDays))
            }
        }
        return switch verdict {
        case .negative, .grace(.negative): standing.alert.move(to: .negative)
        case .low, .unproven, .watched, .grace(.low): standing.alert.move(to: standing.alert.open ?? .low)
        case .between: []
        case .healthy, .tooFew: standing.alert.move(to: nil)
        }
    }
}
