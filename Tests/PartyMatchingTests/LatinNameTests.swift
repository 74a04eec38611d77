import Domain
import Testing

@testable import PartyMatching

@Suite("Names in letters")
struct LatinNameTests {
    private func clusters(_ names: [String]) -> [String: String] {
        let records = names.enumerated().map { PartyRecord(id: "\($0.offset + 100)", [.name: $0.element]) }
        let found = PartyMatcher(records).memberships
        return Dictionary(zip(names, found.map(\.cluster))) { first, _ in first }
    }

    /// Names of well-known companies that have nothing to do with one another, as a set has them.
    private static let strangers = [
        "Unilever N.V.", "Danone S.A.", "Caterpillar Inc.", "Whirlpool Corp.", "Ricoh Co., Ltd.", "Kone Oyj",
        "Sandvik AB",
        "Solvay SA", "Outokumpu Oyj", "Novartis AG", "Pirelli S.p.A.", "Danfoss A/S", "Embraer S.A.", "Arçelik A.Ş.",
    ]

    private func areOne(_ names: [String]) -> Bool {
        let found = clusters(names + Self.strangers)
        return Set(names.map { found[$0] }).count == 1
            && Set(Self.strangers.map { found[$0] }).count == Self.strangers.count
    }

    private func areDifferent(_ names: [String]) -> Bool {
        let found = clusters(names + Self.strangers)
        return Set(names.map { found[$0] }).count == names.count
    }

    @Test(
        "a legal form is a form however it is written: spelt, dotted, spaced, abbreviated, in front or behind",
        arguments: [
            [
                "Philips N.V.", "PHILIPS N V", "Philips NV", "* PHILIPS", "N.V. Philips",
                "Philips Naamloze Vennootschap",
            ],
            [
                "Zahnfabrik Meyerling GmbH", "Zahnfabrik Meyerling Gesellschaft mit beschränkter Haftung",
                "Meyerling GmbH Zahnfabrik",
            ],
            ["Beiersdorf AG", "BEIERSDORF AKTIENGESELLSCHAFT", "Beiersdorf A.G.", "BeiersdorfAktiengesellschaft"],
            ["Miele & Cie. GmbH & Co. KG", "MIELE & CIE", "Miele GmbH und Co KG"],
            ["Montedison S.p.A.", "MONTEDISON SPA", "Montedison Società per Azioni", "MONTEDISON S P A"],
            [
                "Selena Sp. z o.o.", "SELENA SP ZOO", "Selena Spółka z ograniczoną odpowiedzialnością",
                "Selena Sp. z o. o.",
            ],
            ["ТОО \"Казахмыс\"", "Kazakhmys TOO", "Казахмыс ТОО"],
            ["ООО Газпром", "GAZPROM OOO", "Газпром, ПАО", "Gazprom PJSC"],
            ["Toshiba K.K.", "Kabushiki Kaisha Toshiba", "TOSHIBA KK", "Toshiba Corporation"],
            ["Volvo AB", "Aktiebolaget Volvo", "VOLVO A B", "AB Volvo (publ)"],
            ["Nokia Oyj", "NOKIA OY AB", "Oy Nokia Ab"],
            ["Haldor Topsøe A/S", "HALDOR TOPSOE AS", "Haldor Topsoe Aktieselskab"],
            ["Cemex S.A. de C.V.", "CEMEX SA DE CV", "Cemex"],
            ["Orica Pty. Ltd.", "ORICA PTY LTD", "Orica Proprietary Limited"],
            ["Hitachi, Ltd.", "HITACHI LTD", "Hitachi Limited"],
            ["Samsung Electronics Co., Ltd.", "SAMSUNG ELECTRONICS CO LTD", "Samsung Electronics Company Limited"],
            [
                "Halliburton LLC", "HALLIBURTON L.L.C.", "Halliburton Limited Liability Company",
                "The Halliburton Company",
            ],
            ["Richter Nyrt.", "RICHTER RT", "Richter Részvénytársaság"], ["Škoda a.s.", "SKODA A S", "Skoda s.r.o."],
            ["주식회사 삼성전자", "삼성전자 주식회사", "(주)삼성전자", "삼성전자주식회사"],
        ])
    func forms(_ names: [String]) { #expect(areOne(names)) }

    @Test("a Japanese form is one, in front or behind, in characters or in brackets")
    func japanese() {
        let found = clusters(["株式会社ツクリゴト物流", "ツクリゴト物流株式会社", "(株)ツクリゴト物流", "ツクリゴト物流㈱", "マボロシ物流株式会社", "ソニー株式会社", "ソニー"])
        #expect(Set(["株式会社ツクリゴト物流", "ツクリゴト物流株式会社", "(株)ツクリゴト物流", "ツクリゴト物流㈱"].map { found[$0] }).count == 1)
        #expect(found["マボロシ物流株式会社"] != found["ツクリゴト物流株式会社"] && found["ソニー株式会社"] == found["ソニー"])
    }

    @Test(
        "spelling, order, places, abbreviations, and words that are left out make no other company",
        arguments: [
            [
                "Koninklijke Philips Electronics N.V.", "Philips Electronics", "PHILIPS", "US Philips Corp",
                "Philips Deutschland GmbH",
            ],
            [
                "Robert Bosch GmbH", "BOSCH GMBH ROBERT", "Bosch Robert GmbH", "Bosch", "R. Bosch GmbH",
                "Bosch (China) Ltd",
            ],
            ["L'Oréal", "L'OREAL S.A.", "L OREAL", "LOREAL"],
            ["Müller Maschinenbau", "MUELLER MASCHINENBAU", "Muller Maschinenbau"],
            ["International Business Machines Corp.", "Intl Business Machines", "IBM", "IBM Deutschland GmbH"],
            ["Minnesota Mining & Mfg Co", "Minnesota Mining and Manufacturing Company", "3M"],
            ["E I du Pont de Nemours and Company", "DuPont", "Du Pont", "EI DUPONT DE NEMOURS"],
            [
                "Hewlett-Packard Co.", "HEWLETT PACKARD", "HewlettPackard", "PACKARD HEWLETT",
                "Hewlett-Packard Development Company, L.P.",
            ],
            ["Mitsubishi Electric Corp", "MITSUBISHI DENKI KK", "Mitsubishi Elec. Corp."],
            ["Dr. Ing. h.c. F. Porsche AG", "PORSCHE AG", "Porsche"],
            ["Honda Motor Co., Ltd.", "HONDA GIKEN KOGYO KK", "Honda"],
            ["Telefonaktiebolaget LM Ericsson (publ)", "Ericsson AB", "TELEFONAKTIEBOLAGET L M ERICSSON"],
            ["Boehringer Ingelheim GmbH", "BOEHRINGER INGELHEIM INTERNATIONAL GMBH", "Boehringer Ingelheim Pharma KG"],
            ["ＳＯＮＹ　株式会社", "Sony Corp", "S\u{200B}ony\u{FEFF}", "SONY\u{A0}CORP"],
            [
                "Siemens AG (formerly Siemens & Halske)", "Siemens Aktiengesellschaft, a corporation of Germany",
                "SIEMENS",
            ],
        ])
    func spellings(_ names: [String]) { #expect(areOne(names)) }

    @Test(
        "a slip is made good where the rest tells what was meant",
        arguments: [
            ["Schlumberger Technology", "SCHLUMBEGER TECHNOLOGY", "Schlumberger Tehcnology"],
            ["Montedison", "Monteedison"],
            ["Kimberly-Clark Corp", "KIMBERLY CLARKE CORP"], ["Texas Instruments Inc", "TEXAS INSRUMENTS"],
            ["General Electric Company", "Gneral Electric Co"], ["Johnson & Johnson", "JOHNON AND JOHNSON"],
        ])
    func slips(_ names: [String]) { #expect(areOne(names)) }

    @Test(
        "what differs in a word that tells is another company",
        arguments: [
            ["Mitsubishi Electric Corp", "Mitsubishi Heavy Industries Ltd", "Mitsubishi Chemical Corp", "Mitsubishi"],
            ["Robert Bosch GmbH", "Robert Bosch Tool Corp"],
            ["General Electric Co", "General Motors Corp", "General Foods Corp"],
            ["American Express Co", "American Airlines Inc", "American Cyanamid Co"],
            ["Nippon Steel Corp", "Nippon Paint Co Ltd"],
            ["Siemens AG", "Siemens Healthineers AG", "Nokia Siemens Networks Oy"],
            ["Deutsche Bank AG", "Deutsche Telekom AG"],
            ["Shenzhen Hengda Trading Co Ltd", "Shenzhen Hengtong Trading Co Ltd", "Shanghai Hengda Trading Co Ltd"],
            ["Central Park Logistics Co. Ltd", "Central Valley Logistics Co. Ltd"],
            ["United Airlines Inc", "United Technologies Corp"],
            ["China Resources", "Asia Resources", "G-Resources"], ["Carl Bosch GmbH", "Robert Bosch GmbH"],
            ["Dow Chemical Co", "Dow Corning Corp", "Corning Inc"], ["Center 7 Ltd", "Center 8 Ltd"],
        ])
    func others(_ names: [String]) { #expect(areDifferent(names)) }

    @Test("a name that is nothing but a legal form names nobody; one that is only words of trade counts as a whole")
    func empty() {
        #expect(PartyName.isEmpty("Co., Ltd.") && PartyName.isEmpty("S.p.A.") && PartyName.isEmpty("GmbH & Co. KG"))
        #expect(PartyName.isEmpty("株式会社") && PartyName.isEmpty(" - ") && !PartyName.isEmpty("AG Insurance"))
        #expect(areDifferent(["Ltd", "Limited", "GmbH"]))
        #expect(areDifferent(["International Trading Ltd", "International Logistics Ltd", "Global Trading Ltd"]))
    }

    @Test("legal forms of at least forty jurisdictions, each taken off behind a name")
    func jurisdictions() {
        #expect(Set(LegalForms.byJurisdiction.map(\.jurisdiction)).count >= 40)
        for (jurisdiction, forms) in LegalForms.byJurisdiction {
            for form in forms.split(separator: ";") {
                let words = NameWords.of("Zyxoland Berkovar") + NameWords.of(String(form))
                #expect(LegalForms.strip(words).words == ["ZYXOLAND", "BERKOVAR"], "\(jurisdiction): \(form)")
            }
        }
    }

    @Test(
        "a pair is judged by general knowledge alone: what only a set could bear out is nearly the same",
        arguments: [
            ("Philips N.V.", "PHILIPS Naamloze Vennootschap", "the same"),
            ("Robert Bosch GmbH", "BOSCH GMBH ROBERT", "the same"),
            ("L'Oréal S.A.", "LOREAL", "the same"), ("Philips", "Philips Electronics", "nearly the same"),
            ("Montedison", "Monteedison", "nearly the same"), ("Hengda Trading Ltd", "Hengda Logistics Ltd", "in part"),
            ("Mitsubishi Electric Corp", "Mitsubishi Chemical Corp", "in part"),
            ("Siemens AG", "Bosch GmbH", "different"),
        ])
    func pairs(_ one: String, _ other: String, _ level: String) {
        var scorer = PairScorer()
        let first = scorer.read(PartyProfile(id: "a", [.name: [one]]))
        let second = scorer.read(PartyProfile(id: "b", [.name: [other]]))
        let evidence = scorer.evidence(first, second)
        #expect(evidence.lines.first?.level == level)
        #expect(evidence.verdict != .same)
    }

    @Test("pinyin is read as syllables, so that two of them are two words and no slip")
    func pinyin() {
        for word in ["HENGDA", "HENGTONG", "SHENZHEN", "XIAMEN"] {
            #expect(Pinyin.isPinyin(Array(word.utf8)), "\(word)")
        }
        for word in ["HITACHI", "SIEMENS", "TOSHIBA", "MA"] { #expect(!Pinyin.isPinyin(Array(word.utf8)), "\(word)") }
    }
}
