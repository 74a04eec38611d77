import Domain

/// Text as a terminal shows it: how wide it stands, and what of it must not reach a terminal as it is.
package enum TerminalText {
    /// How many columns of a terminal a text takes: characters of Chinese, Japanese and Korean and pictures take two,
    /// combining characters none.
    package static func width(_ text: String) -> Int {
        var total = 0
        for scalar in text.unicodeScalars { total += width(scalar) }
        return total
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        guard scalar.value >= 0x300 else { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1160...0x11FF: return 0
        case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0, 0x23F3, 0x25FD...0x25FE,
            0x2614...0x2615, 0x2648...0x2653, 0x267F, 0x2693, 0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5,
            0x26CE, 0x26D4, 0x26EA, 0x26F2...0x26F3, 0x26F5, 0x26FA, 0x26FD, 0x2705, 0x270A...0x270B, 0x2728, 0x274C,
            0x274E, 0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x27B0, 0x27BF, 0x2B1B...0x2B1C, 0x2B50, 0x2B55,
            0x2E80...0x303E, 0x3040...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE10...0xFE1F, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x1B2FF, 0x1F004, 0x1F0CF,
            0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393,
            0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440,
            0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F567, 0x1F57A, 0x1F595...0x1F596, 0x1F5A4,
            0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC, 0x1F6D0...0x1F6DF, 0x1F6EB...0x1F6FF, 0x1F7E0...0x1F7F0,
            0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// A text in which nothing acts on a terminal: what is a control character, breaks a line, changes the direction of
    /// writing or cannot be seen stands as its escape, such as `\n` or `\u{1b}`.
    package static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: TypedText.isUnseen) else { return text }
        var result = ""
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isUnseen(scalar, after: previous): result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return result
    }

    /// Joiners and variation selectors are part of pictures and of some scripts; behind a plain letter or at the beginning
    /// they are none, and only make one text look like another.
    private static func isUnseen(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
        guard TypedText.isUnseen(scalar) else { return false }
        switch scalar.value {
        case 0x200C...0x200D, 0xFE00...0xFE0F, 0xE0100...0xE01EF: return previous?.isASCII ?? true
        default: return true
        }
    }

    /// A text of at most so many columns; what is left out of it is told by `…`.
    package static func clipped(_ text: String, _ limit: Int) -> String {
        guard width(text) > limit else { return text }
        var (result, taken) = ("", 0)
        for character in text {
            let more = width(String(character))
            if taken + more > limit - 1 { break }
            result.append(character)
            taken += more
        }
        return result + "…"
    }
}
