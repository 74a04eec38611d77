/// Walks the fixed-width fields of a day or a time. Nil means "not of that form"; the caller words the fault.
@usableFromInline
struct DigitCursor<Bytes: RandomAccessCollection<UInt8>> {
    @usableFromInline let bytes: Bytes
    @usableFromInline var index: Bytes.Index

    @inlinable
    init(_ bytes: Bytes) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    @inlinable var isAtEnd: Bool { index == bytes.endIndex }

    @inlinable
    mutating func take(_ byte: UInt8) -> Bool { take(byte, or: byte) }

    @inlinable
    mutating func take(_ byte: UInt8, or other: UInt8) -> Bool {
        guard !isAtEnd, bytes[index] == byte || bytes[index] == other else { return false }
        bytes.formIndex(after: &index)
        return true
    }

    @inlinable
    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    @inlinable
    mutating func digit() -> Int? {
        guard !isAtEnd, case let digit = bytes[index] &- 0x30, digit < 10 else { return nil }
        bytes.formIndex(after: &index)
        return Int(digit)
    }

    /// `YYYY-MM-DD` as days since the epoch. A day outside the accepted years is told apart from one that is not there.
    @inlinable
    mutating func date() throws(ValueFault) -> Int? {
        guard let year = number(digits: 4), take(0x2D), let month = number(digits: 2), take(0x2D),
            let day = number(digits: 2)
        else { return nil }
        guard CalendarDay.exists(year: year, month: month, day: day) else {
            throw ValueFault(.badTime, "the calendar has no such day")
        }
        guard CalendarDay.years.contains(year) else {
            throw ValueFault(
                .timeOutOfRange, "the year must be \(CalendarDay.years.lowerBound)…\(CalendarDay.years.upperBound)")
        }
        return CalendarDay.daysSinceEpoch(year: year, month: month, day: day)
    }

    /// An optional fraction of a second, as whole microseconds; 1…9 digits.
    @inlinable
    mutating func fraction() -> Int? {
        guard take(UInt8(ascii: ".")) else { return 0 }
        var microseconds = 0
        var digits = 0
        while let digit = digit() {
            digits += 1
            if digits <= 6 { microseconds = microseconds * 10 + digit }
        }
        guard (1...9).contains(digits) else { return nil }
        for _ in digits..<max(6, digits) { microseconds *= 10 }
        return microseconds
    }

    /// `Z` or `±hh:mm`, in minutes.
    @inlinable
    mutating func offset() -> Int? {
        if take(UInt8(ascii: "Z"), or: UInt8(ascii: "z")) { return 0 }
        let isNegative = take(UInt8(ascii: "-"))
        guard isNegative || take(UInt8(ascii: "+")), let hours = number(digits: 2), hours < 24, take(0x3A),
            let minutes = number(digits: 2), minutes < 60
        else { return nil }
        return isNegative ? -(hours * 60 + minutes) : hours * 60 + minutes
    }
}

/// Appends a number of 0 or more, padded with noughts to a width.
func appendPadded(_ number: Int, width: Int, to bytes: inout [UInt8]) {
    if width == 2 {
        // Hours, minutes, months, days: what every time has five of.
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + number / 10 % 10))
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
        return
    }
    var divisor = 1
    for _ in 1..<max(width, 1) { divisor *= 10 }
    var rest = number
    while divisor > 0 {
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + rest / divisor % 10))
        rest %= divisor
        divisor /= 10
    }
}
