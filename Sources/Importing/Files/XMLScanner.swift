/// Goes through XML from its beginning to its end, as far as the parts of a workbook need it: elements by their local
/// names, attributes and text. Declarations of types, which could name other files or grow without bounds, are refused.
struct XMLScanner {
    /// What comes next.
    enum Event: Equatable {
        /// An element begins.
        case start(String)
        /// An element ends.
        case end(String)
        /// Text, with its entities put right.
        case text(String)
    }

    private let bytes: [UInt8]
    private let name: String
    private var place = 0
    /// The name of the element that ends at once, as `<a/>` does.
    private var pending: String?
    private var attributesAt = 0..<0

    /// - Parameters:
    ///   - bytes: the XML, in UTF-8.
    ///   - name: what to call it.
    init(_ bytes: [UInt8], name: String) throws(FileFault) {
        self.bytes =
            bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
            ? try TextEncoding.decode(bytes, name: name).bytes : bytes
        self.name = name
    }

    /// The next event; `nil` at the end.
    mutating func next() throws(FileFault) -> Event? {
        if let ended = pending {
            pending = nil
            return .end(ended)
        }
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "<") else {
                let start = place
                while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
                return .text(Self.text(bytes[start..<place]))
            }
            if starts("<?") {
                try skip(past: "?>")
            } else if starts("<!--") {
                try skip(past: "-->")
            } else if starts("<![CDATA[") {
                let start = place + 9
                try skip(past: "]]>")
                return .text(String(decoding: bytes[start..<(place - 3)], as: UTF8.self))
            } else if starts("<!") {
                throw FileFault("'\(name)' declares types of its own, as no office program does: save it as CSV")
            } else if starts("</") {
                let start = place + 2
                try skip(past: ">")
                return .end(Self.localName(bytes[start..<(place - 1)]))
            } else {
                return try element()
            }
        }
        return nil
    }

    /// The value of an attribute of the element that began last, by its local name.
    func attribute(_ wanted: StaticString) -> String? {
        var at = attributesAt.lowerBound
        while at < attributesAt.upperBound {
            while at < attributesAt.upperBound, Self.isSpace(bytes[at]) { at += 1 }
            let start = at
            while at < attributesAt.upperBound, bytes[at] != UInt8(ascii: "="), !Self.isSpace(bytes[at]) { at += 1 }
            var local = bytes[start..<at]
            if let colon = local.lastIndex(of: UInt8(ascii: ":")) { local = local[(colon + 1)...] }
            while at < attributesAt.upperBound, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "'") {
                at += 1
            }
            guard at < attributesAt.upperBound else { return nil }
            let (quote, from) = (bytes[at], at + 1)
            at = from
            while at < attributesAt.upperBound, bytes[at] != quote { at += 1 }
            let isWanted = wanted.withUTF8Buffer { local.elementsEqual($0) }
            if isWanted { return Self.text(bytes[from..<at]) }
            at += 1
        }
        return nil
    }

    private mutating func element() throws(FileFault) -> Event {
        let start = place + 1
        var quote: UInt8?
        place = start
        // An attribute may hold '>'.
        while place < bytes.count, quote != nil || bytes[place] != UInt8(ascii: ">") {
            if let open = quote {
                if bytes[place] == open { quote = nil }
            } else if bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "'") {
                quote = bytes[place]
            }
            place += 1
        }
        guard place < bytes.count else { throw cut }
        var end = place
        place += 1
        let isEmpty = end > start && bytes[end - 1] == UInt8(ascii: "/")
        if isEmpty { end -= 1 }
        let nameEnd = bytes[start..<end].firstIndex(where: Self.isSpace) ?? end
        let local = Self.localName(bytes[start..<nameEnd])
        attributesAt = nameEnd..<end
        if isEmpty { pending = local }
        return .start(local)
    }

    private var cut: FileFault { FileFault("'\(name)' is cut short: save it as .xlsx again") }

    private func starts(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[place...].starts(with: $0) }
    }

    private mutating func skip(past text: StaticString) throws(FileFault) {
        let length = text.utf8CodeUnitCount
        while place + length <= bytes.count {
            if starts(text) {
                place += length
                return
            }
            place += 1
        }
        throw cut
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

    private static func localName(_ bytes: ArraySlice<UInt8>) -> String {
        let trimmed = bytes.prefix { !isSpace($0) }
        let start = trimmed.lastIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? trimmed.startIndex
        return String(decoding: trimmed[start...], as: UTF8.self)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
        var text = String.UnicodeScalarView()
        var rest = bytes
        while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
            text.append(contentsOf: String(decoding: rest[..<start], as: UTF8.self).unicodeScalars)
            let tail = rest[(start + 1)...]
            guard let end = tail.prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let scalar = entity(String(decoding: tail[..<end], as: UTF8.self))
            else {
                text.append("&")
                rest = tail
                continue
            }
            text.append(scalar)
            rest = tail[(end + 1)...]
        }
        text.append(contentsOf: String(decoding: rest, as: UTF8.self).unicodeScalars)
        return String(text)
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let number = name.dropFirst()
            let value = number.hasPrefix("x") ? UInt32(number.dropFirst(), radix: 16) : UInt32(number)
            return value.flatMap { Unicode.Scalar($0) }
        }
    }
}
