import Client
import Contracts
import Domain
import Foundation
import Testing

@testable import PartyMatching
@testable import WaybillCLI

@Suite("Party matching")
struct PartyMatchingTests {
    private func record(_ id: String, _ name: String, _ more: [PartyRecord.Field: String] = [:]) -> PartyRecord {
        PartyRecord(id: id, more.merging([.name: name]) { first, _ in first })
    }

    private func clusters(_ records: [PartyRecord]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: PartyMatcher(records).memberships.map { ($0.id, $0.cluster) })
    }

    private func name(_ text: String) throws -> ChineseName { try #require(ChineseName(Normalisation.text(text))) }

    /// Companies that have nothing to do with those of a test, so that frequencies are those of a set.
    private var others: [PartyRecord] {
        let brands = ["恒达", "盛邦", "科瑞", "东升", "立信", "安捷", "远航", "凯宏", "新宇", "博纳", "华讯", "明珠", "金桥", "天翼", "海纳", "鼎新"]
        let trades = ["电子科技", "精密机械", "汽车零部件", "化工", "国际货运", "食品", "医疗器械", "建设工程"]
        return brands.enumerated().flatMap { place, brand in
            trades.enumerated().filter { ($0.offset + place) % 3 == 0 }.map { trade in
                record("z\(place)-\(trade.offset)", "\(brand)\(trade.element)股份有限公司")
            }
        }
    }

    @Test("two spellings of one name have the same parts")
    func parts() throws {
        let one = try name("富士康(昆山)电脑接插件有限公司")
        let other = try name("富士康電腦接插件（昆山）有限公司")
        #expect(one.body == other.body && one.places == ["昆山"] && other.places == ["昆山"])
        #expect(one.hasForm && other.hasForm)
        #expect(try name("*ST东方A").core == name("东方").core)
        #expect(try name("上海宝德自动化股份有限公司昆山分公司").isBranchOffice)
        #expect(try name("北京国际贸易有限公司").isGeneric && !name("北京同仁堂科技有限公司").isGeneric)
        #expect(ChineseName(Normalisation.text("Pacific Trading Ltd")) == nil)
    }

    @Test("telephones, addresses, mail and codes are read through their spellings")
    func values() {
        #expect(Normalisation.phoneKey("+86 (512) 5733-4455 转 801") == Normalisation.phoneKey("0512-57334455"))
        // As it is pasted from an address book, typed with a Chinese input method, and written in other digits.
        for written in [
            "\u{202D}0512-57334455\u{202C}", "０５１２－５７３３４４５５", "0512\u{2011}5733\u{A0}4455", "٠٥١٢-٥٧٣٣٤٤٥٥",
        ] {
            #expect(Normalisation.phoneKey(written) == Normalisation.phoneKey("0512-57334455"), "\(written)")
            #expect(Telephone(written) == Telephone("0512-57334455"), "\(written)")
        }
        #expect(Normalisation.text("上海\u{200B}远洋\u{FEFF}") == Normalisation.text("上海远洋"))
        #expect(Normalisation.creditCode("9135 0100 M000 100Y\u{200B}43") == "91350100M000100Y43")
        #expect(Normalisation.address("27 Washington Street") == Normalisation.address("27 WASHINGTON ST."))
        #expect(
            Normalisation.emailDomain("a@gmail.com") == nil && Normalisation.emailDomain("a@Acme.com") == "ACME.COM")
        #expect(Normalisation.organisationCode("91350100M000100Y43") == "M000100Y4")
        #expect(UnifiedSocialCreditCode("91310115MA13962180") != nil)
    }

    @Test("a short name finds the full name it was made from, a namesake does not")
    func abbreviations() {
        let found = clusters(
            others + [
                record("a", "新疆天康畜牧生物技术股份有限公司"), record("b", "天康生物"), record("c", "美锦能源"),
                record("d", "山西美锦能源股份有限公司"), record("e", "成都路桥"), record("f", "成都市路桥工程股份有限公司"),
                record("g", "粤宏远A"), record("h", "广东宏远工业区股份有限公司"),
            ])
        #expect(found["a"] == found["b"] && found["c"] == found["d"] && found["e"] == found["f"])
        #expect(found["g"] == found["h"])
        #expect(Set(["a", "c", "e", "g"].map { found[$0] }).count == 4)
    }

    @Test("two equally good homes are for a person to choose, not a reason to join them")
    func ambiguous() {
        let found = clusters(
            others + [
                record("a", "浙江太平洋石英股份有限公司"), record("b", "江苏太平洋证券股份有限公司"), record("c", "太平洋"),
            ])
        #expect(Set(["a", "b", "c"].map { found[$0] }).count == 3)
    }

    @Test("an extra place is noise; another place, role or line of business is another company")
    func roles() throws {
        func level(_ one: String, _ other: String) throws -> Int8 { Comparator.level(try name(one), try name(other)) }
        #expect(try level("昆山富联电子有限公司", "富联电子有限公司") == 4)
        #expect(try level("昆山富联电子有限公司", "苏州富联电子有限公司") == 0)
        #expect(try level("富联电子集团有限公司", "富联电子有限公司") == 0)
        #expect(try level("富联电子有限公司", "富联化工有限公司") == 0)
        #expect(try level("上海国际贸易有限公司", "北京国际贸易有限公司") == 0)
    }

    @Test("two valid credit codes that differ, and a branch office, rule a union out; one code for both makes it")
    func vetoes() throws {
        let one = [PartyRecord.Field.creditCode: "91350100M000100Y43"]
        let other = [PartyRecord.Field.creditCode: "91110108551385082Q"]
        let matcher = PartyMatcher(
            others + [
                record("a", "富联电子有限公司", one), record("b", "富联电子有限公司", other), record("c", "Fulian Electronics", one),
                record("d", "富联电子有限公司昆山分公司"),
            ])
        let found = Dictionary(uniqueKeysWithValues: matcher.memberships.map { ($0.id, $0.cluster) })
        #expect(
            found["a"] != found["b"] && found["a"] == found["c"] && found["d"] != found["a"] && found["d"] != found["b"]
        )
        let explained = try #require(matcher.explain("a", "b"))
        #expect(explained.veto?.contains("credit codes") == true && explained.probability == 0 && !explained.isJoined)
        #expect(explained.lines.count == 8)
        #expect(matcher.explain("a", "nobody") == nil)
    }

    @Test("Latin names meet by words, address and telephone; a shared telephone alone joins nobody")
    func latin() {
        var set = [
            record(
                "a", "Precious Little One's Learning Center, Inc.", [.address: "221 E. 51st St.", .phone: "2859902"]),
            record(
                "b", "PRECIOUS LITTLE ONES LEARNING CENTER", [.address: "221 East 51st Street", .phone: "773-285-9902"]),
            record("c", "Golden Gate Day Care Center", [.address: "432 E. 134th Street", .phone: "2859902"]),
        ]
        for number in 0..<60 {
            set.append(
                record(
                    "x\(number)", "Centre \(number * 7) of \(["Hope", "Light", "Joy", "Peace"][number % 4]) \(number)",
                    [
                        .address: "\(number * 13 + 5) \(["Oak", "Elm", "Pine"][number % 3]) Ave",
                        .phone: "55\(10000 + number * 37)",
                    ]))
        }
        let found = clusters(set)
        #expect(found["a"] == found["b"] && found["c"] != found["a"])
        #expect(Set((0..<60).compactMap { found["x\($0)"] }).count == 60)
    }

    @Test("pairs that were reported to be joined or kept apart wrongly are told rightly in one small file")
    func reported() {
        let found = clusters([
            record("1", "株式会社ツクリゴト物流", [.phone: "052-123-4567"]), record("2", "ツクリゴト物流株式会社", [.phone: "052-123-4567"]),
            record("3", "Central Park Logistics Co. Ltd"), record("4", "Central Valley Logistics Co. Ltd"),
            record("5", "Shenzhen Hengda Trading Co Ltd"), record("6", "Shenzhen Hengtong Trading Co Ltd"),
            record("7", "顺达物流有限公司", [.phone: "0512-57881234"]), record("8", "顺达物流有限公司", [.phone: "010-67881234"]),
            record("9", "昆山恒达物流有限公司", [.phone: "88888888"]), record("10", "苏州恒达物流有限公司", [.phone: "88888888"]),
            record("11", "(株)マボロシ商事"), record("12", "マボロシ商事（株）"),
        ])
        #expect(found["1"] == found["2"] && found["11"] == found["12"])
        #expect(Set(["1", "3", "4", "5", "6", "7", "8", "9", "10", "11"].map { found[$0] }).count == 10)
    }

    @Test("any order of arrival gives the same clusters", arguments: 1...5)
    func order(_ run: Int) {
        let set =
            others + [
                record("a", "新疆天康畜牧生物技术股份有限公司"), record("b", "天康生物"), record("c", "天康生物"),
                record("d", "Acme Freight Ltd", [.phone: "5551234567", .address: "1 Main St"]),
                record("e", "ACME FREIGHT LIMITED", [.phone: "555-123-4567"]),
                record("f", "Acme Freight", [.address: "1 Main Street"]),
            ]
        let expected = PartyMatcher(set).memberships
        #expect(PartyMatcher(set.shuffled()).memberships == expected)
        #expect(expected.filter { $0.cluster == "a" }.count == 3)
    }

    @Test("records that are alike in everything are one before anything is learnt, however many they are")
    func repeats() {
        var set = others
        for number in 0..<300 {
            set.append(
                record("a\(number)", ["Siemens AG", "SIEMENS Aktiengesellschaft", "* siemens a.g."][number % 3]))
        }
        set += [record("b", "Siemens Healthineers AG"), record("c", "Bosch GmbH"), record("d", "Robert Bosch GmbH")]
        let found = clusters(set)
        #expect(Set((0..<300).map { found["a\($0)"] }).count == 1)
        #expect(found["b"] != found["a0"] && found["c"] == found["d"] && found["c"] != found["a0"])
    }

    @Test("the weights are those of the model: what agrees more often within a party than by chance speaks for it")
    func model() {
        var model = FellegiSunter(records: 1_000)
        let none = Comparison(levels: [0, -1, 0, -1, -1, -1, -1, -1])
        let same = Comparison(levels: [4, -1, 2, -1, -1, -1, -1, -1])
        model.learnChance([none: 99_990, same: 10])
        #expect(abs(model.u[2][2] - (10 + 0.2) / (100_000 + 200)) < 1e-12)
        #expect(Comparator.distance(Array("mosman"), Array("mosmna"), most: 1) == 1)
        #expect(Comparator.distance(Array("kitten"), Array("sitting"), most: 3) == 3)
        #expect(model.weight(2, 2) == log2(model.m[2][2] / model.u[2][2]))
        #expect(model.weight(1, -1) == 0 && model.weight(none) < 0 && model.weight(same) > 15)
        let before = model.m[2][2]
        model.learn([same: 500, none: 2_000])
        #expect(model.m[2][2] > before)
        #expect(model.probability(model.weight(same)) > 0.99 && model.probability(model.weight(none)) < 0.001)
    }

    @Test("odd records are kept and harm nobody")
    func odd() {
        let found = clusters(
            others + [
                record("a", "有限公司"), record("b", ""), record("c", "   "), record("d", "有限公司"),
                record("e", "x", [.address: String(repeating: "long ", count: 40_000)]), record("f", "🚚🚚"),
                record("g", "ST"),
            ])
        #expect(found.count == others.count + 7)
        #expect(clusters([]).isEmpty && clusters([record("a", "b")]) == ["a": "a"])
    }
}

@Suite("Telephones")
struct TelephoneTests {
    @Test(
        "one number is one however it is written",
        arguments: [
            ["0512-57334455", "+86 (512) 5733-4455 转 801", "86-512-57334455", "051257334455", "０５１２－５７３３４４５５"],
            ["010-67881234", "+86 10 6788 1234", "(010)67881234", "010 6788\u{200B}1234"],
            ["138 1234 5678", "+8613812345678"],
            ["773-285-9902", "+1 773 285 9902", "(773) 285-9902", "1-773-285-9902"],
            ["052-123-4567", "+81 52 123 4567"],
            ["01 23 45 67 89", "+33 1 23 45 67 89", "+33 (0)1 23456789"], ["6123 4567", "+65 6123 4567"],
        ])
    func spellings(_ written: [String]) throws {
        let first = try #require(Telephone(written[0]))
        for other in written { #expect(Telephone(other) == first, "\(other)") }
    }

    @Test("eight digits are whole: numbers that end alike, and one number in two areas, are two")
    func different() {
        #expect(
            Telephone("0512-57881234")?.subscriber == "57881234" && Telephone("010-67881234")?.subscriber == "67881234")
        #expect(Telephone("57881234")?.subscriber == "57881234" && Telephone("0750-7881234")?.subscriber == "7881234")
        #expect(Telephone("0512-57881234")?.area != Telephone("0513-57881234")?.area)
        #expect(Telephone("12345") == nil && Telephone("") == nil)
        let set = ["0512-57881234", "010-67881234", "021-57881234"].enumerated().map {
            PartyRecord(id: "\($0.offset)", [.name: "顺达物流有限公司", .phone: $0.element])
        }
        #expect(Set(PartyMatcher(set).memberships.map(\.cluster)).count == 3)
    }
}

@Suite("Files of parties")
struct PartyFileTests {
    /// The characters of the names below in GB 18030, from the published table.
    private static let chinese: [Character: [UInt8]] = [
        "昆": [0xC0, 0xA5], "山": [0xC9, 0xBD], "上": [0xC9, 0xCF], "海": [0xBA, 0xA3], "永": [0xD3, 0xC0],
        "泰": [0xCC, 0xA9], "货": [0xBB, 0xF5], "运": [0xD4, 0xCB], "恒": [0xBA, 0xE3], "达": [0xB4, 0xEF],
        "物": [0xCE, 0xEF], "流": [0xC1, 0xF7], "有": [0xD3, 0xD0], "限": [0xCF, 0xDE], "公": [0xB9, 0xAB],
        "司": [0xCB, 0xBE],
    ]

    @Test("the same companies are read from a file whether it is in UTF-8, with a mark or without, or in GB 18030")
    func encodings() throws {
        let text = "id,name,phone\n1,昆山恒达物流有限公司,0512-57881234\n上海,上海永泰货运有限公司,0512-57881234\n"
        let gb = text.flatMap { Self.chinese[$0] ?? Array(String($0).utf8) }
        for bytes in [Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), gb] {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("m-\(UUID().uuidString).csv")
            try Data(bytes).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let records = try MatchCommand.read(file.path)
            #expect(records.map(\.id) == ["1", "上海"])
            #expect(records.map { $0.values[.name] } == ["昆山恒达物流有限公司", "上海永泰货运有限公司"])
            #expect(records.map { $0.values[.phone] } == ["0512-57881234", "0512-57881234"])
        }
    }

    @Test("a file without id or name, with a short row or an id twice is refused with its line")
    func refusals() throws {
        for (text, part) in [
            ("", "empty"), ("name\nx\n", "'id'"), ("id\n1\n", "'name'"), ("id,name\n1\n", "line 2"),
            ("id,name\n1,a\n1,b\n", "line 3"), ("id,name\n,a\n", "line 2"),
        ] {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("m-\(UUID().uuidString).csv")
            try Data(text.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let error = #expect(throws: Failure.self) { try MatchCommand.read(file.path) }
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
    }
}
