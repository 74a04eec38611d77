import Contracts
import Domain
import Foundation
import Postgres
import TestSupport
import Testing

@testable import CustomerService
@testable import FinanceService
@testable import SalesService
@testable import ServiceDeskService
@testable import ServiceKit
@testable import SupplierService

@Suite("The catalogue of questions", .enabled(if: DatabaseFixture.isAvailable, "needs a database"))
struct QuestionTests {
    private static func definition(_ service: ServiceName) throws -> ServiceDefinition {
        switch service {
        case .customer: try customerDefinition()
        case .sales: SalesService.definition
        case .servicedesk: try ServiceDeskService.definition(Settings(ServiceDeskService.settings))
        case .finance: try FinanceService.definition(Settings(FinanceService.settings))
        case .supplier: SupplierService.definition
        }
    }

    @Test("a service answers what the catalogue says of it, and nothing else", arguments: ServiceName.allCases)
    func names(_ service: ServiceName) throws {
        let definition = try Self.definition(service)
        let answered = definition.answered.map(\.name)
        #expect(Set(answered).count == answered.count, "a name is answered twice")
        let described = QueryCatalogue.questions(of: service).map(\.name)
        #expect(Set(described).count == described.count, "a name is described twice")
        #expect(Set(answered) == Set(described))
        for query in definition.answered {
            #expect(query.description.service == nil || query.description.service == service, "\(query.name)")
        }
    }

    @Test("a description keeps together", arguments: QueryCatalogue.questions.map { ($0.service, $0.name) })
    func descriptions(_ service: ServiceName?, _ name: String) throws {
        let question = try #require(QueryCatalogue.questions.first { $0.service == service && $0.name == name })
        #expect(question.help.hasSuffix("."))
        let names = question.parameters.map(\.name)
        #expect(Set(names).count == names.count, "a parameter stands twice")
        for input in question.parameters {
            // What counts when nothing is given is a value like any other.
            if let otherwise = input.otherwise { try input.check(otherwise) }
            #expect(!input.isRequired || input.otherwise == nil)
        }
        for table in question.answers {
            let columns = table.columns.map(\.name)
            #expect(Set(columns).count == columns.count, "a column of '\(table.name)' stands twice")
            for column in table.columns {
                if case .money(let currency) = column.kind {
                    #expect(columns.contains(currency), "'\(column.name)' of '\(table.name)' has no currency")
                }
            }
            if case .pages(let keys) = table.extent {
                for key in keys { #expect(table.kind(of: key) != nil, "'\(key.name)' of '\(table.name)' has no kind") }
            }
        }
    }

    /// A value for a parameter, of something that is there where a question needs it.
    private static func example(_ input: QueryInput) -> String {
        switch input.name {
        case "customer", "party", "code", "id": return "C1"
        case "source": return "erp"
        case "one", "other": return "erp/C1"
        case "orderId": return "O1"
        case "month": return "2026-03"
        case "before", "after", "against": return "2026-03-01..2026-03-31"
        case "by" where input.kind == .text: return input.otherwise ?? "branch"
        case "metric": return "margin"
        case "basis" where input.kind == .text: return "placed"
        case "buckets": return "30,60,90"
        case "rates": return "0,1,2,3,4"
        case "outlook": return "1"
        default: break
        }
        return switch input.kind {
        case .text: "x"
        case .choice(let choices): choices[0]
        case .integer(let range): String(range.lowerBound)
        case .decimal: "1.50"
        case .day: "2026-03-02"
        case .time: "2026-03-02T10:00:00+08:00"
        case .dayOrTime: "2026-03-02"
        case .currency: "CNY"
        case .flag: "true"
        }
    }

    /// Parameters of which one must be given although none is required by itself.
    private static let needed = ["customers.show": "id", "parties.resolve": "name", "view.drill": "metric"]
    /// Parameters that ask for more than the few orders of this test can give.
    private static let demanding: Set = ["after", "refit", "observed"]

    private static func isOfKind(_ value: String, _ kind: ColumnDescription.Kind) -> Bool {
        switch kind {
        case .text, .code: true
        case .money, .quantity, .rate: Double(value) != nil
        case .day: CalendarDay(value) != nil
        // As the database writes it, in UTC, or as messages do.
        case .time: Timestamp(value) != nil || Timestamp(value.replacing(" ", with: "T") + ":00") != nil
        case .flag: ["t", "f", "true", "false"].contains(value)
        case .count: Int(value) != nil
        }
    }

    @Test("every question answers over a real database with the columns described", arguments: ServiceName.allCases)
    func answers(_ service: ServiceName) async throws {
        try await ServiceFixture.with(Self.definition(service)) { fixture in
            try await fixture.handle([
                .init("m1", OrderPlaced(makeOrder("O1"))),
                .init("m2", OrderPlaced(makeOrder("O2", customer: "C2", [("200", "150")]))),
            ])
            for query in fixture.definition.answered {
                let question = query.description
                let required = question.parameters.filter {
                    $0.isRequired || Self.needed[question.name] == $0.name
                }
                var sets = [
                    required, question.parameters.filter { $0.isRequired || !Self.demanding.contains($0.name) },
                ]
                // Each word of a choice is a question of its own.
                for input in question.parameters {
                    if case .choice(let choices) = input.kind {
                        for choice in choices {
                            sets.append(
                                required.filter { $0.name != input.name }
                                    + [.choice(input.name, [choice], "")])
                        }
                    }
                }
                for inputs in sets {
                    let values = Dictionary(inputs.map { ($0.name, Self.example($0)) }) { first, _ in first }
                    do {
                        let tables = try await fixture.pool.withTransaction(isReadOnly: true) { transaction in
                            try query.ask(values, at: Timestamp("2026-03-03T10:00:00+08:00") ?? .distant, transaction)
                        }
                        for table in tables { check(table, question) }
                    } catch {
                        Issue.record("\(service.rawValue) \(query.name) \(values): \(error)")
                    }
                }
            }
        }
    }

    private func check(_ table: QueryTable, _ question: QueryDescription) {
        guard let described = question.answer(table.name) else {
            Issue.record("\(question.name) answers a table '\(table.name)' that the catalogue does not know")
            return
        }
        let columns = described.columns
        let told = table.columns.filter { told in
            !described.isVarying || columns.contains { $0.name == told.name }
        }
        #expect(told.map(\.name) == columns.map(\.name), "\(question.name) \(table.name)")
        #expect(told.map(\.kind) == columns.map(\.told), "\(question.name) \(table.name)")
        for row in table.rows {
            for column in columns {
                guard let place = table.columns.firstIndex(where: { $0.name == column.name }),
                    let value = row.values[place]
                else { continue }
                #expect(
                    Self.isOfKind(value, column.kind),
                    "\(question.name) '\(table.name)': \(column.name) is '\(value)', not \(column.kind)")
            }
        }
    }

    // MARK: What comes with a question

    @Test("what a question does not take, or takes otherwise, is refused with its place")
    func refusals() throws {
        func refused(_ values: (String, String)...) -> Refusal? {
            let parameters = values.map { QueryParameter(name: $0.0, value: $0.1) }
            do {
                _ = try SalesQuestions.agreements.values(of: parameters)
                return nil
            } catch { return error }
        }
        #expect(refused(("custmer", "C1"))?.path == "parameters.custmer")
        #expect(refused(("custmer", "C1"))?.detail.contains("customer") == true)
        #expect(refused(("limit", "many"))?.path == "parameters.limit")
        #expect(refused(("limit", "0"))?.reason == .valueNotAllowed)
        #expect(refused(("at", "yesterday"))?.path == "parameters.at")
        #expect(refused(("state", "gone"))?.path == "parameters.state")
        #expect(refused(("state", "all"), ("state", "all"))?.reason == .duplicateElement)
        #expect(refused(("state", "all"), ("customer", ""), ("at", "2026-03-02"), ("limit", "7")) == nil)
        #expect(throws: Refusal.self) { try SalesQuestions.order.values(of: []) }
        #expect(throws: Refusal.self) { try QueryCursor(parsing: "no end of a page") }
        let cursor = QueryCursor(table: "agreements", keys: ["2", "2026-03-02", "erp/\u{1F}\"é", ""])
        #expect(try QueryCursor(parsing: cursor.text) == cursor)
    }

    // MARK: Pages

    /// All pages of a table, one after the other.
    private func pages(
        _ fixture: ServiceFixture, _ query: String, _ table: String, limit: Int, _ values: [String: String] = [:]
    ) async throws -> (rows: [[String?]], pages: Int) {
        var rows: [[String?]] = []
        var after: String?
        var count = 0
        repeat {
            let tables = try await fixture.ask(
                query, values.merging(["limit": String(limit), "after": after ?? ""]) { $1 })
            let page = try #require(tables.first { $0.name == table })
            #expect(page.rows.count <= limit)
            #expect(page.isCut == (page.next != nil))
            // The rest of one list is not mixed with the beginning of another.
            if after != nil { #expect(tables.allSatisfy { $0.name == table || $0.rows.isEmpty }) }
            rows += page.rows.map(\.values)
            after = page.next
            count += 1
        } while after != nil && count < 1_000
        return (rows, count)
    }

    @Test("pages by key hold every row once, in the order of the whole, whatever the size of a page")
    func byKey() async throws {
        try await ServiceFixture.with(SalesService.definition) { sales in
            // Many of the same strength and time, so that only the last key tells them apart.
            try await sales.pool.withTransaction { transaction in
                try transaction.queue(
                    """
                    insert into finance_notice (notice_id, kind, told_at, customer_id, business_line, detail)
                    select 'n' || lpad(n::text, 3, '0'), 'k', timestamptz '2026-03-01T00:00:00.123456Z' - n / 10 * interval '1 s',
                        'c', 'air', 'd' || n
                    from generate_series(1, 95) n
                    """)
            }
            let whole = try await pages(sales, "notices.list", "notices of finance", limit: 2_000)
            #expect(whole.rows.count == 95 && whole.pages == 1)
            for limit in [1, 7, 94, 95] {
                let found = try await pages(sales, "notices.list", "notices of finance", limit: limit)
                #expect(found.rows == whole.rows, "\(limit)")
                #expect(found.pages == (95 + limit - 1) / limit)
            }
            let first = try await sales.ask("notices.list")[0]
            #expect(first.rows.count == 50 && first.isCut)
        }
    }

    @Test("two lists in one answer are told page by page each by itself")
    func twoLists() async throws {
        try await ServiceFixture.with(Self.definition(.servicedesk)) { desk in
            try await desk.pool.withTransaction { transaction in
                try transaction.queue(
                    """
                    insert into complaint (source, complaint_id, customer_code, category, severity, opened_at, opened_by,
                        summary, state, state_at, revision, fingerprint)
                    select 'crm', 'K' || n, 'C1', 'late', (array['minor', 'major', 'critical'])[n % 3 + 1],
                        timestamptz '2026-03-01Z' + n % 4 * interval '1 h', 'x', 's',
                        case when n % 5 = 0 then 'closed' else 'open' end, timestamptz '2026-03-01Z', 1, 'f'
                    from generate_series(1, 40) n
                    """)
                try transaction.queue(
                    """
                    insert into complaint_step (source, complaint_id, step_id, step, taken_at, taken_by, fingerprint,
                        is_waiting)
                    select 'crm', 'W' || n, 'S', 'note', timestamptz '2026-03-01Z', 'x', 'f', true
                    from generate_series(1, 9) n
                    """)
            }
            for (table, count) in [("complaints", 40), ("steps that wait for their complaint", 9)] {
                let whole = try await pages(desk, "complaints.list", table, limit: 2_000, ["state": "all"])
                #expect(whole.rows.count == count)
                let found = try await pages(desk, "complaints.list", table, limit: 4, ["state": "all"])
                #expect(found.rows == whole.rows)
            }
        }
    }

    @Test("a table beyond what an answer carries says that it is cut, on the wire too")
    func cut() throws {
        let rows = (0...QueryTable.maximumRows).map { [String?(String($0))] }
        let table = QueryTable("t", [QueryColumn("n", .integer)], rows: rows)
        #expect(table.rows.count == QueryTable.maximumRows && table.isCut)
        let reply = QueryReply.answered([table], asOf: Timestamp(microsecondsSinceEpoch: 0))
        let read = try QueryReply(json: reply.encode()).tables[0]
        #expect(read.isCut && read.next == nil && read.rows.count == QueryTable.maximumRows)
        #expect(!QueryTable("t", [QueryColumn("n", .integer)], rows: rows.dropLast()).isCut)
    }
}

extension Timestamp {
    /// A time that no test means.
    fileprivate static let distant = Timestamp(microsecondsSinceEpoch: 0)
}
