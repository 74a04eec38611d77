/// Groups of points around means: Lloyd's algorithm from the starts of k-means++ (Arthur and Vassilvitskii, SODA 2007).
public struct KMeans: Sendable, Hashable {
    /// The middle of each group.
    public let centres: [[Double]]
    /// The sum of squared distances of all points to their centres.
    public let inertia: Double

    /// The best of several runs. Each run draws from its own seed, so that the same points give the same groups.
    ///
    /// - Parameters:
    ///   - points: the points, all of one length.
    ///   - count: how many groups; fewer when there are fewer distinct points.
    ///   - starts: how many runs.
    ///   - seed: from which the draws follow.
    /// - Returns: `nil` when there are no points.
    public static func fit(_ points: [[Double]], count: Int, starts: Int = 10, seed: UInt64 = 1) -> KMeans? {
        let distinct = Set(points).count
        guard distinct > 0, count > 0 else { return nil }
        let width = points[0].count
        let flat = points.flatMap { $0 }
        var best: KMeans?
        for start in 0..<max(1, starts) {
            var draw = Draw(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(start))
            let found = run(flat, width, points.count, min(count, distinct), &draw)
            if best.map({ found.inertia < $0.inertia }) ?? true { best = found }
        }
        return best
    }

    /// The group that a point belongs to.
    public static func nearest(_ point: [Double], _ centres: [[Double]]) -> Int {
        var best = (index: 0, distance: Double.infinity)
        for (index, centre) in centres.enumerated() {
            let distance = zip(point, centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            if distance < best.distance { best = (index, distance) }
        }
        return best.index
    }

    private static func distance(_ points: [Double], _ row: Int, _ centres: [Double], _ centre: Int, _ width: Int)
        -> Double
    {
        var sum = 0.0
        for column in 0..<width {
            let difference = points[row * width + column] - centres[centre * width + column]
            sum += difference * difference
        }
        return sum
    }

    private static func run(
        _ points: [Double], _ width: Int, _ rows: Int, _ count: Int, _ draw: inout Draw
    ) -> KMeans {
        var centres = firstCentres(points, width, rows, count, &draw)
        var owners = [Int](repeating: -1, count: rows)
        var inertia = Double.infinity
        for _ in 0..<300 {
            var moved = false
            var sums = [Double](repeating: 0, count: count * width)
            var sizes = [Int](repeating: 0, count: count)
            var total = 0.0
            var farthest = (row: 0, distance: -1.0)
            for row in 0..<rows {
                var owner = 0
                var nearest = Double.infinity
                for centre in 0..<count {
                    let distance = distance(points, row, centres, centre, width)
                    if distance < nearest { (owner, nearest) = (centre, distance) }
                }
                if owners[row] != owner { moved = true }
                owners[row] = owner
                total += nearest
                if nearest > farthest.distance { farthest = (row, nearest) }
                sizes[owner] += 1
                for column in 0..<width { sums[owner * width + column] += points[row * width + column] }
            }
            inertia = total
            guard moved else { break }
            for centre in 0..<count {
                for column in 0..<width {
                    // A group that lost all its points starts again at the point that is worst served.
                    centres[centre * width + column] =
                        sizes[centre] > 0
                        ? sums[centre * width + column] / Double(sizes[centre])
                        : points[farthest.row * width + column]
                }
            }
        }
        return KMeans(
            centres: (0..<count).map { Array(centres[($0 * width)..<(($0 + 1) * width)]) }, inertia: inertia)
    }

    /// Each centre is drawn with a chance by its squared distance to those before; of a few draws the one is taken
    /// that leaves the least distance, as scikit-learn does.
    private static func firstCentres(
        _ points: [Double], _ width: Int, _ rows: Int, _ count: Int, _ draw: inout Draw
    ) -> [Double] {
        let first = Int(draw.unit() * Double(rows))
        var centres = Array(points[(first * width)..<((first + 1) * width)])
        var nearest = (0..<rows).map { distance(points, $0, centres, 0, width) }
        var trials = 2
        while 1 << (trials - 2) < count { trials += 1 }
        while centres.count < count * width {
            let total = nearest.reduce(0, +)
            var best: (row: Int, nearest: [Double], total: Double)?
            for _ in 0..<trials {
                var mark = draw.unit() * total
                var row = 0
                while row < rows - 1, mark >= nearest[row] {
                    mark -= nearest[row]
                    row += 1
                }
                let candidate = Array(points[(row * width)..<((row + 1) * width)])
                let after = (0..<rows).map { min(nearest[$0], distance(points, $0, candidate, 0, width)) }
                let left = after.reduce(0, +)
                if best.map({ left < $0.total }) ?? true { best = (row, after, left) }
            }
            guard let best else { break }
            centres += points[(best.row * width)..<((best.row + 1) * width)]
            nearest = best.nearest
        }
        return centres
    }

    /// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    private struct Draw {
        var state: UInt64

        mutating func unit() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
        }
    }
}
