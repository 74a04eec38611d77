/// An instant with the offset it was written in (RFC 3339), to the microsecond.
///
/// The offset is kept because "the day of the order" is a local fact; comparison looks at the instant alone.
public struct Timestamp: Sendable, Hashable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var microsecondsSinceEpoch: Int64
    /// The offset from UTC it is written in, in minutes: 480 in China.
    public var offsetMinutes: Int16

    /// An instant, written in an offset.
    @inlinable
    public init(microsecondsSinceEpoch: Int64, offsetMinutes: Int16 = 0) {
        self.microsecondsSinceEpoch = microsecondsSinceEpoch
        self.offsetMinutes = offsetMinutes
    }

    /// The instant of a text such as `"2026-01-05T09:30:00+08:00"`, or nil. See ``init(parsing:)``.
    public init?(_ text: String) {
        guard let timestamp = try? Timestamp(parsing: text) else { return nil }
        self = timestamp
    }

    /// The instant of an RFC 3339 text. The offset is mandatory; the year must be 1970…2199; the day must exist; a leap
    /// second is refused; of the fraction, what is finer than a microsecond is dropped.
    /// - Throws: ``ValueFault`` with `bad-time` or `time-out-of-range`.
    public init(parsing text: String) throws(ValueFault) { try self.init(bytes: Array(text.utf8)) }

    /// The instant of a text by its bytes; inlinable, as for ``FixedDecimal``.
    @inlinable
    package init(bytes: some RandomAccessCollection<UInt8>) throws(ValueFault) {
        var cursor = DigitCursor(bytes)
        guard let days = try cursor.date(), cursor.take(0x54, or: 0x74),
            let hour = cursor.number(digits: 2), hour < 24, cursor.take(0x3A),
            let minute = cursor.number(digits: 2), minute < 60, cursor.take(0x3A),
            let second = cursor.number(digits: 2), second < 60,
            let microseconds = cursor.fraction(),
            let offset = cursor.offset(), cursor.isAtEnd
        else {
            throw ValueFault(
                .badTime, "write a time as RFC 3339 with its offset, such as \"2026-01-05T09:30:00+08:00\"")
        }
        let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset * 60)
        self.init(microsecondsSinceEpoch: seconds * 1_000_000 + Int64(microseconds), offsetMinutes: Int16(offset))
    }

    /// The business day on which the instant falls, by the organisation's clocks unless another zone is given.
    public func day(in zone: OrganisationZone = .current) -> CalendarDay { zone.day(of: self) }

    /// The day on which the instant falls, in an offset from UTC.
    public func day(offsetMinutes: Int) -> CalendarDay {
        let local = microsecondsSinceEpoch + Int64(offsetMinutes) * 60_000_000
        return CalendarDay(daysSinceEpoch: Int32(clamping: floorDivide(local, 86_400_000_000).quotient))
    }

    /// The instant so many microseconds later, in the same offset.
    public func adding(microseconds: Int64) -> Timestamp {
        Timestamp(microsecondsSinceEpoch: microsecondsSinceEpoch + microseconds, offsetMinutes: offsetMinutes)
    }

    /// The instant so many seconds later (earlier when negative), in the same offset.
    public func adding(seconds: Int64) -> Timestamp { adding(microseconds: seconds * 1_000_000) }

    /// The same instant, written in another offset.
    public func inOffset(minutes: Int16) -> Timestamp {
        Timestamp(microsecondsSinceEpoch: microsecondsSinceEpoch, offsetMinutes: minutes)
    }

    /// The same instant, written as the organisation's clocks show it unless another zone is given.
    public func inZone(_ zone: OrganisationZone = .current) -> Timestamp {
        zone.written(microseconds: microsecondsSinceEpoch)
    }

    /// RFC 3339 in its own offset (`Z` for none), with a fraction only when there is one.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text.
    package func appendText(to bytes: inout [UInt8]) {
        let local = microsecondsSinceEpoch + Int64(offsetMinutes) * 60_000_000
        let (days, ofDay) = floorDivide(local, 86_400_000_000)
        CalendarDay(daysSinceEpoch: Int32(clamping: days)).appendText(to: &bytes)
        let seconds = Int(ofDay / 1_000_000)
        bytes.append(0x54)
        appendPadded(seconds / 3600, width: 2, to: &bytes)
        bytes.append(0x3A)
        appendPadded(seconds / 60 % 60, width: 2, to: &bytes)
        bytes.append(0x3A)
        appendPadded(seconds % 60, width: 2, to: &bytes)
        var fraction = Int(ofDay % 1_000_000)
        if fraction > 0 {
            var width = 6
            while fraction % 10 == 0 {
                fraction /= 10
                width -= 1
            }
            bytes.append(UInt8(ascii: "."))
            appendPadded(fraction, width: width, to: &bytes)
        }
        guard offsetMinutes != 0 else {
            bytes.append(UInt8(ascii: "Z"))
            return
        }
        let offset = Int(offsetMinutes.magnitude)
        bytes.append(UInt8(ascii: offsetMinutes < 0 ? "-" : "+"))
        appendPadded(offset / 60, width: 2, to: &bytes)
        bytes.append(0x3A)
        appendPadded(offset % 60, width: 2, to: &bytes)
    }
}

extension Timestamp: Comparable {
    /// Whether the first instant is the earlier, whatever offsets the two are written in.
    @inlinable
    public static func < (first: Timestamp, second: Timestamp) -> Bool {
        first.microsecondsSinceEpoch < second.microsecondsSinceEpoch
    }
}

/// Divides so that the remainder is not negative.
func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
