import Crypto

/// Whether an answer is the one that whoever asks has already (RFC 9110 §8.8.3, §13.1.2).
package enum EntityTag {
    /// The tag of an answer's content. It is a weak one: the time that an answer is of is not part of it.
    package static func weak(_ content: [UInt8]) -> String {
        let digest = SHA256.hash(data: content).prefix(16).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0\(text)" : text
        }
        return "W/\"\(digest.joined())\""
    }

    /// Whether one of the tags that came along is this one.
    package static func matches(_ tag: String, in header: String?) -> Bool {
        guard let header else { return false }
        func bare(_ text: some StringProtocol) -> String {
            let text = String(text).trimmingASCIISpaces
            return text.hasPrefix("W/") ? String(text.dropFirst(2)) : text
        }
        return header.trimmingASCIISpaces == "*" || header.split(separator: ",").contains { bare($0) == bare(tag) }
    }
}
