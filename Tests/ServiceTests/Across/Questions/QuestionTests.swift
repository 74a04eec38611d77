import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import FinanceService
@testable import SalesService
@testable import ServiceDeskService
@testable import ServiceKit
@testable import SupplierService

@Suite("The catalogue of questions")
struct QuestionTests {
    @Test("a service answers what the catalogue says of it, and nothing else", arguments: ServiceName.allCases)
    func names(_ service: ServiceName) throws {
        let definition = try service.definition()
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
            if let otherwise = input.otherwise { #expect(try input.value(otherwise) == otherwise) }
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
            for column in table.totals {
                #expect(table.currency(of: column) != nil, "'\(column)' of '\(table.name)' is no money")
            }
            if case .pages(let keys) = table.extent {
                for key in keys { #expect(table.kind(of: key) != nil, "'\(key.name)' of '\(table.name)' has no kind") }
            }
        }
    }

    /// A value for a parameter, of something that is there where a question needs it.
    static func example(_ input: QueryInput) -> String {
        switch input.name {
        case "customer", "party", "code", "id": return "C1"
        case "source": return "erp"
        case "one", "other": return "erp/C1"
        case "orderId": return "O1"
        case "month": return "2026-03"
        case "before", "after", "against": return "2026-03-01..2026-03-31"
        case "by": if case .list(let words) = input.kind { return input.otherwise ?? words[0] }
        case "metric": return "margin"
        case "buckets": return "30,60,90"
        case "rates": return "0,1,2,3,4"
        case "outlook": return "1"
        default: break
        }
        return switch input.kind {
        case .text: "x"
        case .choice(let choices), .list(let choices): choices[0]
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
    static let needed = ["customers.show": "id", "parties.resolve": "name", "view.drill": "metric"]
    /// Parameters that ask for more than the few orders of this test can give.
    private static let demanding: Set = ["after", "next", "refit", "observed", "third", "fourth"]

    /// What a question is asked with: what it must have, nearly all that it takes, and what it must have with each other
    /// parameter alone, and each word of a choice.
    static func examples(of question: QueryDescription) -> [[String: String]] {
        let required = question.parameters.filter { $0.isRequired || needed[question.name] == $0.name }
        var sets = [required, question.parameters.filter { $0.isRequired || !demanding.contains($0.name) }]
        for input in question.parameters where !demanding.contains(input.name) {
            if case .choice(let choices) = input.kind {
                for choice in choices {
                    sets.append(required.filter { $0.name != input.name } + [.choice(input.name, [choice], "")])
                }
            } else if !required.contains(where: { $0.name == input.name }) {
                sets.append(required + [input])
            }
        }
        var examples = sets.map { inputs in Dictionary(inputs.map { ($0.name, example($0)) }) { first, _ in first } }
        // Told apart by all there is: the name of such a table is as long as one may be.
        if question.name.hasPrefix("profit."), question.parameter("by") != nil, let first = examples.first {
            examples.append(first.merging(["by": "branch,line,customer,item,supplier,lane,owner,order"]) { $1 })
        }
        return examples
    }

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

    @Test(
        "every question answers over a real database with the columns described", .services,
        arguments: ServiceName.allCases)
    func answers(_ service: ServiceName) async throws {
        let fixture = try await ServiceFixture.make(service.definition())
        try await fixture.handle([
            .init("m1", OrderPlaced(makeOrder("O1"))),
            .init("m2", OrderPlaced(makeOrder("O2", customer: "C2", [("200", "150")]))),
        ])
        for query in fixture.definition.answered {
            let question = query.description
            for values in Self.examples(of: question) {
                do {
                    let tables = try await fixture.pool.withTransaction(isReadOnly: true) { transaction in
                        try query.ask(values, at: Timestamp("2026-03-03T10:00:00+08:00") ?? .distant, transaction)
                    }
                    // As who asks reads it: what the wire does not take is an answer that nobody gets.
                    let told = QueryReply.answered(tables, asOf: .distant)
                    for table in try QueryReply(json: told.encode()).tables { Self.check(table, question) }
                } catch {
                    Issue.record("\(service.rawValue) \(query.name) \(values): \(error)")
                }
            }
        }
    }

    /// Whether a table is as the catalogue describes it.
    static func check(_ table: QueryTable, _ question: QueryDescription) {
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
                    isOfKind(value, column.kind),
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

    @Test("what is long is taken whole or cut with a count, and takes the answer from nobody")
    func long() throws {
        // Where a page begins holds the names of a row, whatever they are.
        let keys = (0..<6).map { _ in String(repeating: "𠮷", count: 200) }
        let end = QueryCursor(table: "notices", keys: keys).text
        let asked = RunQuery(query: "notices.list", parameters: [QueryParameter(name: "after", value: end)])
        let read = try RunQuery(json: asked.encode())
        #expect(try NotifierQuestions.list.values(of: read.parameters)["after"] == end)
        let page = QueryTable("t", [QueryColumn("n")], rows: [["x"]], next: end)
        let told = try QueryReply(json: QueryReply.answered([page], asOf: .distant).encode()).tables[0]
        #expect(told.next == end)
        let typed = QueryParameter(name: "kind", value: String(repeating: "x", count: 1_001))
        let refused = #expect(throws: Refusal.self) { try NotifierQuestions.list.values(of: [typed]) }
        #expect(refused?.reason == .textTooLong && refused?.path == "parameters.kind")
        for value in [String(repeating: "𠮷", count: 20_000), String(repeating: "x", count: 16_385)] {
            let table = QueryTable("t", [QueryColumn("n")], rows: [[value, nil]])
            let read = try QueryReply(json: QueryReply.answered([table], asOf: .distant).encode()).tables[0]
            let told = try #require(read.rows[0].values[0])
            #expect(told.unicodeScalars.count <= QueryRow.maximumCharacters && value.hasPrefix(told.prefix(16_000)))
            #expect(told.hasSuffix("… (\(value.unicodeScalars.count - 16_320) more characters)"))
        }
        let whole = String(repeating: "𠮷", count: QueryRow.maximumCharacters)
        #expect(QueryRow([whole]).values == [whole])
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

    @Test("pages by key hold every row once, in the order of the whole, whatever the size of a page", .services)
    func byKey() async throws {
        let notifier = try await ServiceFixture.make(ServiceName.notifier.definition())
        // Many of the same strength and time, so that only the last key tells them apart.
        try await notifier.pool.withTransaction { transaction in
            try transaction.queue(
                """
                insert into notice (notice_id, revision, kind, object_kind, object_id, happened_at)
                select 'n' || lpad(n::text, 3, '0'), 1, 'k', 'order', 'O' || n,
                    timestamptz '2026-03-01T00:00:00.123456Z' - n / 10 * interval '1 s'
                from generate_series(1, 95) n
                """)
        }
        let whole = try await pages(notifier, "notices.list", "notices", limit: 2_000)
        #expect(whole.rows.count == 95 && whole.pages == 1)
        for limit in [1, 7, 94, 95] {
            let found = try await pages(notifier, "notices.list", "notices", limit: limit)
            #expect(found.rows == whole.rows, "\(limit)")
            #expect(found.pages == (95 + limit - 1) / limit)
        }
        let first = try await notifier.ask("notices.list")[0]
        #expect(first.rows.count == 50 && first.isCut && first.count == nil)
        #expect(try await notifier.ask("notices.list", ["totals": "true"])[0].count == 95)
        // The end of a page of something else is not the end of this.
        let foreign = QueryCursor(table: "nothing of this", keys: ["x"]).text
        await #expect(throws: Refusal.self) { _ = try await notifier.ask("notices.list", ["after": foreign]) }
    }

    @Test("two lists in one answer are told page by page each by itself", .services)
    func twoLists() async throws {
        let desk = try await ServiceFixture.make(ServiceName.servicedesk.definition())
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

    // MARK: The whole list

    /// A few days of business in two currencies: enough that most lists have several rows.
    ///
    /// - Parameter count: how many orders, invoices, payments and the like there are; of customers and suppliers a sixth.
    static func business(_ count: Int = 3) throws -> [any Message] {
        let at = try #require(Timestamp("2026-03-01T10:00:00+08:00"))
        let day = try #require(CalendarDay("2026-03-01"))
        let dollar = try #require(Currency("USD"))
        let others = max(2, count / 6)
        return (1...count).flatMap { number -> [any Message] in
            // Amounts have two digits behind the point, however many there are.
            let digit = number % 10
            let currency = number.isMultiple(of: 2) ? Currency.cny : dollar
            let customer = "C\(number % others + 1)"
            let supplier = SupplierReference(code: "S\(number % others)", name: "Carrier")
            return [
                OrderPlaced(
                    makeOrder("O\(number)", customer: customer, currency: currency, [("100.0\(digit)", "150")])),
                OrderPlaced(
                    makeOrder("A\(number)", customer: customer, line: "road", currency: currency, [("90.5", "70.25")])),
                makeCost("K\(number)", order: "O\(number)", .estimated, "120.\(digit)", currency: currency),
                makeCost("W\(number)", order: "missing-\(number)", .actual, "7.\(digit)", currency: currency),
                InvoiceIssued(
                    invoiceId: "I\(number)", customer: CustomerCode(code: customer), orderIds: ["O\(number)"],
                    issuedAt: at, dueAt: at, amount: .of("100.0\(digit)"), currency: currency),
                PaymentReceived(
                    paymentId: "P\(number)", customer: CustomerCode(code: customer), receivedAt: at,
                    amount: .of("60.\(digit)"), currency: currency,
                    allocations: [PaymentAllocation(invoiceId: "I\(number)", amount: .of("10.\(digit)"))]),
                SupplierInvoiceReceived(
                    invoiceId: "V\(number)", supplier: supplier, orderIds: ["O\(number)"], issuedAt: at, dueAt: at,
                    amount: .of("120.\(digit)"), currency: currency),
                SupplierPaymentMade(
                    paymentId: "Z\(number)", supplier: supplier, paidAt: at, amount: .of("33.3\(digit)"),
                    currency: currency),
                WriteOffProposed(
                    writeOffId: "X\(number)", invoiceId: "I\(number)", amount: .of("1.\(digit)"), currency: currency,
                    reason: .smallBalance, proposedBy: "li.wei", proposedAt: at),
                InvoiceDisputed(
                    disputeId: "D\(number)", invoiceId: "I\(number)", openedAt: at, amount: .of("2.\(digit)"),
                    currency: currency, reason: .price),
                PaymentPromised(
                    promiseId: "R\(number)", invoiceId: "I\(number)", amount: .of("3.\(digit)"), currency: currency,
                    promisedOn: day, madeAt: at),
            ]
        }
    }

    /// Lists that the business above gives several rows.
    private static let filled: [ServiceName: Set<String>] = [
        .finance: [
            "aged", "balances", "bridge by order", "cash on account", "costs",
            "costs that wait for their order or its line",
            "disputes", "exposure", "invoices", "lines", "margins", "orders", "payables", "prepayments",
            "promises", "risk", "statement", "view", "write-offs",
        ],
        .customer: ["customers"],
        .supplier: ["suppliers"],
    ]

    /// Lists that hundreds of everything give more rows than a page has by itself.
    private static let long: [ServiceName: Set<String>] = [
        .finance: [
            "orders", "invoices", "disputes", "promises", "write-offs", "costs that wait for their order or its line",
        ]
    ]

    /// The sums of rows by column and currency, as a list must tell them.
    private static func sums(_ rows: [[String?]], _ table: QueryTable, _ described: TableDescription) -> [QueryTotal] {
        var sums: [String: [String: FixedDecimal]] = [:]
        func place(_ name: String?) -> Int? { table.columns.firstIndex { $0.name == name } }
        for column in described.totals {
            guard let amount = place(column), let currency = place(described.currency(of: column)) else {
                Issue.record("'\(table.name)' has no '\(column)', or no currency of it")
                continue
            }
            for row in rows {
                guard let text = row[amount], let code = row[currency] else { continue }
                guard let value = FixedDecimal(text) else {
                    Issue.record("'\(column)' of '\(table.name)' is '\(text)'")
                    continue
                }
                sums[column, default: [:]][code, default: .zero] += value
            }
        }
        return described.totals.flatMap { column in
            (sums[column] ?? [:]).sorted { $0.key < $1.key }.map {
                QueryTotal(column: column, currency: $0.key, amount: $0.value.moneyText)
            }
        }
    }

    @Test(
        "every list goes to its end page by page, and its count and totals are those of all its pages", .services,
        arguments: ServiceName.allCases, [3, 120])
    func toTheEnd(_ service: ServiceName, _ count: Int) async throws {
        let fixture = try await ServiceFixture.make(service.definition())
        let read = Set(fixture.definition.handlers.flatMap(\.types.keys))
        let messages = try Self.business(count).filter { read.contains(type(of: $0).type) }
            .enumerated().map { ServiceFixture.Message("m\($0)", $1) }
        for first in stride(from: 0, to: messages.count, by: 400) {
            try await fixture.handle(Array(messages[first..<min(first + 400, messages.count)]))
        }
        var severalRows: Set<String> = []
        var longLists: Set<String> = []
        for query in fixture.definition.answered {
            guard let cursor = query.description.cursor else { continue }
            var values: [String: String] = [:]
            for input in query.description.parameters
            where input.isRequired || Self.needed[query.name] == input.name {
                values[input.name] = Self.example(input)
            }
            if query.name.hasPrefix("profit."), query.description.parameter("by") != nil { values["by"] = "order" }
            if query.name == ViewQuestions.figures.name { values["by"] = "month,line" }
            if case .choice(let choices) = query.description.parameter("state")?.kind, choices.contains("all") {
                values["state"] = "all"
            }
            func ask(_ more: [String: String]) async throws -> [QueryTable] {
                let asked = values.merging(more) { $1 }
                let tables = try await fixture.pool.withTransaction(isReadOnly: true) { transaction in
                    try query.ask(asked, at: Timestamp("2026-03-03T10:00:00+08:00") ?? .distant, transaction)
                }
                return try QueryReply(json: QueryReply.answered(tables, asOf: .distant).encode()).tables
            }
            let name = query.name
            do {
                // Not all of one moment is the same in the next.
                func lasting(_ table: QueryTable) -> [[String?]] {
                    let places = table.columns.indices.filter { table.columns[$0].name != "age_seconds" }
                    return table.rows.map { row in places.map { row.values[$0] } }
                }
                let limit = query.description.parameter("limit")?.kind
                guard case .integer(let sizes) = limit else { continue }
                let tables = try await ask(["limit": String(sizes.upperBound), "totals": "true"])
                let isLong = tables.contains { $0.rows.count > 1 && isPaged($0, query) }
                let first = isLong ? try await ask(["limit": "1", "totals": "true"]) : tables
                for whole in tables {
                    guard let described = query.description.answer(whole.name), described.isPaged else { continue }
                    #expect(!whole.isCut && whole.count == whole.rows.count, "\(name): \(whole.name)")
                    #expect(
                        whole.totals == Self.sums(whole.rows.map(\.values), whole, described),
                        "\(name): \(whole.name)")
                    guard whole.rows.count > 1 else { continue }
                    severalRows.insert(whole.name)
                    if whole.rows.count >= 100 { longLists.insert(whole.name) }
                    var page = try #require(first.first { $0.name == whole.name })
                    #expect(page.count == whole.count && page.totals == whole.totals, "\(name): \(whole.name)")
                    var rows = lasting(page)
                    // One row, some, and the rest: a page begins within the list, and another ends with it.
                    for limit in [max(1, whole.rows.count / 2), sizes.upperBound] {
                        guard let next = page.next else { break }
                        let tables = try await ask(["limit": String(limit), cursor: next])
                        #expect(
                            tables.allSatisfy { $0.name == whole.name || $0.rows.isEmpty || !isPaged($0, query) })
                        page = try #require(tables.first { $0.name == whole.name })
                        #expect(page.count == nil && page.totals.isEmpty)
                        rows += lasting(page)
                    }
                    #expect(rows == lasting(whole) && page.next == nil, "\(name): \(whole.name)")
                }
            } catch {
                Issue.record("\(service.rawValue) \(name) \(values): \(error)")
            }
        }
        let missing = (Self.filled[service] ?? []).subtracting(severalRows)
        #expect(missing.isEmpty, "these have at most one row: \(missing.sorted())")
        guard count >= 100 else { return }
        let short = (Self.long[service] ?? []).subtracting(longLists)
        #expect(short.isEmpty, "these have fewer than a hundred rows: \(short.sorted())")
    }

    private func isPaged(_ table: QueryTable, _ query: Query) -> Bool {
        query.description.answer(table.name)?.isPaged == true
    }

    @Test("a table beyond what an answer carries says that it is cut, on the wire too")
    func cut() throws {
        let rows = (0...QueryTable.maximumRows).map { [String?(String($0))] }
        let table = QueryTable("t", [QueryColumn("n", .integer)], rows: rows)
        // What a command makes of several answers is no answer, and nothing of it is left out.
        #expect(table.rows.count == rows.count && !table.isCut)
        let reply = QueryReply.answered([table], asOf: Timestamp(microsecondsSinceEpoch: 0))
        let read = try QueryReply(json: reply.encode()).tables[0]
        #expect(read.isCut && read.next == nil && read.rows.count == QueryTable.maximumRows)
        let fitting = QueryTable("t", [QueryColumn("n", .integer)], rows: rows.dropLast())
        #expect(!QueryReply.answered([fitting], asOf: Timestamp(microsecondsSinceEpoch: 0)).tables[0].isCut)
    }
}

extension Timestamp {
    /// A time that no test means.
    fileprivate static let distant = Timestamp(microsecondsSinceEpoch: 0)
}
