import Crypto
package import Domain

/// Identifiers of messages.
package enum MessageIdentifier {
    /// One that was not there before: a UUID version 7 (RFC 9562 §5.7), so that they sort by time.
    package static func next(at time: Timestamp) -> String {
        var generator = SystemRandomNumberGenerator()
        let milliseconds = UInt64(bitPattern: time.microsecondsSinceEpoch / 1_000) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | generator.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
        return Hexadecimal.uuid(high: high, low: low)
    }

    /// One that follows from what it names: a UUID version 8 (RFC 9562 §5.8), the first 122 free bits of SHA-256 over the
    /// parts, each with its length before it, so that no two pairs run together.
    package static func stable(_ parts: [String]) -> String {
        var hash = SHA256()
        for part in parts {
            hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
        }
        var halves: [UInt64] = [0, 0]
        for (index, byte) in hash.finalize().prefix(16).enumerated() {
            halves[index / 8] = halves[index / 8] << 8 | UInt64(byte)
        }
        return Hexadecimal.uuid(
            high: halves[0] & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
            low: halves[1] & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }
}

/// Lower-case hexadecimal text.
package enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// The canonical text of a UUID given as two halves.
    package static func uuid(high: UInt64, low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var index = 0
            for half in [high, low] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    if index == 8 || index == 13 || index == 18 || index == 23 {
                        buffer[index] = UInt8(ascii: "-")
                        index += 1
                    }
                    buffer[index] = digits[Int(half >> UInt64(shift) & 0xF)]
                    index += 1
                }
            }
            return index
        }
    }
}
