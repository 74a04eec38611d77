/// What went wrong between us and the broker.
public struct MessagingError: Error, Sendable, CustomStringConvertible {
    /// What kind of thing went wrong.
    public enum Code: String, Sendable {
        /// There is no connection, or it was lost.
        case connection
        /// User, password, certificate or virtual host were refused.
        case refusedLogin
        /// The broker closed the channel over what was asked.
        case channel
        /// The set-up is not what it must be.
        case topology
        /// No answer came in time.
        case timedOut
        /// Who asked does not want it any more: its task was cancelled.
        case cancelled
        /// No queue takes the message.
        case unroutable
        /// The address or another setting cannot be understood.
        case configuration
        /// The service did not do what was asked.
        case refused
    }

    /// What kind of thing went wrong.
    public let code: Code
    /// What is wrong, without passwords.
    public let message: String
    /// The broker's reply code, such as 404, when it gave one.
    public let replyCode: Int?

    /// - Parameters:
    ///   - code: what kind of thing went wrong.
    ///   - message: what is wrong.
    ///   - replyCode: the broker's reply code.
    public init(_ code: Code, _ message: String, replyCode: Int? = nil) {
        self.code = code
        self.message = message
        self.replyCode = replyCode
    }

    /// Whether the same thing may work when it is tried again.
    public var isRetriable: Bool { code == .connection || code == .timedOut }

    /// What is wrong.
    public var description: String { replyCode.map { "\(message) (\($0))" } ?? message }
}
