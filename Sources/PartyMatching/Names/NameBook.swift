import Foundation

/// Reads names in letters into their parts, by general knowledge and by what a whole set of names shows.
///
/// All that is learnt is learnt from different names: one that stands there ten thousand times is one name.
struct NameBook {
    private struct Acronym {
        let words: [String]
        let letters: String
    }

    private struct Raw {
        let words: [String]
        let hasForm: Bool
        /// Whether there is nothing but a legal form.
        let isEmpty: Bool
        /// Words made of letters that stand apart: somebody's initials, perhaps.
        let initials: Set<String>
    }

    private var known: [String: Raw] = [:]
    /// Words of the set that are one word elsewhere (SAM SUNG, DU PONT), and one word that is two elsewhere
    /// (KONINKLIJKEPHILIPS): whichever is more usual there.
    private var joined: Set<String> = []
    private var parted: [String: [String]] = [:]
    /// Words that stand behind so many different first words that they tell nobody.
    private var learntTrades: Set<String> = []
    /// Words for which the set itself gives letters: International Business Machines (IBM). By their first word.
    private var acronyms: [String: [Acronym]] = knownAcronyms
    private var isLearnt = false
    private var counts: [String: Int] = [:]
    private var ids: [[Int32]: Int32] = [:]

    /// The different normal forms.
    private(set) var names: [LatinName] = []
    /// The same, once more for each different way to write one but for its legal form.
    private(set) var spellings: [LatinName] = []
    private var spelt: Set<UInt64> = []
    /// In how many ways each normal form is written, legal forms and all.
    private(set) var writings: [Int] = []

    /// Learns from all names of a set what its words are good for.
    mutating func learn(_ written: Set<String>) {
        // In an order that is the same whatever came first.
        var different: Set<[String]> = []
        var given: [Acronym] = []
        for name in written {
            let text = Normalisation.text(name)
            guard !ChineseName.isChinese(text) else { continue }
            let found = Self.split(text)
            known[name] = found.raw
            if let acronym = found.acronym { given.append(acronym) }
            different.insert(found.raw.words)
        }
        for words in different { for word in Set(words) { counts[word, default: 0] += 1 } }
        var pairs: [String: (count: Int, one: String, other: String)] = [:]
        for words in different where words.count > 1 {
            for (one, other) in zip(words, words.dropFirst()) {
                let whole = one + other
                guard whole.utf8.count >= 5, counts[whole] != nil, LatinWords.entry(whole) == nil else { continue }
                if let known = pairs[whole], (known.one.utf8.count, known.one) != (one.utf8.count, one) {
                    // Two ways to part it: by the longer first word.
                    if known.one.utf8.count > one.utf8.count { continue }
                    pairs[whole] = (1, one, other)
                } else {
                    pairs[whole] = (pairs[whole].map { $0.count + 1 } ?? 1, one, other)
                }
            }
        }
        for (whole, pair) in pairs {
            if min(pair.one.utf8.count, pair.other.utf8.count) >= 3, pair.count >= counts[whole, default: 0] {
                parted[whole] = [pair.one, pair.other]
            } else {
                joined.insert(whole)
            }
        }
        for acronym in given.sorted(by: { ($0.words.count, $1.letters) > ($1.words.count, $0.letters) }) {
            acronyms[acronym.words[0], default: []].append(acronym)
        }
        var before: [String: Set<String>] = [:]
        var leads: [String: Int] = [:]
        var firsts: Set<String> = []
        for words in different {
            guard let first = words.first(where: { LatinWords.entry($0) == nil }) else { continue }
            firsts.insert(first)
            leads[first, default: 0] += 1
            for word in words.drop(while: { $0 != first }).dropFirst() where LatinWords.entry(word) == nil {
                before[word, default: []].insert(first)
            }
        }
        let least = max(8, firsts.count / 100)
        for (word, firsts) in before where firsts.count >= least {
            if Double(leads[word, default: 0]) < 0.3 * Double(counts[word, default: 0]) { learntTrades.insert(word) }
        }
        isLearnt = true
    }

    /// A name in its parts; `nil` when nothing is left of it without its legal form.
    mutating func read(_ written: String, _ vocabulary: inout Vocabulary) -> LatinName? {
        let found = known.removeValue(forKey: written) ?? Self.split(Normalisation.text(written)).raw
        if found.isEmpty { return nil }
        var parts = parts(found, &vocabulary)
        parts.hasForm = found.hasForm
        guard isLearnt else { return LatinName(parts) }
        parts.id = number(of: parts)
        let name = LatinName(parts)
        if parts.id == Int32(names.count) {
            names.append(name)
            writings.append(0)
        }
        writings[Int(parts.id)] += 1
        let spelling = UInt64(UInt32(bitPattern: parts.id)) << 32 | UInt64(UInt32(bitPattern: parts.plainWhole))
        if spelt.insert(spelling).inserted { spellings.append(name) }
        return name
    }

    /// Forgets what is of use only while names are read.
    mutating func finish() {
        known = [:]
        spelt = []
        ids = [:]
    }

    /// The number of a normal form; that of the next one for a new one.
    private mutating func number(of name: NameParts) -> Int32 {
        var key: [Int32] = [name.isStrong ? 1 : 0]
        for list in [name.brandSorted, name.trades, name.softTrades, name.divisions, name.given, name.leadingPlaces] {
            key.append(-1)
            key += list
        }
        if let id = ids[key] { return id }
        ids[key] = Int32(names.count)
        return Int32(names.count)
    }

    // MARK: Parts

    private struct Part {
        let text: String
        let kind: LatinWords.Kind
    }

    /// Words for which letters are known, as the letters.
    private func abbreviated(_ parts: [Part]) -> [Part] {
        let useful = parts.indices.filter { parts[$0].kind != .particle }
        // The whole name in another order.
        if useful.count > 1 {
            let words = useful.map { parts[$0].text }
            let sorted = words.sorted()
            for word in words {
                for acronym in acronyms[word] ?? []
                where acronym.words.count == words.count && acronym.words.sorted() == sorted {
                    return [Part(text: acronym.letters, kind: .brand)]
                }
            }
        }
        for (from, place) in useful.enumerated() {
            for acronym in acronyms[parts[place].text] ?? [] where from + acronym.words.count <= useful.count {
                let found = useful[from..<(from + acronym.words.count)]
                guard found.map({ parts[$0].text }) == acronym.words, let last = found.last else { continue }
                return Array(parts[..<place]) + [Part(text: acronym.letters, kind: .brand)]
                    + Array(parts[(last + 1)...])
            }
        }
        return parts
    }

    private mutating func parts(_ raw: Raw, _ vocabulary: inout Vocabulary) -> NameParts {
        let words = merged(raw.words)
        // What stands beside a brand may be a known word with a slip in it, or somebody's initials; alone it is a
        // brand.
        let isTold = words.map { word in
            LatinWords.entry(word) == nil && word.utf8.count >= 3 && !learntTrades.contains(word)
        }
        let told = isTold.count { $0 }
        var parts: [Part] = zip(words, isTold).map { word, isTelling in
            if let known = LatinWords.entry(word) { return Part(text: known.word, kind: known.kind) }
            if word.utf8.count == 1, let byte = word.utf8.first, byte >= 65 {
                return Part(text: word, kind: word == "L" || word == "D" ? .particle : .given)
            }
            if learntTrades.contains(word) { return Part(text: word, kind: .trade) }
            if told > 0, raw.initials.contains(word) { return Part(text: word, kind: .given) }
            if counts[word, default: 0] <= 3 || !isLearnt,
                let known = LatinWords.misspelt(word, isSure: isTelling && told > 1)
            {
                return Part(text: known.word, kind: known.kind)
            }
            return Part(text: Self.withoutUmlauts(word), kind: .brand)
        }
        if !parts.contains(where: { $0.kind != .particle }) {
            parts = parts.map { Part(text: $0.text, kind: .brand) }
        }
        parts = abbreviated(parts)
        if !parts.contains(where: { $0.kind == .brand }), parts.contains(where: { $0.kind == .given }) {
            // Nothing but given names tells (Philip Morris): then they are the brand.
            parts = parts.map { $0.kind == .given ? Part(text: $0.text, kind: .brand) : $0 }
        }
        var name = NameParts()
        name.isStrong = parts.contains { $0.kind == .brand && $0.text.utf8.count > 1 }
        let all = parts
        parts.removeAll { $0.kind == .particle }
        let start = parts.firstIndex { $0.kind != .place && $0.kind != .neutral } ?? 0
        if name.isStrong {
            for (place, part) in parts.enumerated() {
                let number = vocabulary.number(part.text)
                switch part.kind {
                case .brand, .common: name.brand.append(number)
                case .trade: name.trades.append(number)
                case .soft: name.softTrades.append(number)
                case .division: name.divisions.append(number)
                case .given: name.given.append(number)
                case .place:
                    if place < start { name.leadingPlaces.append(number) } else { name.trailingPlaces.append(number) }
                case .neutral, .particle: break
                }
            }
        } else {
            // What stands at the end and tells nothing is left out, as long as two words are left.
            var end = parts.count
            func tells(_ count: Int) -> Bool {
                parts[..<count].contains { ![.place, .neutral, .soft].contains($0.kind) }
            }
            while end > 2, parts[end - 1].kind == .place || parts[end - 1].kind == .neutral, tells(end - 1) { end -= 1 }
            for part in parts[..<end] {
                name.brand.append(vocabulary.number(part.text))
                if part.kind == .division { name.divisions.append(vocabulary.number(part.text)) }
            }
            for part in parts[end...] where part.kind == .place {
                name.trailingPlaces.append(vocabulary.number(part.text))
            }
        }
        let telling = all.filter { !name.isStrong || $0.kind != .place }.map(\.text).joined()
        name.whole = vocabulary.number("\u{5}" + telling)
        name.brandWhole = vocabulary.number("\u{6}" + name.brand.map { vocabulary.string($0) }.joined())
        name.plain = words.map { vocabulary.number("\u{7}" + $0) }
        name.plainWhole = vocabulary.number("\u{8}" + words.joined())
        name.words = Array(Set(parts.map { vocabulary.number($0.text) })).sorted()
        name.brandSorted = name.brand.sorted()
        for key: WritableKeyPath<NameParts, [Int32]> in [
            \.brandSorted, \.trades, \.softTrades, \.divisions, \.given, \.leadingPlaces, \.trailingPlaces,
        ] { name[keyPath: key] = Array(Set(name[keyPath: key])).sorted() }
        return name
    }

    /// Puts together what is one word elsewhere, and places of two words.
    private func merged(_ words: [String]) -> [String] {
        var result: [String] = []
        for word in words {
            if let parts = parted[word] {
                result += parts
                continue
            }
            if let last = result.last {
                let whole = last + word
                let isPlace = Self.placesOfTwoWords.contains(whole)
                if isPlace || joined.contains(whole) {
                    result[result.count - 1] = whole
                    continue
                }
            }
            result.append(word)
        }
        return result
    }

    private static let placesOfTwoWords: Set<String> = [
        "UNITEDSTATES", "GREATBRITAIN", "HONGKONG", "NEWZEALAND", "SRILANKA", "SAUDIARABIA", "SOUTHAFRICA",
        "PUERTORICO",
        "NEWYORK", "NEWJERSEY", "SOUTHKOREA", "NORTHAMERICA", "LATINAMERICA", "CENTRALAMERICA", "MIDDLEEAST",
        "SAOPAULO",
        "RIODEJANEIRO", "BUENOSAIRES", "KUALALUMPUR", "ABUDHABI", "INNERMONGOLIA", "PAYSBAS", "BRITISHCOLUMBIA",
        "REALESTATE", "LIFESCIENCE", "LIFESCIENCES", "KABUSHIKIKAISHA",
    ]

    /// MUELLER as MULLER.
    static func withoutUmlauts(_ word: String) -> String {
        let bytes = Array(word.utf8)
        guard zip(bytes, bytes.dropFirst()).contains(where: { $1 == UInt8(ascii: "E") && "UOA".utf8.contains($0) })
        else {
            return word
        }
        var result: [UInt8] = []
        for (place, byte) in bytes.enumerated() {
            // Between consonants only: BOEING, BLUE and AERO have none.
            if byte == UInt8(ascii: "E"), place > 1, place + 1 < bytes.count, "UOA".utf8.contains(bytes[place - 1]),
                !vowels.contains(bytes[place - 2]), !vowels.contains(bytes[place + 1])
            {
                continue
            }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let vowels = Set("AEIOUY".utf8)

    // MARK: Text

    private static func split(_ text: String) -> (raw: Raw, acronym: Acronym?) {
        let (japanese, isJapanese) = JapaneseForms.strip(text)
        let (head, brackets) = withoutRemarks(japanese)
        let all = NameWords.split(head)
        var (words, hasForm) = LegalForms.strip(all)
        var isEmpty = LegalForms.areForm(all) || all.joined().isEmpty
        if isJapanese { hasForm = true }
        var acronym: Acronym?
        for part in brackets {
            let inside = NameWords.split(part)
            guard !inside.isEmpty, !NameWords.connects(inside) else { continue }
            let letters = inside.joined()
            if inside.count == 1, words.count > 1, isAcronym(letters, words) {
                acronym = Acronym(words: words.map(canonical), letters: letters)
            } else if LegalForms.areForm(inside) {
                hasForm = true
            } else {
                words += LegalForms.strip(inside).words
                isEmpty = false
            }
        }
        let initials = Set(words.filter { (2...4).contains($0.utf8.count) && !text.contains($0) })
        return (Raw(words: words, hasForm: hasForm, isEmpty: isEmpty, initials: initials), acronym)
    }

    private static func isAcronym(_ letters: String, _ words: [String]) -> Bool {
        letters.utf8.count >= 2 && letters == words.compactMap { $0.first.map(String.init) }.joined()
    }

    /// The name without what stands in brackets, and without what is no name: formerly …, care of …, a corporation
    /// of ….
    private static func withoutRemarks(_ text: String) -> (String, [String]) {
        var head = ""
        var brackets: [String] = []
        var inside: String?
        for character in text {
            switch character {
            case "(", "[", "{", "\u{FF08}":
                inside = ""
                head += " "
            case ")", "]", "}", "\u{FF09}":
                if let part = inside { brackets.append(part) }
                inside = nil
            default: if inside == nil { head.append(character) } else { inside?.append(character) }
            }
        }
        if let part = inside { brackets.append(part) }
        brackets.removeAll { remark(in: $0, from: 0) != nil }
        let cut = remark(in: head, from: 1).map { String(decoding: Array(head.utf8)[..<$0], as: UTF8.self) } ?? head
        // What is nothing without its brackets is what stands in them.
        return cut.contains(where: { $0.isLetter || $0.isNumber })
            ? (cut, brackets) : (brackets.joined(separator: " "), [])
    }

    /// Where in a text a remark begins, if not before a place.
    private static func remark(in text: String, from first: Int) -> Int? {
        let bytes = [32] + Array(text.utf8)
        for place in bytes.indices.dropFirst(first) where bytes[place] == 32 && place + 1 < bytes.count {
            for remark in remarksByLetter[bytes[place + 1]] ?? [] where bytes[place...].starts(with: remark) {
                return max(0, place - 1)
            }
        }
        return nil
    }

    private static let remarksByLetter = Dictionary(grouping: remarks.map { Array($0.utf8) }) { $0[1] }

    private static let remarks = [
        " FORMERLY", " F/K/A", " FKA ", " C/O ", " CARE OF ", " A CORPORATION OF", " A CORP. OF", " A CORP OF",
        " ORGANIZED UNDER", " A COMPANY OF", " INCORPORATED IN", " D/B/A", " DBA ", " DOING BUSINESS AS",
        " TRADING AS", " T/A ", " VORMALS ", " EHEMALS ", " ANCIENNEMENT ", " PREVIOUSLY ", " NOW KNOWN AS", " A/K/A",
        " AKA ", " A DELAWARE", " ALSO KNOWN AS", " ALSO TRADING AS", " ATTN", " A LIMITED LIABILITY",
        " AN ILLINOIS CORP", " A NEW YORK CORP", " A CALIFORNIA CORP", " A NEW JERSEY CORP", " EXISTING UNDER",
        " DULY ORGANIZED", " SOCIETE DITE", " DITE:", " DITE :",
    ]

    private static func canonical(_ word: String) -> String { LatinWords.entry(word)?.word ?? withoutUmlauts(word) }

    /// Letters, or a short word, by which a company is as well known as by the words that they stand for.
    private static let knownAcronyms: [String: [Acronym]] = {
        var known: [String: [Acronym]] = [:]
        for line in acronymTexts.split(separator: ";") {
            let halves = line.split(separator: "=")
            let words = halves[1].split(whereSeparator: \.isWhitespace).map { canonical(String($0)) }
            let letters = halves[0].trimmingCharacters(in: .whitespacesAndNewlines)
            known[words[0], default: []].append(Acronym(words: words, letters: letters))
        }
        return known.mapValues { $0.sorted { ($0.words.count, $1.letters) > ($1.words.count, $0.letters) } }
    }()

    private static let acronymTexts = """
        IBM=INTERNATIONAL BUSINESS MACHINES; GE=GENERAL ELECTRIC; GM=GENERAL MOTORS; HP=HEWLETT PACKARD;
        HP=HEWLETTPACKARD; 3M=MINNESOTA MINING MANUFACTURING; NEC=NIPPON ELECTRIC; NTT=NIPPON TELEGRAPH TELEPHONE;
        BMW=BAYERISCHE MOTOREN WERKE; BASF=BADISCHE ANILIN SODA FABRIK; VW=VOLKSWAGEN; VW=VOLKSWAGENWERK; ABB=ASEA
        BROWN BOVERI; ATT=AMERICAN TELEPHONE TELEGRAPH; PG=PROCTER GAMBLE; TSMC=TAIWAN SEMICONDUCTOR MANUFACTURING;
        ETRI=ELECTRONICS TELECOMMUNICATIONS RESEARCH INSTITUTE; ITRI=INDUSTRIAL TECHNOLOGY RESEARCH INSTITUTE;
        CEA=COMMISSARIAT ENERGIE ATOMIQUE; CEA=COMMISSARIAT A L ENERGIE ATOMIQUE; CEA=COMMISSARIAT A LENERGIE
        ATOMIQUE; CNRS=CENTRE NATIONAL RECHERCHE SCIENTIFIQUE; RCA=RADIO CORPORATION AMERICA; ICI=IMPERIAL CHEMICAL
        INDUSTRIES; JVC=VICTOR COMPANY JAPAN; JVC=VICTOR JAPAN; GSK=GLAXO SMITHKLINE; GSK=GLAXOSMITHKLINE; GSK=GLAXO
        SMITH KLINE; AMD=ADVANCED MICRO DEVICES; UPS=UNITED PARCEL SERVICE; NCR=NATIONAL CASH REGISTER; KAIST=KOREA
        ADVANCED INSTITUTE SCIENCE TECHNOLOGY; MIT=MASSACHUSETTS INSTITUTE TECHNOLOGY; ITT=INTERNATIONAL TELEPHONE
        TELEGRAPH; CNPC=CHINA NATIONAL PETROLEUM; PETROBRAS=PETROLEO BRASILEIRO; FIAT=FABBRICA ITALIANA AUTOMOBILI
        TORINO; AEG=ALLGEMEINE ELEKTRICITATS GESELLSCHAFT; DUPONT=PONT NEMOURS; DUPONT=DUPONT NEMOURS; DUPONT=EI PONT
        NEMOURS; DUPONT=EI DUPONT NEMOURS; DUPONT=EI DUPONTNEMOURS; TOSHIBA=TOKYO SHIBAURA ELECTRIC; DLR=DEUTSCHES
        ZENTRUM LUFT RAUMFAHRT; EDF=ELECTRICITE FRANCE; SNCF=SOCIETE NATIONALE CHEMINS FER FRANCAIS; UTC=UNITED
        TECHNOLOGIES; TRW=THOMPSON RAMO WOOLDRIDGE; BP=BRITISH PETROLEUM; BAT=BRITISH AMERICAN TOBACCO; CSEM=CENTRE
        SUISSE ELECTRONIQUE MICROTECHNIQUE; IFP=INSTITUT FRANCAIS PETROLE; SKF=SVENSKA KULLAGERFABRIKEN; JNJ=JOHNSON
        JOHNSON; UBS=UNION BANK SWITZERLAND; DHL=DALSEY HILLBLOM LYNN; TNT=THOMAS NATIONWIDE TRANSPORT;
        MAN=MASCHINENFABRIK AUGSBURG NURNBERG; ZF=ZAHNRADFABRIK FRIEDRICHSHAFEN; LG=LUCKY GOLDSTAR; COSCO=CHINA OCEAN
        SHIPPING; CRRC=CHINA RAILWAY ROLLING STOCK; SAIC=SHANGHAI AUTOMOTIVE INDUSTRY; BOE=BEIJING ORIENT ELECTRONICS
        """
}
