import Domain
import Testing

@testable import Importing

@Suite("Files of an organisation and its people")
struct PeopleFileTests {
    private static let header =
        "login,node,kind,parent,purpose,name,english name,position,manager,from,until,employee no\n"
    private static let nodes = """
        ,G,group,,,昆山恒达物流有限公司,Hengda,,,2026-01-01,,
        ,EAST,division,G,business,,East,,,2026-01-01,,
        ,FIN,centre,G,,,Finance,,,2026-01-01,,
        ,SH,branch,EAST,business,,Shanghai,,,2026-01-01,,

        """

    private func read(_ bytes: [UInt8], _ mapping: ImportMapping = ImportMapping()) throws -> PeopleFile {
        try PeopleFile(TableFile(bytes, name: "p.csv"), mapping)
    }

    private func read(lines: String) throws -> PeopleFile { try read(Array((Self.header + Self.nodes + lines).utf8)) }

    /// What is wrong, as line, column and code.
    private func told(_ file: PeopleFile) -> [String] { file.faults.map { "\($0.line) \($0.column) \($0.reason)" } }

    private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    @Test("a line with a login is a person, one without a node; each holds from a day to a day")
    func lines() throws {
        let file = try read(
            lines: """
                boss,G,,,,王伟,Wang Wei,总裁,,2026-01-01,,E1
                rep,SH,,,,,Li Na,销售,boss,2026-01-01,2026-06-30,E2
                rep,FIN,,,,,Li Na,会计,boss,2026-07-01,,E2

                """)
        #expect(told(file).isEmpty)
        let book = try #require(file.book)
        #expect(file.lines == 7 && file.nodes.count == 4 && file.persons.count == 3)
        let (june, july) = (try day("2026-06-30"), try day("2026-07-01"))
        #expect(book.unit(.branch, ofPerson: "rep", on: june)?.id == "SH")
        #expect(book.unit(.branch, ofPerson: "rep", on: july) == nil)
        #expect(book.person("boss", on: june)?.name == "王伟" && book.person("boss", on: june)?.englishName == "Wang Wei")
        #expect(book.person("rep", on: june)?.name == "Li Na" && book.person("rep", on: june)?.externalId == "E2")
        #expect(book.person("rep", on: july)?.position == "会计")
        // What a node is there for is told by its kind where the file does not say it.
        #expect(book.node("FIN", on: june)?.purpose == .functional && book.node("G", on: june)?.purpose == .business)
    }

    /// `昆山恒达物流有限公司` in GB 18030.
    private static let company: [UInt8] = [
        0xC0, 0xA5, 0xC9, 0xBD, 0xBA, 0xE3, 0xB4, 0xEF, 0xCE, 0xEF, 0xC1, 0xF7, 0xD3, 0xD0, 0xCF, 0xDE, 0xB9, 0xAB,
        0xCB, 0xBE,
    ]

    @Test("UTF-8 with a mark and without, and GB 18030, are the same organisation")
    func encodings() throws {
        let (before, after) = ("node,kind,name,from\nG,group,", ",2026-01-01\n")
        let name = "昆山恒达物流有限公司"
        let plain = Array((before + name + after).utf8)
        for bytes in [plain, [0xEF, 0xBB, 0xBF] + plain, Array(before.utf8) + Self.company + Array(after.utf8)] {
            let file = try read(bytes)
            #expect(told(file).isEmpty && file.nodes.map(\.chineseName) == [name])
        }
    }

    @Test("headings and words are known in Chinese, days in the ways they are written")
    func chinese() throws {
        let file = try read(
            Array(
                """
                登录名,组织编码,组织类型,上级组织,职能/业务,名称,英文名,岗位,直属上级,开始日期,结束日期,工号
                ,G,集团,,,集团,,,,2026年1月1日,,
                ,Ｄ１,事业部,G,业务,华东事业部,,,,2026/1/1,,
                ,B1,分公司,D1,业务,上海,,,,20260101,,
                ,HR,中心,G,职能,人力资源中心,,,,2026-01-01,2026-12-31,
                ,T1,团队,B1,,空运组,,,,2026-01-01,,
                wang.wei,T1,,,,王伟,,销售,,2026-01-01,,001

                """.utf8))
        #expect(told(file).isEmpty && file.unused.isEmpty)
        #expect(file.nodes.map(\.kind) == [.group, .division, .branch, .centre, .team])
        #expect(file.nodes.map(\.id) == ["G", "D1", "B1", "HR", "T1"])
        #expect(file.nodes.map(\.purpose) == [.business, .business, .business, .functional, .business])
        #expect(file.nodes[3].until == (try day("2026-12-31")) && file.persons.first?.externalId == "001")
    }

    @Test("what is wrong is told by line and column: of lines that cannot be read, and of what they come to together")
    func faults() throws {
        let file = try read(
            lines: """
                ,NJ,branch,EAST,,,Nanjing,,,2026-13-01,,
                ,WX,brunch,EAST,,,Wuxi,,,2026-01-01,,
                ,,branch,EAST,,,Nowhere,,,2026-01-01,,
                a,XX,,,,A,,,,2026-01-01,,
                b,SH,,,,B\u{1},,,ghost,2026-01-01,,
                c,SH,branch,,,C,,,,2026-01-01,,
                ,SH,,,,D,,clerk,,2026-01-01,,
                e,SH,,,,E,,,,,,

                """)
        #expect(
            told(file) == [
                "6 from bad-time", "7 kind value-not-allowed", "8 node bad-identifier", "9 node no-node",
                "10 name control-characters", "10 manager unknown-manager", "11 kind value-not-allowed",
                "12 login missing-field", "13 from missing-field",
            ])
        #expect(file.book == nil)
    }

    @Test("what only follows from a line that cannot be read is not told as a fault of its own")
    func consequences() throws {
        let file = try read(
            lines: """
                ,NJ,branch,EAST,,,Nanjing,,,2026-13-01,,
                ,NJ-AIR,team,NJ,,,Air,,,2026-01-01,,
                boss,NJ,,,,A,,,,soon,,
                b,NJ,,,,B,,,boss,2026-01-01,,
                c,XX,,,,C,,,boss,2026-01-01,,

                """)
        #expect(told(file) == ["6 from bad-time", "8 from bad-time", "10 node no-node"])
    }

    @Test("re-organisations that do not fit are told at the line that begins too early or too late")
    func lives() throws {
        let file = try read(
            lines: """
                boss,G,,,,A,,,,2026-01-01,,
                other,G,,,,O,,,,2026-01-01,,
                b,SH,,,,B,,,boss,2026-01-01,2026-06-30,
                b,SH,,,,B,,,other,2026-06-30,,
                ,SZ,branch,EAST,,,Suzhou,,,2026-01-01,2026-03-31,
                ,SZ,branch,G,,,Suzhou,,,2026-05-01,,

                """)
        #expect(told(file) == ["9 manager two-managers", "11 from gap-in-life"])
    }

    @Test("a file without the columns that every line needs, or with a cut line, is no such file")
    func strangers() {
        for (text, said) in [
            ("login,name,from\na,b,2026-01-01\n", "'node'"), ("node,kind\nG,group\n", "'from'"),
            ("node,kind,from\nG,group,\"2026\n", "line 2"),
        ] {
            let fault = #expect(throws: FileFault.self) { try read(Array(text.utf8)) }
            #expect(fault?.description.contains(said) == true, "\(text)")
        }
    }

    @Test("a mapping names columns and words, and gives what every line has")
    func mapping() throws {
        let json =
            #"{"kind":"people","columns":{"node":"OU"},"words":{"kind":{"公司":"branch"}},"values":{"from":"2026-01-01"},"#
            + #""days":"day-first"}"#
        let file = try read(
            Array("OU,kind,parent,name,until\nG,group,,集团,\nB,公司,G,分公司,05/06/2026\n".utf8),
            try PeopleFile.mapping(json: Array(json.utf8)))
        #expect(told(file).isEmpty && file.nodes.map(\.kind) == [.group, .branch])
        #expect(file.nodes.last?.until == (try day("2026-06-05")))
        let wrong = #expect(throws: (any Error).self) {
            try PeopleFile.mapping(json: Array(#"{"columns":{"invoiceId":"x"}}"#.utf8))
        }
        #expect("\(String(describing: wrong))".contains("people have no 'invoiceId'"))
    }
}
