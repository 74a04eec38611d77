import Contracts
import Domain
import Testing

@testable import Client

@Suite("What people type")
struct EnteredValueTests {
    @Test("each value is read, and what is none is refused with the field's name and an example")
    func values() throws {
        #expect(try EnteredValue.day("2026-01-05", "--from") == CalendarDay("2026-01-05"))
        #expect(try EnteredValue.time("2026-01-05T09:30:00+08:00", "--at") == Timestamp("2026-01-05T09:30:00+08:00"))
        #expect(try EnteredValue.amount("20000.00", "--amount") == FixedDecimal("20000"))
        #expect(try EnteredValue.currency("CNY", "--currency") == .cny)
        #expect(try EnteredValue.choice("finance", "--service", ServiceName.self) == .finance)
        let refusals: [(String, () throws -> Void)] = [
            ("--from 'soon' is no day such as 2026-01-05", { _ = try EnteredValue.day("soon", "--from") }),
            (
                "--at 'noon' is no time such as 2026-01-05T09:30:00+08:00",
                { _ = try EnteredValue.time("noon", "--at") }
            ),
            ("--amount '1,5' is no amount such as 20000.00", { _ = try EnteredValue.amount("1,5", "--amount") }),
            ("--currency 'yuan' is no currency such as CNY", { _ = try EnteredValue.currency("yuan", "--currency") }),
            (
                "--service 'billing' is none of \(ServiceName.allCases.map(\.rawValue).joined(separator: ", "))",
                { _ = try EnteredValue.choice("billing", "--service", ServiceName.self) }
            ),
        ]
        for (text, read) in refusals {
            let failure = try #require(throws: Failure.self) { try read() }
            #expect(failure.description == text)
        }
    }
}
