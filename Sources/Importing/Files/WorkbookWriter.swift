/// Writes a table as an XLSX workbook (ECMA-376) of one sheet: the first row names the columns, and stays in sight.
///
/// Text is told as text and never as a formula; what a spreadsheet would take for one when somebody edits the cell is marked as
/// quoted, so that the value itself stays what it was told. Numbers are numbers as far as a spreadsheet keeps them exactly, and
/// text where it would not.
package struct WorkbookWriter {
    /// A cell.
    package enum Cell: Sendable, Equatable {
        /// Nothing.
        case empty
        /// Words, codes, days and times: as they stand.
        case text(String)
        /// A number as it was told, such as `-5.50`; what is none is told as text.
        case number(String)
    }

    /// How many rows a sheet holds, the first among them.
    package static let mostRows = 1_048_576
    /// How many characters a cell holds, as spreadsheets count them.
    static let mostCharacters = 32_767
    /// How many digits a spreadsheet keeps of a number.
    private static let mostDigits = 15

    private let name: String
    private let width: Int
    private var rows: String
    private var count = 1

    /// - Parameters:
    ///   - sheet: what the sheet is called; what may not stand in such a name is left out.
    ///   - columns: the names of the columns.
    package init(sheet: String, columns: [String]) {
        let allowed = sheet.filter { !"[]:*?/\\'".contains($0) }
        let cut = String(allowed.prefix(31))
        name = cut.isEmpty ? "Sheet" : cut
        width = columns.count
        rows = Self.row(1, columns.map { .text($0) }, isHead: true)
    }

    /// Adds a row.
    ///
    /// - Returns: whether the sheet had room for it.
    package mutating func add(_ cells: [Cell]) -> Bool {
        guard count < Self.mostRows else { return false }
        count += 1
        rows += Self.row(count, cells, isHead: false)
        return true
    }

    /// The workbook.
    package var bytes: [UInt8] {
        var archive = ZipWriter()
        for (path, text) in parts { archive.add(path, Array((Self.declaration + text).utf8)) }
        return archive.archive
    }

    // MARK: Parts

    private static let declaration = #"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"# + "\n"
    private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    private static let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let packaging = "http://schemas.openxmlformats.org/package/2006"

    /// The parts by their paths, in the order in which they stand in the archive.
    var parts: [(path: String, text: String)] {
        let office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        return [
            (
                "[Content_Types].xml",
                #"<Types xmlns="\#(Self.packaging)/content-types">"#
                    + #"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#
                    + #"<Default Extension="xml" ContentType="application/xml"/>"#
                    + #"<Override PartName="/xl/workbook.xml" ContentType="\#(office).sheet.main+xml"/>"#
                    + #"<Override PartName="/xl/worksheets/sheet1.xml" ContentType="\#(office).worksheet+xml"/>"#
                    + #"<Override PartName="/xl/styles.xml" ContentType="\#(office).styles+xml"/></Types>"#
            ),
            (
                "_rels/.rels",
                #"<Relationships xmlns="\#(Self.packaging)/relationships">"#
                    + #"<Relationship Id="rId1" Type="\#(Self.relations)/officeDocument" Target="xl/workbook.xml"/>"#
                    + "</Relationships>"
            ),
            (
                "xl/workbook.xml",
                #"<workbook xmlns="\#(Self.main)" xmlns:r="\#(Self.relations)"><sheets>"#
                    + #"<sheet name="\#(Self.escaped(name))" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
            (
                "xl/_rels/workbook.xml.rels",
                #"<Relationships xmlns="\#(Self.packaging)/relationships">"#
                    + #"<Relationship Id="rId1" Type="\#(Self.relations)/worksheet" Target="worksheets/sheet1.xml"/>"#
                    + #"<Relationship Id="rId2" Type="\#(Self.relations)/styles" Target="styles.xml"/></Relationships>"#
            ),
            (
                "xl/styles.xml",
                #"<styleSheet xmlns="\#(Self.main)">"#
                    + #"<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>"#
                    + #"<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>"#
                    + #"<fills count="2"><fill><patternFill patternType="none"/></fill>"#
                    + #"<fill><patternFill patternType="gray125"/></fill></fills>"#
                    + #"<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"#
                    + #"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#
                    + #"<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#
                    + #"<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>"#
                    + #"<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>"#
                    + #"</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>"#
                    + "</styleSheet>"
            ),
            (
                "xl/worksheets/sheet1.xml",
                #"<worksheet xmlns="\#(Self.main)"><sheetViews><sheetView workbookViewId="0">"#
                    + #"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>"#
                    + "<sheetData>\(rows)</sheetData></worksheet>"
            ),
        ]
    }

    private static func row(_ number: Int, _ cells: [Cell], isHead: Bool) -> String {
        var text = #"<row r="\#(number)">"#
        for (place, cell) in cells.enumerated() {
            let reference = "\(letters(place))\(number)"
            switch cell {
            case .empty: continue
            case .number(let value) where isExact(value): text += #"<c r="\#(reference)"><v>\#(value)</v></c>"#
            case .number(let value), .text(let value):
                let style = isHead ? #" s="1""# : isFormula(value) ? #" s="2""# : ""
                text +=
                    #"<c r="\#(reference)"\#(style) t="inlineStr"><is><t xml:space="preserve">\#(escaped(value))</t></is></c>"#
            }
        }
        return text + "</row>"
    }

    /// The letters of a column: `A`, …, `Z`, `AA`, ….
    static func letters(_ place: Int) -> String {
        var (text, rest) = ("", place + 1)
        while rest > 0 {
            let digit = UInt8((rest - 1) % 26)
            text = String(UnicodeScalar(UInt8(ascii: "A") + digit)) + text
            rest = (rest - 1) / 26
        }
        return text
    }

    /// Whether a text is a plain number, and a spreadsheet keeps all of it.
    private static func isExact(_ value: String) -> Bool {
        let digits = value.hasPrefix("-") ? value.dropFirst() : value[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return false }
        return digits.utf8.filter { $0 != UInt8(ascii: ".") }.drop { $0 == UInt8(ascii: "0") }.count <= mostDigits
    }

    /// Whether it begins as formulas do, in the usual or the full-width form.
    private static func isFormula(_ value: String) -> Bool {
        guard let first = value.unicodeScalars.first, value != "-" else { return false }
        return ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"].contains(first)
    }

    /// Text as XML may hold it. What no XML may hold stands as U+FFFD; what is longer than a cell says so at its end.
    private static func escaped(_ value: String) -> String {
        let isLong = value.utf16.count > mostCharacters
        var (text, room) = ("", mostCharacters - 1)
        let scalars = value.unicodeScalars
        for place in scalars.indices {
            let scalar = scalars[place]
            if isLong {
                room -= scalar.utf16.count
                if room < 0 {
                    text += "…"
                    break
                }
            }
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "\r": text += "&#13;"
            // What would be read as a character by its number.
            case "_" where isNumbered(scalars[place...]): text += "_x005F_"
            case "\t", "\n": text.unicodeScalars.append(scalar)
            case let other where other.value < 0x20 || other.value == 0xFFFE || other.value == 0xFFFF:
                text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// Whether it begins as spreadsheets write a character that XML cannot hold: `_x000D_`.
    private static func isNumbered(_ scalars: Substring.UnicodeScalarView) -> Bool {
        let next = Array(scalars.prefix(7))
        return next.count == 7 && next[1] == "x" && next[6] == "_"
            && next[2..<6].allSatisfy { $0.isASCII && $0.properties.isASCIIHexDigit }
    }
}
