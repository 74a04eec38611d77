import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

enum ScopeSize {
    /// How many customers there are to be, as asked for.
    static let asked = Int(ProcessInfo.processInfo.environment["WAYBILL_BENCH_SCOPE"] ?? "")
}

/// What it costs to ask by a policy: asked for by `Benchmarks/scope.sh`, never part of the tests.
///
/// The ten questions that are asked most, over the customers asked for with their orders, alerts, invoices and contacts, by
/// turns: as without a policy; by who sees everything; by who sees every row, but by sets; and by a branch.
@Suite(
    "Measured: questions by who sees a part", .enabled(if: ScopeSize.asked != nil, "set WAYBILL_BENCH_SCOPE=CUSTOMERS"),
    .serialized, .services)
struct ScopeMeasurement {
    private static let now = Timestamp("2026-07-15T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
    private static let branches = Organisation.standard.branches.map(\.code)
    private static let askers: [(name: String, asker: QuestionAsker)] = [
        ("without", .service), ("everything", .person("all")), ("sets", .person("sets")),
        ("branch", .person("branch")),
    ]

    private struct Question {
        let name: String
        let values: @Sendable (_ customer: Int) -> [String: String]

        init(_ name: String, _ values: @escaping @Sendable (Int) -> [String: String] = { _ in [:] }) {
            self.name = name
            self.values = values
        }
    }

    private static let questions: [(ServiceName, [Question])] = [
        (
            .finance,
            [
                Question("orders.list"), Question("orders.show") { ["orderId": "O\($0)-1"] },
                Question("orders.totals"), Question("summary"), Question("alerts.list"),
                Question("receivables.invoices") { ["customer": "C\($0)", "source": "erp", "state": "all"] },
                Question("receivables.ageing") { _ in ["asOf": "2026-07-15"] },
            ]
        ),
        (
            .customer,
            [
                Question("customers.list"), Question("customers.overview") { ["customer": "C\($0)"] },
                Question("interactions.list") { ["customer": "C\($0)"] },
            ]
        ),
    ]

    @Test("prints a line of JSON a question", arguments: questions.map(\.0))
    func measure(_ service: ServiceName) async throws {
        let customers = try #require(ScopeSize.asked)
        let fixture = try await ServiceFixture.make(service.definition())
        let pool = try await fixture.enforceScopes()
        try await Self.fill(fixture, Self.people + (service == .finance ? Self.finance : Self.customer)(customers))
        for question in Self.questions.filter({ $0.0 == service }).flatMap(\.1) {
            try await Self.time(question, customers, fixture, pool)
        }
    }

    private static func time(
        _ question: Question, _ customers: Int, _ fixture: ServiceFixture, _ pool: PostgresPool
    ) async throws {
        let query = try #require(fixture.definition.queries.first { $0.name == question.name })
        func ask(_ asker: QuestionAsker, _ customer: Int) async throws -> [QueryTable] {
            let values = question.values(customer).map { QueryParameter(name: $0.key, value: $0.value) }
            return try await pool.withTransaction(isReadOnly: true) { transaction in
                try query.answer(values, now: now, asker: asker, transaction)
            }
        }
        // Of whose branch the fourth asker is, so that each finds what it asks for.
        func customer(_ run: Int) -> Int {
            (run * 7_919 % (customers / branches.count)) * branches.count + branches.count
        }
        let whole = try await ask(.service, customer(1)).map { $0.rows.map(\.values) }
        #expect(try await ask(.person("sets"), customer(1)).map { $0.rows.map(\.values) } == whole, "\(question.name)")
        #expect(whole.contains { !$0.isEmpty }, "\(question.name)")
        var times: [String: [Double]] = [:]
        // Until the server plans once for all.
        for run in 0..<8 { for (_, asker) in askers { _ = try await ask(asker, customer(run)) } }
        let began = ContinuousClock.now
        for run in 0..<400 where run < 20 || ContinuousClock.now - began < .seconds(30) {
            for (name, asker) in askers {
                let started = ContinuousClock.now
                _ = try await ask(asker, customer(run))
                let taken = ContinuousClock.now - started
                times[name, default: []].append(
                    Double(taken.components.attoseconds) / 1e15 + Double(taken.components.seconds) * 1_000)
            }
        }
        func median(_ name: String) -> Double {
            let sorted = (times[name] ?? []).sorted()
            return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        }
        func rounded(_ value: Double, _ places: Double) -> Double { (value * places).rounded() / places }
        let figures = askers.map { #""\#($0.name)Milliseconds": \#(rounded(median($0.name), 1_000))"# }
        let costs = ["everything", "sets"].map {
            #""\#($0)Cost": \#(rounded(median($0) / median("without") - 1, 1_000))"#
        }
        let runs = times["without"]?.count ?? 0
        print(
            #"{"measure": "\#(question.name)", "customers": \#(customers), "runs": \#(runs), "#
                + (figures + costs).joined(separator: ", ") + "}")
    }

    // MARK: What is asked about

    private static func fill(_ fixture: ServiceFixture, _ statements: [String]) async throws {
        for statement in statements + ["analyze"] {
            try await fixture.pool.withTransaction { transaction in
                try transaction.execute("set local statement_timeout = 0")
                try transaction.script(statement)
            }
        }
    }

    private static let people: [String] = {
        let divisions = Organisation.standard.divisions
        let nodes =
            ["('WL', 'group', null)"]
            + divisions.flatMap { division in
                ["('\(division.code)', 'division', 'WL')"]
                    + division.branches.map { "('\($0.code)', 'branch', '\(division.code)')" }
            }
        let roles = [("all", "executive", "all"), ("sets", "buyer", "group"), ("branch", "branch-manager", "node")]
        let lines = roles.map { login, role, scope in
            #"{"line": "\#(login)", "role": "\#(role)", "right": "see", "kinds": "*", "scope": "\#(scope)", "#
                + #""fields": ["cost", "margin", "purchase-rate", "personal-data"]}"#
        }
        let people = roles.map { login, role, _ in #"{"login": "\#(login)", "roles": ["\#(role)"]}"# }
        let document =
            #"{"version": 1, "lines": [\#(lines.joined(separator: ", "))], "#
            + #""people": [\#(people.joined(separator: ", "))]}"#
        return [
            """
            insert into organisation_node (node, valid_from, kind, parent, name, nature, revision)
            select node, date '2020-01-01', kind, parent, node, 'business', 1
            from (values \(nodes.joined(separator: ", "))) as t(node, kind, parent)
            """,
            """
            insert into organisation_person (login, valid_from, name, node, revision)
            values ('branch', '2020-01-01', 'b', '\(branches[0])', 1), ('sets', '2020-01-01', 's', 'WL', 1)
            """,
            """
            insert into permission_policy (version, document, set_by, set_at, reason)
            values (1, '\(document)', 'zhou.min', now(), 'measured');
            update people_mark set mark = gen_random_uuid()
            """,
        ]
    }()

    /// The branch of a customer of some number.
    private static var branch: String {
        "(array['\(branches.joined(separator: "', '"))'])[1 + n % \(branches.count)]"
    }

    private static func finance(_ customers: Int) -> [String] {
        let line = #"[{"line":1,"serviceItem":"R","quantity":"1","unit":"kg","revenue":"100","cost":"90"}]"#
        return [
            """
            insert into account (source, code, customer_id, name, branch, sales_owner, revision)
            select 'erp', 'C' || n, 'party-' || n, 'Company ' || n, \(branch), 'seller-' || n % 500, 1
            from generate_series(1, \(customers)) n
            """,
            """
            insert into orders (source, order_id, version, revision, content_revision, fingerprint, is_cancelled,
                customer_code, business_line, branch, sales_owner, placed_at, day, currency, lines, revenue,
                known_revenue, cost, is_counted, is_provisional, low_raised, negative_raised, decision)
            select 'erp', 'O' || n || '-' || m, 1, 1, 1, n, false, 'C' || n, 'air-freight', \(branch),
                'seller-' || n % 500, timestamptz '2026-07-15' - (n + m) % 180 * interval '1 day',
                date '2026-07-15' - (n + m) % 180, 'CNY', '\(line)', 100, 100, 80 + n % 30, true, false, 0, 0, 'accepted'
            from generate_series(1, \(customers)) n, generate_series(1, 2) m
            """,
            """
            insert into alert (alert_id, level, severity, source, order_id, customer_id, customer_code, business_line,
                branch, sales_owner, revenue, cost, currency, raised_at)
            select 'A' || n, 'order', case when n % 3 = 0 then 'negative' else 'low' end, 'erp', 'O' || n || '-1',
                'party-' || n, 'C' || n, 'air-freight', \(branch), 'seller-' || n % 500, 100, 95 + n % 20, 'CNY',
                timestamptz '2026-07-15' - n % 180 * interval '1 day'
            from generate_series(1, \(customers), 20) n
            """,
            """
            insert into receivable (source, invoice_id, fingerprint, customer_code, issued_at, issued_day, due_at,
                due_day, amount, currency)
            select 'erp', 'I' || n || '-' || m, n, 'C' || n, d, d::date, d + interval '30 days', d::date + 30,
                100 + n % 900, 'CNY'
            from generate_series(1, \(customers)) n, generate_series(1, 2) m,
                lateral (select timestamptz '2026-01-01' + (n + m) % 170 * interval '1 day' as d) t
            """,
        ]
    }

    private static func customer(_ customers: Int) -> [String] {
        [
            """
            insert into customer (customer_id, revision, founded_at, name, changed_at)
            select 'party-' || n, 1, now(), 'Company ' || n, now() from generate_series(1, \(customers)) n
            """,
            """
            insert into account (source, code, customer_id, homing_revision, name, branch, sales_owner, said_at,
                first_at, own_id)
            select 'erp', 'C' || n, 'party-' || n, 1, 'Company ' || n, \(branch), 'seller-' || n % 500, 0, 0,
                'party-' || n
            from generate_series(1, \(customers)) n
            """,
            """
            insert into account_month select 'erp', 'C' || n, date '2026-01-01' + m * 31, 'CNY', m + 1, 1000 * m + n % 999
            from generate_series(1, \(customers)) n, generate_series(0, 5) m on conflict do nothing
            """,
            """
            insert into invoice_replica (source, invoice_id, code, amount, open_amount, currency, issued_at, due_at)
            select 'erp', 'I' || n || '-' || m, 'C' || n, 100, 50 * m, 'CNY', now(), now()
            from generate_series(1, \(customers)) n, generate_series(0, 2) m
            """,
            """
            insert into interaction (source, channel, interaction_id, code, person_id, said_by, happened_at)
            select 'erp', 'phone', 'X' || n || '-' || m, 'C' || n, 'p' || n, 'li.wei', now()
            from generate_series(1, \(customers)) n, generate_series(0, 2) m
            """,
            """
            insert into timeline (source, event_id, account_source, code, kind, detail, happened_at)
            select 'sales', 'T' || n || '-' || m, 'erp', 'C' || n, 'order anomaly raised', 'odd', now()
            from generate_series(1, \(customers)) n, generate_series(0, 2) m
            """,
        ]
    }
}
