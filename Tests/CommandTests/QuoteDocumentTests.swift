import Contracts
import Domain
import Testing

@testable import WaybillCLI

@Suite("A quote as a document")
struct QuoteDocumentTests {
    private static func tables(title: String? = "空运") -> [QueryTable] {
        [
            QueryTable(
                "quote",
                [
                    "quoteId", "revision", "state", "title", "source", "code", "amount", "currency", "validUntil",
                    "approvedBy", "approvedAt", "sentAt",
                ].map { QueryColumn($0) },
                rows: [
                    [
                        "Q-1", "2", "approved", title, "crm", "C-17", "12345.60", "CNY", "2026-03-31", "wang.fang",
                        "2026-03-03T10:00:00+08:00", nil,
                    ]
                ]),
            QueryTable(
                "lines",
                [
                    "line", "item", "description", "origin", "destination", "quantity", "unit", "amount", "currency",
                ].map { QueryColumn($0) },
                rows: [["1", "air-kg", nil, "PVG", "FRA", "120.5", "kg", "12345.60", "CNY"]]),
        ]
    }

    private static func html(_ tables: [QueryTable], _ language: DocumentLanguage) throws -> String {
        try QuoteDocument(
            tables, customer: .init(name: "昆山物流有限公司", address: nil, codes: ["C-17"]),
            words: QuoteWords(language: language), issuer: "Waybill", note: nil
        ).html()
    }

    @Test("it has the revision, the sum, its last day and the approval, in both languages")
    func words() throws {
        let chinese = try Self.html(Self.tables(), .chinese)
        for part in ["报价单", "Q-1（第 2 版）", "昆山物流有限公司", "12,345.60", "2026-03-31", "wang.fang，2026-03-03", "120.5 kg"] {
            #expect(chinese.contains(part), "\(part)")
        }
        let english = try Self.html(Self.tables(title: nil), .english)
        #expect(english.contains("Q-1, revision 2") && english.contains("lang=\"en\"") && !english.contains("Subject"))
    }

    @Test("what a stranger has written is text, and an answer without a quote makes no document")
    func escaped() throws {
        let html = try Self.html(Self.tables(title: "<script>alert(1)</script>"), .english)
        #expect(!html.contains("<script") && html.contains("&lt;script&gt;"))
        #expect(throws: (any Error).self) { _ = try Self.html([], .english) }
    }
}
