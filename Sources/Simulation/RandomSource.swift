import Foundation

/// A generator whose numbers follow from its seed alone (SplitMix64; Steele, Lea and Flood, 2014).
package struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter seed: what all its numbers follow from.
    package init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from nought up to one.
    package mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether something of a probability happens.
    package mutating func happens(_ probability: Double) -> Bool { fraction() < probability }

    /// A normally distributed number (Box and Muller, 1958).
    package mutating func normal() -> Double {
        (-2 * log(max(fraction(), 1e-300))).squareRoot() * cos(2 * .pi * fraction())
    }

    /// A whole number from 0 up to, and without, a bound; 0 where the bound is below 1.
    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}
