/// A day of the Gregorian calendar, without a time or a zone.
public struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public var daysSinceEpoch: Int32

    /// The years a text may name.
    @inlinable public static var years: ClosedRange<Int> { 1970...2199 }

    /// The day so many days after 1970-01-01.
    @inlinable
    public init(daysSinceEpoch: Int32) { self.daysSinceEpoch = daysSinceEpoch }

    /// The day of a year, month and day; nil when the calendar has no such day or the year is outside ``years``.
    public init?(year: Int, month: Int, day: Int) {
        guard Self.years.contains(year), Self.exists(year: year, month: month, day: day) else { return nil }
        self.init(daysSinceEpoch: Int32(Self.daysSinceEpoch(year: year, month: month, day: day)))
    }

    /// The day of a text such as `"2026-01-05"`, or nil. See ``init(parsing:)``.
    public init?(_ text: String) {
        guard let day = try? CalendarDay(parsing: text) else { return nil }
        self = day
    }

    /// The day of a text `YYYY-MM-DD`.
    /// - Throws: ``ValueFault`` with `bad-time` or `time-out-of-range`.
    public init(parsing text: String) throws(ValueFault) { try self.init(bytes: Array(text.utf8)) }

    /// The day of a text by its bytes; inlinable, as for ``FixedDecimal``.
    @inlinable
    package init(bytes: some RandomAccessCollection<UInt8>) throws(ValueFault) {
        var cursor = DigitCursor(bytes)
        guard let days = try cursor.date(), cursor.isAtEnd else {
            throw ValueFault(.badTime, "write a day as YYYY-MM-DD, such as \"2026-01-05\"")
        }
        self.init(daysSinceEpoch: Int32(days))
    }

    /// The day so many days later (earlier when negative).
    public func adding(days: Int) -> CalendarDay {
        CalendarDay(daysSinceEpoch: Int32(clamping: Int(daysSinceEpoch) + days))
    }

    /// How many days later the other day is.
    public func days(to other: CalendarDay) -> Int { Int(other.daysSinceEpoch) - Int(daysSinceEpoch) }

    /// The day of the week, 1 for Monday to 7 for Sunday (ISO 8601).
    public var weekday: Int {
        let sinceMonday = (Int(daysSinceEpoch) + 3) % 7
        return (sinceMonday < 0 ? sinceMonday + 7 : sinceMonday) + 1
    }

    /// The year, the month 1…12 and the day of the month 1…31.
    public var components: (year: Int, month: Int, day: Int) { Self.civil(Int(daysSinceEpoch)) }

    /// The day as `YYYY-MM-DD`.
    public var description: String {
        var bytes: [UInt8] = []
        appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the first is the earlier.
    @inlinable
    public static func < (first: CalendarDay, second: CalendarDay) -> Bool {
        first.daysSinceEpoch < second.daysSinceEpoch
    }

    func appendText(to bytes: inout [UInt8]) {
        let (year, month, day) = components
        appendPadded(year, width: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendPadded(month, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendPadded(day, width: 2, to: &bytes)
    }

    @inlinable
    static func exists(year: Int, month: Int, day: Int) -> Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        switch month {
        case 2: return day <= (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28)
        case 4, 6, 9, 11: return day <= 30
        default: return day <= 31
        }
    }

    // Both directions count years from March, so that the leap day is the last of its year and the days before a month
    // follow one linear formula: 153 days in each run of five months.

    @inlinable
    static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = month > 2 ? month - 3 : month + 9
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        return marchYear * 365 + leapDays + (153 * marchMonth + 2) / 5 + day - 1 - 719_468
    }

    private static func civil(_ daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let days = daysSinceEpoch + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

/// Days from one to another, both included.
public struct DayWindow: Sendable, Hashable {
    /// The first day.
    public var from: CalendarDay
    /// The last day, itself included.
    public var to: CalendarDay

    /// The days from one to another.
    public init(from: CalendarDay, to: CalendarDay) {
        self.from = from
        self.to = to
    }

    /// Whether the day is inside.
    public func contains(_ day: CalendarDay) -> Bool { from <= day && day <= to }
}
