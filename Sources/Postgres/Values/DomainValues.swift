public import Domain

/// Decimals, days and times go to the server and come from it in its binary forms: no digit is written out and read
/// back.

// MARK: Decimals

extension FixedDecimal: PostgresDecodable {
    /// `numeric` of at most four places, and whole numbers. What is finer, too large, NaN or infinite is none.
    public static func decode(_ cell: PostgresCell) -> FixedDecimal? {
        switch cell.type {
        case PostgresType.numeric: PostgresNumeric(cell.bytes)?.decimal
        case PostgresType.bigint, PostgresType.integer, PostgresType.smallint:
            cell.integer.map { FixedDecimal(Int($0)) }
        default: nil
        }
    }
}

extension FixedDecimal: PostgresEncodable {
    /// `numeric`.
    public static var postgresType: UInt32 { PostgresType.numeric }
    /// The digits.
    public var postgresBind: PostgresBind {
        var bytes: [UInt8] = []
        appendDigits(to: &bytes)
        return PostgresBind(type: Self.postgresType, isBinary: true, bytes: bytes)
    }

    /// How many of the four digits after the point are shown: as many as the number needs.
    private static func places(of fraction: Int16) -> Int {
        if fraction == 0 { return 0 }
        if fraction % 1_000 == 0 { return 1 }
        if fraction % 100 == 0 { return 2 }
        return fraction % 10 == 0 ? 3 : 4
    }

    /// The server keeps a number as digits to the base of 10,000 (`numeric_recv` in its source), of which four places
    /// after the point are exactly one.
    private func appendDigits(to bytes: inout [UInt8]) {
        var rest = units.magnitude
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
        bytes.append(bigEndian: Int16(units < 0 ? 0x4000 : 0))
        bytes.append(bigEndian: Int16(Self.places(of: digits[0])))
        for place in stride(from: count - 1, through: 0, by: -1) { bytes.append(bigEndian: digits[place]) }
    }
}

extension FixedDecimal: BinaryElement, PostgresNullableElement {
    static var elementType: UInt32 { PostgresType.numeric }
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
    public static var postgresArrayType: UInt32 { PostgresType.numericArray }
    /// The numbers.
    public static func postgresBind(of array: [FixedDecimal]) -> PostgresBind { BinaryArray.bind(array) }
    /// The numbers, with NULLs.
    public static func postgresBind(ofOptional array: [FixedDecimal?]) -> PostgresBind { BinaryArray.bind(array) }
}

// MARK: Days

extension CalendarDay: PostgresDecodable {
    /// `date`; the infinite ones are no days.
    public static func decode(_ cell: PostgresCell) -> CalendarDay? {
        guard cell.type == PostgresType.date, let days = cell.number(Int32.self), days != .min, days != .max else {
            return nil
        }
        return CalendarDay(daysSinceEpoch: days + serverEpoch)
    }
}

/// The first day of the year 2000, from which the server counts.
private let serverEpoch: Int32 = 10_957

extension CalendarDay: BinaryElement, PostgresEncodable, PostgresNullableElement {
    static var elementType: UInt32 { PostgresType.date }
    static var expectedBytes: Int { 4 }
    private var daysOfServer: Int32 { daysSinceEpoch &- serverEpoch }

    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: Int32(4))
        bytes.append(bigEndian: daysOfServer)
        return true
    }

    /// `date`.
    public static var postgresType: UInt32 { PostgresType.date }
    /// The day by its number.
    public var postgresBind: PostgresBind {
        PostgresBind(type: Self.postgresType, isBinary: true, bytes: bigEndianBytes(daysOfServer))
    }
    /// `date[]`.
    public static var postgresArrayType: UInt32 { PostgresType.dateArray }
    /// The days.
    public static func postgresBind(of array: [CalendarDay]) -> PostgresBind { BinaryArray.bind(array) }
    /// The days, with NULLs.
    public static func postgresBind(ofOptional array: [CalendarDay?]) -> PostgresBind { BinaryArray.bind(array) }
}

// MARK: Times

extension Timestamp: PostgresDecodable {
    /// `timestamptz`. The server keeps the instant alone, so that its offset is nought; the infinite ones are no times.
    public static func decode(_ cell: PostgresCell) -> Timestamp? {
        guard cell.type == PostgresType.timestamptz, let microseconds = cell.number(Int64.self), microseconds != .min,
            microseconds <= .max - serverEpochMicroseconds
        else { return nil }
        return Timestamp(microsecondsSinceEpoch: microseconds + serverEpochMicroseconds)
    }
}

private let serverEpochMicroseconds = Int64(serverEpoch) * 86_400_000_000

extension Timestamp: BinaryElement, PostgresEncodable, PostgresNullableElement {
    static var elementType: UInt32 { PostgresType.timestamptz }
    static var expectedBytes: Int { 8 }
    private var microsecondsOfServer: Int64 { microsecondsSinceEpoch &- serverEpochMicroseconds }

    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: Int32(8))
        bytes.append(bigEndian: microsecondsOfServer)
        return true
    }

    /// `timestamptz`.
    public static var postgresType: UInt32 { PostgresType.timestamptz }
    /// The instant, to the microsecond.
    public var postgresBind: PostgresBind {
        PostgresBind(type: Self.postgresType, isBinary: true, bytes: bigEndianBytes(microsecondsOfServer))
    }
    /// `timestamptz[]`.
    public static var postgresArrayType: UInt32 { PostgresType.timestamptzArray }
    /// The instants.
    public static func postgresBind(of array: [Timestamp]) -> PostgresBind { BinaryArray.bind(array) }
    /// The instants, with NULLs.
    public static func postgresBind(ofOptional array: [Timestamp?]) -> PostgresBind { BinaryArray.bind(array) }
}

// MARK: Currencies

extension Currency: PostgresDecodable {
    /// A text of three letters.
    public static func decode(_ cell: PostgresCell) -> Currency? { cell.text.flatMap { Currency($0) } }
}
