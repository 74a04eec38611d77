import Contracts
import Domain
import HTTPTypes
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("Questions by HTTP")
struct QuestionCallTests {
    private static let columns = [
        QueryColumn("supplier_id"), QueryColumn("source"), QueryColumn("code"), QueryColumn("name"),
        QueryColumn("seen_at", .time),
    ]

    private static func suppliers(
        _ rows: [[String?]], next: String? = nil, count: Int? = nil, totals: [QueryTotal] = [], blanked: [String] = []
    ) -> QueryReply {
        .answered(
            [QueryTable("suppliers", columns, rows: rows, next: next, count: count, totals: totals, blanked: blanked)],
            asOf: Fixture.asOf)
    }

    private static let row: [String?] = ["S-1", "erp", "L-1", "=1+1 \"中外运\"", "2026-01-05 01:30:00.5+00"]

    @Test(
        "an answer has columns, rows in the form for programs, where it goes on, its totals and the time that it is of")
    func page() async throws {
        var fixture = try Fixture()
        let end = QueryCursor(table: "suppliers", keys: ["erp", "L-1"]).text
        fixture.services = FakeServices { _ in
            Self.suppliers(
                [Self.row], next: end, count: 7,
                totals: [.init(column: "amount_due", currency: "CNY", amount: "12.50")],
                blanked: ["name"])
        }
        let answer = try await fixture.one(.get, "/api/v1/supplier/suppliers.list?limit=1&totals=true")
        #expect(answer.status == 200 && answer.headers[.contentType] == "application/json")
        #expect(answer.json?["service"]?.string == "supplier" && answer.json?["question"]?.string == "suppliers.list")
        #expect(answer.json?["asOf"]?.string.flatMap { Timestamp($0) }?.microsecondsSinceEpoch == 1_767_576_600_000_000)
        let table = try #require(answer.json?["tables"]?.elements.first)
        #expect(
            table["columns"]?.elements.map { $0["name"]?.string } == ["supplierId", "source", "code", "name", "seenAt"])
        #expect(
            table["columns"]?.elements.map { $0["kind"]?.string } == ["code", "code", "code", "text", "time"])
        let row = try #require(table["rows"]?.elements.first)
        #expect(row["supplierId"]?.string == "S-1" && row["name"]?.string == Self.row[3])
        #expect(row["seenAt"]?.string.flatMap { Timestamp($0) } != nil)
        #expect(table["more"]?.kind == .true && table["next"]?.string == end && table["count"]?.integer == 7)
        #expect(table["totals"]?.elements.first?["column"]?.string == "amountDue")
        #expect(table["withheld"]?.elements.map(\.string) == ["name"])
        #expect(answer.headers.value("Link") == "</api/v1/supplier/suppliers.list?limit=1&after=\(end)>; rel=\"next\"")
        let asked = try #require(fixture.services.questions.first)
        #expect(
            asked.service == .supplier && asked.name == "suppliers.list" && asked.person == "li.wei" && !asked.isExport)
        #expect(asked.parameters == [.init(name: "limit", value: "1"), .init(name: "totals", value: "true")])
    }

    @Test(
        "what a question does not take, or not so, is refused with its place before anybody is asked",
        arguments: [
            ("suppliers.list?custmer=1", "value-not-allowed", "parameters.custmer"),
            ("suppliers.list?page=1000000000", "value-not-allowed", "parameters.page"),
            ("suppliers.list?limit=1000000000", "value-not-allowed", "parameters.limit"),
            ("suppliers.list?limit=1&limit=2", "duplicate-element", "parameters.limit"),
            ("suppliers.list?after=rubbish", "value-not-allowed", "parameters.after"),
            ("suppliers.list?after=WyJvdGhlciIsImEiXQ", "value-not-allowed", "parameters.after"),
            ("suppliers.list?totals=perhaps", "value-not-allowed", "parameters.totals"),
            ("suppliers.list?from=2026-02-30", "bad-time", "parameters.from"),
            ("suppliers.list?limit=%zz", "bad-request", "query"),
            ("suppliers.list?limit=%ff", "bad-request", "query"),
            ("suppliers.list?limit=%001", "control-character", "query"),
            ("audit.show", "missing-field", "parameters.entry"),
            ("audit.show.csv?entry=1", "missing-field", "parameters.table"),
            ("suppliers.list.csv?table=a&table=b", "duplicate-element", "parameters.table"),
            ("suppliers.list?table=suppliers", "value-not-allowed", "parameters.table"),
        ])
    func refused(_ address: String, _ reason: String, _ path: String) async throws {
        let fixture = try Fixture()
        let answer = try await fixture.one(.get, "/api/v1/supplier/\(address)")
        #expect(answer.status == 400 && answer.reason == reason && answer.path == path)
        #expect(fixture.services.questions.isEmpty)
    }

    @Test(
        "what the service refuses is a problem with its reason: by policy 403, and what went wrong within is not told")
    func refusedByService() async throws {
        var fixture = try Fixture()
        fixture.services = FakeServices { question in
            switch question.person {
            case "li.wei":
                .refused(
                    reason: "not-authorised", detail: "parameters.person: 'person' would tell of a field",
                    asOf: Fixture.asOf)
            default: .refused(reason: "internal-error", detail: "relation \"secret\" is gone", asOf: Fixture.asOf)
            }
        }
        let denied = try await fixture.one(.get, "/api/v1/supplier/audit.list")
        #expect(denied.status == 403 && denied.reason == "not-authorised" && denied.path == "parameters.person")
        #expect(denied.json?["detail"]?.string == "'person' would tell of a field")
        let failed = try await fixture.one(.get, "/api/v1/supplier/audit.list", as: "zhou")
        #expect(failed.status == 500 && failed.reason == "internal-error" && !failed.text.contains("secret"))
    }

    @Test(
        "a service that is late, away or talks nonsense is a problem that says so",
        arguments: [
            (ServiceSilence.Kind.late, 504, "service-late"), (.away, 503, "service-away"),
            (.unreadable, 502, "bad-answer"),
        ])
    func silent(_ kind: ServiceSilence.Kind, _ status: Int, _ reason: String) async throws {
        var fixture = try Fixture()
        fixture.services = FakeServices { _ in throw ServiceSilence(kind, "amqp://edge@inside") }
        for address in ["suppliers.list", "suppliers.list.csv"] {
            let answer = try await fixture.one(.get, "/api/v1/supplier/\(address)")
            #expect(answer.status == status && answer.reason == reason && !answer.text.contains("inside"))
            #expect((answer.headers[.retryAfter] != nil) == (kind != .unreadable))
        }
    }

    @Test("what must be named and is not there is 404; an empty list is an answer")
    func missing() async throws {
        var fixture = try Fixture()
        fixture.services = FakeServices { _ in Self.suppliers([]) }
        #expect(try await fixture.one(.get, "/api/v1/supplier/suppliers.list").status == 200)
        let answer = try await fixture.one(.get, "/api/v1/supplier/audit.show?entry=7")
        #expect(answer.status == 404 && answer.reason == "not-found")
    }

    @Test("the same answer is not told twice, whatever time it is of; another one is")
    func tags() async throws {
        var fixture = try Fixture()
        let asked = Mutex(0)
        fixture.services = FakeServices { _ in
            let count = asked.withLock { count in
                count += 1
                return count
            }
            return .answered(
                [QueryTable("suppliers", Self.columns, rows: [[count < 3 ? "S-1" : "S-2", "erp", "L-1", nil, nil]])],
                asOf: Fixture.asOf.adding(seconds: Int64(count)))
        }
        let address = "/api/v1/supplier/suppliers.list"
        let first = try await fixture.one(.get, address)
        let tag = try #require(first.headers[.eTag])
        let same = try await fixture.one(.get, address, ["If-None-Match": "\"other\", \(tag)"])
        #expect(same.status == 304 && same.bytes.isEmpty && same.headers[.eTag] == tag)
        let other = try await fixture.one(.get, address, ["If-None-Match": tag])
        #expect(other.status == 200 && other.headers[.eTag] != tag)
        #expect(other.headers[.cacheControl] == "private, no-cache")
    }

    @Test("the catalogue tells every question and is not told twice; HEAD tells no body")
    func catalogue() async throws {
        let fixture = try Fixture()
        let answer = try await fixture.one(.get, "/api/v1/questions")
        let questions = try #require(answer.json?["questions"]?.elements)
        #expect(questions.count == QueryCatalogue.questions.count)
        #expect(questions.contains { $0["name"]?.string == "suppliers.list" })
        let tag = try #require(answer.headers[.eTag])
        #expect(try await fixture.one(.get, "/api/v1/questions", ["If-None-Match": tag]).status == 304)
        let head = try await fixture.one(.head, "/api/v1/questions")
        #expect(head.status == 200 && head.bytes.isEmpty && head.headers[.eTag] == tag)
    }

    @Test("no question takes what the API takes itself, and none has a name that ends as a form does")
    func names() {
        for question in QueryCatalogue.questions {
            #expect(question.parameter(QuestionCall.tableParameter) == nil, "\(question.name)")
            #expect(!question.name.hasSuffix(".csv") && !question.name.hasSuffix(".json"), "\(question.name)")
        }
    }
}
