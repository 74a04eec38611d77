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

    /// - Returns: `nil` when the name has fewer than two Chinese characters.
    init?(_ normalised: String) {
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
        var form = false
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
