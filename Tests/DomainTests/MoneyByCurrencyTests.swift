import Domain
import Testing

@Suite("Amounts by currency")
struct MoneyByCurrencyTests {
    private func money(_ amount: String, _ currency: String) throws -> Money {
        Money(try #require(FixedDecimal(amount)), try #require(Currency(currency)))
    }

    @Test("each currency is a sum of its own, and one that cancels out is gone")
    func sums() throws {
        var sums = MoneyByCurrency([try money("100", "CNY"), try money("5000000", "JPY"), try money("0.5", "CNY")])
        #expect(sums.amounts == [try money("100.5", "CNY"), try money("5000000", "JPY")])
        #expect(sums[.cny] == (try money("100.5", "CNY")))
        sums -= try money("5000000", "JPY")
        #expect(sums.amounts == [try money("100.5", "CNY")])
        let yen = try money("0", "JPY")
        #expect(sums[yen.currency] == yen && !sums.isZero)
        sums += MoneyByCurrency([try money("-100.5", "CNY"), try money("7", "USD")])
        #expect(sums == MoneyByCurrency([try money("7", "USD")]))
        sums -= try money("7", "USD")
        #expect(sums.isZero && sums.amounts.isEmpty)
    }
}
