import Domain
public import Foundation

/// A value that can be read from a column.
public protocol PostgresDecodable: Sendable {
    /// Reads a value from what stands in a column.
    ///
    /// - Returns: `nil` when it is not such a value.
    static func decode(_ cell: PostgresCell) -> Self?
    /// What NULL is read as; `nil` when it is no value of this type.
    static var ofNull: Self? { get }
}

extension PostgresDecodable {
    /// NULL is no value.
    public static var ofNull: Self? { nil }
}

extension PostgresDecodable where Self: RawRepresentable<String> {
    /// One of a set of words, kept as text.
    public static func decode(_ cell: PostgresCell) -> Self? { cell.text.flatMap(Self.init(rawValue:)) }
}

extension String: PostgresDecodable {
    /// Texts, JSON, whole numbers, `numeric`, `boolean`, `uuid` and `date`, each as the server writes it. What the
    /// server writes by its settings, such as times, must be made text by the statement.
    public static func decode(_ cell: PostgresCell) -> String? {
        if let text = cell.text { return text }
        switch cell.type {
        case PostgresType.numeric: return PostgresNumeric(cell.bytes)?.text
        case PostgresType.bigint, PostgresType.integer, PostgresType.smallint: return cell.integer.map { String($0) }
        case PostgresType.boolean: return Bool.decode(cell).map { $0 ? "t" : "f" }
        case PostgresType.uuid: return UUID.decode(cell)?.uuidString.lowercased()
        case PostgresType.date: return CalendarDay.decode(cell)?.description
        case PostgresType.void: return ""
        default: return nil
        }
    }
}

extension Int64: PostgresDecodable {
    /// `smallint`, `integer`, `bigint`, any other number without a fraction, and a text of one.
    public static func decode(_ cell: PostgresCell) -> Int64? { cell.integer }
}

extension Int: PostgresDecodable {
    /// As `Int64`.
    public static func decode(_ cell: PostgresCell) -> Int? { cell.integer.map(Int.init) }
}

extension Int32: PostgresDecodable {
    /// As `Int64`, as far as it fits.
    public static func decode(_ cell: PostgresCell) -> Int32? { cell.integer.flatMap(Int32.init(exactly:)) }
}

extension Bool: PostgresDecodable {
    /// `boolean`.
    public static func decode(_ cell: PostgresCell) -> Bool? {
        guard cell.type == PostgresType.boolean, cell.bytes.count == 1 else { return nil }
        return cell.bytes[0] != 0
    }
}

extension Double: PostgresDecodable {
    /// `real`, `double precision`, whole numbers, and `numeric` or text rounded to the nearest double.
    public static func decode(_ cell: PostgresCell) -> Double? { cell.floating }
}

extension UUID: PostgresDecodable {
    /// `uuid`, or a text of one.
    public static func decode(_ cell: PostgresCell) -> UUID? {
        guard cell.type == PostgresType.uuid else { return cell.text.flatMap(UUID.init(uuidString:)) }
        guard cell.bytes.count == 16, let start = cell.bytes.baseAddress else { return nil }
        return UUID(uuid: UnsafeRawPointer(start).loadUnaligned(as: uuid_t.self))
    }
}

extension Array: PostgresDecodable where Element == UInt8 {
    /// `bytea`.
    public static func decode(_ cell: PostgresCell) -> [UInt8]? {
        cell.type == PostgresType.bytea ? Array(cell.bytes) : nil
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// The value.
    public static func decode(_ cell: PostgresCell) -> Wrapped?? { Wrapped.decode(cell).map { .some($0) } }
    /// `nil`.
    public static var ofNull: Wrapped?? { .some(nil) }
}
