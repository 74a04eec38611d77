/// What AMQP 0-9-1 puts on the wire, as far as the fake broker needs it.
enum Wire {
    /// The first byte of a frame.
    enum Kind: UInt8 {
        case method = 1
        case header = 2
        case body = 3
        case heartbeat = 8
    }

    /// A method by its class and its number there.
    struct Method: Equatable {
        let group: UInt16
        let number: UInt16

        init(_ group: UInt16, _ number: UInt16) {
            self.group = group
            self.number = number
        }

        /// The method by which a server agrees; AMQP numbers it next to the question's.
        var answer: Method { Method(group, number + 1) }

        static let connectionStart = Method(10, 10)
        static let connectionStartOk = Method(10, 11)
        static let connectionTune = Method(10, 30)
        static let connectionTuneOk = Method(10, 31)
        static let connectionOpen = Method(10, 40)
        static let connectionClose = Method(10, 50)
        static let connectionBlocked = Method(10, 60)
        static let connectionUnblocked = Method(10, 61)
        static let channelOpen = Method(20, 10)
        static let channelClose = Method(20, 40)
        static let exchangeDeclare = Method(40, 10)
        static let queueDeclare = Method(50, 10)
        static let queueBind = Method(50, 20)
        static let queueDelete = Method(50, 40)
        static let basicQos = Method(60, 10)
        static let basicConsume = Method(60, 20)
        static let basicCancel = Method(60, 30)
        static let basicPublish = Method(60, 40)
        static let basicReturn = Method(60, 50)
        static let basicDeliver = Method(60, 60)
        static let basicAck = Method(60, 80)
        static let confirmSelect = Method(85, 10)
    }

    static let end: UInt8 = 0xCE
    static let frameMaximum = 131_072

    /// A whole frame.
    static func frame(_ kind: UInt8, channel: UInt16, _ payload: [UInt8], end: UInt8 = end) -> [UInt8] {
        var writer = WireWriter()
        writer.octet(kind)
        writer.short(channel)
        writer.long(UInt32(payload.count))
        return writer.bytes + payload + [end]
    }

    static let heartbeat = frame(Kind.heartbeat.rawValue, channel: 0, [])

    static func method(
        _ method: Method, channel: UInt16 = 1, end: UInt8 = end, _ arguments: (inout WireWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var writer = WireWriter()
        writer.short(method.group)
        writer.short(method.number)
        arguments(&writer)
        return frame(Kind.method.rawValue, channel: channel, writer.bytes, end: end)
    }

    /// The header of a content: how long it is, and its identifiers.
    static func header(_ message: FakeMessage, group: UInt16 = 60, flags: UInt16? = nil) -> [UInt8] {
        var writer = WireWriter()
        writer.short(group)
        writer.short(0)
        writer.longLong(UInt64(message.body.count))
        var texts = WireWriter()
        var present: UInt16 = 0
        // In the order of their bits, from the highest down.
        for (bit, text) in [(10, message.correlationID), (9, message.replyTo), (7, Optional(message.id))] {
            guard let text else { continue }
            present |= 1 << UInt16(bit)
            texts.shortText(text)
        }
        writer.short(flags ?? present)
        return frame(Kind.header.rawValue, channel: 1, writer.bytes + texts.bytes)
    }

    static func body<Bytes: Sequence<UInt8>>(_ bytes: Bytes) -> [UInt8] {
        frame(Kind.body.rawValue, channel: 1, Array(bytes))
    }

    static func ack(_ tag: UInt64, isMultiple: Bool = false, channel: UInt16 = 1) -> [UInt8] {
        method(.basicAck, channel: channel) {
            $0.longLong(tag)
            $0.octet(isMultiple ? 1 : 0)
        }
    }
}

/// Puts numbers and texts together, most significant byte first.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func octet(_ value: UInt8) { bytes.append(value) }
    mutating func short(_ value: UInt16) { number(value) }
    mutating func long(_ value: UInt32) { number(value) }
    mutating func longLong(_ value: UInt64) { number(value) }

    mutating func shortText(_ text: String) {
        octet(UInt8(clamping: text.utf8.count))
        bytes += text.utf8.prefix(255)
    }

    mutating func longText(_ text: String) {
        long(UInt32(text.utf8.count))
        bytes += text.utf8
    }

    private mutating func number(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }
}

/// Takes numbers and texts apart; past the end everything is zero or empty.
struct WireReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    mutating func octet() -> UInt8 { bytes.popFirst() ?? 0 }
    mutating func short() -> UInt16 { number() }
    mutating func long() -> UInt32 { number() }
    mutating func longLong() -> UInt64 { number() }

    mutating func shortText() -> String { text(Int(octet())) }

    mutating func skip(_ count: Int) { bytes = bytes.dropFirst(count) }

    /// The identifiers of a content, from its properties.
    mutating func identifiers() -> (id: String, replyTo: String?, correlationID: String?) {
        let flags = short()
        var found: [Int: String] = [:]
        for bit in stride(from: 15, through: 3, by: -1) where flags & (1 << UInt16(bit)) != 0 {
            switch bit {
            case 13: skip(Int(long()))
            case 12, 11: skip(1)
            case 6: skip(8)
            default: found[bit] = shortText()
            }
        }
        return (found[7] ?? "", found[9], found[10])
    }

    private mutating func text(_ count: Int) -> String {
        defer { skip(count) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    private mutating func number<Value: FixedWidthInteger>() -> Value {
        var value: Value = 0
        for _ in 0..<MemoryLayout<Value>.size { value = value << 8 | Value(octet()) }
        return value
    }
}

/// A message that the fake broker was given, or that was published to it.
public struct FakeMessage: Sendable, Equatable {
    /// Its identifier.
    public let id: String
    /// Where an answer to it goes.
    public let replyTo: String?
    /// Ties an answer to its question.
    public let correlationID: String?
    /// The content.
    public let body: [UInt8]

    /// - Parameters: as the properties.
    public init(id: String, replyTo: String? = nil, correlationID: String? = nil, body: [UInt8] = Array("{}".utf8)) {
        self.id = id
        self.replyTo = replyTo
        self.correlationID = correlationID
        self.body = body
    }
}
