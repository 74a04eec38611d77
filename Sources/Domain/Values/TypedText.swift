import Foundation

/// What people type and paste: texts in which stand characters that nobody sees or that only look like the usual ones.
///
/// A number copied from a web page or a chat ends with a zero-width space, one from an office program has a no-break space
/// or a dash that is no hyphen, and a Chinese input method writes `１２３` for `123`. What becomes of it depends on the kind
/// of field:
///
/// | kind | rule |
/// |---|---|
/// | identifiers and codes from other systems' messages | kept byte for byte |
/// | identifiers and codes that people type | refused where they hold what nobody sees: ``slip(in:)`` |
/// | amounts, days, times, currencies and words of a list that people type | read in their plain form: ``plain(_:)`` |
/// | names, addresses, telephones | kept as written, compared without what nobody sees and in compatible form |
public enum TypedText {
    /// Whether a character leaves no mark of its own on paper and is no space: controls, joiners, marks of direction, the
    /// byte order mark, soft hyphens, variation selectors, fillers.
    ///
    /// These are Unicode's default ignorable code points, the controls, the separators of lines and paragraphs, the marks
    /// of annotations, and the blank of braille. Tabs and line breaks are among them.
    public static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        // Most of what there is, latin letters and Chinese characters, is told by few comparisons.
        switch scalar.value {
        case 0x20...0x7E, 0x3165...0xFDFF: false
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
            0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x2800, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0,
            0xFFF0...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }

    /// Whether a character looks like a space and is not the usual one: the no-break space, the wide space of Chinese.
    public static func isUnusualSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// A text without what nobody sees; tabs and line breaks, which part words, stay.
    public static func withoutUnseen(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isUnseen($0) && !$0.properties.isWhitespace }) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.filter { !isUnseen($0) || $0.properties.isWhitespace }))
    }

    /// The plain form of a text: nothing that nobody sees, compatible characters as the usual ones (`ＳＯ－１` is `SO-1`),
    /// every dash a hyphen, every digit one of ASCII, every space the usual one, and none at either end.
    ///
    /// For values that have plain forms only, such as amounts and days, it is what is meant; for identifiers it is what
    /// might be meant, because two different ones may have the same.
    public static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        let isSimple = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let compatible = isSimple ? text : withoutUnseen(text).precomposedStringWithCompatibilityMapping
        for scalar in compatible.unicodeScalars { plain.append(isSimple ? scalar : usual(scalar)) }
        while let last = plain.last, last == " " { plain.removeLast() }
        return String(String.UnicodeScalarView(plain.drop { $0 == " " }))
    }

    private static func usual(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0...0x7F: return scalar.properties.isWhitespace ? " " : scalar
        case 0x2D7, 0x2010...0x2015, 0x2043, 0x2212: return "-"
        case 0x2018...0x201B, 0x2BC: return "'"
        case 0x201C...0x201F: return "\""
        case 0x3002: return "."
        default: break
        }
        if scalar.properties.isWhitespace { return " " }
        if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
            return Unicode.Scalar(UInt8(0x30 + Int(value)))
        }
        return scalar
    }

    /// What of an identifier nobody sees and hardly anybody means: a character that leaves no mark, a space that is not the
    /// usual one, or any space at either end.
    public struct Slip: Sendable, Equatable, CustomStringConvertible {
        /// The character.
        public let scalar: Unicode.Scalar
        /// Which character of the text it is, from 1.
        public let place: Int

        /// Such as `character 5 is U+200B, which nobody sees`.
        public var description: String {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            let what =
                scalar == " "
                ? "a space at the end or the beginning"
                : isUnseen(scalar) ? "U+\(code), which nobody sees" : "U+\(code), a space that is not the usual one"
            return "character \(place) is \(what)"
        }
    }

    /// The first slip of an identifier that a person typed or pasted; `nil` when there is none.
    ///
    /// Full-width letters and brackets are none: people see them, and Chinese companies number by them.
    public static func slip(in identifier: String) -> Slip? {
        // Without a look at properties: nearly every identifier is of ASCII without a space.
        if identifier.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return nil }
        let scalars = Array(identifier.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isOutside = scalar == " " && (index == 0 || index == scalars.count - 1)
            if isOutside || isUnseen(scalar) || isUnusualSpace(scalar) { return Slip(scalar: scalar, place: index + 1) }
        }
        return nil
    }
}
