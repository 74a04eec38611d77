import Testing

@testable import Importing

@Suite("Workbooks that are written")
struct WorkbookWriterTests {
    private static var book: WorkbookWriter {
        var book = WorkbookWriter(sheet: "预警 [alerts]: 2026/1", columns: ["name", "margin_now", "raised_at"])
        _ = book.add([.text("=1+2"), .number("-5.50"), .text("2026-11-28T22:44:15+08:00")])
        _ = book.add([.text("a & <b> \"c\"\n远洋"), .empty, .text("")])
        _ = book.add([.text("\u{1}-x"), .number("1234567890123456.78"), .text("0042")])
        return book
    }

    @Test("what is written is read again, as it was told")
    func readAgain() throws {
        let file = try TableFile(Self.book.bytes, name: "alerts.xlsx")
        #expect(file.columns == ["name", "margin_now", "raised_at"])
        #expect(file.said == "an XLSX workbook, sheet '预警 alerts 20261'")
        let rows = Array(file).map(\.fields)
        #expect(rows.count == 3)
        #expect(rows.first == ["=1+2", "-5.5", "2026-11-28T22:44:15+08:00"])
        #expect(rows[1].first == "a & <b> \"c\"\n远洋")
        // A number of more digits than a spreadsheet keeps stays what it was, and a code keeps its noughts.
        #expect(rows[2].dropFirst() == ["1234567890123456.78", "0042"])
    }

    @Test("text is never a formula, and what looks like one is marked; numbers are numbers where they are kept exactly")
    func cells() throws {
        let sheet = try #require(Self.book.parts.first { $0.path == "xl/worksheets/sheet1.xml" }?.text)
        #expect(!sheet.contains("<f>"))
        #expect(
            sheet.contains(
                #"<c r="A2" s="2" t="inlineStr"><is><t xml:space="preserve">=1+2</t></is></c><c r="B2"><v>-5.50</v></c>"#
            ))
        #expect(sheet.contains("a &amp; &lt;b&gt; &quot;c&quot;\n远洋"))
        #expect(sheet.contains("\u{FFFD}-x"))
        #expect(sheet.contains(#"<c r="B4" t="inlineStr">"#))
        #expect(sheet.contains(#"<c r="A1" s="1" t="inlineStr">"#))
        #expect(!sheet.contains(#"r="B3""#))
    }

    @Test("the frame of a workbook is as it was, part for part")
    func golden() {
        #expect(
            Self.book.parts.map(\.path) == [
                "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
                "xl/worksheets/sheet1.xml",
            ])
        #expect(
            Self.book.parts.first { $0.path == "xl/workbook.xml" }?.text == """
                <workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
                xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>\
                <sheet name="预警 alerts 20261" sheetId="1" r:id="rId1"/></sheets></workbook>
                """)
        // The same table is the same file.
        #expect(Self.book.bytes == Self.book.bytes)
    }

    @Test(
        "what looks like the number of a character stays as it was told",
        arguments: ["_x0041_", "a_x000D_b", "_x12_", "__x00e9__"])
    func numbered(text: String) throws {
        var book = WorkbookWriter(sheet: "codes", columns: ["code"])
        _ = book.add([.text(text)])
        #expect(Array(try TableFile(book.bytes, name: "codes.xlsx")).first?.fields == [text])
    }

    @Test("columns go on behind Z", arguments: [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (702, "AAA")])
    func letters(place: Int, name: String) { #expect(WorkbookWriter.letters(place) == name) }

    @Test("a sheet has a name, and a cell says when it was too long")
    func bounds() throws {
        var book = WorkbookWriter(sheet: "[]", columns: ["text"])
        _ = book.add([.text(String(repeating: "长", count: 40_000))])
        let file = try TableFile(book.bytes, name: "long.xlsx")
        let text = try #require(Array(file).first?.fields.first)
        #expect(text.utf16.count == 32_767 && text.hasSuffix("长…"))
        #expect(file.said == "an XLSX workbook, sheet 'Sheet'")
    }
}
