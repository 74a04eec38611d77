package import Contracts

/// A value of JSON that is put together from parts, its members in the order in which they were named.
package indirect enum JSONValue: Sendable, Equatable {
    /// A text.
    case text(String)
    /// A whole number.
    case number(Int)
    /// `true` or `false`.
    case flag(Bool)
    /// `null`.
    case null
    /// An array.
    case list([JSONValue])
    /// An object.
    case object([Member])
    /// JSON text as it is.
    case written([UInt8])

    /// A member of an object.
    package struct Member: Sendable, Equatable {
        /// Its key.
        package let key: String
        /// Its value.
        package let value: JSONValue
    }

    /// An object without the members that have no value.
    package static func members(_ members: (String, JSONValue?)...) -> JSONValue { of(members) }

    /// The same of a list.
    package static func of(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
    }

    /// A text, or nothing.
    package static func text(_ text: String?) -> JSONValue? { text.map { .text($0) } }

    /// Texts.
    package static func texts(_ texts: some Sequence<String>) -> JSONValue { .list(texts.map { .text($0) }) }

    /// What a parsed document holds. Numbers stay as they are written.
    package init(_ node: JSONNode) {
        self =
            switch node.kind {
            case .object: .object(node.members.map { Member(key: $0.key, value: JSONValue($0.value)) })
            case .array: .list(node.elements.map { JSONValue($0) })
            case .string: .text(node.string ?? "")
            case .number: .written(Array(node.text))
            case .true: .flag(true)
            case .false: .flag(false)
            case .null: .null
            }
    }

    /// The same object with further members behind its own; any other value as it is.
    package func with(_ more: (String, JSONValue?)...) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members + more.compactMap { key, value in value.map { Member(key: key, value: $0) } })
    }

    /// The same object without a member; any other value as it is.
    package func without(_ key: String) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.key != key })
    }

    /// Its text without spaces.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// Appends its text without spaces.
    package func append(to bytes: inout [UInt8]) { append(to: &bytes, indent: nil) }

    /// Its text for people, each member on a line of its own, which ends with a line break.
    package var lines: String {
        var bytes: [UInt8] = []
        append(to: &bytes, indent: 0)
        return String(decoding: bytes, as: UTF8.self) + "\n"
    }

    private func append(to bytes: inout [UInt8], indent: Int?) {
        switch self {
        case .text(let text): ObjectWriter.append(text, to: &bytes)
        case .number(let number): bytes += Array(String(number).utf8)
        case .flag(let flag): bytes += Array(String(flag).utf8)
        case .null: bytes += Array("null".utf8)
        case .written(let text): bytes += text
        case .list(let values):
            // What is plain stands on one line.
            let indent = values.allSatisfy(\.isPlain) ? nil : indent
            Self.append(values, "[", "]", to: &bytes, indent) { $0.append(to: &$1, indent: $2) }
        case .object(let members):
            Self.append(members, "{", "}", to: &bytes, indent) { member, bytes, indent in
                ObjectWriter.append(member.key, to: &bytes)
                bytes += Array((indent == nil ? ":" : ": ").utf8)
                member.value.append(to: &bytes, indent: indent)
            }
        }
    }

    /// Whether it holds no other value.
    private var isPlain: Bool {
        switch self {
        case .list, .object, .written: false
        case .text, .number, .flag, .null: true
        }
    }

    private static func append<Value>(
        _ values: [Value], _ opening: String, _ closing: String, to bytes: inout [UInt8], _ indent: Int?,
        _ append: (Value, inout [UInt8], Int?) -> Void
    ) {
        bytes += Array(opening.utf8)
        let inner = indent.map { $0 + 2 }
        for (place, value) in values.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            if let inner { bytes += Array("\n\(String(repeating: " ", count: inner))".utf8) }
            append(value, &bytes, inner)
        }
        if let indent, !values.isEmpty { bytes += Array("\n\(String(repeating: " ", count: indent))".utf8) }
        bytes += Array(closing.utf8)
    }
}
