import Foundation

/// Customers buy at a rate of their own until they silently stop: the BG/NBD model and its kin.
///
/// While alive, gaps are Erlang-k with a rate that is gamma-distributed over customers (shape r, rate α). After each
/// purchase the customer stops with a probability that is beta-distributed (a, b). Variants:
/// - BG/NBD (Fader, Hardie and Lee, Marketing Science 24, 2005): k = 1, nobody stops before a second purchase;
/// - MBG/NBD (Batislam, Denizel and Filiztekin, IJRM 24, 2007): k = 1, the first purchase may be the last;
/// - MBG/CNBD-k (Platzer and Reutterer, 2016): the same with k ≥ 1, for who buys regularly.
public struct DropoutModel: Sendable, Hashable, Codable {
    /// Which model.
    public enum Family: Sendable, Hashable, Codable {
        /// BG/NBD.
        case bgNBD
        /// MBG/NBD.
        case mbgNBD
        /// MBG/CNBD-k with k, at least 1; with 1 it is MBG/NBD.
        case mbgCNBD(Int)
    }

    /// Which model.
    public let family: Family
    /// Shape of the distribution of rates.
    public let r: Double
    /// Rate of the distribution of rates, in the unit of time of the records.
    public let alpha: Double
    /// First parameter of the distribution of stopping.
    public let a: Double
    /// Second parameter of the distribution of stopping.
    public let b: Double

    /// - Parameters: as the properties; all numbers are positive.
    public init(_ family: Family, r: Double, alpha: Double, a: Double, b: Double) {
        self.family = family
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
    }

    private var k: Int {
        if case .mbgCNBD(let k) = family { return max(1, k) }
        return 1
    }

    /// One when the first purchase may be the last.
    private var start: Double { family == .bgNBD ? 0 : 1 }

    /// The logarithm of the likelihood of some records.
    public func logLikelihood(of records: [PurchaseRecord]) -> Double {
        records.reduce(0) { $0 + logLikelihood($1) }
    }

    private func logLikelihood(_ record: PurchaseRecord) -> Double {
        let x = Double(record.repeats)
        let shape = r + Double(k) * x
        var value = Gamma.log(shape) - Gamma.log(r) + r * log(alpha)
        value += Gamma.logBeta(a, b + x + start) - Gamma.logBeta(a, b)
        if k > 1 { value += Double(k - 1) * record.logGaps - x * Gamma.log(Double(k)) }
        let alive = -shape * log(alpha + record.age) + log(stages(record))
        guard start > 0 || record.repeats > 0 else { return value + alive }
        let gone = log(a) - log(b + x - 1 + start) - shape * log(alpha + record.recency)
        let larger = max(alive, gone)
        return value + larger + log(exp(alive - larger) + exp(gone - larger))
    }

    /// The factor by which Erlang stages passed in the present gap make it likelier than one stage would.
    private func stages(_ record: PurchaseRecord) -> Double {
        guard k > 1 else { return 1 }
        let shape = r + Double(k * record.repeats)
        let share = (record.age - record.recency) / (alpha + record.age)
        var term = 1.0
        var sum = 1.0
        for stage in 1..<k {
            term *= (shape + Double(stage - 1)) * share / Double(stage)
            sum += term
        }
        return sum
    }

    /// The odds of having stopped against being alive.
    private func odds(_ record: PurchaseRecord) -> Double {
        guard start > 0 || record.repeats > 0 else { return 0 }
        let x = Double(record.repeats)
        let shape = r + Double(k) * x
        return exp(
            log(a) - log(b + x - 1 + start) + shape * (log(alpha + record.age) - log(alpha + record.recency)))
            / stages(record)
    }

    /// The probability that a customer is still one, 0…1.
    public func probabilityAlive(_ record: PurchaseRecord) -> Double { 1 / (1 + odds(record)) }

    /// How many purchases to expect of a customer in a time to come.
    ///
    /// Exact for k = 1. For regular buyers a renewal process is replaced by a Poisson process of the same rate, which
    /// leaves out how far the present gap has come: right for times of several gaps, coarse for shorter ones.
    public func expectedPurchases(_ record: PurchaseRecord, within time: Double) -> Double {
        guard time > 0 else { return 0 }
        let x = Double(record.repeats)
        let shape = r + Double(k) * x
        let scale = Double(k) * (alpha + record.age)
        let total = a + b + x - 1 + start
        // The formula has a removable singularity at a = 1.
        let tail = abs(a - 1) < 1e-6 ? 1 + 1e-6 : a
        let shrink = exp(shape * (log(scale) - log(scale + time)))
        let series = Gamma.hypergeometric(shape, b + x + start, total, time / (scale + time))
        return total / (tail - 1) * (1 - shrink * series) * probabilityAlive(record)
    }

    /// The most likely parameters for some records, by Nelder–Mead on their logarithms.
    ///
    /// - Returns: the model and its log likelihood; `nil` with fewer than ten records, or when the search ends where
    ///   nothing can be computed.
    public static func fit(
        _ family: Family, _ records: [PurchaseRecord]
    ) -> (model: DropoutModel, logLikelihood: Double)? {
        guard records.count >= 10 else { return nil }
        var weights: [PurchaseRecord: Int] = [:]
        for record in records { weights[record, default: 0] += 1 }
        let distinct = weights.sorted {
            ($0.key.repeats, $0.key.recency, $0.key.age, $0.key.logGaps)
                < ($1.key.repeats, $1.key.recency, $1.key.age, $1.key.logGaps)
        }
        func model(_ point: [Double]) -> DropoutModel {
            let bounded = point.map { exp(min(12, max(-12, $0))) }
            return DropoutModel(family, r: bounded[0], alpha: bounded[1], a: bounded[2], b: bounded[3])
        }
        // A gap is about k / rate long, so the rate's scale starts at the mean gap.
        let repeats = records.reduce(0) { $0 + $1.repeats }
        let time = records.reduce(0) { $0 + $1.age }
        let gap = max(1e-6, time / Double(max(1, repeats)))
        let found = NelderMead.minimise(from: [0, log(gap), 0, log(2)]) { point in
            let candidate = model(point)
            return -distinct.reduce(0) { $0 + Double($1.value) * candidate.logLikelihood($1.key) }
                / Double(records.count)
        }
        guard found.value.isFinite else { return nil }
        return (model(found.point), -found.value * Double(records.count))
    }
}
