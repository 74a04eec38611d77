public import Foundation

/// When business is done: hours of each weekday in a time zone, days on which none is done, and days that are made up
/// for.
///
/// A day that is made up for has Monday's hours, whatever weekday it is, and even where it is a holiday too.
public struct BusinessHours: Sendable, Equatable {
    /// A part of a day, in seconds since its midnight by the clock on the wall; the end is not part of it.
    public struct Span: Sendable, Hashable {
        /// The first second.
        public let from: Int
        /// The second after the last: at most 86,400, the end of the day.
        public let to: Int

        /// A part of a day; nil unless it ends after it begins, within the day.
        public init?(from: Int, to: Int) {
            guard 0 <= from, from < to, to <= 86_400 else { return nil }
            self.from = from
            self.to = to
        }
    }

    /// Whose clock on the wall is meant.
    public let zone: TimeZone
    /// Days without business.
    public let holidays: Set<CalendarDay>
    /// Days with Monday's hours.
    public let workdays: Set<CalendarDay>
    private let week: [[Span]]

    /// - Parameters:
    ///   - zone: whose clock on the wall is meant.
    ///   - week: the spans of each weekday, Monday first; weekdays that are left out have none. Where spans overlap,
    ///     time counts once.
    ///   - holidays: days without business.
    ///   - workdays: days with Monday's hours.
    public init(
        zone: TimeZone, week: [[Span]], holidays: Set<CalendarDay> = [], workdays: Set<CalendarDay> = []
    ) {
        self.zone = zone
        self.week = (0..<7).map { day in
            day < week.count ? week[day].sorted { ($0.from, $0.to) < ($1.from, $1.to) } : []
        }
        self.holidays = holidays
        self.workdays = workdays
    }

    /// The spans of a day, the earliest first.
    public func spans(on day: CalendarDay) -> [Span] {
        if workdays.contains(day) { return week[0] }
        if holidays.contains(day) { return [] }
        return week[day.weekday - 1]
    }

    /// The instant at which the clock on the wall shows a second of a day.
    ///
    /// Where the clock is set back the first of the two is meant; where it is set forward, what it passes over is read
    /// as if it had not been (the rule of RFC 5545 and of Python's `fold=0`).
    public func instant(_ second: Int, of day: CalendarDay) -> Timestamp {
        let wall = Int64(day.daysSinceEpoch) * 86_400 + Int64(second)
        let before = offset(at: wall - 86_400)
        let after = offset(at: wall + 86_400)
        var seconds = wall - before
        // Only where the offset changes near by can the one of the day before be wrong.
        if before != after, offset(at: seconds) != before, offset(at: wall - after) == after { seconds = wall - after }
        return written(microseconds: seconds * 1_000_000)
    }

    /// An instant, written in the zone's own offset.
    public func written(microseconds: Int64) -> Timestamp {
        let seconds = microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
        return Timestamp(
            microsecondsSinceEpoch: microseconds, offsetMinutes: Int16(clamping: offset(at: seconds) / 60))
    }

    private func offset(at seconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
}

/// Business time as one line: how much of it has passed at an instant, and at which instant so much has passed.
///
/// Both are answered from spans that are laid out once, so a question costs the logarithm of their number.
public struct BusinessClock {
    private let hours: BusinessHours
    // Spans as instants in microseconds, in order and apart; `passed` is what has passed before each begins.
    private var starts: [Int64] = []
    private var ends: [Int64] = []
    private var passed: [Int64] = []
    private var nextDay: CalendarDay
    private static let lastDay = CalendarDay(year: CalendarDay.years.upperBound, month: 12, day: 30)

    /// - Parameters:
    ///   - hours: when business is done.
    ///   - first: the earliest instant that is asked about; nothing has passed before.
    public init(_ hours: BusinessHours, from first: Timestamp) {
        self.hours = hours
        nextDay = first.day(offsetMinutes: 0).adding(days: -2)
    }

    /// The business time, in microseconds, that has passed at an instant since the clock's beginning.
    public mutating func passed(at instant: Timestamp) -> Int64 {
        let time = instant.microsecondsSinceEpoch
        layOut(beyond: instant.day(offsetMinutes: 0))
        let index = Self.firstIndex(in: starts) { $0 > time } - 1
        guard index >= 0 else { return 0 }
        return passed[index] + min(time, ends[index]) - starts[index]
    }

    /// The first instant at which so much business time has passed; nil when it never comes (before the year 2200).
    /// At the end of a span it is that end, not the start of the next.
    public mutating func instant(atPassed amount: Int64) -> Timestamp? {
        while (passed.last ?? 0) + ((ends.last ?? 0) - (starts.last ?? 0)) < amount {
            guard layOutDay() else { return nil }
        }
        let index = Self.firstIndex(in: ends.indices) { passed[$0] + ends[$0] - starts[$0] >= amount }
        guard index < ends.count else { return nil }
        return hours.written(microseconds: starts[index] + amount - passed[index])
    }

    private mutating func layOut(beyond day: CalendarDay) {
        // An instant's day in UTC is at most one away from its day in any zone.
        while nextDay <= day.adding(days: 1), layOutDay() {}
    }

    private mutating func layOutDay() -> Bool {
        guard let last = Self.lastDay, nextDay <= last else { return false }
        for span in hours.spans(on: nextDay) {
            let end = hours.instant(span.to, of: nextDay).microsecondsSinceEpoch
            let start = max(hours.instant(span.from, of: nextDay).microsecondsSinceEpoch, ends.last ?? .min)
            guard start < end else { continue }
            passed.append((passed.last ?? 0) + (ends.last ?? 0) - (starts.last ?? 0))
            starts.append(start)
            ends.append(end)
        }
        nextDay = nextDay.adding(days: 1)
        return true
    }

    /// The first index whose element fulfils a condition that, once true, stays true; the count when none does.
    private static func firstIndex<Elements: RandomAccessCollection<Element>, Element>(
        in elements: Elements, where isReached: (Element) -> Bool
    ) -> Int where Elements.Index == Int {
        var low = elements.startIndex
        var high = elements.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if isReached(elements[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
