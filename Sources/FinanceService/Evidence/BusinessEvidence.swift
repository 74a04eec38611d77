import Contracts
import Domain

/// Sums over the orders of a window, from which the spread of their rates follows without reading them again.
///
/// `v` is an order's revenue and `g` its margin, over the lines whose cost is known.
struct OrderSums: Sendable, Equatable {
    /// Σv.
    var revenue = 0.0
    /// Σg.
    var margin = 0.0
    /// Σg².
    var marginSquares = 0.0
    /// Σg·v.
    var products = 0.0
    /// Σv².
    var revenueSquares = 0.0

    /// Adds sums of another currency.
    ///
    /// - Parameter rate: what one unit of it is worth in the currency of these sums.
    mutating func add(_ other: OrderSums, at rate: Double) {
        revenue += other.revenue * rate
        margin += other.margin * rate
        marginSquares += other.marginSquares * rate * rate
        products += other.products * rate * rate
        revenueSquares += other.revenueSquares * rate * rate
    }

    /// The standard error of the rate R = Σg / Σv as a ratio estimator: √Σ(g − R·v)² ÷ Σv (Cochran, *Sampling
    /// Techniques*, chapter 6, without the factor for a finite population). `nil` when nothing was sold.
    var standardError: Double? {
        guard revenue > 0 else { return nil }
        let rate = margin / revenue
        // What is rounded may leave a little less than nought.
        let squares = max(0, marginSquares - 2 * rate * products + rate * rate * revenueSquares)
        return squares.squareRoot() / revenue
    }

    /// What the rate is not above with some confidence: R + z·se, one-sided.
    ///
    /// - Parameter deviations: z; 1.28 is 90 %.
    func upperRate(_ deviations: Double) -> Double? {
        standardError.map { margin / revenue + deviations * $0 }
    }
}

/// What is known of a customer's business besides the sums of its window.
struct BusinessEvidence: Sendable, Equatable {
    /// The spread of its orders.
    var spread = OrderSums()
    /// How many of its orders have a cost that is more than an estimate.
    var realisedOrders = 0
    /// What those have earned, in the currency of the figures.
    var realisedMargin = FixedDecimal.zero
    /// The same in CNY; `nil` when there is no rate.
    var realisedMarginInCNY: FixedDecimal?
    /// The revenue of the window in CNY; `nil` when there is no rate.
    var revenueInCNY: FixedDecimal?
    /// The rate of all customers' business in this line: Σg / Σv.
    var lineRate: Double?
    /// How many days ago the customer ordered first.
    var age: Int?

    /// A rate that leans on the line's where there are few orders: (n·R + K·p₀) ÷ (n + K), as if K more orders had earned
    /// what the line earns (empirical Bayes with a fixed K).
    ///
    /// - Parameters:
    ///   - rate: R, the customer's own.
    ///   - orders: n.
    ///   - lineRate: p₀.
    ///   - weight: K; nought leaves the customer's own rate.
    static func pooledRate(_ rate: Double, orders: Int, lineRate: Double, weight: Int) -> Double {
        guard orders + weight > 0 else { return rate }
        return (Double(orders) * rate + Double(weight) * lineRate) / Double(orders + weight)
    }

    /// Whether a new customer is only watched: its first order is less than `graceDays` old, and what it has cost us for
    /// certain stays under the cap. Without a rate to compare with the cap there is no grace.
    func isInGrace(_ rules: MarginRules) -> Bool {
        guard let age, age < rules.graceDays, let margin = realisedMarginInCNY else { return false }
        let loss = margin.isNegative ? .zero - margin : .zero
        return loss < rules.lossCap
    }
}

/// What an evaluation says, and the rates by which it says so.
struct Judgement: Sendable, Equatable {
    var verdict: WindowVerdict
    /// The upper bound of the rate; `nil` when it was not asked for.
    var upperRate: Double?
    /// The rate that leans on the line's; `nil` when it was not asked for.
    var pooledRate: Double?
}

extension AcceptancePolicy {
    /// What the figures of a window say, with regard to how few orders they may rest on.
    ///
    /// - A loss *stops* only when the upper bound of the rate is below nought as well. One that is not certain by its
    ///   orders, but realised, is held for approval; one that rests on estimates is watched.
    /// - A low rate counts from a revenue on, and only when it stays low after it was pooled with the line's.
    /// - What a new customer has lost is watched up to a cap.
    static func judge(_ figures: WindowFigures, _ evidence: BusinessEvidence, _ rules: MarginRules) -> Judgement {
        let own = verdict(figures, rules)
        var judgement = Judgement(verdict: own)
        switch own {
        case .tooFew, .between, .healthy, .unproven, .watched, .grace: return judgement
        case .negative:
            judgement.upperRate = evidence.spread.upperRate(rules.confidence.approximate)
            if let upper = judgement.upperRate, upper >= 0, rules.confidence > .zero {
                let isRealised =
                    evidence.realisedOrders >= rules.minimumOrders && evidence.realisedMargin.isNegative
                judgement.verdict = isRealised ? .unproven : .watched
            }
        case .low:
            if let revenue = evidence.revenueInCNY, revenue < rules.revenueThreshold {
                judgement.verdict = .between
                return judgement
            }
            if let lineRate = evidence.lineRate, figures.revenue > .zero, rules.poolingOrders > 0 {
                let pooled = BusinessEvidence.pooledRate(
                    figures.margin.approximate / figures.revenue.approximate, orders: figures.orders,
                    lineRate: lineRate, weight: rules.poolingOrders)
                judgement.pooledRate = pooled
                if pooled >= rules.customerFloor.approximate / 100 {
                    judgement.verdict = .between
                    return judgement
                }
            }
        }
        if evidence.isInGrace(rules) {
            judgement.verdict = .grace(judgement.verdict == .negative ? .negative : .low)
        }
        return judgement
    }
}

extension FixedDecimal {
    /// For what is estimated anyway; never for amounts that are added up.
    var approximate: Double { Double(units) / Double(FixedDecimal.unitsPerOne) }

    /// A rate as messages carry it, with as many digits as amounts have.
    init?(rate: Double?) {
        guard let rate, rate.isFinite, abs(rate) < 1_000_000_000 else { return nil }
        self.init(units: Int128((rate * Double(FixedDecimal.unitsPerOne)).rounded()))
    }
}

extension Judgement {
    /// As it is kept and told.
    var judged: WindowFigures.Judged {
        WindowFigures.Judged(
            rule: verdict.rule, upperRate: FixedDecimal(rate: upperRate), pooledRate: FixedDecimal(rate: pooledRate))
    }
}
