import Foundation

/// A telephone number as numbers are compared: the subscriber's, and the area's where it is written.
struct Telephone: Equatable {
    /// The subscriber's number, whole: eight digits in the large Chinese cities, seven elsewhere; a mobile number.
    let subscriber: String
    /// The area with its trunk digit; `nil` for a number without one.
    let area: String?

    /// - Returns: `nil` for less than seven digits.
    init?(_ written: String) {
        let text = Normalisation.text(written)
        // What comes behind is an extension, or a second number.
        let first = text.split(whereSeparator: { "/;,X转#内".contains($0) }).first.map(String.init) ?? text
        let digits = Normalisation.digits(first.replacing("(0)", with: ""))
        guard digits.count >= 7 else { return nil }
        let isInternational = first.trimmingCharacters(in: .whitespaces).hasPrefix("+") || digits.hasPrefix("00")
        if isInternational {
            let rest = String(digits.hasPrefix("00") ? digits.dropFirst(2) : digits[...])
            let code = Self.countryCode(rest)
            self.init(
                national: String(rest.dropFirst(code)), isChinese: rest.hasPrefix("86"), isAmerican: rest.hasPrefix("1")
            )
        } else if digits.hasPrefix("86"), digits.count >= 12 {
            self.init(national: String(digits.dropFirst(2)), isChinese: true, isAmerican: false)
        } else if digits.hasPrefix("0") {
            self.init(trunk: digits)
        } else {
            let group = first.drop { !$0.isNumber }.prefix { $0.isNumber }.count
            let isAmerican = digits.count == 11 && group == 1 || digits.count == 10 && group != 2
            let national = digits.count == 11 && group == 1 ? String(digits.dropFirst()) : digits
            self.init(national: national, isChinese: digits.count > 10 || group == 2, isAmerican: isAmerican)
        }
    }

    private init?(national: String, isChinese: Bool, isAmerican: Bool) {
        guard national.count >= 7, let parts = Self.parts(national, isChinese, isAmerican) else { return nil }
        (subscriber, area) = parts
    }

    private init(trunk: String) {
        (subscriber, area) = Self.parts(trunk: trunk)
    }

    /// The parts of a number without country and trunk digit.
    private static func parts(_ national: String, _ isChinese: Bool, _ isAmerican: Bool) -> (String, String?)? {
        if national.count <= 8 || isChinese && isMobile(national) { return (national, nil) }
        if isAmerican, national.count == 10 { return (String(national.suffix(7)), "0" + national.prefix(3)) }
        return parts(trunk: national.hasPrefix("0") ? national : "0" + national)
    }

    /// The parts of a number with its trunk digit.
    private static func parts(trunk: String) -> (String, String?) {
        let isLarge = trunk.hasPrefix("010") || trunk.hasPrefix("02")
        let length =
            switch trunk.count {
            case ...8: 0
            case 9, 10: trunk.count - 7
            case 11: isLarge ? 3 : 4
            default: trunk.count - 8
            }
        return (String(trunk.dropFirst(length)), length == 0 ? nil : String(trunk.prefix(length)))
    }

    /// A Chinese mobile number has eleven digits.
    private static func isMobile(_ digits: String) -> Bool {
        guard digits.count == 11, digits.hasPrefix("1"), let second = digits.dropFirst().first else { return false }
        return second >= "3"
    }

    /// How many digits the country's code has (ITU-T E.164).
    private static func countryCode(_ digits: String) -> Int {
        guard let first = digits.first else { return 0 }
        if first == "1" || first == "7" { return 1 }
        return twoDigits.contains(String(digits.prefix(2))) ? 2 : 3
    }

    private static let twoDigits: Set<String> = Set(
        """
        20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66
        81 82 84 86 90 91 92 93 94 95 98
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
