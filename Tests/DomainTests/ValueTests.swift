import Domain
import Testing

@Suite("Values")
struct ValueTests {
    @Test("decimals are exact and written as they should be")
    func decimals() throws {
        #expect(FixedDecimal("2193.1")?.moneyText == "2193.10")
        #expect(FixedDecimal("-0.0001")?.description == "-0.0001")
        #expect(FixedDecimal("999999999999999.9999")?.description == "999999999999999.9999")
        for wrong in ["", "-", "+1", ".5", "5.", "1e3", "1,5", " 1", "0x1", "1.23456", "1234567890123456"] {
            #expect(FixedDecimal(wrong) == nil, "\(wrong)")
        }
        let sum = ["0.1", "0.2"].compactMap { FixedDecimal($0) }.reduce(.zero, +)
        #expect(sum == FixedDecimal("0.3"))
        #expect(FixedDecimal(units: 5).multiplied(by: 1, dividedBy: 10)?.units == 1)
        #expect(FixedDecimal(units: -5).multiplied(by: 1, dividedBy: 10)?.units == -1)
    }

    @Test("money of two currencies does not mix")
    func money() throws {
        let yuan = Money(FixedDecimal(1), .cny)
        let dollars = Money(FixedDecimal(1), try #require(Currency("USD")))
        #expect(try yuan.adding(yuan).amount == FixedDecimal(2))
        #expect(throws: CurrencyMismatch.self) { try yuan.adding(dollars) }
    }

    @Test("times keep instant and offset; the business day is China's")
    func times() throws {
        let time = try #require(Timestamp("2026-01-05T23:30:00.5Z"))
        #expect(time.description.hasPrefix("2026-01-05T23:30:00.5"))
        #expect(time.day().description == "2026-01-06")
        let other = try #require(Timestamp("2026-01-06T07:30:00.5+08:00"))
        #expect(!(time < other) && !(other < time))
    }

    @Test("a text that is no value says why, with the code that a refusal carries")
    func faults() {
        func reason(_ read: () throws(ValueFault) -> Void) -> ValueFault.Reason? {
            do throws(ValueFault) { try read() } catch { return error.reason }
            return nil
        }
        #expect(reason { () throws(ValueFault) in _ = try FixedDecimal(parsing: "1,5") } == .notADecimal)
        #expect(reason { () throws(ValueFault) in _ = try FixedDecimal(parsing: "1.23456") } == .tooManyDecimals)
        #expect(
            reason { () throws(ValueFault) in _ = try FixedDecimal(parsing: "1234567890123456") } == .amountTooLarge)
        #expect(reason { () throws(ValueFault) in _ = try CalendarDay(parsing: "2026-02-29") } == .badTime)
        #expect(reason { () throws(ValueFault) in _ = try CalendarDay(parsing: "2200-01-01") } == .timeOutOfRange)
        #expect(reason { () throws(ValueFault) in _ = try Timestamp(parsing: "2026-01-05T09:30:00") } == .badTime)
    }
}
