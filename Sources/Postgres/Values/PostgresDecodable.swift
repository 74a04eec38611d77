public import Foundation

/// A value that can be read from a column.
public protocol PostgresDecodable: Sendable {
    /// Reads a value from the text form of the server.
    ///
    /// - Parameter text: the bytes, or `nil` for NULL.
    /// - Returns: `nil` when they are not such a value.
    static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> Self?
}

extension String: PostgresDecodable {
    /// Any type's text.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> String? {
        text.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Reads a decimal integer; the server writes nothing but digits and a sign.
private func integer<Number: FixedWidthInteger>(_ text: UnsafeBufferPointer<UInt8>?) -> Number? {
    guard let text, !text.isEmpty else { return nil }
    var value: Number = 0
    let isNegative = text[0] == UInt8(ascii: "-")
    guard text.count > (isNegative ? 1 : 0) else { return nil }
    for byte in text[(isNegative ? 1 : 0)...] {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
        let digit = Number(byte - UInt8(ascii: "0"))
        let (sum, carry) =
            isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
        if overflow || carry { return nil }
        value = sum
    }
    return value
}

extension Int64: PostgresDecodable {
    /// `smallint`, `integer`, `bigint`, and `numeric` without a fraction.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> Int64? { integer(text) }
}

extension Int: PostgresDecodable {
    /// `smallint`, `integer`, `bigint`, and `numeric` without a fraction.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> Int? { integer(text) }
}

extension Int32: PostgresDecodable {
    /// `smallint` and `integer`.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> Int32? { integer(text) }
}

extension Bool: PostgresDecodable {
    /// `boolean`.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> Bool? {
        guard let text, text.count == 1 else { return nil }
        switch text[0] {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        default: return nil
        }
    }
}

extension Double: PostgresDecodable {
    /// `real`, `double precision`, and `numeric` rounded to the nearest double.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> Double? {
        text.flatMap { Double(String(decoding: $0, as: UTF8.self)) }
    }
}

extension UUID: PostgresDecodable {
    /// `uuid`.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> UUID? {
        text.flatMap { UUID(uuidString: String(decoding: $0, as: UTF8.self)) }
    }
}

extension Array: PostgresDecodable where Element == UInt8 {
    /// `bytea`, in its hexadecimal text form.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> [UInt8]? {
        guard let text, text.count >= 2, text.count.isMultiple(of: 2), text[0] == UInt8(ascii: "\\"),
            text[1] == UInt8(ascii: "x")
        else { return nil }
        func nibble(_ byte: UInt8) -> UInt8? {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = nibble(text[index]), let low = nibble(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// The value, or `nil` for NULL.
    public static func decode(postgres text: UnsafeBufferPointer<UInt8>?) -> Wrapped?? {
        guard let text else { return .some(nil) }
        return Wrapped.decode(postgres: text).map { .some($0) }
    }
}
