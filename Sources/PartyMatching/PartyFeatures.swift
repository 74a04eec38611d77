/// Gives every different text a number, so that comparing is comparing numbers.
struct Vocabulary {
    private var numbers: [String: Int32] = [:]
    /// How many records have each.
    private(set) var frequency: [Int32] = []
    /// The text of each, as bytes, to see whether two differ by a slip.
    private(set) var texts: [[UInt8]] = []

    /// The number of a text that was read.
    func known(_ text: String) -> Int32? { numbers[text] }

    mutating func number(_ text: String) -> Int32 {
        if let number = numbers[text] { return number }
        let number = Int32(frequency.count)
        numbers[text] = number
        frequency.append(0)
        texts.append(Array(text.utf8))
        return number
    }

    /// The text of a number, or what is left of it without the first bytes.
    func string(_ number: Int32, from first: Int = 0) -> String {
        String(decoding: texts[Int(number)].dropFirst(first), as: UTF8.self)
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
    /// The normal form of the name.
    var name: Int32?
    var chinese: [ChineseName] = []
    /// The name and its aliases as far as they are written in letters.
    var latin: [LatinName] = []
    var address: [Int32] = []
    var house: Int32?
    var phone: Int32?
    var phoneArea: Int32?
    var email: Int32?
    var domain: Int32?
    var city: Int32?
    var postcode: Int32?
    var bank: Int32?
    var organisation: Int32?
    /// Only a valid one counts.
    var credit: Int32?
    /// Whether there is anything to compare but the name.
    var hasMoreThanName: Bool {
        !address.isEmpty || phone != nil || email != nil || city != nil || postcode != nil || bank != nil
            || organisation != nil || credit != nil
    }
    var isBranchOffice: Bool { chinese.contains(where: \.isBranchOffice) }
}

extension PartyFeatures {
    /// What two records have in common that are one before anything is compared; `nil` for one without a name.
    var normalForm: [Int32]? {
        guard let name else { return nil }
        let values = [name, phone, phoneArea, email, city, postcode, bank, organisation, credit].map { $0 ?? -1 }
        return values + [-2] + latin.map(\.id) + [-2] + words + [-2] + address
    }
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

    /// Reads names in letters.
    private(set) var book = NameBook()

    init(isFixed: Bool = false) {
        self.isFixed = isFixed
    }

    /// Words of legal forms as accounts are found by: what is kept in a database is read by these for good.
    static let forms: Set<String> = [
        "INC", "INCORPORATED", "LLC", "LTD", "LIMITED", "CO", "CORP", "CORPORATION", "COMPANY", "GMBH", "AG", "SA",
        "SARL", "BV", "NV", "PLC", "LLP", "LP", "PTE", "PTY", "SDN", "BHD", "SRL", "SPA", "KG", "OY", "AB", "AS", "KK",
        "THE", "AND", "OF",
    ]

    /// Learns from the names of a whole set what their words are good for.
    mutating func learn(_ records: [PartyRecord]) {
        var names: Set<String> = []
        for record in records {
            for field in [PartyRecord.Field.name, .alias] {
                if let name = record.values[field], !name.isEmpty { names.insert(name) }
            }
        }
        book.learn(names)
    }

    mutating func read(_ record: PartyRecord) -> PartyFeatures {
        var features = PartyFeatures()
        features.id = record.id
        var words: Set<Int32> = []
        for field in [PartyRecord.Field.name, .alias] {
            guard let written = record.values[field], !written.isEmpty else { continue }
            let name = read(String(written.prefix(1_000)), &features, &words)
            if field == .name { features.name = name }
        }
        // Numbers follow the order of reading; what must not depend on it goes by the text.
        features.words =
            isFixed
            ? words.sorted {
                vocabulary.texts[Int($0)].lexicographicallyPrecedes(vocabulary.texts[Int($1)])
            } : words.sorted()
        func number(_ kind: String, _ value: String?) -> Int32? {
            guard let value, !value.isEmpty else { return nil }
            return vocabulary.number("\u{2}\(kind)\u{1}\(value)")
        }
        if let address = record.values[.address], !address.isEmpty {
            let parts = Normalisation.address(String(address.prefix(2_000)))
            features.address = parts.prefix(60).map { vocabulary.number("\u{3}" + $0) }
            features.house = parts.first { $0.first?.isNumber ?? false }.map { vocabulary.number("\u{3}" + $0) }
        }
        let phone = record.values[.phone].flatMap { Telephone($0) }
        features.phone = number("phone", phone?.subscriber)
        features.phoneArea = number("area", phone?.area)
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
        let credit = record.values[.creditCode].flatMap(Normalisation.creditCode)
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

    /// Reads one name of a record; what says nothing of whom it names is no name.
    private mutating func read(_ written: String, _ features: inout PartyFeatures, _ words: inout Set<Int32>) -> Int32?
    {
        if let known = normalForms[written] {
            words.formUnion(known.words)
            features.chinese += known.chinese
            features.latin += known.latin
            return known.number
        }
        var form = NormalForm(number: nil, words: [], chinese: [], latin: [])
        let text = Normalisation.text(written)
        if let chinese = ChineseName(text) {
            if !PartyName.isEmpty(written) {
                form.chinese = [chinese]
                let all = Normalisation.words(text)
                form.words = Set(all.filter { !Self.forms.contains($0) }.map { vocabulary.number($0) }).sorted()
                form.number = vocabulary.number("\u{1}" + all.joined(separator: " "))
            }
        } else if let latin = book.read(written, &vocabulary) {
            form.latin = [latin]
            form.words = latin.words
            // Outside of a set there is no number of its normal form: the spelling stands for it.
            form.number = vocabulary.number(
                latin.id >= 0 ? "\u{1}\u{1}\(latin.id)" : "\u{1}" + vocabulary.string(latin.plainWhole))
        }
        // Frequencies are learnt on distinct names: a name that stands there a hundred times is one name.
        if let number = form.number, seenNames.insert(number).inserted {
            names += 1
            for word in form.words { wordFrequency[word, default: 0] += 1 }
        }
        if !isFixed { normalForms[written] = form }
        words.formUnion(form.words)
        features.chinese += form.chinese
        features.latin += form.latin
        return form.number
    }

    private struct NormalForm {
        var number: Int32?
        var words: [Int32]
        var chinese: [ChineseName]
        var latin: [LatinName]
    }

    /// The number of a normal form in the vocabulary.
    func number(ofName id: Int32) -> Int32? { vocabulary.known("\u{1}\u{1}\(id)") }

    private var normalForms: [String: NormalForm] = [:]

    /// Counts the values of a record that is like no other, so that how common a value is goes by different records.
    mutating func count(_ features: PartyFeatures) {
        vocabulary.count(
            [
                features.name, features.phone, features.email, features.domain, features.city, features.postcode,
                features.bank, features.credit, features.organisation,
            ].compactMap { $0 })
    }

    /// Forgets what is of use only while records are read.
    mutating func finish() {
        normalForms = [:]
        book.finish()
    }

    /// How much a word tells: the rarer among different names, the more.
    func information(_ word: Int32) -> Double {
        if isFixed { return Self.fixedInformation(vocabulary.texts[Int(word)]) }
        return learntInformation(word)
    }

    private static func fixedInformation(_ text: [UInt8]) -> Double {
        let word = String(decoding: text, as: UTF8.self)
        if commonWords.contains(word) { return 1 }
        switch LatinWords.entry(word)?.kind {
        case .neutral, .soft, .place, .particle: return 1
        default: break
        }
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
