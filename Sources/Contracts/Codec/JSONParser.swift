/// The one-pass parser behind ``JSONDocument``. It does not recurse, so hostile nesting costs no stack and is refused
/// at the limit.
struct JSONParser {
    private struct Container {
        let index: Int
        let isObject: Bool
        /// Where the keys of an object begin among all keys of what is open.
        let firstKey: Int
        var count = 0
    }

    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0
    private var tape: [TapeEntry] = []
    private var open: [Container] = []
    /// Where the keys of the open objects stand on the tape, those of the innermost last.
    private var keys: [Int] = []

    /// Above this many members, duplicate keys are looked for by hash, once, when the object closes.
    private static let linearMembers = 16

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parse() throws(Refusal) -> [TapeEntry] {
        guard !bytes.isEmpty else { throw Refusal(.emptyBody, path: "$", "the body is empty") }
        guard bytes.count <= limits.bodyBytes else {
            throw Refusal(
                .bodyTooLarge, path: "$", "the body has \(bytes.count) bytes, \(limits.bodyBytes) are allowed")
        }
        tape.reserveCapacity(bytes.count / 10 + 8)
        // A byte order mark, as some systems write it in front, may be passed over (RFC 8259 §8.1).
        if bytes[0] == 0xEF, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        try value()
        while !open.isEmpty { try member() }
        skipSpace()
        guard position == bytes.count else { throw refusal(.notJSON, "there is more after the end of the value") }
        return tape
    }

    /// Takes the next element of the innermost container, or its end.
    private mutating func member() throws(Refusal) {
        let top = open.count - 1
        let isObject = open[top].isObject
        skipSpace()
        guard position < bytes.count else { throw refusal(.notJSON, "the text ends in the middle") }
        if bytes[position] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            position += 1
            return try close()
        }
        if open[top].count > 0 {
            guard bytes[position] == UInt8(ascii: ",") else { throw refusal(.notJSON, "a comma is missing") }
            position += 1
        }
        open[top].count += 1
        guard open[top].count <= limits.elements else {
            throw refusal(.tooManyElements, "more than \(limits.elements) elements")
        }
        if isObject { try key() }
        try value()
    }

    private mutating func key() throws(Refusal) {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            throw refusal(.notJSON, "a key in quotes is missing")
        }
        let index = tape.count
        try string()
        let top = open.count - 1
        if open[top].count <= Self.linearMembers {
            for other in keys[open[top].firstKey...] where same(other, index) { throw duplicate(index) }
        }
        keys.append(index)
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
            throw refusal(.notJSON, "a colon is missing after a key")
        }
        position += 1
    }

    private mutating func value() throws(Refusal) {
        skipSpace()
        guard position < bytes.count else { throw refusal(.notJSON, "the text ends where a value should be") }
        switch bytes[position] {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try begin(.object)
        case UInt8(ascii: "["): try begin(.array)
        case UInt8(ascii: "t"): try word("true", .true)
        case UInt8(ascii: "f"): try word("false", .false)
        case UInt8(ascii: "n"): try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default:
            // What is no text at all is said so, wherever it stands.
            if bytes[position] >= 0x80 { try multibyte(bytes[position]) }
            throw refusal(.notJSON, "no JSON value begins like this")
        }
    }

    private mutating func begin(_ kind: JSONKind) throws(Refusal) {
        guard open.count < limits.depth else { throw refusal(.tooDeep, "nested deeper than \(limits.depth)") }
        open.append(Container(index: tape.count, isObject: kind == .object, firstKey: keys.count))
        tape.append(TapeEntry(kind: kind, start: UInt32(position), end: 0, next: 0))
        position += 1
    }

    private mutating func close() throws(Refusal) {
        let container = open[open.count - 1]
        if container.isObject, container.count > Self.linearMembers {
            var seen: Set<[UInt8]> = []
            for key in keys[container.firstKey...] where !seen.insert(JSONText.unescaped(bytes, tape[key])).inserted {
                throw duplicate(key)
            }
        }
        open.removeLast()
        keys.removeLast(keys.count - container.firstKey)
        tape[container.index].end = UInt32(position)
        tape[container.index].next = UInt32(tape.count)
        tape[container.index].count = UInt32(container.count)
    }

    // MARK: Scalars

    private mutating func word(_ word: StaticString, _ kind: JSONKind) throws(Refusal) {
        let end = position + word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { end <= bytes.count && bytes[position..<end].elementsEqual($0) }
        guard matches else { throw refusal(.notJSON, "no JSON value begins like this") }
        append(kind, position, end)
        position = end
    }

    private mutating func number() throws(Refusal) {
        let start = position
        var digits = 0
        var magnitude: UInt64 = 0
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        while position < bytes.count, isDigit(bytes[position]) {
            if digits < 19 { magnitude = magnitude * 10 + UInt64(bytes[position] - 0x30) }
            digits += 1
            position += 1
        }
        guard digits > 0, digits == 1 || bytes[first] != UInt8(ascii: "0") else {
            throw refusal(.notJSON, "a number is not written as JSON writes it")
        }
        var isSpecial = false
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isSpecial = true
            position += 1
            try digitsRequired()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isSpecial = true
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digitsRequired()
        }
        if isSpecial {
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            guard let value = Double(text), value.isFinite, abs(value) <= 9_007_199_254_740_991 else {
                throw refusal(.numberOutOfRange, "a number that other languages cannot hold: send it as a string")
            }
        } else if digits > 16 || magnitude > 9_007_199_254_740_991 {
            throw refusal(
                .numberOutOfRange, "an integer beyond 2^53 - 1 loses digits in many languages: send it as a string")
        }
        append(.number, start, position, isSpecial)
    }

    private mutating func digitsRequired() throws(Refusal) {
        let start = position
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
        guard position > start else { throw refusal(.notJSON, "a number is not written as JSON writes it") }
    }

    private mutating func string() throws(Refusal) {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            position = endOfPlainText(from: position)
            guard position < bytes.count else { throw refusal(.notJSON, "a string does not end") }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                try escape()
            } else if byte < 0x20 {
                throw byte == 0
                    ? refusal(.nullCharacter, "a string holds the character U+0000")
                    : refusal(.notJSON, "a control character in a string must be escaped")
            } else {
                try multibyte(byte)
            }
        }
        guard position - start <= limits.stringBytes else {
            throw refusal(.stringTooLong, "a string of \(position - start) bytes; \(limits.stringBytes) are allowed")
        }
        append(.string, start, position, hasEscapes)
        position += 1
    }

    /// The first place from here on that is more than a plain ASCII character of a string.
    private func endOfPlainText(from start: Int) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var place = start
            while place < bytes.count, case let byte = bytes[place], byte >= 0x20, byte < 0x80,
                byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\")
            {
                place += 1
            }
            return place
        }
    }

    private mutating func escape() throws(Refusal) {
        guard position + 1 < bytes.count else { throw refusal(.notJSON, "a string does not end") }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard let unit = JSONText.codeUnit(bytes, position) else {
                throw refusal(.notJSON, "\\u needs four hexadecimal digits")
            }
            if unit == 0 { throw refusal(.nullCharacter, "a string holds the character U+0000") }
            position += 6
            if unit >= 0xD800, unit < 0xDC00 {
                guard let low = JSONText.codeUnit(bytes, position), low >= 0xDC00, low < 0xE000 else {
                    throw refusal(.loneSurrogate, "a string holds half of a surrogate pair")
                }
                position += 6
            } else if unit >= 0xDC00, unit < 0xE000 {
                throw refusal(.loneSurrogate, "a string holds half of a surrogate pair")
            }
        default:
            throw refusal(.notJSON, "a string holds an escape that JSON does not have")
        }
    }

    /// Checks one character of two to four bytes: no overlong form, no surrogate, nothing above U+10FFFF.
    private mutating func multibyte(_ lead: UInt8) throws(Refusal) {
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, low) = (3, 0xA0)
        case 0xED: (length, high) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, low) = (4, 0x90)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, high) = (4, 0x8F)
        default: throw badUTF8()
        }
        guard position + length <= bytes.count, bytes[position + 1] >= low, bytes[position + 1] <= high else {
            throw badUTF8()
        }
        for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 { throw badUTF8() }
        position += length
    }

    // MARK: Small things

    private mutating func append(_ kind: JSONKind, _ start: Int, _ end: Int, _ isSpecial: Bool = false) {
        tape.append(
            TapeEntry(
                kind: kind, isSpecial: isSpecial, start: UInt32(start), end: UInt32(end), next: UInt32(tape.count + 1)))
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private func same(_ first: Int, _ second: Int) -> Bool {
        let (one, other) = (tape[first], tape[second])
        if one.isSpecial || other.isSpecial {
            return JSONText.unescaped(bytes, one) == JSONText.unescaped(bytes, other)
        }
        return one.end - one.start == other.end - other.start
            && bytes[Int(one.start)..<Int(one.end)] == bytes[Int(other.start)..<Int(other.end)]
    }

    private func duplicate(_ key: Int) -> Refusal {
        let name = String(decoding: JSONText.unescaped(bytes, tape[key]), as: UTF8.self)
        return Refusal(.duplicateKey, path: path(), "the key \(quoted(name)) stands twice in one object")
    }

    private func badUTF8() -> Refusal { refusal(.badUTF8, "the text is not UTF-8 at byte \(position)") }

    private func refusal(_ reason: Reason, _ detail: String) -> Refusal {
        Refusal(reason, path: path(), "\(detail) (at byte \(position))")
    }

    /// The path of the place where the parser stands.
    private func path() -> String {
        var path = "$"
        for (place, container) in open.enumerated() {
            if container.isObject {
                let end = place + 1 < open.count ? open[place + 1].firstKey : keys.count
                guard let key = keys[container.firstKey..<end].last else { break }
                path += "." + String(decoding: JSONText.unescaped(bytes, tape[key]), as: UTF8.self)
            } else if container.count > 0 {
                path += "[\(container.count - 1)]"
            }
        }
        return path
    }
}

/// The text of a JSON string, escapes resolved.
enum JSONText {
    /// The code unit of a `\uXXXX` at a place.
    static func codeUnit(_ bytes: [UInt8], _ position: Int) -> UInt32? {
        guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt32 = 0
        for byte in bytes[(position + 2)..<(position + 6)] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - 0x61 + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - 0x41 + 10)
            default: return nil
            }
        }
        return unit
    }

    /// The UTF-8 of a string or key on the tape.
    static func unescaped(_ bytes: [UInt8], _ entry: TapeEntry) -> [UInt8] {
        let raw = bytes[Int(entry.start)..<Int(entry.end)]
        guard entry.isSpecial else { return Array(raw) }
        var result: [UInt8] = []
        result.reserveCapacity(raw.count)
        var position = raw.startIndex
        while position < raw.endIndex {
            guard bytes[position] == UInt8(ascii: "\\") else {
                result.append(bytes[position])
                position += 1
                continue
            }
            switch bytes[position + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = codeUnit(bytes, position) ?? 0xFFFD
                if scalar >= 0xD800, scalar < 0xDC00, let low = codeUnit(bytes, position + 6) {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                    position += 6
                }
                if let character = Unicode.Scalar(scalar) { result.append(contentsOf: Array(String(character).utf8)) }
                position += 6
                continue
            case let other: result.append(other)
            }
            position += 2
        }
        return result
    }
}
