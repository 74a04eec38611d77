import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

/// Deals and what they are billed by, and every kind of table that an answer has.
private enum Deals {
    static let list = QueryDescription(
        .supplier, "deals.list", "Deals, the best first.", shows: .order, pageSize: 50,
        answers: [
            .pages(
                "deals", by: [.descending("worth", hidden: .quantity).protected(.margin), "id"],
                totals: ["margin", "amount"],
                [
                    .code("id", "branch", "sales_owner"), .day("day"), .money("margin").protected(.margin),
                    .money("amount"), .code("currency"),
                ])
        ])

    static let built = QueryDescription(
        .supplier, "deals.built", "The same, of rows that are worked on.", shows: .order,
        answers: [
            .pages(
                "deals", by: [.descending("margin").protected(.margin), "id"], totals: ["margin"],
                [.code("id"), .money("margin").protected(.margin), .code("currency")])
        ])

    static let show = QueryDescription(
        .supplier, "deals.show", "A deal, its bills and what all come to.",
        [.text("deal", "Which.").required], shows: .order,
        answers: [
            .whole("deal", [.code("id"), .money("margin").protected(.margin), .code("currency")]),
            .whole("bills", [.code("bill")]).about(.receivable),
            .whole("worked on", [.code("bill")]).about(.receivable),
            .whole("rates", [.code("currency")]).about(.rate),
            .whole("sums", [.code("branch"), .count("deals"), .money("margin").protected(.margin), .code("currency")])
                .asTotals,
        ])

    static let whole = QueryDescription(
        .supplier, "deals.whole", "Whether a number is new.", shows: .order, ofWhole: true,
        answers: [.whole("deals", [.count("deals")])])

    static let forgotten = QueryDescription(
        .supplier, "forgotten.list", "What nobody has declared.", shows: .order,
        answers: [.whole("forgotten", [.code("id")])])

    static let unread = QueryDescription(
        .supplier, "unread.list", "Rows of another kind that nobody has read as such.", shows: .order,
        answers: [.whole("bills", [.code("bill")]).about(.receivable)])

    private static let rows: SQL = """
        select id, branch, sales_owner, day, margin, amount, 'CNY' as currency, margin as worth from deal
        """

    static let definition = ServiceDefinition(
        name: .supplier,
        migrations: [
            Migration(
                number: 1, name: "deals",
                sql: """
                    create table deal (id text primary key, branch text, sales_owner text, day date not null,
                        margin numeric not null, amount numeric not null);
                    create table bill (bill text primary key, deal text not null references deal (id));
                    create table rate (currency text primary key);
                    create table forgotten (id text primary key);
                    insert into deal values
                        ('own', 'KS01', 'li.wei', '2026-06-30', 1, 100), ('team', 'KS01', 'lead', '2026-06-30', 8, 100),
                        ('branch', 'KS01', null, '2026-06-30', 4, 100), ('east', 'NJ01', null, '2026-06-30', 2, 100),
                        ('west', 'NJ01', null, '2026-07-01', 16, 100), ('group', null, null, '2026-07-01', 32, 100);
                    insert into bill select 'B-' || id, id from deal;
                    insert into rate values ('CNY');
                    """)
        ],
        capabilities: [
            Capability(
                questions: [
                    Query(list) { arguments, transaction in [try arguments.table("deals", rows, transaction)] },
                    Query(built) { arguments, transaction in
                        let rows = try transaction.rows("select id, margin::text, 'CNY' from deal order by id").values
                        return [
                            try arguments.table("deals", rows: rows) { row in [row[1] ?? "", row[0] ?? ""] }
                        ]
                    },
                    Query(show) { arguments, transaction in
                        let deal = try arguments.required("deal")
                        let bills: SQL = "select bill from bill where deal = \(deal)"
                        let billed = try arguments.reading("worked on", transaction) {
                            try transaction.query(bills, as: String.self)
                        }
                        return [
                            try arguments.table(
                                "deal", "select id, margin, 'CNY' as currency from deal where id = \(deal)",
                                transaction),
                            try arguments.table("bills", bills, transaction),
                            try arguments.table("worked on", rows: billed.map { [$0] }),
                            try arguments.table("rates", "select currency from rate", transaction),
                            try arguments.table(
                                "sums",
                                """
                                select branch, count(*) as deals, sum(margin) as margin, 'CNY' as currency from deal
                                group by 1 order by 1
                                """, transaction),
                        ]
                    },
                    Query(whole) { arguments, transaction in
                        [try arguments.table("deals", "select count(*) as deals from deal", transaction)]
                    },
                    Query(forgotten) { arguments, transaction in
                        [try arguments.table("forgotten", "select id from forgotten", transaction)]
                    },
                    Query(unread) { arguments, transaction in
                        let bills = try transaction.query("select bill from bill", as: String.self)
                        return [try arguments.table("bills", rows: bills.map { [$0] })]
                    },
                ],
                tables: [
                    ScopedTable("deal", .owned(owner: "sales_owner", branch: "branch", day: "day")),
                    ScopedTable("bill", .through("exists (select from deal d where d.id = t.deal)")),
                    ScopedTable("rate", .open),
                ])
        ])

    /// Two divisions, a branch that is moved on 1 July, and a policy.
    static let people = """
        insert into organisation_node (node, valid_from, valid_until, kind, parent, name, nature, revision) values
            ('WL', '2020-01-01', null, 'group', null, 'WL', 'business', 1),
            ('EAST', '2020-01-01', null, 'division', 'WL', 'East', 'business', 1),
            ('WEST', '2020-01-01', null, 'division', 'WL', 'West', 'business', 1),
            ('KS01', '2020-01-01', null, 'branch', 'EAST', 'Kunshan', 'business', 1),
            ('NJ01', '2020-01-01', '2026-06-30', 'branch', 'EAST', 'Nanjing', 'business', 2),
            ('NJ01', '2026-07-01', null, 'branch', 'WEST', 'Nanjing', 'business', 2);
        insert into organisation_person (login, valid_from, name, node, manager, revision) values
            ('head.east', '2020-01-01', 'h', 'EAST', null, 1), ('manager.ks01', '2020-01-01', 'm', 'KS01', 'head.east', 1),
            ('lead', '2020-01-01', 'l', 'EAST', 'head.east', 1), ('li.wei', '2020-01-01', 'w', 'WEST', 'lead', 1);
        update people_mark set mark = gen_random_uuid();
        """

    static let policy = """
        insert into permission_policy (version, document, set_by, set_at, reason) values (3, '{"version": 3, "lines": [
            {"line": "rep", "role": "sales-rep", "right": "see", "kinds": ["order"], "scope": "own", "fields": ["margin"],
                "totals": "group"},
            {"line": "team", "role": "sales-manager", "right": "see", "kinds": ["order", "receivable"], "scope": "team",
                "fields": ["margin"]},
            {"line": "branch", "role": "branch-manager", "right": "see", "kinds": ["order"], "scope": "node",
                "fields": ["margin"]},
            {"line": "bills", "role": "branch-manager", "right": "see", "kinds": ["receivable"], "scope": "own"},
            {"line": "team-exports", "role": "sales-manager", "right": "export", "kinds": ["order"], "scope": "own"},
            {"line": "branch-exports", "role": "branch-manager", "right": "export", "kinds": ["order"], "scope": "node",
                "fields": ["margin"]},
            {"line": "division", "role": "division-head", "right": "see", "kinds": ["order"], "scope": "division"},
            {"line": "all", "role": "finance-clerk", "right": "see", "kinds": ["order", "receivable", "rate"],
                "scope": "all", "fields": ["margin"]}],
            "people": [{"login": "li.wei", "roles": ["sales-rep"]}, {"login": "lead", "roles": ["sales-manager"]},
                {"login": "manager.ks01", "roles": ["branch-manager"]}, {"login": "head.east", "roles": ["division-head"]},
                {"login": "clerk", "roles": ["finance-clerk"]}]}', 'zhou.min', now(), 'test');
        update people_mark set mark = gen_random_uuid();
        """
}

@Suite("A question by people who see different parts", .service(Deals.definition))
struct QuestionScopeTests {
    private let service: ServiceFixture

    init() throws { service = try .current }

    private static let now = Timestamp("2026-07-15T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    /// The service with its organisation, and a policy when it is wanted; the pool is that of the service's own role.
    private func prepared(hasPolicy: Bool = true) async throws -> PostgresPool {
        let pool = try await service.enforceScopes()
        try await service.pool.withTransaction { transaction in
            try transaction.script(Deals.people)
            if hasPolicy { try transaction.script(Deals.policy) }
        }
        return pool
    }

    private func ask(
        _ name: String, _ values: [String: String] = [:], by asker: QuestionAsker, isExport: Bool = false,
        _ pool: PostgresPool
    ) async throws -> [QueryTable] {
        let query = try #require(service.definition.queries.first { $0.name == name })
        return try await pool.withTransaction(isReadOnly: true) { transaction in
            try query.answer(
                values.map { QueryParameter(name: $0.key, value: $0.value) }, now: Self.now, asker: asker,
                isExport: isExport, transaction)
        }
    }

    private func refusal(
        _ name: String, _ values: [String: String] = [:], by asker: QuestionAsker, isExport: Bool = false,
        _ pool: PostgresPool
    ) async throws -> Refusal {
        try #require(
            await #expect(throws: Refusal.self) {
                _ = try await ask(name, values, by: asker, isExport: isExport, pool)
            })
    }

    @Test("each sees their own part, in the order that they may know; the hidden amount is in no row, order or total")
    func five() async throws {
        let pool = try await prepared()
        for (login, ids, margin) in [
            ("li.wei", ["own"], "1.00"), ("lead", ["team", "own"], "9.00"),
            ("manager.ks01", ["team", "branch", "own"], "13.00"),
            // Without the margin the order is that of what is left: the number.
            ("head.east", ["branch", "east", "own", "team"], nil),
            ("clerk", ["group", "west", "team", "branch", "east", "own"], "63.00"),
        ] as [(String, [String], String?)] {
            let table = try await ask("deals.list", ["totals": "true"], by: .person(login), pool)["deals"]
            #expect(table.column("id") == ids, "\(login)")
            #expect(table.count == ids.count && table.blanked == (margin == nil ? ["margin"] : []), "\(login)")
            #expect(table.column("margin").allSatisfy { ($0 == nil) == (margin == nil) }, "\(login)")
            #expect(table.totals.first { $0.column == "margin" }?.amount == margin, "\(login)")
            #expect(table.totals.first { $0.column == "amount" }?.amount == "\(ids.count)00.00", "\(login)")
            // Page by page it is the same list.
            var (walked, after): ([String?], String?) = ([], nil)
            repeat {
                let page = try await ask(
                    "deals.list", ["limit": "1"].merging(after.map { ["after": $0] } ?? [:]) { $1 },
                    by: .person(login), pool)["deals"]
                walked += page.column("id")
                after = page.next
            } while after != nil
            #expect(walked == ids, "\(login)")
        }
    }

    @Test("whether a service answers is told to everybody, by whatever policy")
    func alive() async throws {
        let pool = try await prepared()
        let query = try #require(service.definition.answered.first { $0.name == "alive" })
        for asker in [QuestionAsker.person("nobody"), .unknown, .operator] {
            let told = try await pool.withTransaction(isReadOnly: true) { transaction in
                try query.answer([], now: Self.now, asker: asker, transaction)
            }
            #expect(told["alive"].column("alive") == ["true"] && told["alive"].blanked.isEmpty)
        }
    }

    @Test("rows that are worked on pass the same gate")
    func built() async throws {
        let pool = try await prepared()
        let seen = try await ask("deals.built", ["totals": "true"], by: .person("manager.ks01"), pool)["deals"]
        #expect(seen.column("id") == ["team", "branch", "own"] && seen.totals.map(\.amount) == ["13.00"])
        let blank = try await ask("deals.built", ["totals": "true", "limit": "3"], by: .person("head.east"), pool)
        #expect(blank["deals"].column("id") == ["branch", "east", "own"] && blank["deals"].totals.isEmpty)
        #expect(blank["deals"].column("margin") == [nil, nil, nil] && blank["deals"].blanked == ["margin"])
        let next = try #require(blank["deals"].next)
        let rest = try await ask("deals.built", ["after": next], by: .person("head.east"), pool)["deals"]
        #expect(rest.column("id") == ["team"])
    }

    @Test("by a hidden amount no list is narrowed")
    func narrowing() async throws {
        let pool = try await prepared()
        let seen = try await ask("deals.list", ["atLeast": "4"], by: .person("manager.ks01"), pool)["deals"]
        #expect(seen.column("id") == ["team", "branch"])
        let refused = try await refusal("deals.list", ["atLeast": "4"], by: .person("head.east"), pool)
        #expect(refused.reason == .notAuthorised && refused.path == "parameters.atLeast")
    }

    @Test("what is another's is not there; tables of other kinds and sums are told by rights of their own")
    func tables() async throws {
        let pool = try await prepared()
        let foreign = try await ask("deals.show", ["deal": "team"], by: .person("li.wei"), pool)
        #expect(foreign["deal"].rows.isEmpty && foreign["bills"].rows.isEmpty)
        #expect(foreign["bills"].blanked == ["bill"] && foreign["rates"].blanked == ["currency"])
        // Sums are of the divisions, without the margin; what belongs to the group as a whole is not among them.
        #expect(foreign["sums"].column("branch") == ["KS01", "NJ01"] && foreign["sums"].column("deals") == ["3", "2"])
        #expect(foreign["sums"].column("margin") == [nil, nil] && foreign["sums"].blanked == ["margin"])

        let near = try await ask("deals.show", ["deal": "branch"], by: .person("manager.ks01"), pool)
        #expect(near["deal"].column("id") == ["branch"] && near["deal"].column("margin") == ["4"])
        // Of bills only one's own are seen.
        #expect(near["bills"].rows.isEmpty && near["bills"].blanked.isEmpty && near["worked on"].rows.isEmpty)
        #expect(near["sums"].column("deals") == ["3"])

        let team = try await ask("deals.show", ["deal": "own"], by: .person("lead"), pool)
        #expect(team["bills"].column("bill") == ["B-own"] && team["worked on"].column("bill") == ["B-own"])
        let all = try await ask("deals.show", ["deal": "group"], by: .person("clerk"), pool)
        #expect(all["deal"].column("id") == ["group"] && all["rates"].column("currency") == ["CNY"])
    }

    @Test("what is asked for within narrows, and never adds")
    func within() async throws {
        let pool = try await prepared()
        for (login, within, ids) in [
            ("manager.ks01", "own", []), ("lead", "own", ["team"]), ("lead", "division", ["team", "own"]),
            ("clerk", "group", ["group", "west", "team", "branch", "east", "own"]),
        ] as [(String, String, [String])] {
            let table = try await ask("deals.list", ["within": within], by: .person(login), pool)["deals"]
            #expect(table.column("id") == ids, "\(login) within \(within)")
        }
    }

    @Test("who may see nothing of a kind is refused, with the version or the line; so is who cannot be told")
    func refused() async throws {
        let pool = try await prepared()
        for asker in [QuestionAsker.person("nobody"), .operator] {
            let refused = try await refusal("deals.list", by: asker, pool)
            #expect(refused.reason == .notAuthorised && refused.path == "$")
            #expect(refused.detail.contains("no line of policy version 3"))
        }
        #expect(try await refusal("deals.list", by: .unknown, pool).reason == .publisherUnknown)
        #expect(try await refusal("deals.whole", by: .person("manager.ks01"), pool).reason == .notAuthorised)
        #expect(try await ask("deals.whole", by: .person("clerk"), pool)["deals"].column("deals") == ["6"])
        // The next policy holds at once.
        try await service.pool.withTransaction { transaction in
            try transaction.script(
                """
                insert into permission_policy (version, document, set_by, set_at, reason)
                select 4, jsonb_set(document, '{lines,0,effect}', '"refuse"') || '{"version": 4}', set_by, set_at, reason
                from permission_policy;
                update permission_policy set document = document #- '{lines,0,totals}' #- '{lines,0,fields}'
                where version = 4;
                update people_mark set mark = gen_random_uuid();
                """)
        }
        let later = try await refusal("deals.list", by: .person("li.wei"), pool)
        #expect(later.detail.contains("line 'rep' of policy version 4 takes"))
    }

    @Test("what is taken out is what may be exported, not what is seen; without a policy it is all")
    func export() async throws {
        let pool = try await prepared()
        let lead = QuestionAsker.person("lead")
        #expect(try await ask("deals.list", by: lead, pool)["deals"].column("id") == ["team", "own"])
        let out = try await ask("deals.list", ["totals": "true"], by: lead, isExport: true, pool)["deals"]
        #expect(out.column("id") == ["team"] && out.count == 1)
        #expect(out.blanked == ["margin"] && out.column("margin") == [nil] && out.totals.map(\.column) == ["amount"])
        let narrowed = try await refusal("deals.list", ["atLeast": "4"], by: lead, isExport: true, pool)
        #expect(narrowed.reason == .notAuthorised && narrowed.path == "parameters.atLeast")

        let manager = QuestionAsker.person("manager.ks01")
        let branch = try await ask("deals.list", by: manager, isExport: true, pool)["deals"]
        #expect(branch.column("id") == ["team", "branch", "own"] && branch.blanked.isEmpty)
        // Of bills the manager sees the own ones and exports none.
        let one = try await ask("deals.show", ["deal": "branch"], by: manager, isExport: true, pool)
        #expect(one["deal"].column("margin") == ["4"] && one["bills"].blanked == ["bill"])
        #expect(one["sums"].column("deals") == ["3"])

        for login in ["li.wei", "clerk"] {
            let refused = try await refusal("deals.list", by: .person(login), isExport: true, pool)
            #expect(refused.reason == .notAuthorised && refused.path == "$")
            #expect(refused.detail == "no line of policy version 3 gives '\(login)' the right 'export' to 'order'")
        }
        let open = try await ask("deals.list", by: .service, isExport: true, pool)["deals"]
        #expect(open.rows.count == 6)
    }

    @Test("without a policy everybody sees everything, and may still ask for what is near")
    func open() async throws {
        let pool = try await prepared(hasPolicy: false)
        for asker in [QuestionAsker.person("nobody"), .operator, .unknown] {
            let table = try await ask("deals.list", by: asker, pool)["deals"]
            #expect(table.rows.count == 6 && table.blanked.isEmpty)
        }
        let own = try await ask("deals.list", ["within": "own"], by: .person("li.wei"), pool)["deals"]
        #expect(own.column("id") == ["own"] && own.column("margin") == ["1"])
        let out = try await ask(
            "deals.list", ["within": "own"], by: .person("li.wei"), isExport: true, pool)["deals"]
        #expect(out.column("id") == ["own"])
        #expect(try await refusal("deals.list", ["within": "own"], by: .unknown, pool).reason == .publisherUnknown)
    }

    @Test("a table that nobody declared is not read, and rows of another kind are read as that or not told")
    func closed() async throws {
        let pool = try await prepared()
        let error = await #expect(throws: PostgresError.self) {
            _ = try await ask("forgotten.list", by: .person("li.wei"), pool)
        }
        #expect(error?.sqlState == "42501")
        #expect(try await refusal("unread.list", by: .person("clerk"), pool).reason == .internalError)
        #expect(try await refusal("unread.list", by: .service, pool).reason == .internalError)
    }

    @Test("no role of a question stays behind it, however it ends")
    func leak() async throws {
        _ = try await prepared()
        let pool = try service.applicationPool(size: 1)
        func look() async throws -> [(Bool, Int)] {
            try await pool.withTransaction { transaction in
                try transaction.query(
                    "select current_user = session_user, (select count(*) from deal)", as: (Bool, Int).self)
            }
        }
        for question in ["deals.list", "forgotten.list", "deals.list", "unread.list", "deals.list"] {
            _ = try? await ask(question, by: .person("li.wei"), pool)
            let seen = try await look()
            #expect(seen.map(\.0) == [true] && seen.map(\.1) == [6], "\(question)")
        }
        // The same statement as either role: each by a plan of its own.
        for _ in 0..<8 {
            #expect(try await ask("deals.list", by: .person("li.wei"), pool)["deals"].rows.count == 1)
            #expect(try await ask("deals.list", by: .person("clerk"), pool)["deals"].rows.count == 6)
        }
    }
}
