import Domain
import Testing

@Suite("Working calendar")
struct WorkingCalendarTests {
    @Test("weeks begin on Monday, and the Spring Festival is masked")
    func calendar() throws {
        let sunday = try #require(CalendarDay("2026-01-11"))
        #expect(WorkingCalendar.week(of: sunday).description == "2026-01-05")
        #expect(WorkingCalendar.isMasked(try #require(CalendarDay("2026-02-16"))))
        #expect(!WorkingCalendar.isMasked(try #require(CalendarDay("2026-05-11"))))
    }

    @Test("years without a notice have weekends and the fixed holidays")
    func unpublished() throws {
        #expect(!WorkingCalendar.isWorkingDay(try #require(CalendarDay("2028-01-26"))))
        #expect(!WorkingCalendar.isWorkingDay(try #require(CalendarDay("2029-10-05"))))
        #expect(!WorkingCalendar.isWorkingDay(try #require(CalendarDay("2029-06-02"))))
        #expect(WorkingCalendar.isWorkingDay(try #require(CalendarDay("2029-06-01"))))
    }
}
