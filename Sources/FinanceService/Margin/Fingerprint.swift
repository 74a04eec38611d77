/// A stable hash (FNV-1a, 128 bits) of bytes: tells a copy from a contradiction.
///
/// It keeps apart what is different by accident, not by malice; nothing here is a secret.
struct Fingerprint: Sendable {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    /// Adds bytes.
    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { state = (state ^ UInt128(byte)) &* Self.prime }
    }

    /// Half of the hash, to compare content by.
    static func of(_ bytes: [UInt8]) -> Int64 {
        var fingerprint = Fingerprint()
        fingerprint.add(bytes)
        return Int64(truncatingIfNeeded: fingerprint.state ^ (fingerprint.state >> 64))
    }
}
