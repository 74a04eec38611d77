package import Simulation

extension Array {
    /// The same in an order that follows from a seed.
    package func shuffled(_ random: inout RandomSource) -> [Element] {
        var copy = self
        for index in copy.indices.dropFirst().reversed() { copy.swapAt(index, random.below(index + 1)) }
        return copy
    }
}
