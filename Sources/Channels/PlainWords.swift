import Domain

/// Words of others as they are shown on one line.
enum PlainWords {
    /// Whether a character may be shown: no control, no break of a line, nothing that turns the direction of what stands around
    /// it. What joins characters, as in some scripts and pictures, may.
    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0x200C, 0x200D, 0xFE0E, 0xFE0F: true
        default: !TypedText.isUnseen(scalar) && scalar.value & 0xFFFE != 0xFFFE
        }
    }

    /// Words on one line: what may not be shown becomes a space, several spaces one, none at either end.
    static func line(_ words: String, atMost most: Int = .max) -> String {
        var line = String.UnicodeScalarView()
        for scalar in words.unicodeScalars {
            let shown = isAllowed(scalar) ? scalar : " "
            if shown == " ", line.last ?? " " == " " { continue }
            line.append(shown)
        }
        if line.last == " " { line.removeLast() }
        guard line.count > most else { return String(line) }
        return String(String.UnicodeScalarView(line.prefix(most - 1))) + "…"
    }

    /// The beginning of a text that has at most so many bytes, whole characters only; `…` at the end tells that there is more.
    static func beginning(_ text: String, bytes most: Int) -> String {
        guard text.utf8.count > most else { return text }
        var kept = ""
        var count = 3
        for character in text {
            count += character.utf8.count
            guard count <= most else { break }
            kept.append(character)
        }
        return kept + "…"
    }
}
