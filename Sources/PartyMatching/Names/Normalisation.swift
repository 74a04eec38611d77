import Domain
import Foundation

/// Writes different spellings of the same thing alike.
enum Normalisation {
    /// Compatibility forms (full-width letters, brackets), traditional characters as simplified ones, upper case, and
    /// single spaces.
    static func text(_ written: String) -> String {
        // Nearly everything is plain letters or simplified Chinese, which the library would go through four times.
        if written.utf8.allSatisfy({ $0 < 0x80 }) { return written.uppercased() }
        var text = TypedText.withoutUnseen(written)
        if !text.unicodeScalars.allSatisfy({ $0.isASCII || isHan($0) }) {
            text = text.precomposedStringWithCompatibilityMapping
        }
        if text.unicodeScalars.contains(where: isHan) {
            if text.unicodeScalars.contains(where: traditional.contains) { text = simplified(text) }
        } else if text.utf8.contains(where: { $0 >= 0x80 }) {
            text = text.folding(options: .diacriticInsensitive, locale: nil)
        }
        return text.uppercased()
    }

    private static func simplified(_ text: String) -> String {
        text.applyingTransform(StringTransform("Hant-Hans"), reverse: false) ?? text
    }

    /// The characters that have a simplified form: without one of them there is nothing to simplify.
    private static let traditional = Set(
        [0x3400...0x4DBF, 0x4E00...0x9FFF].joined().compactMap { Unicode.Scalar($0) }
            .filter { simplified(String($0)) != String($0) })

    /// Whether a character is Chinese.
    static func isHan(_ scalar: Unicode.Scalar) -> Bool {
        (0x4E00...0x9FFF).contains(scalar.value) || (0x3400...0x4DBF).contains(scalar.value)
    }

    /// The digits only, whatever script they are of.
    static func digits(_ written: String) -> String {
        String(TypedText.plain(written).filter { $0.isASCII && $0.isNumber })
    }

    /// What a telephone is found by: the last digits of its number, which people write alike. Kept in databases: it is
    /// read so for good.
    static func phoneKey(_ written: String) -> String? {
        let first = text(written).split(whereSeparator: { "/;,X转".contains($0) }).first.map(String.init) ?? written
        let digits = digits(first)
        guard digits.count >= 7 else { return nil }
        // A Chinese mobile number has eleven digits; of others the last seven tell subscribers apart.
        return digits.count >= 11 && digits.suffix(11).hasPrefix("1")
            ? String(digits.suffix(11)) : String(digits.suffix(7))
    }

    /// The words of an address, abbreviations of street types put alike.
    static func address(_ written: String) -> [String] {
        words(text(written)).map { streetWords[$0] ?? $0 }
    }

    /// The domain of an e-mail address; `nil` for one that anybody may have.
    static func emailDomain(_ written: String) -> String? {
        guard let at = written.lastIndex(of: "@") else { return nil }
        let domain = text(String(written[written.index(after: at)...])).trimmingCharacters(in: .whitespaces)
        return domain.isEmpty || freeMail.contains(domain) ? nil : domain
    }

    /// A credit code as somebody pasted it; `nil` when it is not valid.
    static func creditCode(_ written: String) -> String? {
        UnifiedSocialCreditCode(text(written).filter { $0.isASCII && ($0.isLetter || $0.isNumber) })?.text
    }

    /// The nine characters that name an organisation: in a credit code, a tax number of fifteen, or alone.
    static func organisationCode(_ written: String) -> String? {
        let code = text(written).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        if let credit = UnifiedSocialCreditCode(code) { return String(credit.text.dropFirst(8).prefix(9)) }
        return code.count == 15 ? String(code.suffix(9)) : nil
    }

    /// Words of letters and digits; each Chinese character is a word.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars {
            if isHan(scalar) {
                if !word.isEmpty { words.append(word) }
                word = ""
                words.append(String(scalar))
            } else if scalar.properties.isAlphabetic || (scalar.value >= 48 && scalar.value <= 57) {
                word.unicodeScalars.append(scalar)
            } else if scalar != "'" && scalar != "\u{2019}" && scalar != "." {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static let freeMail: Set<String> = [
        "GMAIL.COM", "HOTMAIL.COM", "OUTLOOK.COM", "YAHOO.COM", "QQ.COM", "163.COM", "126.COM", "SINA.COM", "SOHU.COM",
        "FOXMAIL.COM", "139.COM", "ICLOUD.COM", "AOL.COM", "LIVE.COM", "YEAH.NET",
    ]

    private static let streetWords: [String: String] = [
        "STREET": "ST", "AVENUE": "AVE", "AV": "AVE", "BOULEVARD": "BLVD", "ROAD": "RD", "DRIVE": "DR", "LANE": "LN",
        "PLACE": "PL", "COURT": "CT", "SQUARE": "SQ", "HIGHWAY": "HWY", "PARKWAY": "PKWY", "TERRACE": "TER",
        "CRESCENT": "CRES", "CIRCUIT": "CCT", "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "NORTHEAST": "NE",
        "NORTHWEST": "NW", "SOUTHEAST": "SE", "SOUTHWEST": "SW", "FLOOR": "FL", "SUITE": "STE", "BUILDING": "BLDG",
        "APARTMENT": "APT",
    ]
}
