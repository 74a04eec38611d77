import Foundation
import Importing
import Testing

@testable import WaybillCLI

@Suite("Files of settings")
struct SettingLineTests {
    @Test("remarks and blank lines are passed over, quotes are taken off")
    func lines() throws {
        let file = try SettingLines(
            """
            # Finance
            WAYBILL_BATCH=7

              WAYBILL_FINANCE_RATES='/etc/way bill/rates.json'
            ; another remark
            WAYBILL_HTTP_HOST="0.0.0.0"\u{20}
            WAYBILL_CLOCK=
            WAYBILL_AMQP_URL=amqp://u:p=q@h/
            """)
        #expect(
            file.values == [
                "WAYBILL_BATCH": "7", "WAYBILL_FINANCE_RATES": "/etc/way bill/rates.json",
                "WAYBILL_HTTP_HOST": "0.0.0.0", "WAYBILL_CLOCK": "", "WAYBILL_AMQP_URL": "amqp://u:p=q@h/",
            ])
    }

    @Test(
        "what is no line, and what is said twice, is named by its number",
        arguments: ["A=1\nB", "A=1\nA=2", "A=1\n=2"])
    func wrong(_ text: String) throws {
        let failure = try #require(throws: (any Error).self) { try SettingLines(text) }
        #expect("\(failure)".hasPrefix("line 2 "))
    }
}

@Suite("Files as people save them")
struct TextFileTests {
    private static let lines = [#"{"name":"昆山恒达物流有限公司"}"#, #"{"name":"a"}"#, #"{"name":"上海永泰货运"}"#]

    private func read(_ bytes: [UInt8]) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = try TextLines(file.path)
        var found: [String] = []
        while let line = try lines.next() { found.append(String(decoding: line, as: UTF8.self)) }
        return found.map { $0.trimmingCharacters(in: .newlines) }.filter { !$0.isEmpty }
    }

    /// The characters above in GB 18030, from the published table.
    private static let chinese: [Character: [UInt8]] = [
        "昆": [0xC0, 0xA5], "山": [0xC9, 0xBD], "恒": [0xBA, 0xE3], "达": [0xB4, 0xEF], "物": [0xCE, 0xEF],
        "流": [0xC1, 0xF7], "有": [0xD3, 0xD0], "限": [0xCF, 0xDE], "公": [0xB9, 0xAB], "司": [0xCB, 0xBE],
        "上": [0xC9, 0xCF], "海": [0xBA, 0xA3], "永": [0xD3, 0xC0], "泰": [0xCC, 0xA9], "货": [0xBB, 0xF5],
        "运": [0xD4, 0xCB],
    ]

    @Test("lines are the same in UTF-8 with a mark and without, UTF-16 and GB 18030, whatever ends them")
    func encodings() throws {
        for end in ["\n", "\r\n"] {
            let text = Self.lines.joined(separator: end) + end
            #expect(try read(Array(text.utf8)) == Self.lines)
            #expect(try read([0xEF, 0xBB, 0xBF] + Array(text.utf8)) == Self.lines)
            #expect(try read([0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }) == Self.lines)
            #expect(try read([0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }) == Self.lines)
            let gb = text.flatMap { Self.chinese[$0] ?? Array(String($0).utf8) }
            #expect(try read(gb) == Self.lines)
        }
    }

    @Test("what is in no known encoding is refused with its line")
    func unknown() {
        let error = #expect(throws: (any Error).self) { try read(Array("{}\n".utf8) + [0xFF, 0x20, 0xC3, 0x28, 10]) }
        #expect("\(String(describing: error))".contains("line 2"))
    }

    @Test("an id that a spreadsheet would run stands as a text; a number stays a number")
    func formulas() {
        #expect(CommaSeparated.cell("=1+2") == "'=1+2")
        #expect(CommaSeparated.cell("@SUM(A1)") == "'@SUM(A1)")
        #expect(CommaSeparated.cell("-5") == "-5")
        #expect(CommaSeparated.cell("a\n=b") == "\"a\n'=b\"")
    }
}
