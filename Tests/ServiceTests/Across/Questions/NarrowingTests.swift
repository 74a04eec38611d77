import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import ServiceKit

@Suite("Lists by what their rows have", .services)
struct NarrowingTests {
    /// Lists that must have had rows to leave out, with the parameters.
    private static let told: [ServiceName: Set<String>] = [
        .finance: [
            "orders from", "orders to", "orders branch", "orders line", "orders owner", "orders atLeast",
            "orders atMost", "orders currency", "alerts from", "alerts branch", "alerts line", "alerts atMost",
            "aged atLeast", "aged owner", "aged currency", "balances atLeast", "invoices to", "invoices atMost",
            "payables from", "payables atLeast", "lines owner", "margins atMost", "risk to", "promises from",
            "cash on account atLeast", "cash on account owner", "invoices owner", "balances branch", "exposure owner",
            "disputes owner", "promises branch", "write-offs owner",
        ],
        .notifier: ["notices from", "notices owner", "notices line"],
        .servicedesk: ["complaints from", "complaints to"],
        .customer: ["customers branch", "customers owner"],
        .supplier: ["suppliers from"],
    ]

    /// A value that no row has, is above or is below; `nil` where only words of a choice may be given.
    private static func beyond(_ input: QueryInput, _ comparison: Narrowing.Comparison) -> String? {
        switch (input.kind, comparison) {
        case (.choice, _): nil
        case (.day, .atLeast): "2199-01-01"
        case (.day, _): "1970-01-01"
        case (.decimal, .atLeast): "99999999999"
        case (.decimal, _): "-99999999999"
        case (.currency, _): "XAU"
        default: "nobody"
        }
    }

    /// What a value is compared as: it is ordered, and as text it is what somebody would type.
    private static func plain(_ value: String, _ kind: ColumnDescription.Kind) -> (order: String, typed: String) {
        switch kind {
        case .day: return (value, value)
        // What is asked for is a day, what a row tells a time.
        case .time where CalendarDay(value) != nil: return (value, value)
        case .time:
            let time = Timestamp(value) ?? Timestamp(value.replacing(" ", with: "T") + ":00")
            let day = time?.day().description ?? "no time: \(value)"
            return (day, day)
        case .money:
            let units = FixedDecimal(value)?.units ?? 0
            // Of the same length and above zero, so that the order of texts is that of numbers.
            let text = String(units + 1_000_000_000_000_000_000)
            return (String(repeating: "0", count: max(0, 40 - text.count)) + text, value)
        default: return (value, value)
        }
    }

    private static func isTold(_ value: String, _ narrowing: Narrowing, _ bound: String) -> Bool {
        let (one, other) = (plain(value, narrowing.kind).order, plain(bound, narrowing.kind).order)
        return switch narrowing.comparison {
        case .equal: one == other
        case .atLeast: one >= other
        case .atMost: one <= other
        }
    }

    /// What messages of the tests' business do not bring.
    private static func fill(_ service: ServiceName, _ transaction: borrowing Transaction) throws {
        switch service {
        case .notifier:
            try transaction.queue(
                """
                insert into notice (notice_id, revision, kind, object_kind, object_id, happened_at, business_line, owner)
                select 'n' || n, 1, 'k', 'order', 'O' || n, timestamptz '2026-03-01 15:30:00Z' + n * interval '1 h',
                    (array['air', 'road'])[n % 2 + 1], (array['li.wei', 'wu.fang', null])[n % 3 + 1]
                from generate_series(1, 9) n
                """)
        case .servicedesk:
            try transaction.queue(
                """
                insert into complaint (source, complaint_id, customer_code, category, severity, opened_at, opened_by,
                    summary, state, state_at, revision, fingerprint)
                select 'crm', 'K' || n, 'C1', 'late', 'minor', timestamptz '2026-03-01 15:30:00Z' + n * interval '1 h',
                    'x', 's', 'open', timestamptz '2026-03-01Z', 1, 'f'
                from generate_series(1, 9) n
                """)
        default: break
        }
        // What people have had carried out, in whichever service.
        try transaction.queue(
            """
            insert into act (inbox_source, message_id, type, person, proof, source, digest, answer, at)
            select 'waybill.people', 'a' || n, 'x.y.v1', 'li.wei', 'user', 'erp', 'd', '\\x7b7d'::bytea,
                timestamptz '2026-03-01 15:30:00Z' + n * interval '1 h'
            from generate_series(1, 9) n
            """)
    }

    /// That somebody looks after one of the customers.
    private static func registered() throws -> any Message {
        CustomerRegistered(
            CustomerRecord(
                customerId: "K1", revision: 1, name: "C1", branch: "KS01", salesOwner: "li.wei",
                accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                at: try #require(Timestamp("2026-03-01T09:00:00+08:00"))))
    }

    @Test(
        "each list is left with the rows that have what is asked for, all of them and no other",
        arguments: ServiceName.allCases)
    func narrows(_ service: ServiceName) async throws {
        let fixture = try await ServiceFixture.make(service.definition())
        let read = Set(fixture.definition.handlers.flatMap(\.types.keys))
        let messages = try (QuestionTests.business() + [Self.registered()]).filter { read.contains(type(of: $0).type) }
        try await fixture.handle(messages.enumerated().map { .init("m\($0)", $1) })
        try await fixture.pool.withTransaction { transaction in try Self.fill(service, transaction) }
        var told: Set<String> = []
        for query in fixture.definition.answered where query.description.cursor != nil {
            let question = query.description
            var values: [String: String] = [:]
            for input in question.parameters
            where input.isRequired || QuestionTests.needed[question.name] == input.name {
                values[input.name] = QuestionTests.example(input)
            }
            if question.name.hasPrefix("profit.") {
                if question.parameter("by") != nil { values["by"] = "order" }
                if question.parameter("from") != nil {
                    (values["from"], values["to"]) = ("2026-03-01", "2026-03-31")
                }
            }
            if case .choice(let choices) = question.parameter("state")?.kind, choices.contains("all") {
                values["state"] = "all"
            }
            func ask(_ more: [String: String]) async throws -> [QueryTable] {
                let asked = values.merging(more) { $1 }
                return try await fixture.pool.withTransaction(isReadOnly: true) { transaction in
                    try query.ask(asked, at: #require(Timestamp("2026-03-03T10:00:00+08:00")), transaction)
                }
            }
            do {
                let whole = try await ask([:])
                for input in question.parameters {
                    for narrowing in input.narrowings {
                        guard let table = whole.first(where: { $0.name == narrowing.table }), !table.rows.isEmpty
                        else { continue }
                        let name = "\(table.name) \(input.name)"
                        if let beyond = Self.beyond(input, narrowing.comparison) {
                            let nothing = try await ask([input.name: beyond])
                            #expect(
                                nothing.first { $0.name == table.name }?.rows.isEmpty == true,
                                "\(question.name): \(name)")
                        }
                        told.insert(name)
                        // A key that is not shown is not known from here.
                        guard let place = table.columns.firstIndex(where: { $0.name == narrowing.column }) else {
                            continue
                        }
                        let given = table.rows.compactMap { $0.values[place] }
                            .map { Self.plain($0, narrowing.kind) }.sorted { $0.order < $1.order }
                        guard !given.isEmpty else { continue }
                        let bound = given[given.count / 2].typed
                        let narrowed = try await ask([input.name: bound, "totals": "true"])
                        let left = try #require(narrowed.first { $0.name == table.name })
                        let expected = table.rows.map(\.values).filter { row in
                            row[place].map { Self.isTold($0, narrowing, bound) } ?? false
                        }
                        #expect(left.rows.map(\.values) == expected, "\(question.name): \(name) \(bound)")
                        #expect(left.count == expected.count, "\(question.name): \(name) \(bound)")
                    }
                }
            } catch {
                Issue.record("\(service.rawValue) \(question.name) \(values): \(error)")
            }
        }
        let missing = (Self.told[service] ?? []).union(["acts from", "acts to"]).subtracting(told)
        #expect(missing.isEmpty, "these had no rows: \(missing.sorted())")
    }

    @Test("the pages of a narrowed list hold its rows once, and several conditions hold together")
    func pages() async throws {
        let notifier = try await ServiceFixture.make(ServiceName.notifier.definition())
        try await notifier.pool.withTransaction { transaction in try Self.fill(.notifier, transaction) }
        func ask(_ values: [String: String]) async throws -> QueryTable {
            try #require(try await notifier.ask("notices.list", values).first)
        }
        let whole = try await ask(["line": "air", "from": "2026-03-02"])
        #expect(whole.rows.count == 4)
        var rows: [[String?]] = []
        var after: String?
        repeat {
            let page = try await ask([
                "line": "air", "from": "2026-03-02", "limit": "1", "after": after ?? "",
            ])
            rows += page.rows.map(\.values)
            after = page.next
        } while after != nil && rows.count < 20
        #expect(rows == whole.rows.map(\.values))
        #expect(try await ask(["line": "air", "owner": "wu.fang"]).rows.count == 1)
        await #expect(throws: Refusal.self) { _ = try await ask(["from": "2026-03"]) }
    }
}
