/// A decimal of any fineness up to eighteen places, held exactly: a rate may be finer than any currency.
///
/// Nothing is rounded on the way; what grows beyond 38 digits is an error, not an approximation.
public struct ExactDecimal: Sendable, Hashable, Comparable, CustomStringConvertible {
    private let mantissa: Int128
    private let scale: Int

    /// Nought.
    public static let zero = ExactDecimal(mantissa: 0, scale: 0)

    private init(mantissa: Int128, scale: Int) {
        // One form for each value, so that equal values are equal.
        var (mantissa, scale) = (mantissa, scale)
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        self.mantissa = mantissa
        self.scale = scale
    }

    /// A whole number.
    public init(_ whole: Int) { self.init(mantissa: Int128(whole), scale: 0) }

    /// A plain decimal such as `-12.345`: an optional minus, digits, at most one point inside; at most eighteen digits
    /// in all besides leading noughts. Nil for anything else.
    public init?(_ text: some StringProtocol) {
        var mantissa: Int128 = 0
        var digits = 0
        var significant = 0
        var scale: Int?
        var isNegative = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: isNegative = true
            case UInt8(ascii: ".") where scale == nil && digits > 0: scale = 0
            case 0x30...0x39:
                digits += 1
                if mantissa != 0 || byte != 0x30 { significant += 1 }
                if let places = scale { scale = places + 1 }
                guard significant <= 18, (scale ?? 0) <= 18 else { return nil }
                mantissa = mantissa * 10 + Int128(byte - 0x30)
            default: return nil
            }
        }
        guard digits > 0, scale != 0 else { return nil }
        self.init(mantissa: isNegative ? -mantissa : mantissa, scale: scale ?? 0)
    }

    /// Whether it is below nought.
    public var isNegative: Bool { mantissa < 0 }

    /// The product; nil when it has more than 38 digits.
    public func times(_ other: ExactDecimal) -> ExactDecimal? {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: other.mantissa)
        return overflow ? nil : ExactDecimal(mantissa: product, scale: scale + other.scale)
    }

    /// The sum; nil when it has more than 38 digits.
    public func plus(_ other: ExactDecimal) -> ExactDecimal? {
        guard let (first, second, scale) = Self.aligned(self, other) else { return nil }
        let (sum, overflow) = first.addingReportingOverflow(second)
        return overflow ? nil : ExactDecimal(mantissa: sum, scale: scale)
    }

    /// The difference; nil when it has more than 38 digits.
    public func minus(_ other: ExactDecimal) -> ExactDecimal? {
        plus(ExactDecimal(mantissa: -other.mantissa, scale: other.scale))
    }

    /// How many of another one are at least as much: the quotient, rounded up to a whole number. Nil when the other one is not above
    /// nought, or there are more digits than fit.
    public func count(of other: ExactDecimal) -> ExactDecimal? {
        guard other > .zero, let (whole, part, _) = Self.aligned(self, other) else { return nil }
        let (quotient, rest) = whole.quotientAndRemainder(dividingBy: part)
        return ExactDecimal(mantissa: rest > 0 ? quotient + 1 : quotient, scale: 0)
    }

    /// The same, rounded to so many places, half away from nought; nil when that has more than eighteen digits.
    public func rounded(to places: Int) -> ExactDecimal? { ExactDecimal(text(roundedTo: places)) }

    /// By value. Where the two cannot be brought to the same number of places, the greater in magnitude decides.
    public static func < (first: ExactDecimal, second: ExactDecimal) -> Bool {
        if let (left, right, _) = aligned(first, second) { return left < right }
        // Only the one with fewer places can have grown too large, and then it is the greater in magnitude.
        return first.scale < second.scale ? first.isNegative : !second.isNegative
    }

    /// Rounded to so many places, half away from nought, and written with all of them.
    public func text(roundedTo places: Int) -> String {
        var units = mantissa.magnitude
        if scale > places {
            let divisor = UInt128(Self.powers[min(scale - places, 38)])
            let (whole, rest) = units.quotientAndRemainder(dividingBy: divisor)
            units = whole + (rest >= divisor - rest ? 1 : 0)
        }
        var digits = String(units) + String(repeating: "0", count: max(0, places - scale))
        if digits.utf8.count <= places {
            digits = String(repeating: "0", count: places + 1 - digits.utf8.count) + digits
        }
        let sign = mantissa < 0 && units > 0 ? "-" : ""
        return places == 0 ? sign + digits : sign + digits.dropLast(places) + "." + digits.suffix(places)
    }

    /// All its digits, and no more.
    public var description: String { text(roundedTo: scale) }

    private static func aligned(
        _ first: ExactDecimal, _ second: ExactDecimal
    ) -> (first: Int128, second: Int128, scale: Int)? {
        let scale = max(first.scale, second.scale)
        guard let left = first.units(at: scale), let right = second.units(at: scale) else { return nil }
        return (left, right, scale)
    }

    private func units(at places: Int) -> Int128? {
        guard places - scale <= 38 else { return mantissa == 0 ? 0 : nil }
        let (units, overflow) = mantissa.multipliedReportingOverflow(by: Self.powers[places - scale])
        return overflow ? nil : units
    }

    /// 10⁰ to 10³⁸, all that fit.
    private static let powers: [Int128] = {
        var powers: [Int128] = [1]
        for _ in 1...38 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()
}
