import Crypto
import Foundation

/// What a mail, or a thread of mails, is known by for ever: `<local@domain>` (RFC 5322, 3.6.4).
package struct MailIdentifier: Sendable, Hashable, CustomStringConvertible {
    /// With its angle brackets.
    package let description: String

    /// That of a mail.
    ///
    /// - Parameters:
    ///   - number: what it is made of; the same gives the same. What cannot stand there is told by its digest.
    ///   - domain: the name of the host that answers for it.
    package init(ofMail number: String, domain: MailAddress) {
        description = "<\(SafeNumber.of(number))@\(domain.domain)>"
    }

    /// That of a thread, which is no mail's: mails that name it are shown together.
    package init(ofThread number: String, domain: MailAddress) {
        description = "<thread-\(SafeNumber.of(number))@\(domain.domain)>"
    }
}

/// Numbers as they can stand everywhere.
enum SafeNumber {
    /// The number itself when it is of letters, digits, `-` and `_` and no longer than 64; otherwise 40 digits of its
    /// SHA-256.
    static func of(_ number: String) -> String {
        let isSafe = number.utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
            default: false
            }
        }
        guard !isSafe || !(1...64).contains(number.utf8.count) else { return number }
        let digits = SHA256.hash(data: Data(number.utf8)).flatMap { [$0 >> 4, $0 & 15] }
        return String(digits.prefix(40).map { String($0, radix: 16) }.joined())
    }
}
