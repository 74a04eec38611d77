public import Contracts

extension FixedDecimal: ExpressibleByIntegerLiteral {
    /// A whole number in a test.
    public init(integerLiteral value: Int) { self.init(value) }
}
