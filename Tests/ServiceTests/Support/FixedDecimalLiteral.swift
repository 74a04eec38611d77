import Contracts
public import Domain

extension FixedDecimal: ExpressibleByIntegerLiteral {
    /// A whole number in a test.
    public init(integerLiteral value: Int) { self.init(value) }
}
