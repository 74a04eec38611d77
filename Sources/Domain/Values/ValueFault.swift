/// A value that cannot be read, before it is known where it stood.
public struct ValueFault: Error, Sendable, Equatable {
    /// Why a text is no value of its kind. The raw value is the code that a refused message carries.
    public enum Reason: String, Sendable, CaseIterable {
        /// A decimal is not written as one.
        case notADecimal = "not-a-decimal"
        /// A decimal has more than four places.
        case tooManyDecimals = "too-many-decimals"
        /// A decimal has more than fifteen digits before the point.
        case amountTooLarge = "amount-too-large"
        /// A time or a day is not written as one, has no offset, or does not exist.
        case badTime = "bad-time"
        /// The year is outside 1970…2199.
        case timeOutOfRange = "time-out-of-range"
    }

    /// The code.
    public let reason: Reason
    /// What is wrong and what to do.
    public let detail: String

    /// A fault.
    public init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}
