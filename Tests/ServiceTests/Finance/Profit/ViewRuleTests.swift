import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("Finance view: rules")
struct ViewRuleTests {
    private static func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    @Test(
        "every day up to the last is in exactly one sum, and few are read",
        arguments: [
            ("2026-02-10", "2026-04-20"), ("2026-01-01", "2026-12-31"), ("2026-02-01", "2026-02-28"),
            ("2026-02-10", "2026-02-11"), ("2024-12-31", "2025-01-01"), ("2026-01-15", "2026-02-28"),
        ])
    func spans(_ first: String, _ last: String) throws {
        let period = try Period(from: Self.day(first), to: Self.day(last), path: "p")
        for byDay in [false, true] {
            var days: [CalendarDay: Int] = [:]
            var sums = 0
            for span in ViewSpan.upTo(period, byDay: byDay) {
                var start = span.from
                while start <= span.to {
                    let next: CalendarDay
                    let (year, _, dayOfMonth) = start.components
                    switch span.span {
                    case .day: next = start.adding(days: 1)
                    case .month:
                        #expect(dayOfMonth == 1)
                        next = PostingMonths.month(after: start)
                    case .year:
                        #expect(start.description.hasSuffix("-01-01"))
                        next = try #require(CalendarDay(year: year + 1, month: 1, day: 1))
                    }
                    sums += 1
                    // No sum reaches over the first day: what stood before it is told apart.
                    #expect(start >= period.from || next <= period.from)
                    for place in 0..<start.days(to: next) { days[start.adding(days: place), default: 0] += 1 }
                    start = next
                }
            }
            let all = CalendarDay(daysSinceEpoch: 0).days(to: period.to) + 1
            #expect(days.count == all && days.values.allSatisfy { $0 == 1 })
            if !byDay { #expect(sums < 56 + 11 + 31 + 31 + 12 + 31) }
        }
    }

    @Test("an order changes its sums by what lies between before and after, in both places when it moves")
    func changes() throws {
        let key = OrderKey(source: "s", orderId: "O1")
        var row = OrderRow()
        (row.customerCode, row.branch, row.businessLine, row.currency) = ("C1", "KS01", "air", .cny)
        row.placedAt = try #require(Timestamp("2026-03-02T10:00:00+08:00"))
        (row.margin.earned, row.margin.knownRevenue, row.margin.cost) = (100, 60, 40)
        var other = row
        (other.branch, other.margin.cost) = ("SH01", 45)
        var cancelled = row
        cancelled.standing.cancel(1)
        #expect(LateChange.between(row, row, key).isEmpty)
        #expect(LateChange.between(row, cancelled, key).map(\.sums.orders) == [-1])
        #expect(LateChange.between(nil, row, key).map(\.earned) == [100])
        let moved = LateChange.between(row, other, key)
        #expect(moved.map(\.branch) == ["KS01", "SH01"] && moved.map(\.sums.cost) == [-40, 45])

        // By posting date a closed month stays, and what changes is in the first open one.
        let time = try #require(Timestamp("2026-05-04T10:00:00+08:00"))
        let months = PostingMonths(closed: [try Self.day("2026-03-01"), try Self.day("2026-04-01")])
        var view = OrderView(months)
        view.add(row, other, key, at: time)
        #expect(view.moved == [key])
        // What orders placed on a day come to, and what posting moves.
        var posted: [String: FixedDecimal] = [:]
        for (place, sums) in view.deltas {
            let cell = "\(place.day) \(place.branch)"
            posted[cell] = (posted[cell] ?? .zero) + sums.cost
        }
        #expect(
            posted == [
                "2026-03-02 KS01": .zero, "2026-03-02 SH01": .zero, "2026-05-01 KS01": -40, "2026-05-01 SH01": 45,
            ])
        #expect(view.deltas.allSatisfy { $0.value.asOf == time })
        var open = OrderView(PostingMonths())
        open.add(row, other, key, at: time)
        #expect(Set(open.deltas.keys.map(\.basis)) == [.placed])
        // Nothing is written for what stays.
        var same = OrderView(months)
        same.add(row, row, key, at: time)
        #expect(same.deltas.values.allSatisfy(\.isNothing) && same.moved.isEmpty)
    }

    @Test("an order that comes after something of it looks for its documents")
    func late() throws {
        var row = OrderRow()
        row.customerCode = "C1"
        let time = try #require(Timestamp("2026-05-04T10:00:00+08:00"))
        let key = OrderKey(source: "s", orderId: "O1")
        var view = OrderView(PostingMonths())
        view.add(OrderRow(), row, key, at: time)
        #expect(view.moved == [key])
        view = OrderView(PostingMonths())
        view.add(nil, row, key, at: time)
        #expect(view.moved.isEmpty)
    }

    @Test("a task that runs every few seconds does not make up for what it missed")
    func recurrence() throws {
        let task = ScheduledTask.every("t", seconds: 5) { _, _, _ in }
        let recurrence = try #require(task.recurrence)
        func time(_ text: String) throws -> Timestamp { try #require(Timestamp("2026-05-04T\(text)+08:00")) }
        #expect(try recurrence.next(after: time("10:00:00"), ranAt: time("10:00:00")) == time("10:00:05"))
        #expect(try recurrence.next(after: time("10:00:00"), ranAt: time("11:30:00")) == time("11:30:05"))
    }
}
