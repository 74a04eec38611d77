import Foundation

/// How words are written in a mail, whose lines are of ASCII (RFC 2045, 2047).
enum MailEncoding {
    /// Words on one line, without what nobody sees: nothing in them can end the line or turn what stands around them.
    static func oneLine(_ words: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in words.unicodeScalars { line.append(PlainWords.isAllowed(scalar) ? scalar : " ") }
        return String(line)
    }

    /// Words of a header field: as they are when they are short and plain, otherwise as encoded words of at most 64
    /// characters, each on a line of its own.
    ///
    /// - Parameter used: how many characters stand on the line before them.
    static func fieldWords(_ words: String, used: Int) -> String {
        let line = oneLine(words)
        let isPlain =
            line.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !line.contains("=?") && line.first != " "
            && line.last != " " && used + line.utf8.count <= 76
        return isPlain ? line : encodedWords(line)
    }

    /// A name before an address: plain letters as they are, everything else as encoded words.
    static func phrase(_ words: String) -> String {
        let line = oneLine(words)
        let isPlain =
            (1...60).contains(line.utf8.count) && line.first != " " && line.last != " "
            && line.utf8.allSatisfy {
                switch $0 {
                case 0x20, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: false
                }
            }
        return isPlain ? line : encodedWords(line)
    }

    private static func encodedWords(_ line: String) -> String {
        var pieces: [[UInt8]] = [[]]
        for scalar in line.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            // A character is never divided: each word is decoded by itself.
            if pieces[pieces.count - 1].count + bytes.count > 39 { pieces.append([]) }
            pieces[pieces.count - 1] += bytes
        }
        return pieces.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// A body and how it is encoded. Line breaks become CR LF, no line is longer than 76.
    static func body(_ text: String) -> (encoding: String, lines: String) {
        let bytes = Array(canonical(text).utf8)
        let others = bytes.count { $0 >= 0x80 }
        // Latin letters stay readable; of Chinese, quoted-printable would make three times as much.
        return others * 6 > bytes.count ? ("base64", base64(bytes)) : ("quoted-printable", quotedPrintable(bytes))
    }

    /// With CR LF at the end of each line, and at the end.
    private static func canonical(_ text: String) -> String {
        var lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }.map { line in
            String(String.UnicodeScalarView(line.filter { $0 != "\r" && $0 != "\0" }))
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0 + "\r\n" }.joined()
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        var lines = ""
        for start in stride(from: 0, to: bytes.count, by: 57) {
            lines += Data(bytes[start..<min(start + 57, bytes.count)]).base64EncodedString() + "\r\n"
        }
        return lines
    }

    private static let hexadecimal = Array("0123456789ABCDEF")

    private static func quotedPrintable(_ bytes: [UInt8]) -> String {
        var text = ""
        var width = 0
        for (at, byte) in bytes.enumerated() {
            if byte == 0x0D { continue }
            if byte == 0x0A {
                text += "\r\n"
                width = 0
                continue
            }
            let endsLine = at + 1 == bytes.count || bytes[at + 1] == 0x0D
            let isPlain =
                switch byte {
                case 0x3D: false
                case 0x20, 0x09: !endsLine
                case 0x21...0x7E: true
                default: false
                }
            let piece =
                isPlain
                ? String(Character(Unicode.Scalar(byte)))
                : "=\(hexadecimal[Int(byte >> 4)])\(hexadecimal[Int(byte & 15)])"
            // One more is needed for the break that is taken out again.
            if width + piece.utf8.count > 75 {
                text += "=\r\n"
                width = 0
            }
            text += piece
            width += piece.utf8.count
        }
        return text
    }
}
