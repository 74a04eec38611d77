public import Domain

/// Writes one JSON object, compact, its members in the order they are written.
public struct ObjectWriter {
    private var bytes: [UInt8]
    private var isEmpty = true

    /// Begins an object.
    public init() {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        self.init(after: bytes)
    }

    /// Begins an object behind what is written already: nothing of a part is copied into the whole.
    private init(after bytes: consuming [UInt8]) {
        self.bytes = bytes
        self.bytes.append(UInt8(ascii: "{"))
    }

    /// The finished object.
    public consuming func finished() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// An array of objects that stands by itself.
    public static func array(of values: [some Part]) -> [UInt8] {
        var writer = ObjectWriter()
        writer.bytes.removeAll(keepingCapacity: true)
        writer.list(values) { $0.part($1) }
        return writer.bytes
    }

    /// A text; nothing when there is none.
    public mutating func text(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        name(key)
        Self.append(value, to: &bytes)
    }

    /// A whole number; nothing when there is none.
    public mutating func integer(_ key: StaticString, _ value: Int?) {
        guard let value else { return }
        name(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// A truth value; nothing when there is none.
    public mutating func boolean(_ key: StaticString, _ value: Bool?) {
        guard let value else { return }
        name(key)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// A decimal as a string, in its shortest form; nothing when there is none.
    public mutating func decimal(_ key: StaticString, _ value: FixedDecimal?) {
        guard let value else { return }
        quoted(key) { value.appendText(minimumDecimals: 0, to: &$0) }
    }

    /// An amount of money as a string with at least two decimals; nothing when there is none.
    public mutating func amount(_ key: StaticString, _ value: FixedDecimal?) {
        guard let value else { return }
        quoted(key) { value.appendText(minimumDecimals: 2, to: &$0) }
    }

    /// A point in time; nothing when there is none.
    public mutating func timestamp(_ key: StaticString, _ value: Timestamp?) {
        guard let value else { return }
        quoted(key) { value.appendText(to: &$0) }
    }

    /// One of a set of words; nothing when there is none.
    public mutating func choice(_ key: StaticString, _ value: (some RawRepresentable<String>)?) {
        text(key, value?.rawValue)
    }

    /// An object; nothing when there is none.
    public mutating func object(_ key: StaticString, _ value: (some Part)?) {
        guard let value else { return }
        name(key)
        part(value)
    }

    /// An array of objects; nothing when there is none.
    public mutating func array(_ key: StaticString, _ values: [some Part]?) {
        guard let values else { return }
        name(key)
        list(values) { $0.part($1) }
    }

    /// An array of texts; nothing when there is none.
    public mutating func texts(_ key: StaticString, _ values: [String]?) {
        guard let values else { return }
        name(key)
        list(values) { Self.append($1, to: &$0.bytes) }
    }

    /// JSON text as it is.
    public mutating func json(_ key: StaticString, _ value: some Collection<UInt8>) {
        name(key)
        bytes.append(contentsOf: value)
    }

    private mutating func list<Value>(_ values: [Value], _ write: (inout ObjectWriter, Value) -> Void) {
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(&self, value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func part(_ value: some Part) {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        var inner = ObjectWriter(after: taken)
        value.write(to: &inner)
        bytes = inner.finished()
    }

    private mutating func name(_ key: StaticString) {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A value that needs quotes and no escapes.
    private mutating func quoted(_ key: StaticString, _ write: (inout [UInt8]) -> Void) {
        name(key)
        bytes.append(UInt8(ascii: "\""))
        write(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A JSON string with its quotes.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { content in
            var start = 0
            for (place, byte) in content.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes.append(contentsOf: content[start..<place])
                escape(byte, to: &bytes)
                start = place + 1
            }
            bytes.append(contentsOf: content[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            bytes.append(contentsOf: "u00".utf8)
            let digits = Array("0123456789abcdef".utf8)
            bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }
}
