import Foundation

/// A generator whose numbers follow from its seed alone (SplitMix64; Steele, Lea and Flood, 2014).
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from nought up to one.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether something of a probability happens.
    mutating func happens(_ probability: Double) -> Bool { fraction() < probability }

    /// A normally distributed number (Box and Muller, 1958).
    mutating func normal() -> Double {
        (-2 * log(max(fraction(), 1e-300))).squareRoot() * cos(2 * .pi * fraction())
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}
