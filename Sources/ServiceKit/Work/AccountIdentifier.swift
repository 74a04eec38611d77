import Crypto

/// The identifier of a party before, and independent of, its registration.
///
/// A customer or supplier is known to the world by the code that some system gave it: (source, code). Every service
/// derives the same identifier from that pair alone, so that an order which arrives before its customer is registered
/// can be handled at once under a name that stays valid for ever: the registry makes it the customer's own identifier,
/// or an alias of it.
public enum AccountIdentifier {
    /// The identifier of a customer by the code that a source gave it.
    public static func customer(source: String, code: String) -> String {
        StableIdentifier.of("customer", source, code)
    }

    /// The identifier of a supplier by the code that a source gave it.
    public static func supplier(source: String, code: String) -> String {
        StableIdentifier.of("supplier", source, code)
    }
}

/// Identifiers that follow from what they name, the same wherever and however often they are made.
public enum StableIdentifier {
    /// A UUID version 8 (RFC 9562 §5.8): the first 122 free bits of SHA-256 over the parts, each with its length
    /// before it, so that no two pairs run together.
    public static func of(_ parts: String...) -> String {
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
