import Contracts
import Domain
import ServiceTestSupport
import TestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite(
    "Finance in another zone",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct ZoneTests {
    /// A process has one zone, so this one is a process of its own.
    @Test("rules, tables and questions go by the days of the organisation's zone")
    func newYork() async {
        await #expect(processExitsWith: .success) {
            let zone = try #require(OrganisationZone("America/New_York"))
            try #require(OrganisationZone.choose(zone))
            try await DatabaseFixture.withSchema { database in
                let finance = try await ServiceFixture.over(
                    database, FinanceService.definition(Settings(FinanceService.settings)))
                // The morning of the 3rd in China is the evening of the 2nd in New York.
                let time = "2026-03-03T10:00:00+08:00"
                let invoice = InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["O1"], issuedAt: try moment(time),
                    dueAt: try moment("2026-03-10T04:30:00Z"), amount: .of("100"), currency: .cny)
                try await finance.handle(
                    [.init("1", OrderPlaced(makeOrder("O1", at: time, [("100", "150")]))), .init("2", invoice)],
                    at: time)
                try #require(try await finance.rows("select day from orders") == [["2026-03-02"]])
                // Half past midnight of the 10th: clocks were set forward on the 8th.
                try #require(
                    try await finance.rows("select issued_day, due_day from receivable")
                        == [["2026-03-02", "2026-03-10"]])
                for (day, count) in [("2026-03-02", 1), ("2026-03-03", 0)] {
                    let found = try await finance.ask("orders.list", ["from": day, "to": day], at: moment(time))
                    try #require(found.first?.rows.count == count, "\(day)")
                }
                let alerts = try await finance.ask(
                    "alerts.list", ["level": "order", "from": "2026-03-02", "to": "2026-03-02"], at: moment(time))
                try #require(alerts.first?.rows.isEmpty == false)
                // The month ends when it does in New York, twelve hours after it did in China.
                let month = ClosePeriod(
                    month: try #require(CalendarDay("2026-03-01")), by: "finance.director")
                let early = try await finance.handle([.init("3", month)], at: "2026-04-01T11:59:59+08:00")
                try #require(early.refused[0]?.detail.contains("it is 2026-03-31 in America/New_York") == true)
                let late = try await finance.handle([.init("4", month)], at: "2026-04-01T12:00:00+08:00")
                try #require(late.refused[0]?.reason != .contradictoryTimes)
            }
        }
    }
}
