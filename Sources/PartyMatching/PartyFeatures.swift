import Domain

/// Gives every different text a number, so that comparing is comparing numbers.
struct Vocabulary {
    private var numbers: [String: Int32] = [:]
    /// How many records have each.
    private(set) var frequency: [Int32] = []
    /// The text of each, as bytes, to see whether two differ by a slip.
    private(set) var texts: [[UInt8]] = []

    mutating func number(_ text: String) -> Int32 {
        if let number = numbers[text] { return number }
        let number = Int32(frequency.count)
        numbers[text] = number
        frequency.append(0)
        texts.append(Array(text.utf8))
        return number
    }

    mutating func count(_ numbers: some Sequence<Int32>) {
        for number in numbers { frequency[Int(number)] += 1 }
    }
}

/// A record as it is compared.
struct PartyFeatures {
    var id = ""
    /// The words of the name and of its aliases, legal forms left out, sorted, each once.
    var words: [Int32] = []
    /// The whole name without legal form.
    var name: Int32?
    var chinese: [ChineseName] = []
    var address: [Int32] = []
    var house: Int32?
    var phone: Int32?
    var email: Int32?
    var domain: Int32?
    var city: Int32?
    var postcode: Int32?
    var bank: Int32?
    var organisation: Int32?
    /// Only a valid one counts.
    var credit: Int32?
    var isBranchOffice: Bool { chinese.contains(where: \.isBranchOffice) }
}

/// Reads records into features, and counts how common each value is.
struct FeatureReader {
    var vocabulary = Vocabulary()
    /// How many different names have each word.
    private var seenNames: Set<Int32> = []
    private(set) var wordFrequency: [Int32: Int] = [:]
    private(set) var names = 0
    /// Whether what a word tells is fixed beforehand, so that a pair is judged alike whatever else has been read.
    private let isFixed: Bool

    init(isFixed: Bool = false) {
        self.isFixed = isFixed
    }

    static let forms: Set<String> = [
        "INC", "INCORPORATED", "LLC", "LTD", "LIMITED", "CO", "CORP", "CORPORATION", "COMPANY", "GMBH", "AG", "SA",
        "SARL",
        "BV", "NV", "PLC", "LLP", "LP", "PTE", "PTY", "SDN", "BHD", "SRL", "SPA", "KG", "OY", "AB", "AS", "KK", "THE",
        "AND",
        "OF",
    ]

    mutating func read(_ record: PartyRecord) -> PartyFeatures {
        var features = PartyFeatures()
        features.id = record.id
        var words: Set<Int32> = []
        let written = [record.values[.name], record.values[.alias]].compactMap { $0 }.filter { !$0.isEmpty }
        for (place, name) in written.enumerated() {
            let text = Normalisation.text(name)
            if let chinese = ChineseName(text) { features.chinese.append(chinese) }
            let all = Normalisation.words(text)
            var useful = all.filter { !Self.forms.contains($0) }
            if useful.isEmpty { useful = all }
            let numbers = useful.map { vocabulary.number($0) }
            words.formUnion(numbers)
            if place == 0 {
                let whole = vocabulary.number("\u{1}" + useful.joined(separator: " "))
                features.name = whole
                vocabulary.count([whole])
                // Frequencies are learnt on distinct names: a name that stands there a hundred times is one name.
                if seenNames.insert(whole).inserted {
                    names += 1
                    for number in Set(numbers) { wordFrequency[number, default: 0] += 1 }
                }
            }
        }
        // Numbers follow the order of reading; what must not depend on it goes by the text.
        features.words =
            isFixed
            ? words.sorted {
                vocabulary.texts[Int($0)].lexicographicallyPrecedes(vocabulary.texts[Int($1)])
            } : words.sorted()
        func number(_ kind: String, _ value: String?) -> Int32? {
            guard let value, !value.isEmpty else { return nil }
            let number = vocabulary.number("\u{2}\(kind)\u{1}\(value)")
            vocabulary.count([number])
            return number
        }
        if let address = record.values[.address], !address.isEmpty {
            let parts = Normalisation.address(String(address.prefix(2_000)))
            features.address = parts.prefix(60).map { vocabulary.number("\u{3}" + $0) }
            features.house = parts.first { $0.first?.isNumber ?? false }.map { vocabulary.number("\u{3}" + $0) }
        }
        features.phone = number("phone", record.values[.phone].flatMap(Normalisation.phone))
        if let email = record.values[.email], !email.isEmpty {
            features.email = number("email", Normalisation.text(email).filter { !$0.isWhitespace })
            features.domain = number("domain", Normalisation.emailDomain(email))
        }
        features.city = number(
            "city", record.values[.city].map { Normalisation.words(Normalisation.text($0)).joined() })
        features.postcode = number(
            "postcode",
            record.values[.postcode].map { String(Normalisation.words(Normalisation.text($0)).joined().prefix(6)) })
        features.bank = number("bank", record.values[.bankAccount].map(Normalisation.digits))
        let credit = record.values[.creditCode].flatMap { UnifiedSocialCreditCode($0)?.text }
        features.credit = number("credit", credit)
        features.organisation = number(
            "organisation",
            (credit ?? record.values[.taxId]).flatMap(Normalisation.organisationCode)
                ?? record.values[.taxId].flatMap {
                    let text = Normalisation.text($0).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
                    return text.count >= 6 ? text : nil
                })
        return features
    }

    /// How much a word tells: the rarer among different names, the more.
    func information(_ word: Int32) -> Double {
        if isFixed { return Self.fixedInformation(vocabulary.texts[Int(word)]) }
        return learntInformation(word)
    }

    private static func fixedInformation(_ text: [UInt8]) -> Double {
        if commonWords.contains(String(decoding: text, as: UTF8.self)) { return 1 }
        return text.count <= 2 ? 3 : min(9, 4 + 0.7 * Double(text.count))
    }

    /// Words that many companies have in their names; they tell hardly anything.
    static let commonWords: Set<String> = [
        "INTERNATIONAL", "GLOBAL", "TRADING", "TRADE", "LOGISTICS", "GROUP", "HOLDING", "HOLDINGS", "TECHNOLOGY",
        "TECHNOLOGIES", "TECH", "INDUSTRY", "INDUSTRIAL", "INDUSTRIES", "ELECTRONIC", "ELECTRONICS", "IMPORT", "EXPORT",
        "SERVICE", "SERVICES", "SUPPLY", "CHAIN", "TRANSPORT", "TRANSPORTATION", "SHIPPING", "FREIGHT", "EXPRESS",
        "CHINA", "SHANGHAI", "BEIJING", "SHENZHEN", "GUANGZHOU", "SUZHOU", "KUNSHAN", "HONG", "KONG", "ASIA", "PACIFIC",
        "MANUFACTURING", "PRODUCTS", "SOLUTIONS", "SYSTEMS", "ENTERPRISE", "ENTERPRISES", "DEVELOPMENT", "INVESTMENT",
        "MANAGEMENT", "MATERIALS", "EQUIPMENT", "MACHINERY", "AUTO", "AUTOMOTIVE", "NEW", "EAST", "WEST", "NORTH",
        "SOUTH", "DE", "LA", "AND", "OF", "THE",
    ]

    private func learntInformation(_ word: Int32) -> Double {
        log2Of(Double(names + 1) / Double(wordFrequency[word, default: 0] + 1)) + 0.5
    }
}
