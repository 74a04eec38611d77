/// What stands in one column of one row, other than NULL: bytes in the binary form of the column's type (the `…_send`
/// functions in the server's source). Valid only while it is decoded.
public struct PostgresCell {
    /// The type's object identifier in the catalogue of PostgreSQL.
    public let type: UInt32
    /// The bytes.
    public let bytes: UnsafeBufferPointer<UInt8>

    /// The bytes as one number, most significant first; `nil` when they are not as many as it has.
    func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        guard bytes.count == MemoryLayout<Number>.size, let start = bytes.baseAddress else { return nil }
        return Number(bigEndian: UnsafeRawPointer(start).loadUnaligned(as: Number.self))
    }

    /// A whole number, whatever type of number it is kept as, or a text of one; `nil` when it is none.
    var integer: Int64? {
        switch type {
        case PostgresType.bigint: number(Int64.self)
        case PostgresType.integer, PostgresType.oid: number(Int32.self).map(Int64.init)
        case PostgresType.smallint: number(Int16.self).map(Int64.init)
        case PostgresType.numeric: PostgresNumeric(bytes)?.integer
        case PostgresType.double, PostgresType.real: floating.flatMap(Int64.init(exactly:))
        default: text.flatMap { Int64($0) }
        }
    }

    /// A number as the nearest binary one; `nil` when it is none.
    var floating: Double? {
        switch type {
        case PostgresType.double: number(UInt64.self).map(Double.init(bitPattern:))
        case PostgresType.real: number(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case PostgresType.numeric: PostgresNumeric(bytes).flatMap { Double($0.text) }
        case PostgresType.bigint, PostgresType.integer, PostgresType.smallint: integer.map(Double.init)
        default: text.flatMap(Double.init)
        }
    }

    /// The text of a type whose binary form is its text; `nil` for any other.
    var text: String? {
        switch type {
        case PostgresType.text, PostgresType.varchar, PostgresType.bpchar, PostgresType.name, PostgresType.json,
            PostgresType.unknown:
            String(decoding: bytes, as: UTF8.self)
        case PostgresType.jsonb:
            // One byte, the version of the form, stands before the text.
            bytes.first == 1 ? String(decoding: bytes.dropFirst(), as: UTF8.self) : nil
        default: nil
        }
    }
}

/// The numbers of PostgreSQL's own types, the same in every database (`pg_type.dat` in its source).
enum PostgresType {
    static let boolean: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let bigint: UInt32 = 20
    static let smallint: UInt32 = 21
    static let integer: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let real: UInt32 = 700
    static let double: UInt32 = 701
    static let unknown: UInt32 = 705
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let date: UInt32 = 1082
    static let dateArray: UInt32 = 1182
    static let timestamptz: UInt32 = 1184
    static let timestamptzArray: UInt32 = 1185
    static let numericArray: UInt32 = 1231
    static let numeric: UInt32 = 1700
    static let void: UInt32 = 2278
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802
}
