public import Domain

/// A part of a message: something that is read from and written as one JSON object.
public protocol Part: Sendable, Equatable {
    /// Reads it, refusing what the contract does not allow.
    init(fields: inout FieldReader) throws(Refusal)
    /// Writes its fields.
    func write(to object: inout ObjectWriter)
}

extension FieldReader {
    /// Reads a part that comes alone, from the bytes of its JSON object.
    public static func read<Value: Part>(_ type: Value.Type, from json: [UInt8]) throws(Refusal) -> Value {
        let root = try JSONDocument(parsing: json).root
        return try under("$") { () throws(Refusal) in
            var reader = try FieldReader(root)
            return try Value(fields: &reader)
        }
    }
}

extension Part {
    /// The JSON object.
    public func encode() -> [UInt8] {
        var object = ObjectWriter()
        write(to: &object)
        return object.finished()
    }
}

/// Something that crosses the wire between services or companies.
public protocol Message: Part {
    /// Its name on the wire. Never the Swift type's name, so that renaming here breaks nobody.
    static var type: MessageType { get }
    /// How older versions become this one.
    static var upcasters: [Upcaster<Self>] { get }
    /// When what it tells happened, by its own word; `nil` when it says nothing of time.
    var occurredAt: Timestamp? { get }
}

extension Message {
    /// Most messages have no older version.
    public static var upcasters: [Upcaster<Self>] { [] }

    /// Most messages of services tell nothing of the outside world's time.
    public var occurredAt: Timestamp? { nil }

    /// Reads a message from its data.
    ///
    /// - Parameter references: whose numbers it names.
    public init(node: JSONNode, naming references: References = .said) throws(Refusal) {
        self = try FieldReader.under("$") { () throws(Refusal) in
            var reader = try FieldReader(node, naming: references)
            return try Self(fields: &reader)
        }
    }

    /// How to read this message, and every older version of it, by its type.
    public static var decoders: [MessageDecoder<Self>] {
        [
            MessageDecoder(type: type) { node, references throws(Refusal) in
                try Self(node: node, naming: references)
            }
        ] + upcasters.flatMap(\.decoders)
    }
}

/// Reads one type of message as the version that the reader knows.
public struct MessageDecoder<Body: Message>: Sendable {
    /// The type on the wire.
    public let type: MessageType
    private let read: @Sendable (JSONNode, References) throws(Refusal) -> Body

    init(type: MessageType, _ read: @escaping @Sendable (JSONNode, References) throws(Refusal) -> Body) {
        self.type = type
        self.read = read
    }

    /// Reads its data, lifting an older version.
    ///
    /// - Parameter references: whose numbers it names.
    public func decode(_ node: JSONNode, naming references: References = .said) throws(Refusal) -> Body {
        try read(node, references)
    }
}

/// Lifts an older version of a message to a newer one by a pure function.
public struct Upcaster<Body: Message>: Sendable {
    let decoders: [MessageDecoder<Body>]

    /// - Parameters:
    ///   - older: the version before; what that one can lift is lifted on.
    ///   - lift: the pure function.
    public init<Older: Message>(from older: Older.Type, _ lift: @escaping @Sendable (Older) -> Body) {
        decoders = Older.decoders.map { decoder in
            MessageDecoder(type: decoder.type) { node, references throws(Refusal) in
                lift(try decoder.decode(node, naming: references))
            }
        }
    }
}

/// The name of a kind of message on the wire: `<domain>.<noun>-<past participle>.v<version>`.
public struct MessageType: Sendable, Hashable, CustomStringConvertible {
    /// The whole name; also the routing key.
    public let description: String

    /// A name written in the source.
    public init(_ text: String) {
        description = text
    }

    /// The name without its version.
    public var name: Substring {
        description.lastIndex(of: ".").map { description[..<$0] } ?? description[...]
    }

    /// The version, or `nil` when the name has none.
    public var version: Int? {
        guard let dot = description.lastIndex(of: ".") else { return nil }
        let last = description[description.index(after: dot)...]
        guard last.first == "v" else { return nil }
        return Int(last.dropFirst())
    }

    /// What comes before the first dot: whose business it is.
    public var domain: Substring { description.prefix { $0 != "." } }
}
