import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Synchronization
import Testing

@testable import WaybillCLI

@Suite("Tables on a terminal, in CSV and in JSON")
struct TableTests {
    private static let described = TableDescription.whole(
        "invoices",
        [
            .code("invoice_id"), .text("name"), .money("open"), .code("currency"), .rate("share"), .quantity("weight"),
            .day("due"), .time("at"), .flag("disputed", as: .text), .count("lines"), .text("note"),
        ])

    private static let columns = described.columns.map { QueryColumn($0.name, $0.told) }

    private func row(
        _ id: String, name: String = "上海远洋", open: String? = "-15479.6600", currency: String? = "CNY",
        note: String? = nil
    ) -> [String?] {
        [
            id, name, open, currency, "0.1250", "1200.5000", "2026-11-28", "2026-11-28 14:44:15.128781+00", "t", "1200",
            note,
        ]
    }

    private func shown(_ rows: [[String?]], width: Int?) -> [String] {
        let text = TableRenderer.render(
            [QueryTable("invoices", Self.columns, rows: rows)], as: .text, layout: TableLayout(width: width)
        ) { _ in Self.described }
        return text.split(separator: "\n").map(String.init)
    }

    // MARK: Values

    @Test(
        "amounts have the digits of their currency and commas",
        arguments: [
            ("-15479.6600", "CNY", "-15,479.66"), ("1234567", "JPY", "1,234,567"), ("0.5", "JPY", "1"),
            ("999.4999", "JPY", "999"), ("12.5", "KWD", "12.500"), ("100", "CNY", "100.00"), ("0", "CNY", "0.00"),
            ("-0.005", "USD", "-0.01"), ("1000000.1234", "XAU", "1,000,000.1234"), ("1000.1", nil, "1,000.10"),
            ("12.3456", "no currency", "12.3456"), ("-999", "CNY", "-999.00"), ("many", "CNY", "many"),
        ] as [(String, String?, String)])
    func money(value: String, currency: String?, expected: String) {
        #expect(CellText.shown(value, .money(currency: "currency"), currency: currency) == expected)
    }

    @Test(
        "times stand on the organisation's clocks, to the second, in one form",
        arguments: [
            ("2026-11-28 14:44:15.128781+00", "2026-11-28 22:44:15"),
            ("2026-11-28T22:48:58.645874+08:00", "2026-11-28 22:48:58"),
            ("2026-11-28T20:00:00Z", "2026-11-29 04:00:00"), ("2026-11-28 10:14:15-05:30", "2026-11-28 23:44:15"),
            ("2026-11-28", "2026-11-28"), ("soon", "soon"),
        ])
    func times(value: String, expected: String) {
        #expect(CellText.shown(value, .time) == expected)
    }

    @Test(
        "the zone of times is said once, above the first table that has any and where there is room, and nowhere else")
    func zone() throws {
        let zone = try #require(OrganisationZone("America/New_York"))
        let plain = QueryTable("notes", [QueryColumn("note")], rows: [["none"]])
        let timed = QueryTable("invoices", Self.columns, rows: [row("I-1")])
        func headings(_ zone: OrganisationZone, width: Int?) -> [String] {
            TableRenderer.render([plain, timed, timed], as: .text, layout: TableLayout(width: width), zone: zone) {
                $0.name == "invoices" ? Self.described : nil
            }.split(separator: "\n").map(String.init).filter { $0.hasPrefix("notes") || $0.hasPrefix("invoices") }
        }
        #expect(headings(zone, width: nil) == ["notes", "invoices (times of America/New_York)", "invoices"])
        #expect(headings(.current, width: 80) == ["notes", "invoices (times of Asia/Shanghai)", "invoices"])
        #expect(headings(zone, width: 30) == ["notes", "invoices", "invoices"])
        let text = TableRenderer.render([timed], as: .text, layout: .wide, zone: zone) { _ in Self.described }
        #expect(text.contains("2026-11-28 09:44:15"))
        #expect(CellText.time("2026-07-01T02:00:00Z", in: zone) == "2026-06-30 22:00:00")
    }

    @Test("rates, quantities, days and flags")
    func others() {
        #expect(CellText.shown("0.1250", .rate) == "0.125")
        #expect(CellText.shown("0.98765432", .rate) == "0.9877")
        #expect(CellText.shown("1200.5000", .quantity) == "1,200.5")
        #expect(CellText.shown("2026-11-28", .day) == "2026-11-28")
        for yes in ["t", "true"] { #expect(CellText.shown(yes, .flag) == "yes") }
        for no in ["f", "false"] { #expect(CellText.shown(no, .flag) == "no") }
        #expect(CellText.shown("2026", .count) == "2026")
    }

    @Test("what would act on a terminal is seen instead")
    func control() {
        #expect(CellText.shown("GOOD\rEVIL", .text) == #"GOOD\rEVIL"#)
        #expect(CellText.shown("\u{1B}[31mRED\u{9B}0m", .code) == #"\u{1b}[31mRED\u{9b}0m"#)
        #expect(CellText.shown("a\nb\tc\u{7}", .text) == #"a\nb\tc\u{7}"#)
        #expect(CellText.shown("GOOD \u{202E}DTL\u{202C}", .text) == #"GOOD \u{202e}DTL\u{202c}"#)
        #expect(CellText.shown("\u{200B}x\u{FEFF}", .text) == #"\u{200b}x\u{feff}"#)
        #expect(CellText.shown("\u{1B}c", .money(currency: "currency")) == #"\u{1b}c"#)
        // Joiners and selectors are seen where they only make one code look like another.
        #expect(CellText.shown("C-1\u{200D}", .code) == #"C-1\u{200d}"#)
        #expect(CellText.shown("\u{FE0F}C\u{3164}", .code) == #"\u{fe0f}C\u{3164}"#)
        // Chinese, an accent of its own and a family of pictures stay as they are.
        for text in ["上海", "e\u{301}", "👨‍👩‍👧"] { #expect(CellText.shown(text, .text) == text) }
    }

    @Test("widths: two columns for Chinese, none for what combines")
    func widths() {
        #expect(TerminalText.width("上海 Ltd") == 8)
        #expect(TerminalText.width("e\u{301}") == 1)
        #expect(TerminalText.width("ＡＢ，") == 6)
        #expect(TerminalText.width("한국") == 4)
        #expect(TerminalText.width("🚢") == 2)
        #expect(TerminalText.clipped("上海远洋运输", 7) == "上海远…")
        #expect(TerminalText.clipped("上海远洋运输", 6) == "上海…")
        #expect(TerminalText.clipped("short", 5) == "short")
    }

    // MARK: Terminals

    @Test("on a terminal a column without any value is left out, and nothing is wider than the terminal")
    func fits() {
        let rows = [
            row("I-1"), row("I-2", name: "Long Name of a Customer in Shanghai, Limited", open: "1.5", currency: "JPY"),
        ]
        for width in 20...200 {
            let lines = shown(rows, width: width)
            #expect(!lines[1].contains("note"))
            let table = lines.prefix { !$0.hasPrefix("…") }
            #expect(table.allSatisfy { TerminalText.width($0) <= width }, "\(width)")
            if lines.contains(where: { $0.hasPrefix("…") }) {
                #expect(lines.last?.contains("lines") == true && lines.last?.contains("--wide") == true)
            } else {
                for column in Self.columns.dropLast() { #expect(lines[1].contains(column.name)) }
            }
        }
        let lines = shown(rows, width: 200)
        #expect(lines[3].contains("-15,479.66") && lines[3].contains("2026-11-28 22:44:15") && lines[3].contains("yes"))
        // Columns stand under one another although the names differ in bytes, characters and columns.
        let places = lines.dropFirst(3).map { line in
            line.range(of: "2026-11-28").map { TerminalText.width(String(line[..<$0.lowerBound])) }
        }
        #expect(Set(places).count == 1)
    }

    @Test("the last columns give way first, and an amount never stands without its currency")
    func dropped() {
        let lines = shown([row("I-1")], width: 42)
        #expect(lines[1].contains("invoice_id") && lines[1].contains("open") && lines[1].contains("currency"))
        #expect(lines.last?.contains("not shown for want of room: share, weight, due, at, disputed, lines") == true)
    }

    @Test("with --wide and into a pipe all columns and all of every text stand")
    func wide() {
        let long = String(repeating: "word ", count: 40)
        let lines = shown([row("I-1", name: long)], width: nil)
        #expect(lines[1].contains("note") && lines[3].contains(long.dropLast()))
        #expect(!lines.contains { $0.hasPrefix("…") })
    }

    @Test("a page with values where the first had none gets a head of its own")
    func laterPage() {
        var writer = TableWriter(.text, TableLayout(width: 200))
        let first = QueryTable("invoices", Self.columns, rows: [row("I-1")], next: "more")
        let second = QueryTable("invoices", Self.columns, rows: [row("I-2", note: "disputed in part")])
        let begin = writer.begin(first, Self.described) + writer.rows(of: first)
        #expect(!begin.contains("note"))
        let rest = writer.rows(of: second) + writer.end(second)
        #expect(rest.contains("note") && rest.contains("disputed in part"))
        #expect(writer.rows(of: second).split(separator: "\n").count == 1)
    }

    @Test("below a list stand how many rows there are in all, and what they come to in each currency")
    func whole() {
        let totals = [
            QueryTotal(column: "open", currency: "CNY", amount: "12345.50"),
            QueryTotal(column: "open", currency: "JPY", amount: "9007199254740993000.00"),
        ]
        let page = QueryTable(
            "invoices", Self.columns, rows: [row("I-1"), row("I-2")], next: "further", count: 12_345, totals: totals)
        func lines(_ table: QueryTable) -> [String] {
            TableRenderer.render([table], as: .text, layout: TableLayout(width: 200)) { _ in Self.described }
                .split(separator: "\n").map(String.init).filter { $0.hasPrefix("…") }
        }
        #expect(
            lines(page) == [
                "… 1–2 of 12,345, more: --all or --after further", "… in all, CNY: open 12,345.50",
                "… in all, JPY: open 9007199254740993000.00",
            ])
        // Beside CSV, on standard error, the same is said.
        #expect(TableWriter.remarks(on: page, last: page, shown: 2) == lines(page))
        let last = QueryTable("invoices", Self.columns, rows: [row("I-1"), row("I-2")], count: 2)
        #expect(lines(last) == ["… all 2"])
        #expect(lines(QueryTable("invoices", Self.columns, rows: [row("I-1")])).isEmpty)
        #expect(lines(QueryTable("invoices", Self.columns, rows: [], count: 0)).isEmpty)
        let json = TableRenderer.render([page], as: .json) { _ in Self.described }
        #expect(
            json.hasSuffix(
                #""more":{"invoices":"further"},"totals":{"invoices":{"count":12345,"sums":"#
                    + #"{"CNY":{"open":"12345.50"},"JPY":{"open":"9007199254740993000.00"}}}}}"# + "\n"))
    }

    @Test("columns that are withheld are named: below the table, in a member of JSON, and beside CSV")
    func withheld() {
        let table = QueryTable("invoices", Self.columns, rows: [row("I-1"), row("I-2")]).withholding(["open", "weight"])
        func render(_ format: TableFormat) -> String {
            TableRenderer.render([table], as: format, layout: TableLayout(width: 200)) { _ in Self.described }
        }
        let said = "… withheld: open, weight (no right 'see' to these fields)"
        let text = render(.text)
        #expect(text.hasSuffix("\n\(said)\n") && !text.contains("15,479.66"))
        let json = render(.json)
        #expect(json.hasSuffix(#","withheld":{"invoices":["open","weight"]}}"# + "\n"))
        #expect(json.contains(#""open":null"#) && !json.contains("15479"))
        #expect(TableWriter.remarks(on: table, last: table, shown: 2) == [said])
        #expect(!render(.csv).contains("15479") && render(.csv).hasPrefix("invoice_id,name,open,currency"))
        let whole = TableRenderer.render(
            [QueryTable("invoices", Self.columns, rows: [row("I-1")])], as: .json)
        #expect(!whole.contains("withheld"))
    }

    @Test("what is withheld of a list is said once, after the rows of all its pages")
    func withheldToTheEnd() {
        var writer = TableWriter(.text, TableLayout(width: 200))
        let first = QueryTable("invoices", Self.columns, rows: [row("I-1")], next: "further").withholding(["open"])
        let second = QueryTable("invoices", Self.columns, rows: [row("I-2")]).withholding(["open"])
        let begin = writer.begin(first, Self.described) + writer.rows(of: first)
        let rest = writer.rows(of: second) + writer.end(second)
        #expect(!begin.contains("withheld"))
        #expect(rest.hasSuffix("\n… withheld: open (no right 'see' to these fields)\n"))
    }

    @Test("a list told to its end says so with the rows of all its pages")
    func toTheEnd() {
        var writer = TableWriter(.text, TableLayout(width: 200))
        let first = QueryTable("invoices", Self.columns, rows: [row("I-1"), row("I-2")], next: "further", count: 3)
        let second = QueryTable("invoices", Self.columns, rows: [row("I-3")])
        _ = writer.begin(first, Self.described) + writer.rows(of: first)
        let rest = writer.rows(of: second) + writer.end(second)
        #expect(rest.hasSuffix("\n… all 3\n"))
    }

    // MARK: CSV

    @Test("for a spreadsheet CSV begins with the mark of UTF-8, once, and each table is a file of its own")
    func spreadsheet() throws {
        let tables = [
            QueryTable("not due", [QueryColumn("name")], rows: [["昆山"]]),
            QueryTable("overdue", [QueryColumn("name")], rows: [["=1+2"]]),
        ]
        var layout = TableLayout.wide
        #expect(!TableRenderer.render(tables, as: .csv, layout: layout).hasPrefix("\u{FEFF}"))
        layout.isMarked = true
        let text = TableRenderer.render(tables, as: .csv, layout: layout)
        #expect(text.unicodeScalars.filter { $0 == "\u{FEFF}" }.count == 1)
        #expect(text.unicodeScalars.first == "\u{FEFF}")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try SpreadsheetFiles.write(tables, to: folder.path, layout) { _ in nil }
        let first = try Data(contentsOf: folder.appendingPathComponent("not-due.csv"))
        #expect(Array(first) == Array("\u{FEFF}name\r\n昆山\r\n".utf8))
        let second = try Data(contentsOf: folder.appendingPathComponent("overdue.csv"))
        #expect(Array(second) == Array("\u{FEFF}name\r\n'=1+2\r\n".utf8))
    }

    @Test("a cell of CSV is no formula in any of its lines, and stays one cell")
    func cells() {
        #expect(CSVText.cell("=1+2", .text) == "'=1+2")
        #expect(CSVText.cell("＝1+2", .text) == "'＝1+2")
        #expect(CSVText.cell("two\n=1+2\r@SUM(A1)", .text) == "\"two\n'=1+2\r'@SUM(A1)\"")
        #expect(CSVText.cell("c\rd", .text) == "\"c\rd\"")
        #expect(CSVText.cell("e,\u{301}f", .text) == "\"e,\u{301}f\"")
        #expect(CSVText.cell("a\r\nb", .text) == "\"a\r\nb\"")
        #expect(CSVText.cell("say \"so\"", .text) == "\"say \"\"so\"\"\"")
        #expect(CSVText.cell("-12.50", .decimal) == "-12.50")
        #expect(CSVText.cell("-", .text) == "-")
    }

    @Test("CSV keeps every column and every value, with times and flags in one form")
    func csv() {
        func lines(_ style: OutputStyle) -> [String] {
            TableRenderer.render(
                [QueryTable("invoices", Self.columns, rows: [row("I-1")])], as: .csv, layout: TableLayout(width: 20),
                style: style
            ) { _ in Self.described }.components(separatedBy: "\r\n")
        }
        let columns = Self.columns.map(\.name).joined(separator: ",")
        #expect(lines(.current)[0] == columns && lines(.old)[0] == columns)
        #expect(
            lines(.current)[1]
                == "I-1,上海远洋,-15479.6600,CNY,0.1250,1200.5000,2026-11-28,2026-11-28T22:44:15.128781+08:00,true,1200,")
        #expect(
            lines(.old)[1]
                == "I-1,上海远洋,-15479.6600,CNY,0.1250,1200.5000,2026-11-28,2026-11-28 14:44:15.128781+00,t,1200,")
    }

    // MARK: JSON

    @Test("JSON has one style, and the one before on request")
    func json() {
        func text(_ style: OutputStyle) -> String {
            let table = QueryTable(
                "what holds", Self.columns, rows: [row("I-1")], next: "further")
            return TableRenderer.render([table], as: .json, layout: TableLayout(width: 20), style: style) { _ in
                Self.described
            }
        }
        #expect(
            text(.current) == #"""
                {"whatHolds":[{"invoiceId":"I-1","name":"上海远洋","open":"-15479.6600","currency":"CNY","share":"0.1250",\#
                "weight":"1200.5000","due":"2026-11-28","at":"2026-11-28T22:44:15.128781+08:00","disputed":true,\#
                "lines":1200,"note":null}],"more":{"whatHolds":"further"}}

                """#)
        #expect(
            text(.old) == #"""
                {"what holds":[{"invoice_id":"I-1","name":"上海远洋","open":"-15479.6600","currency":"CNY","share":"0.1250",\#
                "weight":"1200.5000","due":"2026-11-28","at":"2026-11-28 14:44:15.128781+00","disputed":"t",\#
                "lines":1200,"note":null}],"more":{"what holds":"further"}}

                """#)
    }

    @Test(
        "keys are made by one rule",
        arguments: [
            ("order_id", "orderId"), ("dead letters", "deadLetters"), ("finance: margin", "financeMargin"),
            ("agreementId", "agreementId"), ("write-offs", "writeOffs"), ("p90_days", "p90Days"), ("客户 名", "客户名"),
            ("bridge by branch,line", "bridgeByBranchLine"), ("…", "…"),
        ])
    func keys(name: String, key: String) {
        #expect(OutputStyle.current.key(name) == key)
        #expect(OutputStyle.old.key(name) == name)
    }

    private static let page: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appendingPathComponent("docs/operate/output.md"), encoding: .utf8)) ?? ""
    }()

    @Test("docs/operate/output.md says of every key what it was before")
    func formerKeys() {
        let lines = Self.page.matches(of: /(?m)^\| `([^`]+)` \| `([^`]+)` \|$/)
        for line in lines { #expect(OutputStyle.current.key(String(line.1)) == String(line.2)) }
        #expect(lines.count > 200)
    }

    @Test("no two columns of a table have the same key, and no two tables of an answer")
    func distinctKeys() {
        for question in QueryCatalogue.questions {
            for names in question.answers.map({ $0.columns.map(\.name) }) + [question.answers.map(\.name)] {
                #expect(Set(names.map(OutputStyle.current.key)).count == names.count, "\(question.name) \(names)")
            }
        }
    }

    // MARK: Progress

    @Test("nothing is said of what takes less than two seconds, then often on a terminal and seldom elsewhere")
    func pace() {
        let start = ContinuousClock.now
        func said(_ isTerminal: Bool, seconds: Int) -> Int {
            var pace = ProgressPace(isTerminal: isTerminal, start: start)
            return (0..<(seconds * 10)).count { pace.isDue(at: start + .milliseconds($0 * 100)) }
        }
        #expect(said(true, seconds: 2) == 0 && said(false, seconds: 2) == 0)
        #expect(said(true, seconds: 12) == 100)
        #expect(said(false, seconds: 12) == 2)
    }

    @Test("how far a long file is read is said, whatever a command does with its rows")
    func rows() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data("id\na\nb\n".utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        func said(since start: ContinuousClock.Instant) throws -> [String] {
            let told = Mutex<[String]>([])
            let progress = Progress(isTerminal: false, start: start) { text in told.withLock { $0.append(text) } }
            var file = try ColumnFile(path.path, required: ["id"], progress: progress)
            while file.next() != nil {}
            return told.withLock { $0 }
        }
        #expect(try said(since: .now) == [])
        #expect(try said(since: .now - .seconds(3)) == ["\(path.path): line 2"])
    }

    // MARK: Exit codes

    @Test("the exit codes of docs/operate/output.md are those of the command")
    func exitCodes() {
        for (code, meaning) in ExitCodes.table {
            #expect(Self.page.contains("| \(code.rawValue) | \(meaning) |"))
        }
        let lines = Self.page.split(separator: "\n").drop { !$0.hasPrefix("| code |") }.prefix { $0.hasPrefix("|") }
        #expect(lines.count == ExitCodes.table.count + 2)
        #expect(Set(ExitCodes.table.map(\.code.rawValue)).count == ExitCodes.table.count)
    }

    @Test("a list without rows is an answer; one thing that is not there is not found, and who is silent is told")
    func empty() throws {
        let output = try OutputOptions.parse(["--json"])
        let none = [QueryTable("alerts", [QueryColumn("alert_id")], rows: [])]
        #expect(throws: Never.self) { try output.show(none) }
        #expect(throws: ExitCodes.refused) { try output.show(none, isOfOne: true) }
        #expect(throws: ExitCodes.notHeard) { try output.show(none, isWhole: false) }
        #expect(throws: ExitCodes.notHeard) { try output.show(none, isOfOne: true, isWhole: false) }
        #expect(QueryCatalogue.question(.finance, "alerts.list")?.isOfOne == false)
        #expect(QueryCatalogue.question(.finance, "alerts.show")?.isOfOne == true)
        #expect(QueryCatalogue.question(.customer, "drivers.show")?.isOfOne == false)
    }
}
