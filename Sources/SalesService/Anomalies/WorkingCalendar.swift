import Contracts

/// Working days of China, as far as a weekly count of orders depends on them: weekends, and the Spring Festival with
/// the two weeks on either side of it, in which every level is unusual and none is an alarm.
enum WorkingCalendar {
    /// The first day of the Chinese year, 2015 to 2030.
    private static let newYears = [
        "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01",
        "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
    ].compactMap { CalendarDay($0) }

    /// The Monday of a day's week.
    static func week(of day: CalendarDay) -> CalendarDay {
        // 1970-01-01 was a Thursday.
        let sinceMonday = ((Int(day.daysSinceEpoch) + 3) % 7 + 7) % 7
        return day.adding(days: -sinceMonday)
    }

    /// Whether a week says nothing about the level: it lies within two weeks of the Spring Festival.
    static func isMasked(_ week: CalendarDay) -> Bool {
        newYears.contains { abs($0.days(to: week.adding(days: 3))) <= 17 }
    }

    /// The working days of a week; of the week of the National Day (1–7 October) two.
    static func workingDays(_ week: CalendarDay) -> Double {
        for offset in 0..<7 {
            let (_, month, day) = week.adding(days: offset).components
            if month == 10, (2...4).contains(day), offset < 5 { return 2 }
        }
        return 5
    }
}
