/// Minimises a function of a few variables without derivatives: the simplex method of Nelder and Mead (The Computer
/// Journal 7, 1965) with the usual coefficients, started again from what it found until that no longer helps.
enum NelderMead {
    /// - Parameters:
    ///   - start: where to begin.
    ///   - step: how far the first corners lie from there.
    ///   - tolerance: the spread of values over the corners at which it is done.
    ///   - function: what to minimise; a value that is not a number counts as infinitely large.
    /// - Returns: the best point found and its value.
    static func minimise(
        from start: [Double], step: Double = 0.5, tolerance: Double = 1e-9, _ function: ([Double]) -> Double
    ) -> (point: [Double], value: Double) {
        func value(_ point: [Double]) -> Double {
            let value = function(point)
            return value.isNaN ? .infinity : value
        }
        var best = (point: start, value: value(start))
        for round in 0..<6 {
            let found = run(from: best.point, best.value, step: round == 0 ? step : step / 4, tolerance, value)
            let gain = best.value - found.value
            if found.value <= best.value { best = found }
            if round > 0, gain <= tolerance * (1 + abs(best.value)) { break }
        }
        return best
    }

    private static func run(
        from start: [Double], _ startValue: Double, step: Double, _ tolerance: Double, _ value: ([Double]) -> Double
    ) -> (point: [Double], value: Double) {
        var simplex = [(point: start, value: startValue)]
        for axis in start.indices {
            var corner = start
            corner[axis] += step
            simplex.append((corner, value(corner)))
        }
        let worst = simplex.count - 1
        for _ in 0..<(400 * start.count) {
            simplex.sort { $0.value < $1.value }
            if simplex[worst].value - simplex[0].value <= tolerance * (1 + abs(simplex[0].value)) { break }
            let centre = start.indices.map { axis in
                simplex.dropLast().reduce(0) { $0 + $1.point[axis] } / Double(worst)
            }
            func along(_ factor: Double) -> (point: [Double], value: Double) {
                let point = start.indices.map { centre[$0] + factor * (simplex[worst].point[$0] - centre[$0]) }
                return (point, value(point))
            }
            let reflected = along(-1)
            if reflected.value < simplex[0].value {
                let expanded = along(-2)
                simplex[worst] = expanded.value < reflected.value ? expanded : reflected
            } else if reflected.value < simplex[worst - 1].value {
                simplex[worst] = reflected
            } else {
                let contracted = reflected.value < simplex[worst].value ? along(-0.5) : along(0.5)
                if contracted.value < min(reflected.value, simplex[worst].value) {
                    simplex[worst] = contracted
                } else {
                    for corner in 1...worst {
                        let point = start.indices.map { (simplex[corner].point[$0] + simplex[0].point[$0]) / 2 }
                        simplex[corner] = (point, value(point))
                    }
                }
            }
        }
        return simplex.min { $0.value < $1.value } ?? (start, startValue)
    }
}
