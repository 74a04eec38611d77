/// Which addresses of the Internet's protocol are public, by IANA's registries of special-purpose addresses (RFC 6890 and
/// what has been added since).
package enum PublicAddress {
    /// Whether an address belongs to the public Internet.
    ///
    /// What carries another address within itself (RFC 4291 mapped, RFC 6052 translated) is as public as that one; tunnels,
    /// whose far end nobody knows, are not.
    ///
    /// - Parameter bytes: 4 or 16, in the network's order. Any other number is no address, and not public.
    package static func isPublic(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: isPublicVersion4(bytes)
        case 16: isPublicVersion6(bytes)
        default: false
        }
    }

    private static let specialVersion4: [(prefix: [UInt8], bits: Int)] = [
        ([0, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8), ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12), ([192, 0, 0, 0], 24), ([192, 0, 2, 0], 24), ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15), ([198, 51, 100, 0], 24), ([203, 0, 113, 0], 24), ([224, 0, 0, 0], 4),
        ([240, 0, 0, 0], 4),
    ]

    /// Of what is global unicast, 2000::/3.
    private static let specialVersion6: [(prefix: [UInt8], bits: Int)] = [
        ([0x20, 0x01, 0x00, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x20, 0x02, 0x00, 0x00], 16),
        ([0x3F, 0xFF, 0x00, 0x00], 20),
    ]

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    private static let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]

    private static func isPublicVersion4(_ bytes: [UInt8]) -> Bool {
        !specialVersion4.contains { begins(bytes, with: $0.prefix, bits: $0.bits) }
    }

    private static func isPublicVersion6(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: mapped) || bytes.starts(with: translated) {
            return isPublicVersion4(Array(bytes.suffix(4)))
        }
        return bytes[0] & 0xE0 == 0x20 && !specialVersion6.contains { begins(bytes, with: $0.prefix, bits: $0.bits) }
    }

    private static func begins(_ bytes: [UInt8], with prefix: [UInt8], bits: Int) -> Bool {
        for at in 0..<prefix.count {
            let left = bits - at * 8
            if left <= 0 { return true }
            let mask: UInt8 = left >= 8 ? 0xFF : 0xFF << UInt8(8 - left)
            if bytes[at] & mask != prefix[at] & mask { return false }
        }
        return true
    }
}
