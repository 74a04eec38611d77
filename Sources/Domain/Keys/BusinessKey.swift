/// An account's business in one line: what orders are decided by and what they are summed by.
public struct BusinessKey: Hashable, Comparable, Sendable {
    /// Whose business.
    public let account: AccountKey
    /// The line of business, as messages name it.
    public let businessLine: String

    /// A key.
    @inlinable
    public init(source: String, code: String, businessLine: String) {
        account = AccountKey(source: source, code: code)
        self.businessLine = businessLine
    }

    /// The account's source.
    @inlinable public var source: String { account.source }
    /// The account's code at its source.
    @inlinable public var code: String { account.code }

    /// Whether account and line are the same, byte for byte.
    @inlinable
    public static func == (first: Self, second: Self) -> Bool {
        first.account == second.account && first.businessLine.hasSameBytes(as: second.businessLine)
    }

    /// Account and line.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(account)
        hasher.combine(businessLine)
    }

    /// By account, then by line, byte by byte.
    @inlinable
    public static func < (first: Self, second: Self) -> Bool {
        first.account == second.account
            ? first.businessLine.compareBytes(with: second.businessLine) < 0 : first.account < second.account
    }
}
