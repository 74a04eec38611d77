import Domain
import Testing

@Suite("Exchange rates")
struct RateTests {
    private func decimal(_ text: String) -> FixedDecimal? { FixedDecimal(text) }

    @Test("currencies convert by the rate of the day; the same one is untouched")
    func currencies() throws {
        let dollar = try #require(Currency("USD"))
        let day = try #require(CalendarDay("2026-01-05"))
        #expect(
            RateTable.standard.convert(try #require(decimal("10")), from: dollar, to: .cny, on: day) == decimal("70.5"))
        #expect(
            RateTable.standard.convert(try #require(decimal("10.0001")), from: dollar, to: dollar, on: day)
                == decimal("10.0001"))
        let unknown = try #require(Currency("KWD"))
        #expect(RateTable.standard.convert(try #require(decimal("10")), from: unknown, to: .cny, on: day) == nil)
    }

    @Test("money that is converted names the other currency, so that it adds up with that alone")
    func money() throws {
        let dollar = try #require(Currency("USD"))
        let day = try #require(CalendarDay("2026-01-05"))
        let ten = Money(try #require(decimal("10")), dollar)
        var sums = MoneyByCurrency([ten])
        sums += try #require(RateTable.standard.convert(ten, to: .cny, on: day))
        #expect(sums.amounts == [Money(try #require(decimal("70.5")), .cny), ten])
        #expect(RateTable.standard.convert(ten, to: try #require(Currency("KWD")), on: day) == nil)
    }
}
