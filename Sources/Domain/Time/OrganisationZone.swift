import Foundation
import Synchronization

/// A time zone by its IANA name: on which day an instant falls, and what clocks show at it.
///
/// Its offsets from UTC are laid out once, for the years that a day may have. So a day costs a look at a short list, without
/// a lock and without a calendar: every message asks for several.
public final class OrganisationZone: Sendable, Equatable, CustomStringConvertible {
    /// Its IANA name, such as `Asia/Shanghai`.
    public let name: String
    /// The instants, in seconds since 1970, from which each offset holds, the earliest first.
    private let starts: [Int64]
    /// The offsets, in seconds east of UTC.
    private let offsets: [Int64]
    /// No zone has changed its offset twice within so many seconds since 1970.
    private static let step: Int64 = 3 * 86_400

    /// The zone of an IANA name; nil when there is none.
    public init?(_ name: String) {
        // Foundation knows `GMT+8` and `EST` too, of which databases make something else.
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        self.name = name
        func offset(at seconds: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
        var (starts, offsets) = ([Int64.min], [offset(at: 0)])
        var known: Int64 = 0
        let end = Int64(CalendarDay.daysSinceEpoch(year: CalendarDay.years.upperBound + 1, month: 1, day: 2)) * 86_400
        while known < end {
            let last = offsets[offsets.count - 1]
            var (before, after) = (known, known + Self.step)
            known = after
            guard offset(at: after) != last else { continue }
            while after - before > 1 {
                let middle = before + (after - before) / 2
                if offset(at: middle) == last { before = middle } else { after = middle }
            }
            starts.append(after)
            offsets.append(offset(at: after))
            known = after
        }
        (self.starts, self.offsets) = (starts, offsets)
    }

    /// A zone that has one offset.
    init(_ name: String, offset: Int64) {
        (self.name, starts, offsets) = (name, [.min], [offset])
    }

    // MARK: The organisation's

    /// China's, which counts when nothing else is said.
    public static let standard = OrganisationZone("Asia/Shanghai") ?? OrganisationZone("Asia/Shanghai", offset: 28_800)

    private static let chosen = Mutex<OrganisationZone?>(nil)

    /// The organisation's zone: the one that was chosen when the process began, ``standard`` otherwise.
    ///
    /// It belongs to the process and is not handed from function to function. What a day is must be the same to every rule
    /// and every statement, for days that were told by two clocks cannot be compared; a parameter everywhere would allow just
    /// that. Nor can it change: whatever asks first settles it for as long as the process runs, and after that a look takes no
    /// lock. What depends on a zone takes one as a parameter beside it, so that it can be tested in another.
    public static let current: OrganisationZone = chosen.withLock { $0 } ?? standard

    /// Chooses the organisation's zone, once, when the process begins.
    ///
    /// - Returns: whether it is the one in force: not when another was chosen, or anybody has asked for a day before.
    package static func choose(_ zone: OrganisationZone) -> Bool {
        chosen.withLock { if $0 == nil { $0 = zone } }
        return current == zone
    }

    /// Whether two zones have the same name.
    public static func == (first: OrganisationZone, second: OrganisationZone) -> Bool { first.name == second.name }

    /// Its name.
    public var description: String { name }

    // MARK: Offsets

    /// How many seconds east of UTC clocks are, at so many seconds since 1970.
    public func offset(at seconds: Int64) -> Int64 {
        // Nearly always the last: most zones have settled, and China's has since 1991.
        var (low, high) = (0, starts.count - 1)
        if seconds >= starts[high] { return offsets[high] }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if starts[middle] <= seconds { low = middle } else { high = middle }
        }
        return offsets[low]
    }

    /// The instants, in seconds since 1970, at which the offset changes within a time, and what it is from then on.
    public func changes(in time: Range<Int64>) -> [(at: Int64, offset: Int64)] {
        zip(starts, offsets).filter { time.contains($0.0) }.map { ($0.0, $0.1) }
    }

    // MARK: Clocks and days

    /// The instants at which clocks show a time, the earlier first: one as a rule, two where they are set back, none where
    /// they are set forward over it.
    ///
    /// - Parameter shown: what they show, as the microseconds since 1970 at which clocks of UTC show it.
    public func instants(showing shown: Int64) -> [Timestamp] {
        let seconds = Self.seconds(shown)
        // Every place is less than a day from UTC, and no zone changes twice within two days.
        let near = [offset(at: seconds - 86_400), offset(at: seconds + 86_400)]
        return (near[0] == near[1] ? [near[0]] : near).filter { offset(at: seconds - $0) == $0 }
            .map { written(microseconds: shown - $0 * 1_000_000) }.sorted()
    }

    /// The instant at which clocks show a time: the first where they show it twice; where they are set forward over it, what
    /// they would show had they not been (the rule of RFC 5545).
    ///
    /// - Parameter shown: what they show, as the microseconds since 1970 at which clocks of UTC show it.
    public func instant(showing shown: Int64) -> Timestamp {
        instants(showing: shown).first
            ?? written(microseconds: shown - offset(at: Self.seconds(shown) - 86_400) * 1_000_000)
    }

    /// The first instant of a day.
    public func beginning(of day: CalendarDay) -> Timestamp {
        instant(showing: Int64(day.daysSinceEpoch) * 86_400_000_000)
    }

    /// The last microsecond of a day.
    public func end(of day: CalendarDay) -> Timestamp {
        written(microseconds: beginning(of: day.adding(days: 1)).microsecondsSinceEpoch - 1)
    }

    /// The instant at which clocks show on another day, so many days later, what they show at an instant.
    public func sameTime(as instant: Timestamp, daysLater days: Int) -> Timestamp {
        let offset = offset(at: Self.seconds(instant.microsecondsSinceEpoch))
        return self.instant(
            showing: instant.microsecondsSinceEpoch + offset * 1_000_000 + Int64(days) * 86_400_000_000)
    }

    /// The day on which an instant falls.
    func day(of instant: Timestamp) -> CalendarDay {
        let offset = offset(at: Self.seconds(instant.microsecondsSinceEpoch))
        let local = instant.microsecondsSinceEpoch + offset * 1_000_000
        return CalendarDay(daysSinceEpoch: Int32(clamping: floorDivide(local, 86_400_000_000).quotient))
    }

    /// An instant, written in the offset that clocks have at it.
    func written(microseconds: Int64) -> Timestamp {
        let offset = offset(at: Self.seconds(microseconds))
        return Timestamp(microsecondsSinceEpoch: microseconds, offsetMinutes: Int16(clamping: offset / 60))
    }

    private static func seconds(_ microseconds: Int64) -> Int64 { floorDivide(microseconds, 1_000_000).quotient }
}
