/// An address of mail that every server understands: a local part of letters, digits and the usual marks, `@`, a name of a
/// host. Nothing that would end a line, an envelope or a header field can be in it.
///
/// Quoted local parts, addresses in brackets and letters beyond ASCII are not taken: hardly anybody has them, and a server
/// that does not know them (RFC 6531) would take the mail for somebody else. A name in other letters is written as its
/// `xn--` form.
package struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    /// As it is written.
    package let description: String

    /// The part behind the `@`.
    package var domain: String { String(description[description.index(after: at)...]) }

    private var at: String.Index { description.lastIndex(of: "@") ?? description.startIndex }

    private static let marks = Set("!#$%&'*+-/=?^_`{|}~".utf8)

    /// The address of a text; `nil` when it is none (RFC 5321: 64 characters before the `@`, 254 in all).
    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count), Self.isHost(parts[1])
        else { return nil }
        for atom in parts[0].split(separator: ".", omittingEmptySubsequences: false) {
            guard !atom.isEmpty, atom.utf8.allSatisfy({ Self.isLetterOrDigit($0) || Self.marks.contains($0) }) else {
                return nil
            }
        }
        description = text
    }

    /// Whether a text is the name of a host: labels of letters, digits and inner hyphens.
    package static func isHost(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

/// An address with the name of whose it is.
package struct Mailbox: Sendable, Equatable {
    /// The name; any words.
    package var name: String?
    /// The address.
    package var address: MailAddress

    /// - Parameters: as the properties.
    package init(name: String? = nil, address: MailAddress) { (self.name, self.address) = (name, address) }
}
