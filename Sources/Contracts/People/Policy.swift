extension PermissionPolicySet {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            document.reduce(0) { $0 + $1.utf8.count } <= PolicyText.most, .textTooLong, "document",
            "a policy has at most \(PolicyText.most) bytes")
    }
}

/// The text of a policy, and the pieces of it that a message carries: a text of a message has its limit, and a policy with all
/// its people is longer.
package enum PolicyText {
    /// The most bytes of a policy: with every quotation mark escaped it still fits into a message.
    package static let most = 400_000
    /// The most characters of a piece: of whatever characters they are, they stay below the limit of a text.
    private static let piece = 16_000

    /// The pieces of a text, in order.
    package static func pieces(_ text: String) -> [String] {
        var pieces: [String] = []
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.piece)
            pieces.append(String(String.UnicodeScalarView(piece)))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    /// The text of some pieces.
    package static func whole(_ pieces: [String]) -> String { pieces.joined() }

    /// A policy's JSON text without the spaces and ends of lines between its parts.
    ///
    /// - Throws: ``Refusal`` when it is no JSON.
    package static func compact(_ json: [UInt8]) throws(Refusal) -> String {
        _ = try JSONDocument(parsing: json)
        var compact: [UInt8] = []
        compact.reserveCapacity(json.count)
        var (isText, isEscaped) = (false, false)
        for byte in json.starts(with: [0xEF, 0xBB, 0xBF]) ? json.dropFirst(3) : json[...] {
            if isText {
                compact.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
            } else if ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                compact.append(byte)
                isText = byte == UInt8(ascii: "\"")
            }
        }
        return String(decoding: compact, as: UTF8.self)
    }
}
