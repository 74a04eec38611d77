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
        let problem = bytes.contains(0) ? nullCharacter : nil
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
    /// Sixteen bytes.
    public var postgresBind: PostgresBind {
        PostgresBind(type: Self.postgresType, isBinary: true, bytes: withUnsafeBytes(of: uuid) { Array($0) })
    }
}

extension Date: PostgresEncodable {
    /// `timestamptz`.
    public static var postgresType: UInt32 { 1184 }
    /// Microseconds since the year 2000, to the nearest.
    public var postgresBind: PostgresBind {
        // The server's epoch begins 366 × 7 + 365 × 23 days after that of Unix, a whole number of seconds.
        let microseconds = ((timeIntervalSince1970 - 946_684_800) * 1_000_000).rounded()
        // Beyond the years 4713 before Christ and 294276 the server has no time; far inside Int64.
        guard microseconds.magnitude < 9e18 else {
            return PostgresBind(
                type: Self.postgresType, isBinary: true, bytes: [], problem: "a time that far away cannot be stored")
        }
        return PostgresBind(type: Self.postgresType, isBinary: true, bytes: bigEndianBytes(Int64(microseconds)))
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The type of what it wraps.
    public static var postgresType: UInt32 { Wrapped.postgresType }
    /// The value, or NULL.
    public var postgresBind: PostgresBind {
        self?.postgresBind ?? PostgresBind(type: Wrapped.postgresType, isBinary: false, bytes: nil)
    }
}

/// Why a text with U+0000 is refused.
let nullCharacter = "a text with a null character cannot be stored"

func bigEndianBytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
}
