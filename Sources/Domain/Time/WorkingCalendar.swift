import Synchronization

/// Working days of mainland China: which days are worked, and what of a week a weekly count may expect.
///
/// Days are told from the published calendar where there is one: of the years built in (``publishedYears``), and of those
/// that an installation adds. In other years a weekday is worked but for New Year's Day, the first week of the Chinese
/// year, Qingming, Labour Day, Dragon Boat, Mid-Autumn (those by the moon up to 2045) and the first week of October, and no
/// weekend is; how long the published
/// years last, ``daysLeft(from:)`` says.
public enum WorkingCalendar {
    /// The days of a year as they were published.
    public struct Year: Sendable, Equatable {
        /// The year.
        public let year: Int
        /// The days that are off; of weekends only those that would not be.
        public let off: Set<CalendarDay>
        /// The Saturdays and Sundays that are worked.
        public let worked: Set<CalendarDay>
        /// The first day of the Chinese year; `nil` when nobody has said.
        public let springFestival: CalendarDay?

        /// - Parameters: as the properties.
        public init(year: Int, off: Set<CalendarDay>, worked: Set<CalendarDay>, springFestival: CalendarDay?) {
            self.year = year
            self.off = off
            self.worked = worked
            self.springFestival = springFestival
        }
    }

    /// The years that are built in.
    public static let publishedYears = 2010...2026

    /// The years that the installation has added, by number.
    private static let added = Mutex<[Int: Year]>([:])

    /// Adds years, in place of those of the same number. For the start of a process, before anybody asks.
    public static func add(_ years: [Year]) {
        added.withLock { added in
            for year in years { added[year.year] = year }
        }
    }

    /// With fewer published days left than this, it is time to add the next year.
    public static let fewDays = 60

    /// How many days after a day are told from the published calendar without a gap; nought when its year is not.
    public static func daysLeft(from day: CalendarDay) -> Int {
        let known = added.withLock { Set($0.keys) }
        var year = day.components.year
        let first = year
        while publishedYears.contains(year) || known.contains(year) { year += 1 }
        guard year > first, let end = CalendarDay(year: year, month: 1, day: 1) else { return 0 }
        return day.days(to: end) - 1
    }

    /// The first day of the Chinese year, 2015 to 2045.
    private static let newYears = [
        "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01",
        "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
        "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08", "2036-01-28", "2037-02-15", "2038-02-04",
        "2039-01-24", "2040-02-12", "2041-02-01", "2042-01-22", "2043-02-10", "2044-01-30", "2045-02-17",
    ].compactMap { CalendarDay($0) }

    /// Dragon Boat (5th of the 5th month of the Chinese year) and Mid-Autumn (15th of the 8th), 2027 to 2045.
    private static let moonFestivals = Set(
        [
            "2027-06-09", "2028-05-28", "2029-06-16", "2030-06-05", "2031-06-24", "2032-06-12", "2033-06-01",
            "2034-06-20",
            "2035-06-10", "2036-05-30", "2037-06-18", "2038-06-07", "2039-05-27", "2040-06-14", "2041-06-03",
            "2042-06-22",
            "2043-06-11", "2044-05-31", "2045-06-19",
            "2027-09-15", "2028-10-03", "2029-09-22", "2030-09-12", "2031-10-01", "2032-09-19", "2033-09-08",
            "2034-09-27",
            "2035-09-16", "2036-10-04", "2037-09-24", "2038-09-13", "2039-10-02", "2040-09-20", "2041-09-10",
            "2042-09-28",
            "2043-09-17", "2044-10-05", "2045-09-25",
        ].compactMap { CalendarDay($0) })

    /// Whether a day is Qingming, Dragon Boat or Mid-Autumn, of a year whose calendar is not published.
    private static func isFestival(_ day: CalendarDay) -> Bool {
        if moonFestivals.contains(day) { return true }
        let (year, month, dayOfMonth) = day.components
        // The sun's longitude of 15°, right to the day for all of this century.
        let short = year - 2000
        return month == 4 && (0...99).contains(short) && dayOfMonth == (short * 2_422 + 48_100) / 10_000 - short / 4
    }

    private static let daysOff = days(\.off)
    private static let daysMadeUp = days(\.on)

    // MARK: Days

    /// Whether a day is worked.
    public static func isWorkingDay(_ day: CalendarDay) -> Bool {
        let isWeekday = day.weekday <= 5
        let (year, month, dayOfMonth) = day.components
        if let own = added.withLock({ $0[year] }) {
            return isWeekday ? !own.off.contains(day) : own.worked.contains(day)
        }
        if publishedYears.contains(year) {
            return isWeekday ? !daysOff.contains(day) : daysMadeUp.contains(day)
        }
        guard isWeekday else { return false }
        switch (month, dayOfMonth) {
        case (1, 1), (5, 1), (10, 1...7): return false
        case _ where isFestival(day): return false
        // One on a weekend is made up for on the Monday.
        case _ where day.weekday == 1 && (isFestival(day.adding(days: -1)) || isFestival(day.adding(days: -2))):
            return false
        default: return !newYears.contains { (0...6).contains($0.days(to: day)) }
        }
    }

    /// The day itself when it is worked, otherwise the first worked one after it.
    public static func onOrAfter(_ day: CalendarDay) -> CalendarDay {
        var day = day
        while !isWorkingDay(day) { day = day.adding(days: 1) }
        return day
    }

    /// The day itself when it is worked, otherwise the last worked one before it.
    public static func onOrBefore(_ day: CalendarDay) -> CalendarDay {
        var day = day
        while !isWorkingDay(day) { day = day.adding(days: -1) }
        return day
    }

    // MARK: Weeks

    /// The Monday of a day's week.
    public static func week(of day: CalendarDay) -> CalendarDay {
        day.adding(days: 1 - day.weekday)
    }

    /// Whether a week says nothing about the level of orders: it lies within two weeks of the Spring Festival, in which
    /// every level is unusual and none is an alarm.
    public static func isMasked(_ week: CalendarDay) -> Bool {
        let own = added.withLock { $0.values.compactMap(\.springFestival) }
        return (newYears + own).contains { abs($0.days(to: week.adding(days: 3))) <= 17 }
    }

    /// How many working days a week counts for when orders are compared; the week of the National Day (1–7 October) for
    /// two.
    public static func workingDays(_ week: CalendarDay) -> Double {
        for offset in 0..<7 {
            let (_, month, day) = week.adding(days: offset).components
            if month == 10, (2...4).contains(day), offset < 5 { return 2 }
        }
        return 5
    }

    // MARK: Reading the published years

    private static func days(_ part: KeyPath<WorkingCalendarYears.Year, String>) -> Set<CalendarDay> {
        var days: Set<CalendarDay> = []
        for (year, lines) in WorkingCalendarYears.years {
            for range in lines[keyPath: part].split(separator: " ") {
                let ends = range.split(separator: "-").compactMap { day($0, of: year) }
                guard var day = ends.first, let last = ends.last else { continue }
                while day <= last {
                    days.insert(day)
                    day = day.adding(days: 1)
                }
            }
        }
        return days
    }

    /// A month and day such as `0105`.
    private static func day(_ text: Substring, of year: Int) -> CalendarDay? {
        guard text.utf8.count == 4, let number = Int(text) else { return nil }
        return CalendarDay(year: year, month: number / 100, day: number % 100)
    }
}
