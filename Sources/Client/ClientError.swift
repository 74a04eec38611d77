/// What a service has to say to whoever asked or commanded, when it is not what was hoped for.
package struct ClientError: Error, CustomStringConvertible, Equatable {
    /// The kinds of it.
    package enum Code: Sendable, Equatable {
        /// The service has refused the question.
        case refused
        /// The service was not heard of in time. A command is kept by the broker and takes effect when it is back.
        case notHeard
    }

    /// Which kind.
    package let code: Code
    /// What happened, and what to do.
    package let description: String
    /// The reason code of a refusal, as the service gave it.
    package let reason: String?
    /// What the service said of it, in words.
    package let detail: String?

    /// - Parameters: as the properties.
    package init(_ code: Code, _ description: String, reason: String? = nil, detail: String? = nil) {
        (self.code, self.description) = (code, description)
        (self.reason, self.detail) = (reason, detail)
    }
}
