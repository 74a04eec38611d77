import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Testing

@testable import WaybillCLI

@Suite("The statement of account as a document")
struct StatementDocumentTests {
    private static let columns = [
        "day", "kind", "reference", "source", "due_day", "charge", "credit", "balance", "currency",
    ]
    private static let aged = [
        "customer_code", "source", "name", "sales_owner", "currency", "open", "overdue", "not_due", "days_1_30",
        "days_31_60", "days_61_90", "over_90",
    ]

    private static func page(_ columns: [String], _ rows: [[String?]], next: String? = nil) -> QueryTable {
        QueryTable("t", columns.map { QueryColumn($0) }, rows: rows, next: next)
    }

    /// An account in two currencies, over two pages and two codes.
    private static func statement(name: String = "昆山物流有限公司", reference: String = "I-1") throws -> AccountStatement {
        let (first, last) = (try #require(CalendarDay("2026-03-01")), try #require(CalendarDay("2026-03-31")))
        return try AccountStatement(
            holder: .init(name: name, address: "昆山市前进路 1 号", codes: ["C-1", "X-9"]),
            from: first, to: last,
            statement: [
                page(
                    columns,
                    [
                        [nil, "brought forward", nil, nil, nil, nil, nil, "1000.50", "CNY"],
                        ["2026-03-02", "invoice", reference, "erp", "2026-04-01", "12345.60", nil, "13346.10", "CNY"],
                    ], next: "more"),
                page(
                    columns,
                    [
                        ["2026-03-09", "payment", "P-1", "erp", nil, nil, "1000.50", "12345.60", "CNY"],
                        ["2026-03-10", "credit-note", "N-1", "erp", nil, nil, "45.60", "12300.00", "CNY"],
                        ["2026-03-05", "invoice", "I-2", "crm", "2026-03-20", "70.00", nil, "70.00", "USD"],
                    ]),
            ],
            aged: [
                page(
                    aged,
                    [
                        ["C-1", "erp", "n", nil, "CNY", "12000.00", "0", "12000.00", "0", "0", "0", "0"],
                        ["X-9", "crm", "n", nil, "CNY", "300.00", "300.00", "0", "200.00", "0", "0", "100.00"],
                        ["X-9", "crm", "n", nil, "USD", "70.00", "70.00", "0", "70.00", "0", "0", "0"],
                    ])
            ])
    }

    private static func html(
        _ language: DocumentLanguage, name: String = "昆山物流有限公司", reference: String = "I-1", issuer: String? = nil,
        note: String? = nil
    ) throws -> String {
        StatementDocument(
            statement: try statement(name: name, reference: reference), words: StatementWords(language: language),
            issuer: issuer, note: note
        ).html()
    }

    @Test("each currency stands by itself, from what was brought forward to what is due, over all pages and codes")
    func sections() throws {
        let statement = try Self.statement()
        #expect(statement.sections.map(\.currency) == ["CNY", "USD"])
        let yuan = try #require(statement.sections.first)
        #expect(yuan.opening == FixedDecimal("1000.50") && yuan.closing == FixedDecimal("12300"))
        #expect(yuan.charges == FixedDecimal("12345.60") && yuan.credits == FixedDecimal("1046.10"))
        #expect(yuan.opening + yuan.charges - yuan.credits == yuan.closing)
        #expect(yuan.ageing?.parts.map(\.moneyText) == ["12000.00", "200.00", "0.00", "0.00", "100.00"])
        #expect(yuan.ageing?.open == yuan.closing)
        let dollars = try #require(statement.sections.last)
        #expect(dollars.opening == .zero && dollars.lines.map(\.reference) == ["I-2"])
    }

    @Test("the document says the same in either language", arguments: DocumentLanguage.allCases)
    func languages(_ language: DocumentLanguage) throws {
        let html = try Self.html(language)
        let words =
            language == .english
            ? ["lang=\"en\"", "Statement of account", "Invoice", "Payment", "Credit note", "Balance brought forward"]
            : ["lang=\"zh-CN\"", "对账单", "发票", "收款", "贷项通知单", "期初余额"]
        for word in words { #expect(html.contains(word), "\(word) is missing") }
        for text in ["昆山物流有限公司", "C-1, X-9", "昆山市前进路 1 号", "12,345.60", "1,046.10", "12,300.00", "2026-04-01"] {
            #expect(html.contains(text), "\(text) is missing")
        }
        // A kind of document for which there is no word stands as it is, in both.
        #expect(StatementWords(language: language).document("new-kind") == "new-kind")
    }

    @Test("whatever a stranger's text holds, it stays text")
    func escapes() throws {
        let evil = "<script>alert('x')</script> & \"Söhne\" \u{202E}gnp.exe\u{7}"
        let html = try Self.html(.english, name: evil, reference: evil, issuer: evil, note: "\(evil)\nIBAN <1>")
        #expect(!html.contains("<script") && !html.contains("\u{202E}") && !html.contains("\u{7}"))
        #expect(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Söhne&quot;"))
        #expect(html.contains("<br>IBAN &lt;1&gt;"))
        // The document names nothing outside of itself.
        for word in ["http:", "https:", "url(", "src=", "href=", "@import"] { #expect(!html.contains(word)) }
        // What is opened is closed, in order.
        var open: [Substring] = []
        for part in html.split(separator: "<").dropFirst() {
            let name = part.prefix { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "!" }
            if name.hasPrefix("/") {
                #expect(open.popLast() == name.dropFirst(), "\(name)")
            } else if !["!DOCTYPE", "meta", "br"].contains(name) {
                open.append(name)
            }
        }
        #expect(open.isEmpty)
    }

    @Test("amounts have their thousands apart, whatever their sign and size")
    func amounts() {
        let shown = ["0", "-1234.5", "999", "1000000.1234", "-0.05", "123456789012.30"].map { text in
            FixedDecimal(text).map { StatementDocument.shown($0, "CNY") }
        }
        #expect(
            shown == ["0.00", "−1,234.50", "999.00", "1,000,000.1234", "−0.05", "123,456,789,012.30"])
        // Each currency has its own digits, and what has more keeps them.
        let amount = FixedDecimal(units: 12_345_000)
        #expect(
            ["JPY", "CNY", "KWD", "XYZ"].map { StatementDocument.shown(amount, $0) }
                == ["1,234.5", "1,234.50", "1,234.500", "1,234.50"])
        #expect(StatementDocument.shown(FixedDecimal(units: 12_340_000), "JPY") == "1,234")
    }

    @Test("an account without anything is told as that; a customer whom nobody knows goes by what was typed")
    func nothing() throws {
        let day = try #require(CalendarDay("2026-03-31"))
        let empty = try AccountStatement(
            holder: .init(typed: "C-1", party: []), from: nil, to: day, statement: [], aged: [])
        #expect(empty.holder.name == "C-1" && empty.holder.codes == ["C-1"] && empty.sections.isEmpty)
        let html = StatementDocument(statement: empty, words: StatementWords(language: .english)).html()
        #expect(html.contains("There is nothing on this account.") && html.contains("until 2026-03-31"))
        let party = [
            QueryTable("party", [QueryColumn("name")], rows: [["昆山物流"]]),
            QueryTable(
                "golden record", [QueryColumn("field"), QueryColumn("value")],
                rows: [["phone", "1"], ["address", "前进路"]]),
            QueryTable("accounts", [QueryColumn("code")], rows: [["C-1"], ["X-9"], ["C-1"]]),
        ]
        let holder = AccountStatement.Holder(typed: "C-1", party: party)
        #expect(holder.name == "昆山物流" && holder.address == "前进路" && holder.codes == ["C-1", "X-9"])
    }

    @Test("what is no answer of finance is no statement")
    func wrong() throws {
        let day = try #require(CalendarDay("2026-03-31"))
        for rows in [[["2026-03-02", "invoice", "I", "erp", nil, "x", nil, "1", "CNY"]]] as [[[String?]]] {
            #expect(throws: Failure.self) {
                _ = try AccountStatement(
                    holder: .init(typed: "C", party: []), from: nil, to: day,
                    statement: [Self.page(Self.columns, rows)], aged: [])
            }
        }
    }

    @Test("without the program that makes a PDF it is said what to install")
    func missing() throws {
        let folder = FileManager.default.temporaryDirectory.path
        for path in [nil, "", "\(folder)/nothing-here:/nowhere"] {
            do {
                _ = try DocumentPrinter(path: path)
                Issue.record("'\(path ?? "none")' has the program")
            } catch let failure as Failure {
                #expect(failure.description.contains("apt-get install weasyprint fonts-noto-cjk"))
            }
        }
    }

    @Test(
        "a PDF is made where the program is installed",
        .enabled(if: (try? DocumentPrinter()) != nil, "needs weasyprint"))
    func pdf() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).pdf")
        defer { try? FileManager.default.removeItem(at: file) }
        try DocumentPrinter().print(try Self.html(.chinese), to: file)
        let data = try Data(contentsOf: file)
        #expect(data.starts(with: Data("%PDF-".utf8)) && data.count > 2_000)
    }

    @Test("the customer stands behind the command or its option, and a document needs its file")
    func typed() throws {
        func command(_ line: String) throws -> StatementCommand {
            try #require(
                try Waybill.parseAsRoot(line.split(separator: " ").map(String.init)) as? StatementCommand)
        }
        for line in ["statement C-1 --from 2026-01-01", "statement --customer C-1 --from 2026-01-01"] {
            let words = try command("finance receivables \(line)").words
            let values = try StatementCommand.asked.values(words)
            #expect(values.map(\.0) == ["customer", "from"] && values.map(\.1) == ["C-1", "2026-01-01"])
        }
        let document = try command(
            "finance receivables statement C-1 --format pdf --language zh --output s.pdf --to 2026-03-31")
        #expect(document.format == .pdf && document.language == .chinese && document.output == "s.pdf")
        #expect(try command("finance receivables statement C-1 --format html --currency USD").format == .html)
        for line in [
            // What would leave lines out of the account is refused, not passed over.
            "statement C-1 --format html --at-least 100", "statement C-1 --format html --limit 5",
            "statement C-1 --format pdf", "statement C-1 --output s.html", "statement C-1 --format html --json",
            "statement C-1 C-2", "statement --format html", "statement C-1 --format docx",
        ] {
            #expect(throws: (any Error).self, "\(line)") { _ = try command("finance receivables \(line)") }
        }
    }
}
