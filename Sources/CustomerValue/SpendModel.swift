import Foundation

/// What a customer's purchases are worth on average: the Gamma–Gamma model (Fader and Hardie, 2013).
///
/// The worth of a purchase varies around the customer's own mean, which varies over customers; how often somebody buys
/// is taken to say nothing of how much.
public struct SpendModel: Sendable, Hashable, Codable {
    /// Shape of the worth of one purchase.
    public let p: Double
    /// Shape of the distribution over customers.
    public let q: Double
    /// Scale of the distribution over customers.
    public let v: Double

    /// - Parameters: as the properties; all are positive.
    public init(p: Double, q: Double, v: Double) {
        self.p = p
        self.q = q
        self.v = v
    }

    /// The log likelihood of customers with so many purchases of such a mean worth; both are positive.
    public func logLikelihood(of customers: [(purchases: Int, mean: Double)]) -> Double {
        customers.reduce(0) { sum, customer in
            let x = Double(customer.purchases)
            let m = customer.mean
            return sum + Gamma.log(p * x + q) - Gamma.log(p * x) - Gamma.log(q) + q * log(v) + (p * x - 1) * log(m)
                + p * x * log(x) - (p * x + q) * log(x * m + v)
        }
    }

    /// The mean worth to expect of a customer's purchases; `nil` when the model has no mean for one that never bought.
    public func expectedWorth(purchases: Int, mean: Double) -> Double? {
        let x = Double(purchases)
        guard p * x + q > 1 else { return nil }
        return p * (v + x * mean) / (p * x + q - 1)
    }

    /// The most likely parameters; `nil` with fewer than ten customers whose mean is positive.
    public static func fit(_ customers: [(purchases: Int, mean: Double)]) -> SpendModel? {
        let usable = customers.filter { $0.purchases > 0 && $0.mean > 0 }
        guard usable.count >= 10 else { return nil }
        let mean = usable.reduce(0) { $0 + $1.mean } / Double(usable.count)
        func model(_ point: [Double]) -> SpendModel {
            let bounded = point.map { exp(min(25, max(-12, $0))) }
            return SpendModel(p: bounded[0], q: bounded[1], v: bounded[2])
        }
        let found = NelderMead.minimise(from: [log(2), log(2), log(mean)]) { point in
            -model(point).logLikelihood(of: usable) / Double(usable.count)
        }
        return found.value.isFinite ? model(found.point) : nil
    }
}

/// How unlikely a silence is for who went on buying.
public enum Silence {
    /// The probability that a gap lasts so long, by the Poisson–gamma posterior of the customer's rate: with the prior
    /// Γ(r, α) and x repeats over the time to the last purchase, (α′ / (α′ + gap))^(r + x) with α′ = α + recency.
    ///
    /// The exposure ends with the last purchase: a silence would otherwise hide itself.
    public static func survival(gap: Double, repeats: Int, recency: Double, r: Double, alpha: Double) -> Double {
        let rate = alpha + recency
        return exp((r + Double(repeats)) * (log(rate) - log(rate + max(0, gap))))
    }
}
