/// An amount in a currency.
public struct Money: Sendable, Hashable {
    /// How much.
    public var amount: FixedDecimal
    /// Of what.
    public var currency: Currency

    /// An amount in a currency.
    public init(_ amount: FixedDecimal, _ currency: Currency) {
        self.amount = amount
        self.currency = currency
    }

    /// Nothing, in a currency.
    public static func zero(_ currency: Currency) -> Money { Money(.zero, currency) }

    /// The sum of two amounts of the same currency.
    public func adding(_ other: Money) throws(CurrencyMismatch) -> Money {
        guard currency == other.currency else { throw CurrencyMismatch(first: currency, second: other.currency) }
        return Money(amount + other.amount, currency)
    }

    /// The difference of two amounts of the same currency.
    public func subtracting(_ other: Money) throws(CurrencyMismatch) -> Money {
        guard currency == other.currency else { throw CurrencyMismatch(first: currency, second: other.currency) }
        return Money(amount - other.amount, currency)
    }
}

extension Money: CustomStringConvertible {
    /// The amount with at least two decimals and the currency code: `"2193.10 CNY"`.
    public var description: String { "\(amount.moneyText) \(currency)" }
}

/// Two currencies met in one sum. Convert one of them first, at a stated rate.
public struct CurrencyMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    /// The currency of the left operand.
    public let first: Currency
    /// The currency of the right operand.
    public let second: Currency

    /// The text of the error.
    public var description: String {
        "amounts in \(first) and \(second) cannot be added: convert one of them at a stated rate first"
    }
}
