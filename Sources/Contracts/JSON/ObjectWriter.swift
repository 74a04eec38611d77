/// Writes one JSON object, compact, its members in the order they are written.
public struct ObjectWriter {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// Begins an object.
    public init() {}

    /// The finished object.
    public consuming func finished() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
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
        text(key, value?.description)
    }

    /// An amount of money as a string with at least two decimals; nothing when there is none.
    public mutating func amount(_ key: StaticString, _ value: FixedDecimal?) {
        text(key, value?.moneyText)
    }

    /// A point in time; nothing when there is none.
    public mutating func timestamp(_ key: StaticString, _ value: Timestamp?) {
        text(key, value?.description)
    }

    /// One of a set of words; nothing when there is none.
    public mutating func choice(_ key: StaticString, _ value: (some RawRepresentable<String>)?) {
        text(key, value?.rawValue)
    }

    /// An object; nothing when there is none.
    public mutating func object(_ key: StaticString, _ value: (some Part)?) {
        guard let value else { return }
        name(key)
        bytes += value.encode()
    }

    /// An array of objects; nothing when there is none.
    public mutating func array(_ key: StaticString, _ values: [some Part]?) {
        guard let values else { return }
        name(key)
        list(values) { $0.encode() }
    }

    /// An array of texts; nothing when there is none.
    public mutating func texts(_ key: StaticString, _ values: [String]?) {
        guard let values else { return }
        name(key)
        list(values) { value in
            var text: [UInt8] = []
            Self.append(value, to: &text)
            return text
        }
    }

    /// JSON text as it is.
    public mutating func json(_ key: StaticString, _ value: some Collection<UInt8>) {
        name(key)
        bytes.append(contentsOf: value)
    }

    private mutating func list<Value>(_ values: [Value], _ encode: (Value) -> [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += encode(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func name(_ key: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A JSON string with its quotes.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0x0D: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case 0x09: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                let digits = Array("0123456789abcdef".utf8)
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
