/// A decimal of four places as the server's `numeric`, in its binary form: no digit is written out and read back.
///
/// The server keeps a number as digits to the base of 10,000 (`numeric_recv` in its source), of which four places after
/// the point are exactly one.
public struct PostgresDecimal: Sendable {
    /// The value in ten-thousandths.
    private let tenThousandths: Int128

    /// A value of so many ten-thousandths.
    public init(tenThousandths: Int128) { self.tenThousandths = tenThousandths }

    /// How many of the four digits after the point are shown: as many as the number needs.
    private static func places(of fraction: Int16) -> Int {
        if fraction == 0 { return 0 }
        if fraction % 1_000 == 0 { return 1 }
        if fraction % 100 == 0 { return 2 }
        return fraction % 10 == 0 ? 3 : 4
    }

    private func appendDigits(to bytes: inout [UInt8]) {
        var rest = tenThousandths.magnitude
        // The largest magnitude has ten digits to that base; the last is the one after the point.
        var digits: InlineArray<10, Int16> = .init(repeating: 0)
        var count = 0
        repeat {
            if let small = UInt64(exactly: rest) {
                digits[count] = Int16(small % 10_000)
                rest = UInt128(small / 10_000)
            } else {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10_000)
                digits[count] = Int16(remainder)
                rest = quotient
            }
            count += 1
        } while rest > 0
        bytes.append(bigEndian: Int16(count))
        bytes.append(bigEndian: Int16(count - 2))
        bytes.append(bigEndian: Int16(tenThousandths < 0 ? 0x4000 : 0))
        bytes.append(bigEndian: Int16(Self.places(of: digits[0])))
        for place in stride(from: count - 1, through: 0, by: -1) { bytes.append(bigEndian: digits[place]) }
    }
}

extension PostgresDecimal: PostgresEncodable {
    /// `numeric`.
    public static var postgresType: UInt32 { 1700 }
    /// The digits.
    public var postgresBind: PostgresBind {
        var bytes: [UInt8] = []
        appendDigits(to: &bytes)
        return PostgresBind(type: Self.postgresType, isBinary: true, bytes: bytes)
    }
}

extension PostgresDecimal: BinaryElement, PostgresNullableElement {
    static var elementType: UInt32 { 1700 }
    static var expectedBytes: Int { 16 }

    func append(to bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        bytes.append(bigEndian: Int32(0))
        appendDigits(to: &bytes)
        let length = UInt32(bytes.count - start - 4)
        for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32(place))) }
        return true
    }

    /// `numeric[]`.
    public static var postgresArrayType: UInt32 { 1231 }
    /// The numbers.
    public static func postgresBind(of array: [PostgresDecimal]) -> PostgresBind { BinaryArray.bind(array) }
    /// The numbers, with NULLs.
    public static func postgresBind(ofOptional array: [PostgresDecimal?]) -> PostgresBind { BinaryArray.bind(array) }
}
