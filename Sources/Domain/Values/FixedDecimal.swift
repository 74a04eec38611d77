/// An exact decimal number with four places after the point: money, quantities and rates.
///
/// Stored as a whole number of ten-thousandths, so that sums are exact and equal values have one representation.
/// On the wire it is always a JSON string (`"2193.10"`).
public struct FixedDecimal: Sendable, Hashable {
    /// The value in ten-thousandths: `1.5` is `15_000`.
    public var units: Int128

    /// How many digits after the point are kept.
    @inlinable public static var fractionDigits: Int { 4 }
    /// How many units make one.
    @inlinable public static var unitsPerOne: Int128 { 10_000 }
    /// The most digits before the point that a text may have.
    @inlinable public static var maximumIntegerDigits: Int { 15 }

    /// A value of so many ten-thousandths.
    @inlinable
    public init(units: Int128) { self.units = units }

    /// A whole number.
    @inlinable
    public init(_ integer: Int) { units = Int128(integer) * Self.unitsPerOne }

    /// The value of a decimal text, or nil when it is not one. See ``init(parsing:)`` for the form and for the reason.
    public init?(_ text: String) {
        guard let value = try? FixedDecimal(parsing: text) else { return nil }
        self = value
    }

    /// The value of a decimal text: an optional `-`, 1…15 digits, and optionally a point with 1…4 digits. No exponent,
    /// no `+`, no point at either end.
    /// - Throws: ``ValueFault`` with `not-a-decimal`, `too-many-decimals` or `amount-too-large`.
    public init(parsing text: String) throws(ValueFault) { try self.init(bytes: Array(text.utf8)) }

    /// The value of a decimal text by its bytes; inlinable, so that whoever reads messages has it for its own kind of
    /// bytes, without a copy.
    @inlinable
    package init(bytes: some RandomAccessCollection<UInt8>) throws(ValueFault) {
        var index = bytes.startIndex
        let end = bytes.endIndex
        var isNegative = false
        if index != end, bytes[index] == UInt8(ascii: "-") {
            isNegative = true
            bytes.formIndex(after: &index)
        }
        // 15 + 4 digits are below 2^64, so the sum cannot overflow while the digit counts are held.
        var magnitude: UInt64 = 0
        var integerDigits = 0
        while index != end, case let digit = bytes[index] &- 0x30, digit < 10 {
            integerDigits += 1
            if integerDigits <= Self.maximumIntegerDigits { magnitude = magnitude &* 10 &+ UInt64(digit) }
            bytes.formIndex(after: &index)
        }
        guard integerDigits > 0 else { throw Self.notADecimal }
        var fractionDigits = 0
        if index != end {
            guard bytes[index] == UInt8(ascii: ".") else { throw Self.notADecimal }
            bytes.formIndex(after: &index)
            while index != end, case let digit = bytes[index] &- 0x30, digit < 10 {
                fractionDigits += 1
                if fractionDigits <= Self.fractionDigits { magnitude = magnitude &* 10 &+ UInt64(digit) }
                bytes.formIndex(after: &index)
            }
            guard index == end, fractionDigits > 0 else { throw Self.notADecimal }
        }
        guard integerDigits <= Self.maximumIntegerDigits else {
            throw ValueFault(.amountTooLarge, "more than \(Self.maximumIntegerDigits) digits before the point")
        }
        guard fractionDigits <= Self.fractionDigits else {
            throw ValueFault(.tooManyDecimals, "more than \(Self.fractionDigits) digits after the point")
        }
        for _ in fractionDigits..<Self.fractionDigits { magnitude = magnitude &* 10 }
        units = isNegative ? -Int128(magnitude) : Int128(magnitude)
    }

    @usableFromInline static let notADecimal = ValueFault(
        .notADecimal, "write a decimal as text such as \"2193.10\": an optional '-', digits, at most one point inside")

    /// Whether the value is below zero.
    @inlinable public var isNegative: Bool { units < 0 }

    /// The value without its sign.
    public var magnitude: FixedDecimal { FixedDecimal(units: units < 0 ? -units : units) }

    /// The value times `numerator / divisor`, rounded half away from zero (`0.00005` → `0.0001`, `-0.00005` → `-0.0001`).
    ///
    /// The product is held in full width. Nil when the divisor is zero or the result does not fit.
    public func multiplied(by numerator: Int128, dividedBy divisor: Int128) -> FixedDecimal? {
        guard divisor != 0 else { return nil }
        let divisorMagnitude = divisor.magnitude
        let product = units.magnitude.multipliedFullWidth(by: numerator.magnitude)
        guard product.high < divisorMagnitude else { return nil }
        var (quotient, remainder) = divisorMagnitude.dividingFullWidth(product)
        // remainder ≥ divisor / 2, written so that nothing can overflow
        if remainder >= divisorMagnitude - remainder { quotient += 1 }
        guard quotient <= UInt128(Int128.max) else { return nil }
        let isNegative = ((units < 0) != (numerator < 0)) != (divisor < 0)
        return FixedDecimal(units: isNegative ? -Int128(quotient) : Int128(quotient))
    }

    /// The product of two decimals, rounded half away from zero; nil when it does not fit.
    public func multiplied(by other: FixedDecimal) -> FixedDecimal? {
        multiplied(by: other.units, dividedBy: Self.unitsPerOne)
    }

    /// `part / whole` to four places, rounded half away from zero; nil when the whole is zero.
    public static func ratio(of part: FixedDecimal, to whole: FixedDecimal) -> FixedDecimal? {
        FixedDecimal(units: unitsPerOne).multiplied(by: part.units, dividedBy: whole.units)
    }

    /// Appends the text with at least so many digits after the point.
    package func appendText(minimumDecimals: Int, to bytes: inout [UInt8]) {
        if units < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest: UInt32
        if let small = UInt64(exactly: units.magnitude) {
            // Nearly all amounts: a division of 64 bits is one instruction, one of 128 bits a loop.
            let (whole, fraction) = small.quotientAndRemainder(dividingBy: UInt64(Self.unitsPerOne))
            appendDigits(of: whole, to: &bytes)
            rest = UInt32(fraction)
        } else {
            let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: UInt128(Self.unitsPerOne))
            appendDigits(of: whole, to: &bytes)
            rest = UInt32(fraction)
        }
        var decimals = Self.fractionDigits
        while decimals > minimumDecimals, rest % 10 == 0 {
            rest /= 10
            decimals -= 1
        }
        guard decimals > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        let first = bytes.count
        for _ in 0..<decimals { bytes.append(0x30) }
        for place in stride(from: first + decimals - 1, through: first, by: -1) {
            bytes[place] = UInt8(0x30 + rest % 10)
            rest /= 10
        }
    }
}

extension FixedDecimal: Comparable, AdditiveArithmetic, CustomStringConvertible {
    /// Nought.
    @inlinable public static var zero: FixedDecimal { FixedDecimal(units: 0) }

    /// Whether the first is the smaller.
    @inlinable
    public static func < (first: FixedDecimal, second: FixedDecimal) -> Bool { first.units < second.units }
    /// The exact sum.
    @inlinable
    public static func + (first: FixedDecimal, second: FixedDecimal) -> FixedDecimal {
        FixedDecimal(units: first.units + second.units)
    }
    /// The exact difference.
    @inlinable
    public static func - (first: FixedDecimal, second: FixedDecimal) -> FixedDecimal {
        FixedDecimal(units: first.units - second.units)
    }
    /// The value with the other sign.
    @inlinable
    public static prefix func - (value: FixedDecimal) -> FixedDecimal { FixedDecimal(units: -value.units) }

    /// The shortest text: `"120.5"`, `"1"`, `"-0.0001"`.
    public var description: String { text(minimumDecimals: 0) }
    /// The text with at least two decimals, as money is written: `"2193.10"`, `"0.1234"`.
    public var moneyText: String { text(minimumDecimals: 2) }

    private func text(minimumDecimals: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        appendText(minimumDecimals: minimumDecimals, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Appends the decimal digits of a number; numbers below 2^64, which are nearly all, take the fast division.
func appendDigits(of number: UInt128, to bytes: inout [UInt8]) {
    if number > UInt128(UInt64.max) {
        bytes.append(contentsOf: String(number).utf8)
        return
    }
    appendDigits(of: UInt64(number), to: &bytes)
}

/// Appends the decimal digits of a number.
private func appendDigits(of number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    let first = bytes.count
    repeat {
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
        rest /= 10
    } while rest > 0
    bytes[first...].reverse()
}
