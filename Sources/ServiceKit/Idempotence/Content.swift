public import Contracts

/// A hash of content as a table keeps it.
public protocol ContentMark: Sendable, Equatable {
    /// The mark of a message's bytes. Released: what is stored must be found again.
    static func of(content bytes: [UInt8]) -> Self
}

extension Int64: ContentMark {
    /// FNV-1a of 128 bits, folded. It keeps apart what is different by accident, not by malice: nothing here is a secret.
    public static func of(content bytes: [UInt8]) -> Int64 {
        var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        for byte in bytes { state = (state ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b }
        return Int64(truncatingIfNeeded: state ^ (state >> 64))
    }
}

extension String: ContentMark {
    /// A UUID of the content.
    public static func of(content bytes: [UInt8]) -> String {
        StableIdentifier.of("content", String(decoding: bytes, as: UTF8.self))
    }
}

/// What a message says, as far as it is compared with what was said before under the same key.
public struct Content<Mark: ContentMark>: Sendable {
    /// What is kept of it.
    public let mark: Mark
    private let bytes: [UInt8]
    private let later: [String]

    /// The content of a message.
    public init<Body: Message>(_ body: Body) {
        self.init(body.encode(), later: LaterFields.of(Body.type))
    }

    /// The content of a part of a message.
    ///
    /// - Parameters:
    ///   - part: what is compared.
    ///   - type: the message's type. Fields it was given later are looked for in the part.
    public init(_ part: some Part, of type: MessageType) {
        self.init(part.encode(), later: LaterFields.of(type))
    }

    init(_ bytes: [UInt8], later: [String]) {
        mark = Mark.of(content: bytes)
        self.bytes = bytes
        self.later = later
    }

    /// Whether the same was said before: with all fields, or without those that whoever kept the mark may not have known.
    public func isSame(as before: Mark) -> Bool {
        if mark == before { return true }
        // A release knows the fields that came before it: of three later ones none, one, two or all.
        return later.indices.reversed().contains { known in
            LaterFields.leavingOut(later[known...], of: bytes).map { Mark.of(content: $0) == before } ?? false
        }
    }
}

/// What has come under keys that are given once: the same again has no effect, anything else is refused.
public struct KnownContent<Key: Hashable, Mark: ContentMark> {
    private var marks: [Key: Mark]

    /// - Parameter marks: what is kept of those that came before.
    public init(_ marks: [Key: Mark]) { self.marks = marks }

    /// Whether nothing came before under a message's key. Otherwise the same again is counted, anything else refused.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - key: what it is known by.
    ///   - content: what it says.
    ///   - path: the field of the key.
    ///   - detail: what to say when it contradicts what came before.
    ///   - repetitions: the counter of repetitions.
    ///   - effects: where it is counted or refused.
    public func isNew<Body>(
        _ message: Received<Body>, _ key: Key, _ content: Content<Mark>, at path: String,
        _ detail: String = "this came before with other content", counting repetitions: String,
        _ effects: inout Effects
    ) -> Bool {
        guard let before = marks[key] else { return true }
        if content.isSame(as: before) {
            effects.count(repetitions)
        } else {
            effects.refuse(message, Refusal(.conflictingContent, path: path, detail))
        }
        return false
    }

    /// Those of some messages that are new under their keys and that nothing speaks against, each kept.
    ///
    /// - Parameters:
    ///   - items: the messages, with what is made of each.
    ///   - path: the field of the key.
    ///   - detail: what to say when one contradicts what came before.
    ///   - repetitions: the counter of repetitions.
    ///   - effects: where is counted and refused.
    ///   - known: what one is known by, and what it says.
    ///   - objection: why one that is new is refused all the same; it is not kept.
    public mutating func take<Body, Item>(
        _ items: some Sequence<(Received<Body>, Item)>, at path: String,
        _ detail: String = "this came before with other content", counting repetitions: String,
        _ effects: inout Effects, known: (Item) -> (key: Key, content: Content<Mark>),
        objection: (Item) -> Refusal? = { _ in nil }
    ) -> [Item] {
        var taken: [Item] = []
        for (message, item) in items {
            let (key, content) = known(item)
            guard isNew(message, key, content, at: path, detail, counting: repetitions, &effects) else { continue }
            if let refusal = objection(item) {
                effects.refuse(message, refusal)
                continue
            }
            keep(content, under: key)
            taken.append(item)
        }
        return taken
    }

    /// Keeps what is accepted, so that the same in the same batch is known.
    public mutating func keep(_ content: Content<Mark>, under key: Key) { marks[key] = content.mark }
}
