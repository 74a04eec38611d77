import Contracts
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("Answers as CSV")
struct DownloadTests {
    private static let columns = [
        QueryColumn("supplier_id"), QueryColumn("source"), QueryColumn("code"), QueryColumn("name"),
        QueryColumn("seen_at", .time),
    ]

    /// Three pages of two rows each.
    private static func pages(_ question: PersonsQuestion) -> QueryReply {
        let after = question.parameters.first { $0.name == "after" }?.value
        let start = after.flatMap { try? QueryCursor(parsing: $0) }?.keys.last.flatMap { Int($0.dropFirst(2)) } ?? 0
        let rows = (start + 1...start + 2).map { ["S-\($0)", "erp", "L-\($0)", "=cmd()", nil] }
        let next = start + 2 < 6 ? QueryCursor(table: "suppliers", keys: ["erp", "L-\(start + 2)"]).text : nil
        return .answered([QueryTable("suppliers", columns, rows: rows, next: next)], asOf: Fixture.asOf)
    }

    @Test("a list is told to its end, page by page, as what is taken out; formulas are none and the mark is there")
    func whole() async throws {
        var fixture = try Fixture()
        fixture.services = FakeServices { Self.pages($0) }
        let answer = try await fixture.one(.get, "/api/v1/supplier/suppliers.list.csv?totals=true")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType]?.hasPrefix("text/csv; charset=utf-8") == true)
        #expect(answer.headers[.contentDisposition] == "attachment; filename=\"supplier-suppliers.list.csv\"")
        let lines = answer.text.split(separator: "\r\n", omittingEmptySubsequences: true)
        #expect(lines.first == "\u{FEFF}supplier_id,source,code,name,seen_at")
        #expect(lines.dropFirst().map(String.init) == (1...6).map { "S-\($0),erp,L-\($0),'=cmd()," })
        let questions = fixture.services.questions
        #expect(questions.count == 3 && questions.allSatisfy(\.isExport))
        #expect(questions.allSatisfy { $0.parameters.contains(.init(name: "limit", value: "2000")) })
        #expect(questions.allSatisfy { question in !question.parameters.contains { $0.name == "totals" } })
    }

    @Test("who asks for a page gets that page, and where the next one is; by Accept there is no mark")
    func page() async throws {
        var fixture = try Fixture()
        fixture.services = FakeServices { Self.pages($0) }
        let answer = try await fixture.one(.get, "/api/v1/supplier/suppliers.list?limit=2", ["Accept": "text/csv"])
        #expect(answer.text.hasPrefix("supplier_id,"))
        #expect(fixture.services.questions.count == 1)
        #expect(answer.headers.value("Link")?.contains("limit=2&after=") == true)
        let json = try await fixture.one(
            .get, "/api/v1/supplier/suppliers.list", ["Accept": "text/csv;q=0.4, application/*;q=0.5"])
        #expect(json.headers[.contentType] == "application/json")
        let none = try await fixture.one(.get, "/api/v1/supplier/suppliers.list", ["Accept": "image/png"])
        #expect(none.status == 406 && none.reason == "not-acceptable")
    }

    @Test("a list that cannot be told to its end is broken off, and never looks whole")
    func broken() async throws {
        for kind in [ServiceSilence.Kind.late, .away] {
            var fixture = try Fixture()
            fixture.services = FakeServices { question in
                guard question.parameters.contains(where: { $0.name == "after" }) else { return Self.pages(question) }
                throw ServiceSilence(kind, "gone")
            }
            await #expect(throws: (any Error).self) {
                try await fixture.one(.get, "/api/v1/supplier/suppliers.list.csv")
            }
        }
    }

    @Test("a token that may only ask takes nothing out; one table of several is named")
    func rights() async throws {
        var fixture = try Fixture()
        let refused = try await fixture.one(.get, "/api/v1/supplier/suppliers.list.csv", as: "reader")
        #expect(refused.status == 403 && refused.reason == "out-of-scope" && fixture.services.questions.isEmpty)
        fixture.services = FakeServices { _ in
            .answered(
                [
                    QueryTable("entry", [QueryColumn("service")], rows: [["sales"]]),
                    QueryTable(
                        "objects", [QueryColumn("object"), QueryColumn("place", .integer)], rows: [["C-1", "1"]]),
                ], asOf: Fixture.asOf)
        }
        let objects = try await fixture.one(.get, "/api/v1/sales/audit.show.csv?entry=1&table=objects")
        #expect(objects.text == "\u{FEFF}object,place\r\nC-1,1\r\n")
        let none = try await fixture.one(.get, "/api/v1/sales/audit.show.csv?entry=1&table=other")
        #expect(none.status == 400 && none.path == "parameters.table")
    }
}
