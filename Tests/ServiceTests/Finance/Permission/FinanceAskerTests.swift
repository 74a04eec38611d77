import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Finance's answers to people with different rights", .service(try financeDefinition()))
struct FinanceAskerTests {
    private let finance: ServiceFixture
    private let now: Timestamp

    init() throws {
        finance = try .current
        now = try moment("2026-03-03T10:00:00+08:00")
    }

    private static let people = """
        insert into organisation_node (node, valid_from, kind, parent, name, nature, revision) values
            ('WL', '2020-01-01', 'group', null, 'WL', 'business', 1),
            ('EAST', '2020-01-01', 'division', 'WL', 'East', 'business', 1),
            ('KS01', '2020-01-01', 'branch', 'EAST', 'Kunshan', 'business', 1),
            ('SH01', '2020-01-01', 'branch', 'EAST', 'Shanghai', 'business', 1);
        insert into organisation_person (login, valid_from, name, node, revision) values
            ('head.east', '2020-01-01', 'h', 'EAST', 1), ('manager.ks01', '2020-01-01', 'm', 'KS01', 1),
            ('payer', '2020-01-01', 'p', 'KS01', 1);
        insert into permission_policy (version, document, set_by, set_at, reason) values (1, '{"version": 1, "lines": [
            {"line": "rep", "role": "sales-rep", "right": "see", "kinds": ["order"], "scope": "own", "fields": ["margin"],
                "totals": "group"},
            {"line": "branch", "role": "branch-manager", "right": "see", "kinds": ["order"], "scope": "node",
                "fields": ["cost", "margin"]},
            {"line": "division", "role": "division-head", "right": "see", "kinds": ["order"], "scope": "division"},
            {"line": "all", "role": "finance-clerk", "right": "see", "kinds": ["order", "profit"], "scope": "all",
                "fields": ["cost", "margin"]},
            {"line": "figures", "role": "auditor", "right": "see", "kinds": ["profit"], "scope": "all"},
            {"line": "spends", "role": "finance-controller", "right": "see", "kinds": ["expense", "profit"],
                "scope": "all", "fields": ["margin"]},
            {"line": "pays", "role": "credit-manager", "right": "see", "kinds": ["payable"], "scope": "node"},
            {"line": "earns", "role": "credit-manager", "right": "see", "kinds": ["profit"], "scope": "all"}],
            "people": [{"login": "li.wei", "roles": ["sales-rep"]}, {"login": "manager.ks01", "roles": ["branch-manager"]},
                {"login": "head.east", "roles": ["division-head"]}, {"login": "clerk", "roles": ["finance-clerk"]},
                {"login": "looker", "roles": ["auditor"]}, {"login": "spender", "roles": ["finance-controller"]},
                {"login": "payer", "roles": ["credit-manager"]}]}',
            'zhou.min', now(), 'test');
        update people_mark set mark = gen_random_uuid();
        """

    private func prepared() async throws -> PostgresPool {
        for side in Side.allCases { try await finance.handle([.init("m\(side.number)", OrderPlaced(side.order()))]) }
        let pool = try await finance.enforceScopes()
        try await finance.pool.withTransaction { try $0.script(Self.people) }
        return pool
    }

    private func ask(
        _ name: String, _ values: [String: String] = [:], by login: String, _ pool: PostgresPool
    ) async throws -> [QueryTable] {
        let query = try #require(finance.definition.queries.first { $0.name == name })
        let now = now
        return try await pool.withTransaction(isReadOnly: true) { transaction in
            try query.answer(
                values.map { QueryParameter(name: $0.key, value: $0.value) }, now: now, asker: .person(login),
                transaction)
        }
    }

    @Test("of the orders each sees their part, with the figures that are theirs; another's is not there")
    func orders() async throws {
        let pool = try await prepared()
        for (login, orders, blanked) in [
            ("li.wei", ["O1"], ["cost"]), ("manager.ks01", ["O1"], []),
            ("head.east", ["O1", "O2"], ["cost", "margin"]), ("clerk", ["O1", "O2"], []),
        ] as [(String, [String], [String])] {
            let table = try await ask("orders.list", ["totals": "true"], by: login, pool)["orders"]
            #expect(table.column("order_id").compactMap(\.self).sorted() == orders, "\(login)")
            #expect(table.blanked == blanked && table.count == orders.count, "\(login)")
            for column in ["cost", "margin"] {
                #expect(
                    table.column(column).allSatisfy { ($0 == nil) == blanked.contains(column) }, "\(login) \(column)")
                #expect(
                    table.totals.contains { $0.column == column } == !blanked.contains(column), "\(login) \(column)")
            }
            #expect(table.column("amount").allSatisfy { $0 != nil }, "\(login)")
            let other = try await ask("orders.show", ["orderId": "O2"], by: login, pool)
            #expect(other["order"].rows.count == (orders.contains("O2") ? 1 : 0), "\(login)")
            #expect(other["lines"].rows.isEmpty == !orders.contains("O2"), "\(login)")
        }
        await #expect(throws: Refusal.self) { try await ask("orders.list", by: "nobody", pool) }
    }

    @Test("who has left is not answered any more, whatever the policy still gives")
    func leavers() async throws {
        let pool = try await prepared()
        #expect(try await ask("orders.list", by: "manager.ks01", pool)["orders"].rows.count == 1)
        func leave(on day: String) async throws {
            try await finance.pool.withTransaction { transaction in
                try transaction.script(
                    """
                    update organisation_person set valid_until = '\(day)' where login = 'manager.ks01';
                    update people_mark set mark = gen_random_uuid();
                    """)
            }
        }
        try await leave(on: "2026-03-03")
        #expect(try await ask("orders.list", by: "manager.ks01", pool)["orders"].rows.count == 1)
        try await leave(on: "2026-03-02")
        let refusal = await #expect(throws: Refusal.self) { try await ask("orders.list", by: "manager.ks01", pool) }
        #expect(refusal?.reason == .notAuthorised && refusal?.detail.contains("has left") == true)
    }

    @Test("a figure that follows from what is asked is withheld as well as one that is always there")
    func figures() async throws {
        let pool = try await prepared()
        let values = [
            "from": "2026-03-01", "to": "2026-03-31", "by": "total,branch", "metric": "orders,revenue,cost,margin",
        ]
        let all = try await ask("view.figures", values, by: "clerk", pool)["view"]
        let some = try await ask("view.figures", values, by: "looker", pool)["view"]
        #expect(all.rows.count == 2 && all.columns.map(\.name) == some.columns.map(\.name))
        #expect(all.blanked.isEmpty && some.blanked.sorted() == ["cost", "margin", "margin_percent"])
        for name in ["cost", "margin", "margin_percent"] {
            #expect(all.column(name).allSatisfy { $0 != nil } && some.column(name).allSatisfy { $0 == nil }, "\(name)")
        }
        #expect(some.column("revenue") == all.column("revenue"))
    }

    @Test("what is behind a figure is seen event by event with the right to what it is of, not with the figure")
    func drill() async throws {
        let at = try moment("2026-03-02T10:00:00+08:00")
        let pool = try await prepared()
        for side in Side.allCases {
            try await finance.handle([
                .init(
                    "v\(side.number)",
                    SupplierInvoiceReceived(
                        invoiceId: "V\(side.number)", supplier: SupplierReference(code: "S1"),
                        orderIds: ["O\(side.number)"], issuedAt: at, dueAt: at, amount: 120, currency: .cny)),
                .init(
                    "e\(side.number)",
                    ExpenseReported(
                        expenseId: "E\(side.number)", state: .actual, branch: side.branch, owner: side.seller,
                        account: "travel", day: at.day(), amount: 30, currency: .cny)),
            ])
        }
        try await finance.pool.withTransaction { _ = try ViewStore.fold($0) }
        /// How many events the figure is of, and which of them are told.
        func drilled(_ metric: String, _ table: String, by login: String) async throws -> (String?, [String]) {
            let answer = try await ask(
                "view.drill", ["metric": metric, "from": "2026-03-01", "to": "2026-03-31"], by: login, pool)
            return (
                answer["cell"].column("events").first ?? nil, answer[table].column("id").compactMap(\.self).sorted()
            )
        }
        for (login, metric, table, ids) in [
            ("clerk", "revenue", "events", ["O1", "O2"]), ("clerk", "payable", "payable events", []),
            ("clerk", "expenses", "expense events", []), ("looker", "revenue", "events", []),
            ("spender", "expenses", "expense events", ["E1", "E2"]), ("spender", "payable", "payable events", []),
            ("spender", "revenue", "events", []),
            // As far as the right to that kind reaches.
            ("payer", "payable", "payable events", ["V1"]), ("payer", "expenses", "expense events", []),
        ] as [(String, String, String, [String])] {
            let (events, told) = try await drilled(metric, table, by: login)
            #expect(events == "2" && told == ids, "\(login) \(metric)")
        }
        // The margin of each order takes the right to that of orders; of one who sees none of them the figure is told.
        #expect(try await drilled("margin", "events", by: "clerk").1 == ["O1", "O2"])
        let (events, told) = try await drilled("margin", "events", by: "spender")
        #expect(events == "2" && told.isEmpty)
        try await finance.pool.withTransaction {
            try $0.script(
                """
                update permission_policy set document = jsonb_set(document, '{lines}', document->'lines' || '[
                    {"line": "sees", "role": "finance-controller", "right": "see", "kinds": ["order"], "scope": "all"}]');
                update people_mark set mark = gen_random_uuid();
                """)
        }
        let refusal = await #expect(throws: Refusal.self) {
            try await drilled("margin", "events", by: "spender")
        }
        #expect(refusal?.reason == .notAuthorised && refusal?.path == "parameters.metric")
    }

    @Test("sums are told as far as totals reach, without what is not seen of each order in them")
    func sums() async throws {
        let pool = try await prepared()
        func orders(_ login: String) async throws -> Int {
            try await ask("summary", by: login, pool)["decisions"].column("orders")
                .compactMap { $0.flatMap { Int($0) } }.reduce(0, +)
        }
        #expect(try await orders("li.wei") == 2)
        #expect(try await orders("manager.ks01") == 1)
        #expect(try await orders("clerk") == 2)
        let summary = try await ask("summary", by: "li.wei", pool)
        #expect(summary["margins"].column("margin") == [nil] && summary["margins"].column("revenue") != [nil])
        // Of alerts no line says anything.
        #expect(summary["margin alerts"].rows.isEmpty && !summary["margin alerts"].blanked.isEmpty)
        let own = try await ask("summary", ["within": "own"], by: "li.wei", pool)
        #expect(own["margins"].column("margin").allSatisfy { $0 != nil } && own["margins"].rows.count == 1)
    }
}
