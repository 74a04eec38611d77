import Foundation

/// Functions of the gamma family, without the state that the C library's keep.
enum Gamma {
    /// The logarithm of the gamma function of a positive number, by Stirling's series (Abramowitz and Stegun 6.1.41)
    /// after a shift up to 10, where seven terms are exact to the last digits.
    static func log(_ value: Double) -> Double {
        guard value > 0 else { return .infinity }
        var shifted = value
        var product = 1.0
        while shifted < 10 {
            product *= shifted
            shifted += 1
        }
        let inverse = 1 / shifted
        let square = inverse * inverse
        var series = 1.0 / 156
        series = -691.0 / 360_360 + square * series
        series = 1.0 / 1188 + square * series
        series = -1.0 / 1680 + square * series
        series = 1.0 / 1260 + square * series
        series = -1.0 / 360 + square * series
        series = 1.0 / 12 + square * series
        return (shifted - 0.5) * Foundation.log(shifted) - shifted + 0.918_938_533_204_672_74 + inverse * series
            - Foundation.log(product)
    }

    /// The logarithm of the beta function.
    static func logBeta(_ first: Double, _ second: Double) -> Double {
        log(first) + log(second) - log(first + second)
    }

    /// Gauss's hypergeometric function for 0 ≤ z < 1 and positive parameters, by its series; all terms are positive,
    /// so nothing cancels.
    static func hypergeometric(_ first: Double, _ second: Double, _ third: Double, _ z: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        for index in 0..<100_000 {
            let n = Double(index)
            term *= (first + n) * (second + n) / ((third + n) * (n + 1)) * z
            sum += term
            if abs(term) < 1e-14 * abs(sum) { break }
        }
        return sum
    }
}
