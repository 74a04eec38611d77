/// A JSON text, parsed strictly (RFC 8259) in one pass into a flat tape.
///
/// Nothing is copied: strings and numbers stay byte ranges of the body until they are read. A parsed document holds no
/// invalid UTF-8, no U+0000, no half surrogate, no duplicate key, and nothing beyond its ``JSONLimits``, so that whoever
/// reads it need not ask again.
public final class JSONDocument: Sendable {
    /// The text as it came.
    public let bytes: [UInt8]
    /// The values in the order they opened; an object's members are key, value, key, value.
    let tape: [TapeEntry]

    /// Parses a text.
    /// - Throws: ``Refusal`` with the reason and the path of the first fault.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(Refusal) {
        var parser = JSONParser(bytes: bytes, limits: limits)
        tape = try parser.parse()
        self.bytes = bytes
    }

    /// Parses a text given as a string.
    public convenience init(parsing text: String) throws(Refusal) { try self.init(parsing: Array(text.utf8)) }

    private init() {
        bytes = []
        tape = []
    }

    /// What a recording ``FieldReader`` stands on: no document at all.
    static let none = JSONDocument()

    /// The outermost value.
    public var root: JSONNode { JSONNode(document: self, index: 0) }
}

/// How much a JSON text may hold.
public struct JSONLimits: Sendable, Equatable {
    /// The most bytes of the whole text.
    public var bodyBytes = 1 << 20
    /// The deepest nesting of arrays and objects.
    public var depth = 32
    /// The most elements of one array, and members of one object.
    public var elements = 10_000
    /// The most bytes of one string, as written.
    public var stringBytes = 64 << 10

    /// The limits every message keeps: 1 MiB, depth 32, 10,000 elements, 64 KiB a string.
    public static let standard = JSONLimits()

    /// The standard limits, to be changed field by field.
    public init() {}
}

/// What kind of value stands at a place.
public enum JSONKind: UInt8, Sendable {
    /// An object.
    case object
    /// An array.
    case array
    /// A string.
    case string
    /// A number.
    case number
    /// `true`.
    case `true`
    /// `false`.
    case `false`
    /// `null`.
    case null

    /// The kind with its article, for messages.
    var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .true, .false: "a boolean"
        case .null: "null"
        }
    }
}

/// One value of the tape.
struct TapeEntry {
    var kind: JSONKind
    /// Whether a string holds escapes, and so differs from its bytes; whether a number has a fraction or an exponent.
    var isSpecial: Bool = false
    /// The bytes of the value; of a string, those between the quotes.
    var start: UInt32
    var end: UInt32
    /// The tape index after the value and all it holds. While a container is open: the container around it.
    var next: UInt32
    /// How many elements or members.
    var count: UInt32 = 0
}
