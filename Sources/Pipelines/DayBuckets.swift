public import Domain

/// What has changed by the end of any day, without reading every change: each is added to the bucket of its day, to that of
/// its month and to that of its year. What holds at the end of a day is the sum of all years before its year, of the months
/// before its month in that year, and of the days up to it in that month; so it takes three ranges, however long ago anything
/// began, and one that comes late is added where it belongs and changes nothing else.
///
/// The idea is that of the binary indexed tree (Fenwick 1994), with the calendar's own levels.
public enum DayBuckets {
    /// How long a bucket is.
    public enum Grain: String, Sendable, CaseIterable {
        /// One day.
        case day
        /// One month.
        case month
        /// One year.
        case year
    }

    /// A bucket.
    public struct Bucket: Sendable, Hashable {
        /// How long it is.
        public let grain: Grain
        /// Its first day.
        public let first: CalendarDay
    }

    /// Buckets one after the other.
    public struct Span: Sendable, Equatable {
        /// How long each is.
        public let grain: Grain
        /// The first day of the first; none from the beginning on.
        public let from: CalendarDay?
        /// The first day of the last.
        public let to: CalendarDay
    }

    /// The buckets to which a change on a day is added.
    public static func buckets(of day: CalendarDay) -> [Bucket] {
        [
            Bucket(grain: .day, first: day), Bucket(grain: .month, first: beginning(ofMonthOf: day)),
            Bucket(grain: .year, first: beginning(ofYearOf: day)),
        ]
    }

    /// The buckets whose sum holds at the end of a day.
    public static func spans(upTo day: CalendarDay) -> [Span] {
        let (month, year) = (beginning(ofMonthOf: day), beginning(ofYearOf: day))
        return [
            Span(grain: .year, from: nil, to: beginning(ofYearOf: year.adding(days: -1))),
            Span(grain: .month, from: year, to: beginning(ofMonthOf: month.adding(days: -1))),
            Span(grain: .day, from: month, to: day),
        ]
    }

    private static func beginning(ofMonthOf day: CalendarDay) -> CalendarDay {
        day.adding(days: 1 - day.components.day)
    }

    private static func beginning(ofYearOf day: CalendarDay) -> CalendarDay {
        // By days, so that the year before the first that a text may name has one as well.
        let month = day.components.month
        var first = beginning(ofMonthOf: day)
        for _ in 1..<month { first = beginning(ofMonthOf: first.adding(days: -1)) }
        return first
    }
}
