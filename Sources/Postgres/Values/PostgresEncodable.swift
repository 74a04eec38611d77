public import Foundation

/// A value on its way to the server: its type, its form and its bytes.
public struct PostgresBind: Sendable {
    /// The type's object identifier; 0 lets the server infer it.
    let type: UInt32
    let isBinary: Bool
    /// `nil` is NULL. Text ends with a zero byte, as the library wants it.
    let bytes: [UInt8]?
    /// Why the value cannot be sent, found when it is.
    let problem: String?

    init(type: UInt32, isBinary: Bool, bytes: [UInt8]?, problem: String? = nil) {
        self.type = type
        self.isBinary = isBinary
        self.bytes = bytes
        self.problem = problem
    }

    /// Text of a type. A zero character cannot be stored, and cutting the text there would lose data in silence.
    static func text(_ text: String, type: UInt32) -> PostgresBind {
        var bytes = Array(text.utf8)
        let problem = bytes.contains(0) ? "a text with a null character cannot be stored" : nil
        bytes.append(0)
        return PostgresBind(type: type, isBinary: false, bytes: bytes, problem: problem)
    }
}

/// A value that can be bound to a statement.
public protocol PostgresEncodable: Sendable {
    /// The type's object identifier in the catalogue of PostgreSQL.
    static var postgresType: UInt32 { get }
    /// The value as it is sent.
    var postgresBind: PostgresBind { get }
}

/// A value that can stand in a bound array.
public protocol PostgresArrayElement: Sendable {
    /// The array as it is sent.
    static func postgresBind(of array: [Self]) -> PostgresBind
    /// The type of an array of these.
    static var postgresArrayType: UInt32 { get }
}

extension String: PostgresEncodable {
    /// `text`.
    public static var postgresType: UInt32 { 25 }
    /// The text.
    public var postgresBind: PostgresBind { .text(self, type: Self.postgresType) }
}

extension Bool: PostgresEncodable {
    /// `boolean`.
    public static var postgresType: UInt32 { 16 }
    /// One byte.
    public var postgresBind: PostgresBind {
        PostgresBind(type: Self.postgresType, isBinary: true, bytes: [self ? 1 : 0])
    }
}

extension Int64: PostgresEncodable {
    /// `bigint`.
    public static var postgresType: UInt32 { 20 }
    /// Eight bytes.
    public var postgresBind: PostgresBind {
        PostgresBind(type: Self.postgresType, isBinary: true, bytes: bigEndianBytes(self))
    }
}

extension Int: PostgresEncodable {
    /// `bigint`.
    public static var postgresType: UInt32 { 20 }
    /// Eight bytes.
    public var postgresBind: PostgresBind { Int64(self).postgresBind }
}

extension Int32: PostgresEncodable {
    /// `integer`.
    public static var postgresType: UInt32 { 23 }
    /// Four bytes.
    public var postgresBind: PostgresBind {
        PostgresBind(type: Self.postgresType, isBinary: true, bytes: bigEndianBytes(self))
    }
}

extension Double: PostgresEncodable {
    /// `double precision`.
    public static var postgresType: UInt32 { 701 }
    /// Eight bytes.
    public var postgresBind: PostgresBind {
        PostgresBind(type: Self.postgresType, isBinary: true, bytes: bigEndianBytes(Int64(bitPattern: bitPattern)))
    }
}

extension UUID: PostgresEncodable {
    /// `uuid`.
    public static var postgresType: UInt32 { 2950 }
    /// Its text.
    public var postgresBind: PostgresBind { .text(uuidString, type: Self.postgresType) }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The type of what it wraps.
    public static var postgresType: UInt32 { Wrapped.postgresType }
    /// The value, or NULL.
    public var postgresBind: PostgresBind {
        self?.postgresBind ?? PostgresBind(type: Wrapped.postgresType, isBinary: false, bytes: nil)
    }
}

/// A value given as text of a type that has no Swift counterpart here.
public struct PostgresValue: PostgresEncodable {
    private let type: UInt32
    private let arrayType: UInt32
    private let text: String

    /// Unknown: the server infers it from the column.
    public static var postgresType: UInt32 { 0 }
    /// The text, with its type.
    public var postgresBind: PostgresBind { .text(text, type: type) }

    /// An exact number, `numeric`.
    public static func numeric(_ text: String) -> Self { Self(type: 1700, arrayType: 1231, text: text) }
    /// A point in time, `timestamptz`, as RFC 3339.
    public static func timestamp(_ text: String) -> Self { Self(type: 1184, arrayType: 1185, text: text) }
    /// A day, `date`, as `2026-01-05`.
    public static func date(_ text: String) -> Self { Self(type: 1082, arrayType: 1182, text: text) }
    /// A JSON document, `jsonb`.
    public static func json(_ text: String) -> Self { Self(type: 3802, arrayType: 3807, text: text) }
}

extension PostgresValue: PostgresArrayElement {
    /// Unknown: the first element says.
    public static var postgresArrayType: UInt32 { 0 }

    /// An array literal; all elements must be of one type.
    public static func postgresBind(of array: [PostgresValue]) -> PostgresBind {
        var literal: [UInt8] = [UInt8(ascii: "{")]
        for (index, value) in array.enumerated() {
            if index > 0 { literal.append(UInt8(ascii: ",")) }
            literal.append(UInt8(ascii: "\""))
            for byte in value.text.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { literal.append(UInt8(ascii: "\\")) }
                literal.append(byte)
            }
            literal.append(UInt8(ascii: "\""))
        }
        literal += [UInt8(ascii: "}")]
        let problem = literal.contains(0) ? "a text with a null character cannot be stored" : nil
        return PostgresBind(type: array.first?.arrayType ?? 0, isBinary: false, bytes: literal + [0], problem: problem)
    }
}

func bigEndianBytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
}
