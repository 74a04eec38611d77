/// A value given as text of a type that has no Swift counterpart here.
public struct PostgresValue: PostgresEncodable {
    /// A type whose values are given as text.
    fileprivate enum Kind: Sendable {
        case numeric, timestamp, date, json

        var type: UInt32 {
            switch self {
            case .numeric: 1700
            case .timestamp: 1184
            case .date: 1082
            case .json: 3802
            }
        }

        var arrayType: UInt32 {
            switch self {
            case .numeric: 1231
            case .timestamp: 1185
            case .date: 1182
            case .json: 3807
            }
        }
    }

    fileprivate let kind: Kind
    fileprivate let text: String

    /// Unknown: the server infers it from the column.
    public static var postgresType: UInt32 { 0 }
    /// The text, with its type.
    public var postgresBind: PostgresBind { .text(text, type: kind.type) }

    /// An exact number of any size, `numeric`. Amounts are `FixedDecimal`.
    public static func numeric(_ text: String) -> Self { Self(kind: .numeric, text: text) }
    /// A point in time, `timestamptz`, as RFC 3339.
    public static func timestamp(_ text: String) -> Self { Self(kind: .timestamp, text: text) }
    /// A day, `date`, as `2026-01-05`.
    public static func date(_ text: String) -> Self { Self(kind: .date, text: text) }
    /// A JSON document, `jsonb`.
    public static func json(_ text: String) -> Self { Self(kind: .json, text: text) }

    /// A `timestamptz[]`: typed even when it is empty.
    public static func timestamps(_ texts: [String?]) -> PostgresBind { literal(texts, .timestamp) }
    /// A `date[]`: typed even when it is empty.
    public static func dates(_ texts: [String?]) -> PostgresBind { literal(texts, .date) }
    /// A `jsonb[]`: typed even when it is empty.
    public static func jsons(_ texts: [String?]) -> PostgresBind { literal(texts, .json) }

    /// An array in the server's text form: elements in double quotes, a quote or backslash inside behind a backslash.
    private static func literal(_ texts: some Collection<String?>, _ kind: Kind?) -> PostgresBind {
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        var literal: [UInt8] = []
        literal.reserveCapacity(3 + texts.count * 16)
        literal.append(UInt8(ascii: "{"))
        var problem: String?
        for text in texts {
            if literal.count > 1 { literal.append(UInt8(ascii: ",")) }
            guard var text else {
                literal += [UInt8(ascii: "N"), UInt8(ascii: "U"), UInt8(ascii: "L"), UInt8(ascii: "L")]
                continue
            }
            literal.append(quote)
            text.withUTF8 { bytes in
                for byte in bytes {
                    if byte == quote || byte == backslash { literal.append(backslash) }
                    if byte == 0 { problem = nullCharacter }
                    literal.append(byte)
                }
            }
            literal.append(quote)
        }
        literal += [UInt8(ascii: "}"), 0]
        return PostgresBind(type: kind?.arrayType ?? 0, isBinary: false, bytes: literal, problem: problem)
    }
}

extension PostgresValue: PostgresNullableElement {
    /// Unknown: the first element says.
    public static var postgresArrayType: UInt32 { 0 }

    /// An array of the elements' type. An empty one has none, and must stand where the server can infer it;
    /// ``dates(_:)`` and its like have one always.
    public static func postgresBind(of array: [PostgresValue]) -> PostgresBind {
        checked(literal(array.lazy.map(\.text), array.first?.kind), array.lazy.map(\.kind))
    }

    /// An array of the elements' type, with NULLs.
    public static func postgresBind(ofOptional array: [PostgresValue?]) -> PostgresBind {
        let kinds = array.lazy.compactMap { $0?.kind }
        return checked(literal(array.lazy.map { $0?.text }, kinds.first), kinds)
    }

    private static func checked(_ bind: PostgresBind, _ kinds: some Sequence<Kind>) -> PostgresBind {
        let types = Set(kinds)
        guard types.count > 1 else { return bind }
        return PostgresBind(
            type: bind.type, isBinary: false, bytes: bind.bytes,
            problem: "the elements of an array are of \(types.count) types: make them one")
    }
}
