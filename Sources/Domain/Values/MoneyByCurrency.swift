/// Amounts summed for each currency by itself.
///
/// Amounts of two currencies have no sum, and here none can be written: only ``Money`` can be added, and what comes out
/// is ``Money`` again, one for each currency.
public struct MoneyByCurrency: Sendable, Hashable {
    private var sums: [Currency: FixedDecimal] = [:]

    /// Nothing, in no currency.
    public init() {}

    /// The sums of some amounts.
    public init(_ amounts: some Sequence<Money>) {
        for amount in amounts { self += amount }
    }

    /// What came together in a currency, nought when nothing did.
    public subscript(currency: Currency) -> Money { Money(sums[currency] ?? .zero, currency) }

    /// One amount for each currency in which something came together, in the order of the codes. A currency whose
    /// amounts cancel out is not among them.
    public var amounts: [Money] { sums.sorted { $0.key < $1.key }.map { Money($0.value, $0.key) } }

    /// Whether nothing is left in any currency.
    public var isZero: Bool { sums.isEmpty }

    /// Adds an amount to those of its currency.
    public static func += (sums: inout MoneyByCurrency, amount: Money) { sums.add(amount.amount, to: amount.currency) }

    /// Takes an amount from those of its currency.
    public static func -= (sums: inout MoneyByCurrency, amount: Money) { sums.add(-amount.amount, to: amount.currency) }

    /// Adds sums to sums, each currency by itself.
    public static func += (sums: inout MoneyByCurrency, others: MoneyByCurrency) {
        for (currency, amount) in others.sums { sums.add(amount, to: currency) }
    }

    private mutating func add(_ amount: FixedDecimal, to currency: Currency) {
        let sum = (sums[currency] ?? .zero) + amount
        sums[currency] = sum == .zero ? nil : sum
    }
}
