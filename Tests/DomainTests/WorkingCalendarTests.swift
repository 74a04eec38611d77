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

    @Test(
        "Qingming, Dragon Boat and Mid-Autumn are off in every year; on a weekend the Monday after is",
        arguments: [
            "2027-04-05", "2027-06-09", "2027-09-15", "2028-04-04", "2028-05-29", "2029-06-18", "2030-09-12",
            "2036-05-30",
        ])
    func festivals(day: String) throws {
        let day = try #require(CalendarDay(day))
        #expect(!WorkingCalendar.isWorkingDay(day))
        #expect(WorkingCalendar.isWorkingDay(day.adding(days: 1)) == (day.weekday < 5))
    }

    @Test("an installation's own years hold beside those built in, and say how long they last")
    func ownYears() throws {
        // Years that no other test asks for: what is added stays for the whole process.
        func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }
        #expect(WorkingCalendar.daysLeft(from: try day("2026-12-01")) == 30)
        #expect(WorkingCalendar.daysLeft(from: try day("2150-12-01")) == 0)
        WorkingCalendar.add([
            WorkingCalendar.Year(
                year: 2150, off: [try day("2150-06-01")], worked: [try day("2150-05-30")],
                springFestival: try day("2150-01-28")),
            WorkingCalendar.Year(year: 2151, off: [], worked: [], springFestival: nil),
        ])
        #expect(!WorkingCalendar.isWorkingDay(try day("2150-06-01")))
        #expect(WorkingCalendar.isWorkingDay(try day("2150-05-30")))
        // Labour Day is off where nobody has said anything; here somebody has.
        #expect(WorkingCalendar.isWorkingDay(try day("2150-05-01")))
        #expect(WorkingCalendar.isMasked(try day("2150-01-26")))
        #expect(WorkingCalendar.daysLeft(from: try day("2150-12-01")) == 30 + 365)
        #expect(WorkingCalendar.daysLeft(from: try day("2152-01-01")) == 0)
    }
}
