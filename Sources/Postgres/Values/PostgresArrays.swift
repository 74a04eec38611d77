public import Foundation

/// A value that can stand in a bound array.
public protocol PostgresArrayElement: Sendable {
    /// The type of an array of these.
    static var postgresArrayType: UInt32 { get }
    /// The array as it is sent.
    static func postgresBind(of array: [Self]) -> PostgresBind
}

/// A value that can stand in a bound array, or be missing from it.
public protocol PostgresNullableElement: PostgresArrayElement {
    /// The array as it is sent, NULL where there is no value.
    static func postgresBind(ofOptional array: [Self?]) -> PostgresBind
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The type of an array of its elements.
    public static var postgresType: UInt32 { Element.postgresArrayType }
    /// The whole array as one value.
    public var postgresBind: PostgresBind { Element.postgresBind(of: self) }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresNullableElement {
    /// The type of an array of what it wraps.
    public static var postgresArrayType: UInt32 { Wrapped.postgresArrayType }
    /// The values, NULL where there is none.
    public static func postgresBind(of array: [Wrapped?]) -> PostgresBind { Wrapped.postgresBind(ofOptional: array) }
}

extension UInt8: PostgresArrayElement {
    /// `bytea`: an array of bytes is one value.
    public static var postgresArrayType: UInt32 { 17 }
    /// The bytes as they are.
    public static func postgresBind(of array: [UInt8]) -> PostgresBind {
        PostgresBind(type: postgresArrayType, isBinary: true, bytes: array)
    }
}

extension String: PostgresNullableElement {
    /// `text[]`.
    public static var postgresArrayType: UInt32 { 1009 }
    /// The texts.
    public static func postgresBind(of array: [String]) -> PostgresBind { BinaryArray.bind(array) }
    /// The texts, with NULLs.
    public static func postgresBind(ofOptional array: [String?]) -> PostgresBind { BinaryArray.bind(array) }
}

extension Int64: PostgresNullableElement {
    /// `bigint[]`.
    public static var postgresArrayType: UInt32 { 1016 }
    /// The numbers.
    public static func postgresBind(of array: [Int64]) -> PostgresBind { BinaryArray.bind(array) }
    /// The numbers, with NULLs.
    public static func postgresBind(ofOptional array: [Int64?]) -> PostgresBind { BinaryArray.bind(array) }
}

extension Int: PostgresNullableElement {
    /// `bigint[]`.
    public static var postgresArrayType: UInt32 { 1016 }
    /// The numbers.
    public static func postgresBind(of array: [Int]) -> PostgresBind { BinaryArray.bind(array) }
    /// The numbers, with NULLs.
    public static func postgresBind(ofOptional array: [Int?]) -> PostgresBind { BinaryArray.bind(array) }
}

extension Int32: PostgresNullableElement {
    /// `integer[]`.
    public static var postgresArrayType: UInt32 { 1007 }
    /// The numbers.
    public static func postgresBind(of array: [Int32]) -> PostgresBind { BinaryArray.bind(array) }
    /// The numbers, with NULLs.
    public static func postgresBind(ofOptional array: [Int32?]) -> PostgresBind { BinaryArray.bind(array) }
}

extension Bool: PostgresNullableElement {
    /// `boolean[]`.
    public static var postgresArrayType: UInt32 { 1000 }
    /// The truth values.
    public static func postgresBind(of array: [Bool]) -> PostgresBind { BinaryArray.bind(array) }
    /// The truth values, with NULLs.
    public static func postgresBind(ofOptional array: [Bool?]) -> PostgresBind { BinaryArray.bind(array) }
}

extension Double: PostgresNullableElement {
    /// `double precision[]`.
    public static var postgresArrayType: UInt32 { 1022 }
    /// The numbers.
    public static func postgresBind(of array: [Double]) -> PostgresBind { BinaryArray.bind(array) }
    /// The numbers, with NULLs.
    public static func postgresBind(ofOptional array: [Double?]) -> PostgresBind { BinaryArray.bind(array) }
}

extension UUID: PostgresNullableElement {
    /// `uuid[]`.
    public static var postgresArrayType: UInt32 { 2951 }
    /// The identifiers.
    public static func postgresBind(of array: [UUID]) -> PostgresBind { BinaryArray.bind(array) }
    /// The identifiers, with NULLs.
    public static func postgresBind(ofOptional array: [UUID?]) -> PostgresBind { BinaryArray.bind(array) }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    /// `bytea[]`.
    public static var postgresArrayType: UInt32 { 1001 }
    /// The byte strings.
    public static func postgresBind(of array: [[UInt8]]) -> PostgresBind { BinaryArray.bind(array) }
}

extension Array: PostgresNullableElement where Element == UInt8 {
    /// The byte strings, with NULLs.
    public static func postgresBind(ofOptional array: [[UInt8]?]) -> PostgresBind { BinaryArray.bind(array) }
}
