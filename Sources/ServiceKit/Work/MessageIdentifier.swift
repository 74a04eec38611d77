import Contracts
import Domain

/// Identifiers of the messages a service publishes: UUID version 7 (RFC 9562 §5.7), so that they sort by time.
enum MessageIdentifier {
    static func next(at time: Timestamp) -> String {
        var generator = SystemRandomNumberGenerator()
        let milliseconds = UInt64(bitPattern: time.microsecondsSinceEpoch / 1_000) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | generator.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
        return Hexadecimal.uuid(high: high, low: low)
    }
}

/// Lower-case hexadecimal text.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// The canonical text of a UUID given as two halves.
    static func uuid(high: UInt64, low: UInt64) -> String {
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
