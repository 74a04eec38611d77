package import Contracts
import Hummingbird

/// Texts within addresses.
package enum AddressText {
    /// What is written in an address, without its escapes.
    ///
    /// - Parameter isForm: whether `+` is a space, as in queries.
    /// - Returns: `nil` when an escape is none, or the text no UTF-8.
    package static func decoded(_ text: String, isForm: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where isForm: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// A text as it stands in the query of an address.
    package static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    /// The named values of a query, in their order, also those that come twice.
    ///
    /// - Throws: ``Problem`` `bad-request` when an escape is none or a text no UTF-8, and `control-character`.
    package static func parameters(_ query: String?) throws -> [QueryParameter] {
        try (query ?? "").split(separator: "&").map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(String(pair[0]), isForm: true),
                let value = decoded(pair.count > 1 ? String(pair[1]) : "", isForm: true)
            else {
                throw Problem(
                    .badRequest,
                    "the part of the query that begins '\(shortened(String(part)))' is no UTF-8 in percent-encoding",
                    path: "query")
            }
            let isText = (name + value).unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x20 && scalar.value != 0x7F || ["\t", "\n", "\r"].contains(scalar)
            }
            guard isText else {
                throw Problem(
                    .badRequest, .message(.controlCharacter),
                    "'\(shortened(encoded(name)))' holds a control character", path: "query")
            }
            return QueryParameter(name: name, value: value)
        }
    }

    private static func shortened(_ text: String) -> String { String(text.prefix(40)) }
}
