/// A valid unified social credit code of a Chinese organisation (GB 32100-2015).
///
/// Eighteen characters: authority, type, region (GB/T 2260, six digits), organisation code (nine characters with a
/// check of their own, GB 11714-1997), and a check over all.
public struct UnifiedSocialCreditCode: Sendable, Hashable {
    /// The code, upper-case.
    public let text: String

    private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
    private static let values: [UInt8: Int] = Dictionary(
        uniqueKeysWithValues: alphabet.enumerated().map { ($0.element, $0.offset) })
    /// 3^(i−1) mod 31 for the first seventeen places.
    private static let weights: [Int] = (0..<17).reduce(into: []) { weights, _ in
        weights.append(((weights.last ?? 21) * 3) % 31)
    }

    /// A code as somebody wrote or pasted it: spaces, hyphens, lower case, full-width characters and what nobody sees are
    /// put right.
    ///
    /// - Returns: `nil` when it is not valid.
    public init?(_ written: String) {
        var bytes: [UInt8] = []
        for byte in TypedText.plain(written).utf8 where byte != 0x20 && byte != 0x2D {
            guard byte < 0x80 else { return nil }
            bytes.append((0x61...0x7A).contains(byte) ? byte - 0x20 : byte)
        }
        guard bytes.count == 18 else { return nil }
        let digits = bytes.compactMap { Self.values[$0] }
        guard digits.count == 18, bytes[2..<8].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        // The outer remainder matters: without it a sum that leaves nothing would ask for the 32nd character.
        let check = (31 - zip(digits, Self.weights).reduce(0) { $0 + $1.0 * $1.1 } % 31) % 31
        guard digits[17] == check, Self.isOrganisationCode(bytes[8..<17]) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The check of the organisation code: weights 3, 7, 9, 10, 5, 8, 4, 2, modulo 11; ten is X, eleven is 0.
    private static func isOrganisationCode(_ bytes: ArraySlice<UInt8>) -> Bool {
        let code = Array(bytes)
        var sum = 0
        for (byte, weight) in zip(code, [3, 7, 9, 10, 5, 8, 4, 2]) {
            switch byte {
            case 0x30...0x39: sum += Int(byte - 0x30) * weight
            case 0x41...0x5A: sum += Int(byte - 0x41 + 10) * weight
            default: return false
            }
        }
        let remainder = 11 - sum % 11
        let check: UInt8 =
            switch remainder {
            case 10: UInt8(ascii: "X")
            case 11: UInt8(ascii: "0")
            default: UInt8(0x30 + remainder)
            }
        return code[8] == check
    }
}
