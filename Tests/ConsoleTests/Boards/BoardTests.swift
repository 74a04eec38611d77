import Client
import Contracts
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Console

@Suite("Boards: pages of several questions")
struct BoardTests {
    private static func table(_ name: String, _ columns: [String], _ rows: [[String?]]) -> QueryTable {
        QueryTable(name, columns.map { QueryColumn($0) }, rows: rows)
    }

    private static func answer(_ tables: QueryTable...) -> Result<Asking.Answer, any Error> {
        .success(Asking.Answer(tables: tables, asOf: Asking.Answer.time))
    }

    /// The addresses that a page links to.
    private static func links(_ page: String) -> [String] {
        page.matches(of: /href="([^"#]+)"/).map { String($0.1).replacing("&amp;", with: "&") }
    }

    @Test("a part asks a question that there is, shows a table and columns of it, and is narrowed by what it takes")
    func catalogue() {
        for (path, board) in BoardRoutes.boards {
            #expect(Set(board.filters).isSubset(of: Set(board.inputs.map(\.name))), "\(path)")
            for part in board.parts {
                let about = "\(path) \(part.question.name) \(part.table)"
                guard let table = part.question.answer(part.table) else {
                    Issue.record("\(about) is no table")
                    continue
                }
                // Nothing is asked for that must be given.
                #expect(throws: Never.self, "\(about)") {
                    try part.question.values(
                        of: part.asked([:]).map { QueryParameter(name: $0.0, value: $0.1 ?? "") })
                }
                let known = Set((table.columns + table.further).map(\.name))
                var columns: [String] = []
                switch part.form {
                case .table(let names), .waterfall(let names): columns = names
                case .bars(let bars, let names):
                    columns = names + bars.map(\.figure) + bars.compactMap(\.currency)
                    #expect(!bars.isEmpty, "\(about)")
                case .facts: break
                }
                #expect(Set(columns).subtracting(known).isEmpty, "\(about)")
                for (name, _) in part.values { #expect(part.question.parameter(name) != nil, "\(about) \(name)") }
                for act in board.acts { #expect(ActForm.contract(act) != nil, "\(path) \(act)") }
            }
        }
    }

    /// Values that fit every kind of parameter they become.
    private static let valued = FakeServices { question in
        let tables = QueryCatalogue.question(question.service, question.query)?.answers ?? []
        return .success(
            Asking.Answer(
                tables: tables.map { table in
                    let columns =
                        table.columns
                        + table.further.filter { further in
                            !table.columns.contains { $0.name == further.name }
                        }
                    return QueryTable(
                        table.name, columns.map { QueryColumn($0.name, $0.told) },
                        rows: [columns.map { value($0.name, $0.kind, question.query) }])
                }, asOf: Asking.Answer.time))
    }

    private static func value(_ name: String, _ kind: ColumnDescription.Kind, _ question: String) -> String {
        switch name {
        case "currency": return "CNY"
        case "period": return "2026-03"
        case "severity": return MarginSeverity.allCases[0].rawValue
        case "level":
            return question == ProductQuestions.list.name
                ? ProductLevel.product.rawValue : MarginLevel.allCases[0].rawValue
        case "category": return "delay"
        case "decision": return "accepted"
        case "from", "to": return "30"
        default: break
        }
        return switch kind {
        case .money, .quantity, .rate: "12.5"
        case .count: "3"
        case .day: "2026-03-05"
        case .time: "2026-03-05 10:00:00+08"
        case .flag: "t"
        case .text, .code: "X"
        }
    }

    @Test(
        "every record that a board, an order or a complaint opens is there, in both languages", arguments: ["zh", "en"])
    func records(language: String) async throws {
        try await ConsoleUnderTest.pages(Self.valued) { client in
            var seen: Set<String> = []
            for page in BoardRoutes.boards.map({ "/\($0.path)" }) + ["/orders/S-1", "/complaints/C-1", "/"] {
                let text = try await client.page(page, in: language).text
                #expect(text.contains("<svg") || !["/receivables", "/sales", "/figures"].contains(page), "\(page)")
                for link in Self.links(text)
                where !link.hasPrefix("/assets/") && link != "/views" && link != "/sessions" {
                    guard seen.insert(link).inserted else { continue }
                    let status = try await client.page(link, in: language).status
                    #expect(status == .ok, "\(page) \(link)")
                }
            }
            #expect(seen.count > 60)
        }
    }

    @Test("what narrows the page narrows the parts that can be narrowed so, stays in every link, and is the view")
    func narrowed() async throws {
        let services = FakeServices { question in
            question.query == "receivables.ageing"
                ? Self.answer(
                    Self.table("ageing", ["as_of", "currency"], [["2026-03-31", "CNY"]]),
                    Self.table(
                        "buckets", ["days_overdue", "from", "to", "count", "amount"],
                        [
                            ["not due", nil, nil, "1", "500.00"], ["1-30", "1", "30", "2", "250.00"],
                            ["over 90", "91", nil, "1", "100.00"],
                        ])) : .success(.nothing)
        }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/receivables?branch=KS01&within=team&other=1").text
            #expect(page.contains("name=\"address\" value=\"/receivables?branch=KS01&amp;within=team\""))
            let links = Self.links(page)
            // Due on the day itself is not overdue; a span ends where the next begins.
            let query = "/q/finance/receivables.invoices?"
            #expect(links.contains(query + "from=2026-03-31&within=team&totals=true"))
            #expect(links.contains(query + "from=2026-03-01&to=2026-03-30&within=team&totals=true"))
            #expect(links.contains(query + "to=2025-12-30&within=team&totals=true"))
            // A day that is over is in no list of what is open.
            let past = try await client.page("/receivables?asOf=2026-01-31").text
            #expect(!Self.links(past).contains { $0.contains("from=") })
            #expect(try await client.page("/receivables?currency=YUAN").status == .unprocessableContent)
        }
        // The first page that was asked for.
        let asked = services.questions.prefix(7)
        func names(_ query: String) -> [[String]] { asked.filter { $0.query == query }.map { $0.values.map(\.0) } }
        #expect(names("receivables.ageing") == [["within"]])
        #expect(names("receivables.promises") == [["branch", "within", "limit"]])
        // Two parts of one question ask it once.
        #expect(names("receivables.reminders").count == 1)
    }

    @Test("a service that is down costs its parts alone, what one may not see is left out")
    func parts() async throws {
        let services = FakeServices { question in
            switch question.service {
            case .servicedesk: .failure(ClientError(.notHeard, "not heard"))
            case .finance: .failure(ClientError(.refused, "no", reason: Reason.notAuthorised.rawValue, detail: "no"))
            default: .success(.nothing)
            }
        }
        try await ConsoleUnderTest.pages(services) { client in
            let page = try await client.page("/operations").text
            #expect(page.contains("The service desk has not answered ("))
            #expect(page.contains("Sales service: schedule") && !page.contains("Finance service: schedule"))
            #expect(try await client.page("/receivables").text.contains("You have no right to see this."))
        }
    }

    @Test(
        "the navigation begins with what roles are about, and everything is in it",
        arguments: [
            (["sales-rep"], [NavigationPlace.today, .leads, .sales]),
            (["service-agent"], [.today, .complaints, .orders]),
            (["finance-controller"], [.today, .alerts, .receivables]), (["buyer"], [.today, .suppliers]),
            (["executive", "sales-rep"], [.today, .figures]), ([], [.today, .alerts, .approvals]),
        ])
    func navigation(roles: [String], first: [NavigationPlace]) {
        let places = NavigationPlace.places(of: Set(roles))
        #expect(Array(places.prefix(first.count)) == first)
        #expect(Set(places) == Set(NavigationPlace.allCases) && places.count == NavigationPlace.allCases.count)
    }

    @Test(
        "the days of a month are all of it, of February in a leap year as well",
        arguments: [
            ("2026-03", "2026-03-01", "2026-03-31"), ("2028-02", "2028-02-01", "2028-02-29"),
            ("2026-12", "2026-12-01", "2026-12-31"),
        ])
    func days(month: String, from: String, to: String) throws {
        let days = try #require(Board.Days(month: month))
        #expect(days.from == from && days.to == to)
        #expect(Board.Days(month: "total") == nil && Board.Days(month: "2026-13") == nil)
    }
}
