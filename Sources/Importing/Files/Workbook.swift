import Foundation

/// A sheet of an XLSX workbook (ECMA-376), row by row, each cell as a person sees it: days and times written out, numbers
/// without what binary fractions add to them.
struct Workbook {
    /// A row, and its number in the sheet.
    struct Row {
        let number: Int
        let cells: [String]
    }

    /// The sheet that is read.
    let sheet: String
    private let shared: [String]
    private let formats: [CellFormat]
    private let isFrom1904: Bool
    private var scanner: XMLScanner
    private let name: String
    private var number = 0

    /// Opens a workbook.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - name: what to call it.
    ///   - sheet: the name of the sheet; the first that is not hidden when not given.
    init(_ bytes: [UInt8], name: String, sheet wanted: String?) throws(FileFault) {
        let archive = try ZipArchive(bytes, name: name)
        guard let book = try archive.contents(of: "xl/workbook.xml") else {
            throw FileFault("'\(name)' is an archive, but no workbook: save the table as .xlsx or CSV")
        }
        var sheets: [(name: String, relation: String, isHidden: Bool)] = []
        var isFrom1904 = false
        var reader = try XMLScanner(book, name: name)
        while let event = try reader.next() {
            switch event {
            case .start("workbookPr"): isFrom1904 = ["1", "true"].contains(reader.attribute("date1904") ?? "")
            case .start("sheet"):
                sheets.append(
                    (
                        reader.attribute("name") ?? "", reader.attribute("id") ?? "",
                        (reader.attribute("state") ?? "visible") != "visible"
                    ))
            default: break
            }
        }
        self.isFrom1904 = isFrom1904
        let names = sheets.map { "'\($0.name)'" }.joined(separator: ", ")
        guard
            let chosen = wanted.map({ wanted in sheets.first { $0.name == wanted } })
                ?? (sheets.first { !$0.isHidden } ?? sheets.first)
        else { throw FileFault("'\(name)' has no sheet '\(wanted ?? "")'; it has \(names)") }
        sheet = chosen.name
        let relations = try Self.relations(archive, name)
        guard let target = relations[chosen.relation], let table = try archive.contents(of: target.path) else {
            throw FileFault("'\(name)': the sheet '\(chosen.name)' is no table")
        }
        // A part that is named and not there would leave cells empty that are not.
        func part(_ kind: String) throws(FileFault) -> [UInt8]? {
            guard let path = relations.values.first(where: { $0.kind.hasSuffix("/\(kind)") })?.path else { return nil }
            guard let bytes = try archive.contents(of: path) else { throw ZipArchive.damaged(name) }
            return bytes
        }
        shared = if let bytes = try part("sharedStrings") { try Self.sharedTexts(bytes, name) } else { [] }
        formats = if let bytes = try part("styles") { try CellFormat.all(bytes, name) } else { [] }
        self.name = name
        scanner = try XMLScanner(table, name: name)
    }

    /// The next row that has a cell; `nil` at the end.
    mutating func next() throws(FileFault) -> Row? {
        var cells: [String] = []
        var (column, kind, format) = (-1, "", 0)
        var (value, isValue) = ("", false)
        var isPhonetic = false
        while let event = try scanner.next() {
            switch event {
            case .start("row"):
                number = scanner.attribute("r").flatMap { Int($0) } ?? number + 1
                (cells, column) = ([], -1)
            case .start("c"):
                let place = scanner.attribute("r").flatMap(Self.column)
                column = place ?? column + 1
                kind = scanner.attribute("t") ?? "n"
                format = scanner.attribute("s").flatMap { Int($0) } ?? 0
                value = ""
            case .start("v"): isValue = true
            case .start("t"): isValue = !isPhonetic
            case .start("rPh"): isPhonetic = true
            case .end("rPh"): isPhonetic = false
            case .end("v"), .end("t"): isValue = false
            case .text(let text): if isValue { value += text }
            case .end("c"):
                guard (0..<Self.mostColumns).contains(column) else { continue }
                while cells.count <= column { cells.append("") }
                cells[column] = try shown(value, kind, format)
            case .end("row"):
                if cells.contains(where: { !$0.isEmpty }) { return Row(number: number, cells: cells) }
            default: break
            }
        }
        return nil
    }

    private static let mostColumns = 16_384

    private func shown(_ value: String, _ kind: String, _ format: Int) throws(FileFault) -> String {
        switch kind {
        case "s":
            guard let place = Int(value), shared.indices.contains(place) else { throw ZipArchive.damaged(name) }
            return shared[place]
        case "inlineStr", "str", "e": return Self.unescaped(value)
        case "b": return value == "1" ? "true" : "false"
        case "d": return value
        default:
            // An empty cell may have a format.
            return value.isEmpty
                ? ""
                : (formats.indices.contains(format) ? formats[format] : .general).shown(value, isFrom1904: isFrom1904)
        }
    }

    /// The place of a column by a reference such as `AB12`, from 0.
    private static func column(_ reference: String) -> Int? {
        var place = 0
        for byte in reference.utf8 {
            guard (0x41...0x5A).contains(byte) else { break }
            place = place * 26 + Int(byte - 0x40)
            if place > mostColumns { return nil }
        }
        return place > 0 ? place - 1 : nil
    }

    private static func relations(
        _ archive: ZipArchive, _ name: String
    ) throws(FileFault) -> [String: (path: String, kind: String)] {
        guard let bytes = try archive.contents(of: "xl/_rels/workbook.xml.rels") else { return [:] }
        var found: [String: (path: String, kind: String)] = [:]
        var reader = try XMLScanner(bytes, name: name)
        while let event = try reader.next() {
            guard event == .start("Relationship"), let id = reader.attribute("Id"),
                let target = reader.attribute("Target")
            else { continue }
            let path = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
            found[id] = (path, reader.attribute("Type") ?? "")
        }
        return found
    }

    private static func sharedTexts(_ bytes: [UInt8], _ name: String) throws(FileFault) -> [String] {
        var texts: [String] = []
        var (text, isText, isPhonetic) = ("", false, false)
        var reader = try XMLScanner(bytes, name: name)
        while let event = try reader.next() {
            switch event {
            case .start("si"): text = ""
            // How a text is spoken stands beside it in workbooks from East Asia.
            case .start("rPh"): isPhonetic = true
            case .end("rPh"): isPhonetic = false
            case .start("t"): isText = !isPhonetic
            case .end("t"): isText = false
            case .text(let more): if isText { text += more }
            case .end("si"): texts.append(unescaped(text))
            default: break
            }
        }
        return texts
    }

    /// Characters that XML cannot hold are written as `_x000D_`.
    private static func unescaped(_ text: String) -> String {
        guard text.contains("_x") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "_x") {
            let code = rest[start.upperBound...].prefix(4)
            let after = rest[start.upperBound...].dropFirst(4)
            guard code.utf8.count == 4, after.first == "_", let value = UInt32(code, radix: 16),
                let scalar = Unicode.Scalar(value)
            else {
                result += rest[..<start.upperBound]
                rest = rest[start.upperBound...]
                continue
            }
            result += rest[..<start.lowerBound]
            result.unicodeScalars.append(scalar)
            rest = after.dropFirst()
        }
        return result + rest
    }
}
