import Foundation

/// The distribution of a mean of few values ("Student" 1908). Pure.
enum StudentDistribution {
    /// How likely a value as far from nought is, or farther, on either side.
    ///
    /// - Parameters:
    ///   - value: how far.
    ///   - freedom: the degrees of freedom.
    static func bothSides(_ value: Double, freedom: Double) -> Double {
        incompleteBeta(freedom / (freedom + value * value), freedom / 2, 0.5)
    }

    /// Beyond what one value in twenty lies, on either side.
    static func critical(freedom: Double) -> Double {
        var (low, high) = (0.0, 2.0)
        while bothSides(high, freedom: freedom) > 0.05 { high *= 2 }
        // Each step halves what is between: after 100 nothing is.
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if bothSides(middle, freedom: freedom) > 0.05 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised incomplete beta function, by its continued fraction (Press et al., Numerical Recipes, §6.4).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
        // The fraction is quick on this side alone; on the other the rest is worked out.
        return x < (a + 1) / (a + b + 2)
            ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / kept(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...500 {
            let m = Double(step)
            for part in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                d = 1 / kept(1 + part * d)
                c = kept(1 + part / c)
                result *= c * d
            }
            if abs(c * d - 1) < 1e-15 { break }
        }
        return result
    }

    /// The logarithm of the gamma function by Lanczos' series (g = 7, nine terms), to about 15 digits.
    private static func logGamma(_ x: Double) -> Double {
        let terms = [
            676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13, -176.615_029_162_140_59,
            12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6, 1.505_632_735_149_311_6e-7,
        ]
        if x < 0.5 { return log(Double.pi / abs(sin(Double.pi * x))) - logGamma(1 - x) }
        let shifted = x - 1
        var series = 0.999_999_999_999_809_93
        for (place, term) in terms.enumerated() { series += term / (shifted + Double(place + 1)) }
        let base = shifted + 7.5
        return 0.5 * log(2 * Double.pi) + (shifted + 0.5) * log(base) - base + log(series)
    }
}
