import Foundation

/// The words of a name in letters: points, spaces and signs between single letters put alike, other alphabets written
/// in Latin.
enum NameWords {
    /// The words of a name.
    ///
    /// `N.V.`, `N V` and `NV` are one word, so are `L'Oréal` and `A/S`; `Co.Ltd` is two. Words that only connect (and,
    /// und, et, &) are left out.
    static func of(_ written: String, joinsLetters: Bool = true) -> [String] {
        split(Normalisation.text(written), joinsLetters: joinsLetters)
    }

    /// The words of a text that is normalised already.
    static func split(_ text: String, joinsLetters: Bool = true) -> [String] {
        var words: [String] = []
        var word: [Unicode.Scalar] = []
        var letters = 0
        func close() {
            if !word.isEmpty { words.append(String(String.UnicodeScalarView(word))) }
            word = []
            letters = 0
        }
        let scalars = Array(text.unicodeScalars)
        func run(_ place: Int) -> Int {
            var end = place
            while end < scalars.count, isLetter(scalars[end]) { end += 1 }
            return end - place
        }
        var place = 0
        while place < scalars.count {
            let scalar = scalars[place]
            if isLetter(scalar) {
                if Normalisation.isHan(scalar) {
                    close()
                    words.append(String(scalar))
                } else {
                    word.append(scalar)
                    letters += 1
                }
            } else if scalar == "'" || scalar == "\u{2019}" || scalar == "`" || scalar == "\u{2018}"
                || scalar == "\u{B4}"
            {
                // McDonald's is one word, L'Oréal two: a letter that stands before a word is an article.
                if letters == 1, word.count == 1, word[0] == "L" || word[0] == "D", run(place + 1) > 1 { close() }
            } else if scalar == "." || scalar == "/", !word.isEmpty {
                let next = run(place + 1)
                if next == 1 || next > 0 && letters == 1 && (next <= 2 || scalar == ".") {
                    // Part of a word: a single letter stands on one side of it, as in S.p.A., A/S, L.L.C.
                    letters = 0
                } else {
                    close()
                }
            } else {
                close()
            }
            place += 1
        }
        close()
        words = words.map(transliterated).flatMap(parted)
        if joinsLetters { words = joined(words) }
        let useful = words.filter { !connecting.contains($0) }
        return useful.isEmpty ? words : useful
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (65...90).contains(scalar.value) || (48...57).contains(scalar.value) }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || scalar.properties.generalCategory == .nonspacingMark
            || scalar.properties.generalCategory == .spacingMark
    }

    /// Single letters that stand side by side are one word: `N V`, `I B M`. A connecting one stays for itself.
    private static func joined(_ words: [String]) -> [String] {
        guard words.contains(where: { $0.utf8.count == 1 }) else { return words }
        var result: [String] = []
        var letters = ""
        for word in words {
            if word.utf8.count == 1 {
                letters += word
            } else {
                if !letters.isEmpty { result.append(letters) }
                letters = ""
                result.append(word)
            }
        }
        if !letters.isEmpty { result.append(letters) }
        return result
    }

    /// A form written on to the name, as in SIEMENSAKTIENGESELLSCHAFT, 삼성전자주식회사.
    private static func parted(_ word: String) -> [String] {
        guard word.utf8.count > 7 else { return [word] }
        for form in attached {
            let length = form.utf8.count
            guard word.utf8.count >= length + 3 else { continue }
            if word.hasSuffix(form) { return [String(word.dropLast(form.count)), form] }
            if word.hasPrefix(form) { return [form, String(word.dropFirst(form.count))] }
        }
        return [word]
    }

    private static let attached = [
        "AKTIENGESELLSCHAFT", "KABUSHIKIKAISHA", "KOMMANDITGESELLSCHAFT", "AKTIEBOLAGET", "AKTIEBOLAG", "GMBH", "주식회사",
        "유한회사",
    ].map { Normalisation.text($0) }

    /// Whether words say nothing but that others follow or went before: (The).
    static func connects(_ words: [String]) -> Bool { words.allSatisfy(connecting.contains) }

    private static let connecting: Set<String> = [
        "AND", "UND", "ET", "OG", "OCH", "EN", "E", "Y", "OF", "THE", "FOR", "FUR", "FUER", "DER", "DIE", "DAS", "DES",
        "POUR", "PARA", "PER", "ON", "I", "ZUR", "ZUM", "IM", "IN", "VE",
    ]

    // MARK: Other alphabets

    /// Cyrillic and Greek letters as Latin ones, much as ISO 9 and ISO 843 have them in their simple forms.
    static func transliterated(_ word: String) -> String {
        guard word.utf8.contains(where: { $0 >= 0x80 }) else { return word }
        var result = ""
        for scalar in word.unicodeScalars {
            if let latin = letters[scalar] { result += latin } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    private static let letters: [Unicode.Scalar: String] = {
        var letters: [Unicode.Scalar: String] = [:]
        let pairs = """
            А A Б B В V Г G Д D Е E Ё E Ж ZH З Z И I Й I К K Л L М M Н N О O П P Р R С S Т T У U Ф F Х KH Ц TS Ч CH Ш
            SH Щ SHCH Ъ - Ы Y Ь - Э E Ю YU Я YA І I Ї I Є E Ґ G Ў U Ј J Љ LJ Њ NJ Ћ C Ђ DJ Џ DZ Ә A Қ K Ң N Ө O Ұ U Ү
            U Һ H Ғ G Ж ZH Α A Β V Γ G Δ D Ε E Ζ Z Η I Θ TH Ι I Κ K Λ L Μ M Ν N Ξ X Ο O Π P Ρ R Σ S Τ T Υ Y Φ F Χ CH Ψ
            PS Ω O Ø O Ł L Đ D Ð D Þ TH Æ AE Œ OE ẞ SS Ə A Ŋ N Ħ H
            """.split(whereSeparator: \.isWhitespace)
        for place in stride(from: 0, to: pairs.count - 1, by: 2) {
            if let scalar = pairs[place].unicodeScalars.first {
                letters[scalar] = pairs[place + 1] == "-" ? "" : String(pairs[place + 1])
            }
        }
        return letters
    }()
}
