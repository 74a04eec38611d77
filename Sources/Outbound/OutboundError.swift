/// Why something did not go out, or had no answer.
package struct OutboundError: Error, Sendable, CustomStringConvertible, Equatable {
    /// What kind of thing went wrong.
    package enum Code: String, Sendable {
        /// The address cannot be understood, or is none of HTTP.
        case address
        /// There is no connection, or it was lost before the whole answer had come.
        case unreachable
        /// Who answers could not prove, by a certificate that we trust, to be who was asked.
        case untrusted
        /// The answer was not whole in time.
        case timedOut
        /// The answer is larger than was allowed.
        case tooLarge
        /// The address is a private one, where this client may not go.
        case forbidden
        /// Who asked does not want it any more: its task was cancelled.
        case cancelled
    }

    /// What kind of thing went wrong.
    package let code: Code
    /// What is wrong; neither path nor login of the address stand in it, for they may be secret.
    package let description: String

    /// - Parameters: as the properties.
    package init(_ code: Code, _ description: String) {
        (self.code, self.description) = (code, description)
    }

    /// Whether the same may work when it is tried again.
    package var isRetriable: Bool { code == .unreachable || code == .timedOut }
}
