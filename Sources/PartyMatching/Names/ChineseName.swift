import Foundation

/// A Chinese company name in its parts: 西安宝德自动化股份有限公司 is the place 西安, the body 宝德自动化, a stock company.
struct ChineseName: Sendable, Equatable {
    /// What is left when marks, place, role and legal form are taken away; the brand and the line of business.
    let body: [Unicode.Scalar]
    /// The name without marks, role and legal form, its places still in it, as abbreviations are read against.
    let core: [Unicode.Scalar]
    /// Where in the core the body begins when the name begins with a place.
    let placeLength: Int
    let places: Set<String>
    let roles: Set<String>
    /// Whether it ends with a legal form: a name in full.
    let hasForm: Bool
    /// A branch office is no party of its own, and not its head office.
    let isBranchOffice: Bool

    /// - Returns: `nil` when the name has fewer than two Chinese characters besides a Japanese legal form.
    init?(_ text: String) {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return nil }
        let (normalised, isJapanese) = JapaneseForms.strip(text)
        var scalars = Array(
            normalised.unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "*" })
        guard scalars.filter(Normalisation.isHan).count >= 2 else { return nil }
        // 富士康(昆山)电脑: a place in brackets is a place wherever it stands.
        var places: Set<String> = []
        for part in Self.bracketed(normalised) {
            let place = String(String.UnicodeScalarView(Self.withoutSuffix(Array(part.unicodeScalars))))
            guard Self.isPlace(place) else { continue }
            places.insert(place)
            if let found = Self.range(of: Array(part.unicodeScalars), in: scalars) { scalars.removeSubrange(found) }
        }
        scalars = Self.withoutMarks(scalars)
        var branch = false
        for suffix in Self.branchSuffixes where Self.ends(scalars, suffix) && scalars.count > suffix.count + 2 {
            branch = true
            scalars.removeLast(suffix.count)
        }
        isBranchOffice = branch
        var form = isJapanese
        var roles: Set<String> = []
        for suffix in Self.forms where Self.ends(scalars, suffix) && scalars.count > suffix.count {
            scalars.removeLast(suffix.count)
            form = true
            if suffix.count >= 4, suffix[0] == "股" { roles.insert("股份") }
            break
        }
        hasForm = form
        var isShorter = true
        while isShorter {
            isShorter = false
            for (role, suffix) in Self.roleSuffixes where Self.ends(scalars, suffix) && scalars.count > suffix.count + 1
            {
                scalars.removeLast(suffix.count)
                roles.insert(role)
                isShorter = true
            }
        }
        if !form, scalars.count > 2, scalars.last == "股" {
            scalars.removeLast()
            roles.insert("股份")
        }
        core = scalars
        let length = Self.leadingPlace(scalars)
        placeLength = length
        if length > 0 { places.insert(String(String.UnicodeScalarView(Self.withoutSuffix(Array(scalars[..<length]))))) }
        body = Array(scalars[length...])
        self.places = places
        self.roles = roles
    }

    /// Whether a text is a Chinese name: two characters are enough.
    static func isChinese(_ normalised: String) -> Bool {
        guard normalised.utf8.contains(where: { $0 >= 0x80 }) else { return false }
        var count = 0
        for scalar in JapaneseForms.strip(normalised).text.unicodeScalars where Normalisation.isHan(scalar) {
            count += 1
            if count == 2 { return true }
        }
        return false
    }

    /// Whether nothing in the body tells one company from another: only words of trade, or a place.
    var isGeneric: Bool {
        var rest = body[...]
        scan: while !rest.isEmpty {
            for length in stride(from: min(4, rest.count), through: 2, by: -1) {
                let word = String(String.UnicodeScalarView(rest.prefix(length)))
                if Self.trades.contains(word) || Self.isPlace(word) {
                    rest = rest.dropFirst(length)
                    continue scan
                }
            }
            return false
        }
        return true
    }

    // MARK: Parts

    private static func bracketed(_ text: String) -> [String] {
        var parts: [String] = []
        var current: String?
        for character in text {
            switch character {
            case "(", "（", "[", "【": current = ""
            case ")", "）", "]", "】":
                if let part = current { parts.append(part) }
                current = nil
            default: current?.append(character)
            }
        }
        return parts
    }

    /// Takes the marks away that an exchange puts before or behind a name; they come and go.
    private static func withoutMarks(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var scalars = scalars
        again: while true {
            for mark in marks
            where scalars.count > mark.count + 1 && Array(scalars[..<mark.count]) == mark
                && Normalisation.isHan(scalars[mark.count])
            {
                scalars.removeFirst(mark.count)
                continue again
            }
            break
        }
        for tail in tails
        where ends(scalars, tail) && scalars.count > tail.count + 1
            && Normalisation.isHan(scalars[scalars.count - tail.count - 1])
        {
            scalars.removeLast(tail.count)
            break
        }
        return scalars.filter { $0 != "*" }
    }

    private static func leadingPlace(_ scalars: [Unicode.Scalar]) -> Int {
        for length in [4, 3, 2] where scalars.count > length + 1 {
            guard isPlace(String(String.UnicodeScalarView(scalars[..<length]))) else { continue }
            if scalars.count > length + 2, ["省", "市", "县", "区"].contains(scalars[length]) { return length + 1 }
            return length
        }
        return 0
    }

    private static func withoutSuffix(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        scalars.count > 2 && ["省", "市", "县", "区"].contains(scalars[scalars.count - 1])
            ? Array(scalars.dropLast()) : scalars
    }

    private static func isPlace(_ text: String) -> Bool { ChineseWords.places.contains(text) }

    private static func ends(_ scalars: [Unicode.Scalar], _ suffix: [Unicode.Scalar]) -> Bool {
        scalars.count >= suffix.count && Array(scalars.suffix(suffix.count)) == suffix
    }

    private static func range(of part: [Unicode.Scalar], in whole: [Unicode.Scalar]) -> Range<Int>? {
        guard !part.isEmpty, whole.count >= part.count else { return nil }
        return (0...(whole.count - part.count)).first { Array(whole[$0..<($0 + part.count)]) == part }
            .map { $0..<($0 + part.count) }
    }

    private static func scalars(_ words: [String]) -> [[Unicode.Scalar]] { words.map { Array($0.unicodeScalars) } }
    private static let marks = scalars(["S*ST", "*ST", "SST", "ST", "XD", "XR", "DR", "PT", "S", "G", "N", "U", "C"])
    private static let tails = scalars(["UW", "WD", "VD", "A", "B", "H", "U", "W", "R", "T"])
    private static let branchSuffixes = scalars(["分公司", "分店", "办事处", "代表处", "营业部"])
    /// Longest first.
    static let formTexts = [
        "股份有限公司", "有限责任公司", "股份合作公司", "有限合伙企业", "个体工商户", "集团公司", "合伙企业", "有限公司", "股份公司",
        "总公司", "公司",
    ]
    private static let forms = scalars(formTexts)
    private static let roleSuffixes: [(String, [Unicode.Scalar])] = ["股份", "集团", "控股"].map {
        ($0, Array($0.unicodeScalars))
    }
    private static let trades = ChineseWords.trades
}

/// Legal forms that Japanese names carry in front or behind: 株式会社, (株).
enum JapaneseForms {
    /// The name without them, and whether there was one. A name that is nothing else is left as it is.
    static func strip(_ text: String) -> (text: String, hasForm: Bool) {
        guard text.utf8.contains(where: { $0 >= 0x80 }), text.unicodeScalars.contains(where: marks.contains) else {
            return (text, false)
        }
        var rest = text.trimmingCharacters(in: .whitespaces)
        var found = false
        var isShorter = true
        while isShorter {
            isShorter = false
            for form in forms where rest.unicodeScalars.count > form.unicodeScalars.count {
                if rest.hasPrefix(form) {
                    rest = String(rest.dropFirst(form.count))
                } else if rest.hasSuffix(form) {
                    rest = String(rest.dropLast(form.count))
                } else {
                    continue
                }
                rest = rest.trimmingCharacters(in: .whitespaces)
                found = true
                isShorter = true
                break
            }
        }
        return found && !rest.isEmpty ? (rest, true) : (text, false)
    }

    /// The forms written out.
    static let all = Set(forms)

    private static let forms: [String] = [
        "特定非営利活動法人", "地方独立行政法人", "国立研究開発法人", "社会福祉法人", "一般社団法人", "一般財団法人", "公益社団法人", "公益財団法人",
        "独立行政法人", "国立大学法人", "公立大学法人", "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "相互会社", "学校法人", "医療法人",
        "宗教法人", "財団法人", "社団法人", "協同組合", "(株)", "(有)", "(合)", "(資)", "(名)", "(同)", "(財)", "(社)", "(学)",
    ].map { Normalisation.text($0) }

    /// The first and last characters of the forms: without one of them there is nothing to look for.
    private static let marks = Set("株有合相特地国国社一公独学医宗財財協(（".unicodeScalars)
}
