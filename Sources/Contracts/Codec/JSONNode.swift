/// A value of a parsed document.
public struct JSONNode: Sendable {
    let document: JSONDocument
    let index: Int

    /// What kind of value it is.
    public var kind: JSONKind { entry.kind }

    private var entry: TapeEntry { document.tape[index] }

    /// The bytes of the value as they stand in the document, without the quotes of a string.
    var rawBytes: ArraySlice<UInt8> { document.bytes[Int(entry.start)..<Int(entry.end)] }

    /// The bytes of the value as it is meant: of a string, with its escapes resolved. An escaped character is the
    /// character (RFC 8259 §7), in a number or a time as in a name.
    var valueBytes: ArraySlice<UInt8> {
        entry.isSpecial && kind == .string ? JSONText.unescaped(document.bytes, entry)[...] : rawBytes
    }

    /// The JSON text of the value.
    public var text: ArraySlice<UInt8> {
        kind == .string ? document.bytes[(Int(entry.start) - 1)...Int(entry.end)] : rawBytes
    }

    /// The text of a string; `nil` for any other value.
    public var string: String? {
        guard kind == .string else { return nil }
        return entry.isSpecial
            ? String(decoding: JSONText.unescaped(document.bytes, entry), as: UTF8.self)
            : String(decoding: rawBytes, as: UTF8.self)
    }

    /// A whole number, however it is written (`2`, `2.0`, `2e0`); `nil` for any other value.
    public var integer: Int? {
        guard kind == .number else { return nil }
        let text = String(decoding: rawBytes, as: UTF8.self)
        return entry.isSpecial ? Double(text).flatMap(Int.init(exactly:)) : Int(text)
    }

    /// How many elements or members.
    public var count: Int { Int(entry.count) }

    /// The elements of an array; empty for any other value.
    public var elements: [JSONNode] {
        guard kind == .array else { return [] }
        var elements: [JSONNode] = []
        elements.reserveCapacity(count)
        var next = index + 1
        while next < Int(entry.next) {
            elements.append(JSONNode(document: document, index: next))
            next = Int(document.tape[next].next)
        }
        return elements
    }

    /// The members of an object in their order; empty for any other value.
    public var members: [(key: String, value: JSONNode)] {
        guard kind == .object else { return [] }
        var members: [(key: String, value: JSONNode)] = []
        var next = index + 1
        while next < Int(entry.next) {
            let key = JSONNode(document: document, index: next).string ?? ""
            members.append((key, JSONNode(document: document, index: next + 1)))
            next = Int(document.tape[next + 1].next)
        }
        return members
    }

    /// The member of an object by its key; `nil` when there is none.
    public subscript(_ key: String) -> JSONNode? {
        guard kind == .object else { return nil }
        var key = key
        return key.withUTF8 { wanted in
            var next = index + 1
            while next < Int(entry.next) {
                let name = document.tape[next]
                let matches =
                    name.isSpecial
                    ? JSONText.unescaped(document.bytes, name).elementsEqual(wanted)
                    : Int(name.end - name.start) == wanted.count
                        && document.bytes.withUnsafeBufferPointer {
                            $0[Int(name.start)..<Int(name.end)].elementsEqual(wanted)
                        }
                if matches { return JSONNode(document: document, index: next + 1) }
                next = Int(document.tape[next + 1].next)
            }
            return nil
        }
    }
}
