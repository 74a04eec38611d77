import Foundation
import Testing

@testable import Importing

@Suite("Tables as people save them")
struct TableFileTests {
    private func rows(_ text: String) -> [[String]] { Array(CommaSeparated(Array(text.utf8))) }

    @Test("quotes, doubled quotes, line breaks in quotes, any line ends and a byte order mark are read")
    func reads() {
        #expect(
            rows("\u{FEFF}id,name\r\n1,\"a \"\"b\"\", c\"\r\n\r\n2,\"two\nlines\"\n3,") == [
                ["id", "name"], ["1", "a \"b\", c"], ["2", "two\nlines"], ["3", ""],
            ])
        #expect(rows("").isEmpty)
        #expect(CommaSeparated.quoted("a,\"b\"") == "\"a,\"\"b\"\"\"")
        // Neither a quote with an accent on it nor a line break of two characters hides what must be quoted.
        for text in ["a\"\u{301}b", "a\r\nb", "a\nb", "a,\u{301}"] {
            #expect(rows(CommaSeparated.quoted(text)) == [[text]], "\(text)")
        }
    }

    @Test("what is wrong is named with its line", arguments: ["a\n\"b", "a\n\"b\"c\n"])
    func problems(_ text: String) {
        var file = CommaSeparated(Array(text.utf8))
        while file.next() != nil {}
        #expect(file.problem?.contains("line 2") == true)
    }

    private static let chinese: [UInt8] =
        Array("id,name\n1,".utf8) + [
            0xC0, 0xA5, 0xC9, 0xBD, 0xBA, 0xE3, 0xB4, 0xEF, 0xCE, 0xEF, 0xC1, 0xF7, 0xD3, 0xD0, 0xCF, 0xDE, 0xB9, 0xAB,
            0xCB, 0xBE, 0x0A,
        ]

    @Test("UTF-8 with and without a mark, GB 18030 and UTF-16 are read, and said where it is not UTF-8")
    func encodings() throws {
        let text = "id,name\n1,昆山恒达物流有限公司\n"
        let wide: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] as [UInt8] }
        for (bytes, original) in [
            (Array(text.utf8), nil), ([0xEF, 0xBB, 0xBF] + Array(text.utf8), nil), (Self.chinese, "GB 18030"),
            (wide, "UTF-16"),
        ] {
            let found = try TextEncoding.decode(bytes, name: "x.csv")
            #expect(String(decoding: found.bytes, as: UTF8.self) == text && found.original == original)
            var table = try TableFile(bytes, name: "x.csv")
            #expect(table.columns == ["id", "name"] && table.said == original)
            #expect(table.next() == TableFile.Row(line: 2, fields: ["1", "昆山恒达物流有限公司"]))
            #expect(table.next() == nil && table.problem == nil)
        }
        // Western letters with accents are no Chinese, and a broken file is no file.
        for bytes in [
            Array("id,name\n1,Soci".utf8) + [0xE9, 0x74, 0xE9], Array("id,name\n1,".utf8) + [0xFF, 0x00, 0xFE],
        ] {
            let error = #expect(throws: FileFault.self) { try TextEncoding.decode(bytes, name: "x.csv") }
            #expect(error?.description.contains("line 2") == true)
        }
    }

    @Test("semicolons and tabulators separate where the first line has more of them", arguments: [",", ";", "\t"])
    func separators(_ sign: String) throws {
        var table = try TableFile(Array("a\(sign)\"b,;\t,;\t\"\(sign)c\n1\(sign)2\(sign)3\n".utf8), name: "x.csv")
        #expect(table.columns.count == 3 && table.next()?.fields == ["1", "2", "3"])
    }

    static func workbook() throws -> [UInt8] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Files/invoices.xlsx")
        return Array(try Data(contentsOf: file))
    }

    @Test("a workbook is read as a person sees it: texts, days, filled codes, amounts without binary rests, gaps")
    func workbook() throws {
        var table = try TableFile(Self.workbook(), name: "b.xlsx")
        #expect(table.said == "an XLSX workbook, sheet '发票 & 账单'")
        #expect(table.columns == ["发票号码", "客户编码", "开票日期", "金额（元）", "币种", "", "备注"])
        #expect(
            table.next()
                == TableFile.Row(
                    line: 3, fields: ["INV-1", "00123", "2026-01-05", "1234.56", "人民币", "", "A&B\r\nC <1>"]))
        #expect(table.next()?.fields == ["INV-2", "", "2026-01-05 09:30:00", "1000", "人民币"])
        // A number that has lost digits keeps its exponent, which no field takes.
        let cut = table.next()
        #expect(
            cut?.line == 6 && cut.map { CellText.isCutNumber($0.fields[0]) } == true && cut?.fields[2] == "2026-01-06")
        #expect(table.next() == nil && table.problem == nil)
        let other = #expect(throws: FileFault.self) { try TableFile(Self.workbook(), name: "b.xlsx", sheet: "x") }
        #expect(other?.description.contains("'发票 & 账单'") == true)
    }

    @Test("a workbook that is cut or damaged anywhere is refused, and never read wrongly")
    func damaged() throws {
        let whole = try Self.workbook()
        let expected = Array(try TableFile(whole, name: "b.xlsx"))
        for length in stride(from: 4, to: whole.count, by: 97) {
            #expect(throws: FileFault.self) { try TableFile(Array(whole[..<length]), name: "b.xlsx") }
        }
        for place in stride(from: 30, to: whole.count, by: 13) {
            var bytes = whole
            bytes[place] ^= 0x55
            guard var table = try? TableFile(bytes, name: "b.xlsx") else { continue }
            var rows: [TableFile.Row] = []
            while let row = table.next() { rows.append(row) }
            // What changes nothing that is read, such as the time of an entry, may pass.
            #expect(rows == expected || table.problem != nil, "byte \(place)")
        }
    }

    @Test("what is no table is refused with what to do")
    func strangers() {
        let cases: [([UInt8], String)] = [
            ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1], ".xlsx"), ([], "empty"), (Array("\n\n".utf8), "empty"),
            ([0x50, 0x4B, 0x03, 0x04], "cut short"),
        ]
        for (bytes, part) in cases {
            let fault = #expect(throws: FileFault.self) { try TableFile(bytes, name: "x") }
            #expect(fault?.description.contains(part) == true, "\(String(describing: fault))")
        }
        #expect(throws: FileFault.self) {
            var scanner = try XMLScanner(Array("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".utf8), name: "x")
            while try scanner.next() != nil {}
        }
    }
}
