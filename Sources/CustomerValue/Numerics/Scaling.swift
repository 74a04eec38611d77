import Foundation

/// Features brought to one scale: the logarithm of one plus each, less its mean, over its standard deviation.
public struct Scaling: Sendable, Hashable, Codable {
    /// The mean of each feature's logarithm.
    public let means: [Double]
    /// The standard deviation of each feature's logarithm; 1 for one that does not vary.
    public let deviations: [Double]

    /// Learns it of rows of features, all of one length.
    public init(_ rows: [[Double]]) {
        let width = rows.first?.count ?? 0
        let count = Double(max(1, rows.count))
        var means = [Double](repeating: 0, count: width)
        var deviations = [Double](repeating: 1, count: width)
        for column in 0..<width {
            let values = rows.map { Self.logarithm($0[column]) }
            let mean = values.reduce(0, +) / count
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            means[column] = mean
            if variance > 1e-18 { deviations[column] = variance.squareRoot() }
        }
        self.means = means
        self.deviations = deviations
    }

    /// A row on the common scale.
    public func scaled(_ row: [Double]) -> [Double] {
        row.indices.map { (Self.logarithm(row[$0]) - means[$0]) / deviations[$0] }
    }

    /// A point of the common scale as features again.
    public func features(_ point: [Double]) -> [Double] {
        point.indices.map { column in
            let value = point[column] * deviations[column] + means[column]
            return value < 0 ? -expm1(-value) : expm1(value)
        }
    }

    /// Odd, so that losses are as far below nought as gains are above it.
    private static func logarithm(_ value: Double) -> Double { value < 0 ? -log1p(-value) : log1p(value) }
}
