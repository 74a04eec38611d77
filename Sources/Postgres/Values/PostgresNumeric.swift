import Domain

/// The binary form of `numeric`: digits to the base of 10,000 behind their count, the weight of the first, the sign and
/// the number of decimal digits shown (`numeric_send` in the server's source).
struct PostgresNumeric {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let count: Int
    /// The power of 10,000 that the first digit counts.
    private let weight: Int
    private let isNegative: Bool
    /// How many decimal digits after the point are shown.
    private let scale: Int

    /// - Returns: `nil` for what is no number: NaN, an infinity, or bytes of another form.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count >= 8 else { return nil }
        self.bytes = bytes
        count = Int(Self.short(bytes, 0))
        weight = Int(Int16(bitPattern: Self.short(bytes, 1)))
        let sign = Self.short(bytes, 2)
        scale = Int(Self.short(bytes, 3))
        guard sign == 0 || sign == 0x4000, bytes.count == 8 + 2 * count else { return nil }
        isNegative = sign != 0
    }

    private static func short(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> UInt16 {
        UInt16(bytes[2 * place]) << 8 | UInt16(bytes[2 * place + 1])
    }

    /// The digit that counts that power of 10,000; nought outside those that are sent.
    private func digit(_ power: Int) -> Int {
        let place = weight - power
        return place >= 0 && place < count ? Int(Self.short(bytes, 4 + place)) : 0
    }

    /// The value in ten-thousandths; `nil` when it does not fit, or is finer: nothing is rounded in silence.
    var decimal: FixedDecimal? {
        // Digits up to the power −1 make the ten-thousandths; the server sends no noughts at the end, so that one
        // more digit means a finer number.
        guard count == 0 || weight - count + 1 >= -1 else { return nil }
        guard weight >= -1 else { return .zero }
        if weight <= 2 {
            var units: Int64 = 0
            for power in stride(from: weight, through: -1, by: -1) { units = units * 10_000 + Int64(digit(power)) }
            return FixedDecimal(units: Int128(isNegative ? -units : units))
        }
        var units: Int128 = 0
        for power in stride(from: weight, through: -1, by: -1) {
            let (shifted, isTooLarge) = units.multipliedReportingOverflow(by: 10_000)
            let part = Int128(digit(power))
            let (sum, carries) =
                isNegative ? shifted.subtractingReportingOverflow(part) : shifted.addingReportingOverflow(part)
            if isTooLarge || carries { return nil }
            units = sum
        }
        return FixedDecimal(units: units)
    }

    /// The value as a whole number; `nil` when it has a fraction or does not fit.
    var integer: Int64? {
        guard let units = decimal?.units else { return nil }
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: FixedDecimal.unitsPerOne)
        return remainder == 0 ? Int64(exactly: quotient) : nil
    }

    /// The text as the server writes it.
    var text: String {
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        text += String(digit(max(weight, 0))).utf8
        for power in stride(from: weight - 1, through: 0, by: -1) { text += Self.padded(digit(power)) }
        if scale > 0 {
            text.append(UInt8(ascii: "."))
            var fraction: [UInt8] = []
            for group in 0..<(scale + 3) / 4 { fraction += Self.padded(digit(-1 - group)) }
            text += fraction.prefix(scale)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func padded(_ digit: Int) -> [UInt8] {
        [digit / 1000, digit / 100 % 10, digit / 10 % 10, digit % 10].map { UInt8(0x30 + $0) }
    }
}
