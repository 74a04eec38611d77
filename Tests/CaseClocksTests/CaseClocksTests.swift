import CaseClocks
import Domain
import Foundation
import Testing

@Suite struct CaseClocksTests {
    private static func hours(
        _ zone: String, _ spans: [(Int, Int)], holidays: [String] = [], workdays: [String] = []
    ) throws -> BusinessHours {
        let day = try spans.map { try #require(BusinessHours.Span(from: $0.0 * 3600, to: $0.1 * 3600)) }
        return BusinessHours(
            zone: try #require(TimeZone(identifier: zone)), week: [day, day, day, day, day, [], []],
            holidays: Set(holidays.compactMap { CalendarDay($0) }),
            workdays: Set(workdays.compactMap { CalendarDay($0) }))
    }

    private static func clocks(
        _ events: [(CaseEvent, String)], target: Int64?, _ hours: BusinessHours
    ) throws -> CaseClocks {
        let read = try events.map { (event: $0.0, at: try #require(Timestamp($0.1))) }
        let first = try #require(read.map(\.at).min())
        var clock = BusinessClock(hours, from: first)
        return CaseClocks(read, target: target.map { $0 * 1_000_000 }, by: &clock)
    }

    @Test func eachOwnerPaysForItsOwnTime() throws {
        // Monday 2026-03-02; nine to twelve and thirteen to eighteen.
        let hours = try Self.hours("Asia/Shanghai", [(9, 12), (13, 18)])
        let found = try Self.clocks(
            [
                (.resolved, "2026-03-03T10:00:00+08:00"), (.opened, "2026-03-02T08:00:00+08:00"),
                (.waitingCustomer, "2026-03-02T10:00:00+08:00"), (.resumed, "2026-03-02T14:00:00+08:00"),
                (.waitingSupplier, "2026-03-02T17:30:00+08:00"), (.assigned, "2026-03-02T17:45:00+08:00"),
                (.resumed, "2026-03-03T09:15:00+08:00"),
            ], target: 8 * 3600, hours)
        #expect(found.us == (3600 + 3 * 3600 + 1800 + 45 * 60) * 1_000_000)
        #expect(found.customer == 3 * 3600 * 1_000_000)
        #expect(found.supplier == (30 + 15) * 60 * 1_000_000)
        #expect(found.due == nil, "the clock stands: nothing is due")
        #expect(found.breached == nil)
    }

    @Test func aTargetReachedAtTheEndOfASpanIsReachedThere() throws {
        let hours = try Self.hours("Asia/Shanghai", [(9, 12), (13, 18)])
        let open = [(CaseEvent.opened, "2026-03-02T09:00:00+08:00")]
        #expect(
            try Self.clocks(open, target: 3 * 3600, hours).due == Timestamp("2026-03-02T12:00:00+08:00"))
        let found = try Self.clocks(
            open + [(.assigned, "2026-03-02T12:30:00+08:00")], target: 3 * 3600, hours)
        #expect(found.breached == Timestamp("2026-03-02T12:00:00+08:00"))
        #expect(found.due == found.breached)
    }

    @Test func reopeningGoesOnWhereTheClockStood() throws {
        let hours = try Self.hours("Asia/Shanghai", [(9, 18)])
        let found = try Self.clocks(
            [
                (.opened, "2026-03-02T09:00:00+08:00"), (.resolved, "2026-03-02T16:00:00+08:00"),
                (.reopened, "2026-03-05T09:00:00+08:00"),
            ], target: 8 * 3600, hours)
        #expect(found.us == 7 * 3600 * 1_000_000)
        #expect(found.due == Timestamp("2026-03-05T10:00:00+08:00"))
    }

    @Test func aDayMadeUpForHasMondaysHoursAndAHolidayNone() throws {
        let hours = try Self.hours(
            "Asia/Shanghai", [(9, 18)], holidays: ["2026-10-01", "2026-10-02"], workdays: ["2026-10-10"])
        let found = try Self.clocks(
            [(.opened, "2026-09-30T17:00:00+08:00"), (.resolved, "2026-10-10T10:00:00+08:00")], target: nil, hours)
        // One hour on Wednesday; Monday the 5th to Friday the 9th whole; one on the Saturday that is made up for.
        #expect(found.us == (1 + 5 * 9 + 1) * 3600 * 1_000_000)
    }

    @Test func anHourThatTheClockPassesOverIsNotCounted() throws {
        // In Berlin 02:00 becomes 03:00 on Sunday 2026-03-29, and 03:00 becomes 02:00 on 2026-10-25.
        let span = try #require(BusinessHours.Span(from: 3600, to: 4 * 3600))
        let hours = BusinessHours(
            zone: try #require(TimeZone(identifier: "Europe/Berlin")), week: [[], [], [], [], [], [], [span]])
        let spring = try Self.clocks(
            [(.opened, "2026-03-28T12:00:00Z"), (.closed, "2026-03-30T00:00:00Z")], target: nil, hours)
        #expect(spring.us == 2 * 3600 * 1_000_000)
        let autumn = try Self.clocks(
            [(.opened, "2026-10-24T12:00:00Z"), (.closed, "2026-10-26T00:00:00Z")], target: nil, hours)
        #expect(autumn.us == 4 * 3600 * 1_000_000)
    }

    @Test func withoutHoursNothingIsEverDue() throws {
        let hours = BusinessHours(zone: .gmt, week: [])
        let found = try Self.clocks([(.opened, "2026-03-02T09:00:00Z")], target: 60, hours)
        #expect(found.due == nil)
        #expect(found.breached == nil)
    }

    @Test func passingAndComingBackAreOneAnothersInverse() throws {
        var generator = SystemRandomNumberGenerator()
        for zone in ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"] {
            let hours = try Self.hours(zone, [(0, 7), (9, 12), (22, 24)], holidays: ["2026-05-01"])
            let first = try #require(Timestamp("2026-01-01T00:00:00Z"))
            var clock = BusinessClock(hours, from: first)
            for _ in 0..<500 {
                let amount = Int64.random(in: 1...(2_000 * 3_600_000_000), using: &generator)
                let found = clock.instant(atPassed: amount)
                let instant = try #require(found)
                let passed = clock.passed(at: instant)
                #expect(passed == amount, "\(zone), \(amount)")
            }
        }
    }
}
