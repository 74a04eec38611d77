import BrokerLayout
import Domain
import Foundation
import Messaging
import Postgres
import ServiceLifecycle
import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import Contracts
@testable import ServiceKit

/// A question made for these tests: whom a customer's people are, of which names and telephones are personal.
private let contacts = QueryDescription(
    .sales, "contacts.list", "Whom to speak with.",
    [
        .customer.required, .source, .text("phone", "Only with this telephone."),
        .text("code", "Only of this person.").protected(.personalData),
    ],
    shows: .interaction,
    answers: [
        .whole(
            "contacts",
            [
                .code("customer_id", "credit_code"), .text("name", "phone").protected(.personalData), .text("note"),
                .code("person_code").protected(.personalData),
            ]), .whole("branches", [.code("branch")]),
    ])

private func told(_ rows: [[String?]]) -> QueryTable {
    QueryTable(
        "contacts", ["customer_id", "credit_code", "name", "phone", "note", "person_code"].map { QueryColumn($0) },
        rows: rows)
}

private func asking(_ values: [String: String], isExport: Bool = false, of question: String = "contacts.list")
    -> RunQuery
{
    RunQuery(
        query: question,
        parameters: values.sorted { $0.key < $1.key }.map { QueryParameter(name: $0.key, value: $0.value) },
        isExport: isExport)
}

private func noted(_ number: Int) -> AuditEntry {
    AuditEntry(
        .seen(columns: ["contacts.name"], isExport: false), "contacts.list",
        AuditedObject(kind: "interaction", keys: ["C\(number)"]),
        by: Principal(person: "li.wei", proof: .user, user: "li.wei"), under: .none, rows: 1,
        at: Timestamp(microsecondsSinceEpoch: Int64(number)))
}

@Suite("What the audit notes")
struct AuditedAnswerTests {
    @Test(
        "the columns of personal data that hold a value, the rows of their tables, and keys: never what stands in them")
    func columns() throws {
        let tables = [
            told([
                ["c-1", "91310000X", "Zhang San", nil, "mornings", "P-7"], ["c-2", nil, "", nil, nil, nil],
                ["c-1", nil, "Li Si", nil, nil, nil],
            ]), QueryTable("branches", [QueryColumn("branch")], rows: [["KS01"], ["KS02"]]),
        ]
        let request = asking(["customer": "K77", "source": "crm", "phone": "13800000000", "code": "P-7"])
        let answer = try #require(AuditedAnswer(tables, to: request, contacts))
        #expect(answer.columns == ["contacts.name", "contacts.person_code"])
        #expect(answer.rows == 3 && !answer.isExport)
        #expect(answer.object.kind == "interaction")
        // What a parameter that is a person's own says is not kept, nor what one says that names nothing.
        #expect(answer.object.parameters == ["customer=K77", "source=crm"])
        #expect(answer.object.keys == ["K77", "c-1", "c-2"])
        let text = "\(answer)"
        for secret in ["Zhang", "Li Si", "13800000000", "P-7", "mornings", "91310000X"] {
            #expect(!text.contains(secret), "\(secret)")
        }
    }

    @Test("an answer without personal data is noted when it is taken out, one about the audit always, any other never")
    func others() throws {
        let blank = told([["c-1", nil, nil, nil, "mornings", nil]])
        let request = asking(["customer": "K77"])
        #expect(AuditedAnswer([blank], to: request, contacts) == nil)
        #expect(AuditedAnswer([told([])], to: request, contacts) == nil)
        // What is withheld from who asks was not seen.
        let withheld = told([["c-1", nil, "Zhang San", "1", nil, nil]]).withholding(["name", "phone"])
        #expect(AuditedAnswer([withheld], to: request, contacts) == nil)
        let export = try #require(AuditedAnswer([blank], to: asking(["customer": "K77"], isExport: true), contacts))
        #expect(export.isExport && export.columns.isEmpty && export.rows == 1 && export.object.keys == ["K77"])
        let looked = AuditedAnswer([], to: asking(["person": "li.wei"], of: "audit.list"), CommonQuestions.audit)
        #expect(looked?.object.parameters == ["person=li.wei"])
    }

    @Test("that an answer is to be taken out is said by whoever asks, and nothing is said of any other")
    func marked() throws {
        #expect(try RunQuery(json: asking(["customer": "C"], isExport: true).encode()).isExport)
        let plain = asking(["customer": "C"]).encode()
        #expect(try !RunQuery(json: plain).isExport)
        #expect(!String(decoding: plain, as: UTF8.self).contains("isExport"))
    }

    @Test("what finds no room is counted by who, what and how, and waits behind what came before it")
    func folding() {
        var buffer = AuditBuffer(room: 4, mostFolds: 1)
        #expect([1, 2].map { buffer.add(noted($0)) } == [.kept, .kept])
        #expect([3, 4].map { buffer.add(noted($0)) } == [.folded, .folded])
        let other = AuditEntry(
            .denied(reason: "not-authorised", path: "$", isAct: true), "close", .unnamed, by: nil, under: .none,
            at: Timestamp(microsecondsSinceEpoch: 9))
        #expect(buffer.add(other) == .lost)
        #expect(buffer.count == 3)
        #expect(buffer.next(10).map(\.object.keys) == [["C1"], ["C2"]])
        buffer.removeFirst(2)
        let folded = buffer.next(10)
        #expect(folded.map(\.answers) == [2] && folded.map(\.rows) == [2])
        #expect(folded.first?.object == AuditedObject(kind: "interaction"))
        // From here on there is room again, and what is noted now is no part of what is being written.
        #expect(buffer.add(noted(5)) == .kept)
        buffer.removeFirst(1)
        #expect(buffer.next(10).map(\.object.keys) == [["C5"]])
    }

    @Test("a text from outside has no control characters and an end")
    func texts() {
        #expect(auditText("li\u{0}wei\u{1b}[2J\n") == "li wei [2J ")
        #expect(auditText(String(repeating: "客", count: 300)).count == 200)
        #expect(auditText("客户 1") == "客户 1")
    }

    @Test(
        "a record of an operator is read by its fields; words of a refusal are not kept, and what is no record is one")
    func operators() throws {
        let now = Timestamp(microsecondsSinceEpoch: 5)
        func record(_ act: String) -> OperatorAct {
            let message = AuditRecord(who: "li.wei", brokerUser: "waybill-operator", act: act, why: "mistyped").message(
                at: Timestamp(microsecondsSinceEpoch: 7), service: .finance, id: "m1", source: "erp",
                type: "order.placed.v1", reason: "unknown-currency", body: [1])
            return OperatorAct(body: message.body, now: now)
        }
        let edit = record("edit")
        #expect(edit.who == "li.wei" && edit.act == "edit" && edit.why == "mistyped" && edit.service == "finance")
        #expect(edit.at.microsecondsSinceEpoch == 7 && edit.id == "m1" && edit.bodyDigest == AuditRecord.digest([1]))
        #expect(record(AuditRecord.refusal).why == nil)
        let rubbish = OperatorAct(body: Array("{".utf8), now: now)
        #expect(
            rubbish.act == "unreadable" && rubbish.at == now && rubbish.digest == AuditRecord.digest(Array("{".utf8)))
    }
}

@Suite(
    "The audit, over a real database",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)), .timeLimit(.minutes(3)))
struct AuditTests {
    private struct Desk: Sendable {
        let database: DatabaseFixture
        let pool: PostgresPool
        let metrics: ServiceMetrics
        let book: AuditBook

        /// Answers questions of contacts, but none of the customer DENIED.
        var server: QueryServer {
            QueryServer(
                service: .sales,
                queries: [
                    Query(contacts) { arguments, _ in
                        guard arguments["customer"] != "DENIED" else {
                            throw Refusal(.notAuthorised, path: "parameters.customer", "Zhang San is not yours")
                        }
                        return [
                            try arguments.table(
                                "contacts", rows: [["c-1", nil, "Zhang San", "13800001111", nil, nil]]),
                            try arguments.table("branches", rows: []),
                        ]
                    }
                ], pool: pool, clock: ServiceClock(mode: .system) { _ in }, metrics: metrics, audit: book,
                logger: TestServers.quiet)
        }

        func ask(_ values: [String: String], by user: String?, onBehalfOf: String? = nil) async -> QueryReply? {
            var headers: [String: HeaderValue] = [:]
            headers[BrokerUsers.onBehalfOf] = onBehalfOf.map { .string($0) }
            return await server.answer(
                Delivery(
                    exchange: Exchanges.commands, routingKey: "sales.run-query.v1",
                    properties: MessageProperties(headers: headers, userID: user), body: asking(values).encode()))
        }

        func rows(_ statement: String) async throws -> [[String?]] {
            try await pool.withTransaction(isReadOnly: true) { try $0.rows(SQL(stringLiteral: statement)).values }
        }

        /// Asks one of the questions of the audit.
        func audit(_ name: String, _ values: [String: String]) async throws -> [QueryTable] {
            let query = try #require(AuditQueries.all.first { $0.name == name })
            return try await pool.withTransaction(isReadOnly: true) { transaction in
                try query.answer(
                    values.map { QueryParameter(name: $0.key, value: $0.value) }, now: ServiceClock.wallClock(),
                    transaction)
            }
        }

        /// A column of the audit's list.
        func list(_ column: String, _ values: [String: String]) async throws -> [String?] {
            let table = try #require(try await audit("audit.list", values).first)
            let place = try #require(table.columns.firstIndex { $0.name == column })
            return table.rows.map { $0.values[place] }
        }
    }

    private func with(
        buffer: AuditBuffer = AuditBuffer(), connections: Int = 4,
        prepare: (DatabaseFixture) async throws -> Void = { _ in },
        _ body: (Desk) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            try await prepare(database)
            _ = try await Migrator(
                schema: database.schema, component: "host", migrations: Schema.hostMigrations,
                repeatables: Schema.hostRepeatables, logger: TestServers.quiet
            ).migrate(database.configuration())
            let pool = try database.pool(size: connections)
            try await PartitionKeeper(pool: pool, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet).keep()
            let metrics = ServiceMetrics(of: .sales)
            let book = AuditBook(pool: pool, metrics: metrics, logger: TestServers.quiet, buffer: buffer)
            try await body(Desk(database: database, pool: pool, metrics: metrics, book: book))
        }
    }

    @Test("it is noted who was told what and who was denied; names stand nowhere in it")
    func noted() async throws {
        try await with { desk in
            #expect(await desk.ask(["customer": "K77"], by: "li.wei")?.status == .answered)
            #expect(
                await desk.ask(["customer": "K78"], by: BrokerUsers.edge, onBehalfOf: "zhou.min")?.status == .answered)
            #expect(await desk.ask(["customer": "DENIED"], by: "zhou.min")?.status == .refused)
            // Who speaks for somebody else is denied, and is who is noted.
            #expect(await desk.ask(["customer": "K77"], by: "zhou.min", onBehalfOf: "li.wei")?.status == .refused)
            #expect(desk.metrics.deniedByReason == ["field": 1, "asker": 1])
            #expect(try await desk.rows("select 1 from audit_seen") == [])
            try await desk.book.write()
            #expect(
                try await desk.rows(
                    """
                    select person, proof, broker_user, question, kind, parameters, array_to_string(objects, ','),
                        array_to_string(columns, ','), row_count, is_export, answers from audit_seen order by at
                    """) == [
                        [
                            "li.wei", "user", "li.wei", "contacts.list", "interaction", "customer=K77", "K77,c-1",
                            "contacts.name,contacts.phone", "1", "f", "1",
                        ],
                        [
                            "zhou.min", "edge", BrokerUsers.edge, "contacts.list", "interaction", "customer=K78",
                            "K78,c-1", "contacts.name,contacts.phone", "1", "f", "1",
                        ],
                    ])
            #expect(
                try await desk.rows(
                    "select person, asked, is_act, reason, path, parameters from audit_denied order by at")
                    == [
                        [
                            "zhou.min", "contacts.list", "f", "not-authorised", "parameters.customer",
                            "customer=DENIED",
                        ],
                        [
                            "zhou.min", "contacts.list", "f", "not-authorised", "headers.\(BrokerUsers.onBehalfOf)",
                            "customer=K77",
                        ],
                    ])
            for table in ["audit_seen", "audit_denied"] {
                #expect(
                    try await desk.rows(
                        "select 1 from \(table) as t where t::text like '%Zhang%' or t::text like '%13800001111%'")
                        == [])
            }
            #expect(desk.book.waiting == 0 && desk.metrics.auditWritten.current == 4)
        }
    }

    @Test("by which line of which version of the policy somebody was told something, or was denied it, is noted")
    func ruled() async throws {
        try await with { desk in
            try await desk.pool.withTransaction { transaction in
                let policy = #"""
                    {"version": 3, "lines": [
                      {"line": "desk-sees", "role": "auditor", "right": "see", "kinds": ["interaction"], "scope": "all",
                       "fields": ["personal-data"]},
                      {"line": "clerk-sees", "role": "finance-clerk", "right": "see", "kinds": ["interaction"],
                       "scope": "all"},
                      {"line": "never", "role": "buyer", "right": "see", "kinds": ["interaction"], "scope": "all",
                       "effect": "refuse"}],
                     "people": [{"login": "li.wei", "roles": ["auditor"]}, {"login": "chen.yu", "roles": ["finance-clerk"]},
                      {"login": "zhou.min", "roles": ["buyer"]}]}
                    """#
                _ = try transaction.execute(
                    """
                    insert into permission_policy (version, document, set_by, set_at, reason)
                    values (3, \(policy)::text::jsonb, 'test', now(), 'test')
                    """)
            }
            // Who sees the contacts without the persons was told nothing personal.
            for (user, isTold) in [
                ("li.wei", true), ("chen.yu", true), ("zhou.min", false), ("gu.an", false), (nil, false),
            ] {
                let reply = await desk.ask(["customer": "K77"], by: user)
                #expect(reply?.status == (isTold ? .answered : .refused), "\(user ?? "nobody")")
            }
            try await desk.book.write()
            #expect(
                try await desk.rows("select person, line, policy_version from audit_seen")
                    == [["li.wei", "desk-sees", "3"]])
            #expect(
                try await desk.rows("select person, line, policy_version, reason from audit_denied order by at")
                    == [
                        ["zhou.min", "never", "3", "not-authorised"], ["gu.an", nil, "3", "not-authorised"],
                        [nil, nil, "3", "publisher-unknown"],
                    ])
        }
    }

    @Test("what waits at a normal end is written, in batches; an entry that is written again is there once")
    func end() async throws {
        try await with { desk in
            try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await desk.book.run() }
                    // Until the service notes something nothing is written, and it does not end by itself.
                    for number in 1...1_234 {
                        desk.book.denied(
                            "close-\(number)", .unnamed, Refusal(.notAuthorised, path: "$.by", ""), isAct: true,
                            by: nil, under: AuditRule(line: "never", policyVersion: 3, onBehalfOf: "zhou.min"))
                    }
                    trigger.triggerGracefulShutdown()
                    try await group.waitForAll()
                }
            }
            #expect(desk.book.waiting == 0)
            #expect(
                try await desk.rows(
                    "select count(*), count(distinct asked), min(line), max(policy_version), min(on_behalf_of) from audit_denied"
                )
                    == [["1234", "1234", "never", "3", "zhou.min"]])
            #expect(desk.metrics.actsDeniedByReason == ["not-authorised": 1_234])
            // The connection was lost while it was committed: nobody knows, and it is written again.
            let entry = ServiceKitTests.noted(1).at(ServiceClock.wallClock(), named: "e")
            for _ in 1...2 { try await desk.pool.withTransaction { try AuditStore.put([entry], $0) } }
            #expect(try await desk.rows("select entry from audit_seen") == [["e"]])
        }
    }

    @Test("while the database only reads, answers go on; the service says that it is degraded, and nothing is lost")
    func readOnly() async throws {
        try await with(buffer: AuditBuffer(room: 9), connections: 1) { desk in
            func readsOnly(_ value: String) async throws {
                try await desk.pool.withTransaction { transaction in
                    _ = try transaction.execute(SQL(stringLiteral: "set default_transaction_read_only = \(value)"))
                }
            }
            try await readsOnly("on")
            for number in 1...5 {
                #expect(await desk.ask(["customer": "K\(number)"], by: "li.wei")?.status == .answered)
            }
            let refused = await #expect(throws: PostgresError.self) { try await desk.book.write() }
            #expect(refused?.isReadOnly == true)
            #expect(desk.metrics.auditFailures.current == 1 && desk.metrics.auditWritten.current == 0)
            #expect(desk.book.problem?.contains("3 entries cannot be written") == true, "\(desk.book.problem ?? "")")
            #expect(await desk.ask(["customer": "K6"], by: "li.wei")?.status == .answered)
            // There was room for two of them: of the others it is kept that they were seen, and how often.
            #expect(desk.metrics.auditFolded.current == 4 && desk.metrics.auditLost.current == 0)
            try await readsOnly("off")
            try await desk.book.write()
            #expect(desk.book.problem == nil && desk.book.waiting == 0)
            #expect(
                try await desk.rows(
                    "select array_to_string(objects, ','), answers, row_count from audit_seen order by answers, objects"
                )
                    == [["K1,c-1", "1", "1"], ["K2,c-1", "1", "1"], ["", "4", "4"]])
        }
    }

    @Test("rows are only added: the role of the service may not change them, and nobody else does")
    func onlyAdded() async throws {
        try await with(
            prepare: { database in
                try await database.makeRoles()
                try await DatabaseFixture.administer(
                    """
                    alter default privileges in schema \(database.schema)
                        grant select, insert, update, delete on tables to \(database.schema)_app
                    """)
            }
        ) { desk in
            _ = await desk.ask(["customer": "K77"], by: "li.wei")
            _ = await desk.ask(["customer": "DENIED"], by: "li.wei")
            try await desk.book.write()
            try await AuditIntake.keep([Array(#"{"act":"discard"}"#.utf8)], desk.pool)
            try await desk.pool.withTransaction { transaction in
                try ActStore.put([Self.act("c1", rule: .none)], at: ServiceClock.wallClock(), transaction)
            }
            let app = try desk.database.pool(
                configuration: desk.database.configuration(user: ("\(desk.database.schema)_app", "app")))
            func state(_ statement: String, _ pool: PostgresPool) async -> String? {
                do {
                    try await pool.withTransaction { _ = try $0.execute(SQL(stringLiteral: statement)) }
                    return nil
                } catch {
                    return (error as? PostgresError)?.sqlState ?? "\(error)"
                }
            }
            for table in ["audit_seen", "audit_denied", "audit_operation", "act"] {
                let column = table == "audit_operation" ? "who" : "person"
                #expect(await state("update \(table) set \(column) = 'nobody'", app) == "42501", "\(table)")
                #expect(await state("delete from \(table)", app) == "42501", "\(table)")
                #expect(await state("truncate \(table)", app) == "42501", "\(table)")
                // Not by the owner's hand either, but for whole months.
                #expect(await state("update \(table) set \(column) = 'nobody'", desk.pool) == "23001", "\(table)")
                #expect(await state("delete from \(table)", desk.pool) == "23001", "\(table)")
                #expect(try await desk.rows("select count(*) from \(table)") == [["1"]], "\(table)")
            }
            // What the service does it may do, by the whole table and not by a month of it.
            let month = try #require(
                try await desk.rows("select tableoid::regclass::text from audit_seen").first?.first ?? nil)
            #expect(await state("delete from \(month)", app) == "42501")
            #expect(await state("insert into \(month) select * from audit_seen", app) == "42501")
            let own = AuditBook(pool: app, metrics: desk.metrics, logger: TestServers.quiet)
            own.denied("close", .unnamed, Refusal(.notAuthorised, path: "$", ""), isAct: true, by: nil)
            try await own.write()
            #expect(try await desk.rows("select count(*) from audit_denied") == [["2"]])
        }
    }

    @Test("a month goes when its last day is past the horizon, and not before; what was done stays")
    func retention() async throws {
        try await with { desk in
            let made = try await desk.pool.withTransaction { transaction in
                try transaction.rows(
                    """
                    select ensure_audit_partitions(today - 200, today), ensure_audit_partitions(today - 200, today)
                    from (select (now() at time zone 'utc')::date as today) as clock
                    """
                ).values
            }
            #expect(made.first?[0] != "0" && made.first?[1] == "0")
            for days in [0, 40, 150] {
                try await desk.pool.withTransaction { transaction in
                    let at = ServiceClock.wallClock().adding(seconds: -Int64(days) * 86_400)
                    try AuditStore.put([ServiceKitTests.noted(days).at(at, named: "\(days)")], transaction)
                    try ActStore.put([Self.act("c\(days)", rule: .none)], at: at, transaction)
                }
            }
            func keep(_ days: Int) async throws {
                try await PartitionKeeper(
                    pool: desk.pool, inboxDays: 14, outboxDays: 7, auditDays: days, logger: TestServers.quiet
                ).keep()
            }
            try await keep(150)
            #expect(try await desk.rows("select entry from audit_seen order by at") == [["150"], ["40"], ["0"]])
            // A month has at most 31 days: all of that of 150 days ago are more than 100 days ago.
            try await keep(100)
            #expect(try await desk.rows("select entry from audit_seen order by at") == [["40"], ["0"]])
            #expect(try await desk.rows("select count(*) from act") == [["3"]])
        }
    }

    private static func act(_ id: String, rule: AuditRule) -> ActRow {
        ActRow(
            name: MessageName(source: "waybill-cli", id: id), type: CloseAlert.type,
            principal: Principal(person: "zhou.min", proof: .user, user: "zhou.min"), source: "waybill-cli",
            digest: "d",
            reply: .done(id: id, person: "zhou.min", proof: .user, results: []), rule: rule,
            object: AuditedObject(kind: "margin-alert", keys: ["A-1", "c-1"]))
    }

    @Test(
        "it is asked by person, object, kind, time and what happened, page by page, and one entry tells all its objects"
    )
    func asked() async throws {
        try await with { desk in
            _ = await desk.ask(["customer": "K77"], by: "li.wei")
            _ = await desk.ask(["customer": "DENIED"], by: "li.wei")
            try await desk.book.write()
            let now = ServiceClock.wallClock()
            let record = AuditRecord(who: "ops", brokerUser: BrokerUsers.operator, act: "discard", why: "a test")
                .message(
                    at: now.adding(seconds: -90_000 * 3), service: .finance, id: "m1", source: "erp", type: "t",
                    reason: "bad-time", body: [])
            // Renewed, or put back: it comes again.
            for _ in 1...2 { try await AuditIntake.keep([record.body, record.body], desk.pool) }
            let forged = AuditRecord(
                who: Exchanges.commands, brokerUser: "zhou.min", act: AuditRecord.refusal, why: "this is zhou.min"
            ).message(
                at: now, service: .sales, id: "m2", source: "waybill-cli", type: CloseAlert.type.description,
                reason: "not-authorised", body: [])
            try await AuditIntake.keep([forged.body], desk.pool)
            // A user of the broker, who is a person: found by the login.
            let removed = AuditRecord(who: "ops", brokerUser: BrokerUsers.operator, act: "remove-user", why: "left")
                .message(
                    at: now.adding(seconds: -90_000 * 3), service: nil, id: "sun.li", source: nil, type: nil,
                    reason: "",
                    body: [])
            try await AuditIntake.keep([removed.body], desk.pool)
            // Who may come in by the console: a person is found by the login, also as the holder of a token.
            let operators = AuditRecord(
                who: "ops", brokerUser: BrokerUsers.operator, act: "close-console-user", why: "left")
            let tokens = AuditRecord(who: "ops", brokerUser: BrokerUsers.operator, act: "remove-token", why: "left")
            for (record, id, type) in [
                (operators, "zhao.min", String?.none), (tokens, "zhao.min", "person reports"),
                (tokens, "acme", "partner shop"),
            ] {
                try await AuditIntake.keep(
                    [
                        record.message(
                            at: now.adding(seconds: -90_000 * 3), service: nil, id: id, source: nil, type: type,
                            reason: "", body: []
                        ).body
                    ], desk.pool)
            }
            let many = AuditEntry(
                .seen(columns: ["contacts.name"], isExport: true), "contacts.list",
                AuditedObject(kind: "interaction", keys: (1...25).map { "k\($0)" }),
                by: Principal(person: "chen.yu", proof: .user, user: "chen.yu"), under: .none, rows: 25, at: now,
                id: "export-1")
            try await desk.pool.withTransaction { transaction in
                try AuditStore.put([many], transaction)
                try ActStore.put(
                    [Self.act("c1", rule: AuditRule(line: "manager-closes", policyVersion: 4, onBehalfOf: "li.wei"))],
                    at: now, transaction)
            }
            #expect(
                try await Set(desk.list("what", [:])) == ["seen", "denied", "exported", "acted", "refused", "operated"])
            #expect(try await desk.list("what", [:]).count == 10)
            #expect(try await desk.list("asked", ["object": "sun.li"]) == ["remove-user"])
            #expect(
                try await Set(desk.list("asked", ["object": "zhao.min"])) == ["close-console-user", "remove-token"])
            #expect(
                try await desk.list("asked", ["kind": "person"]).compactMap(\.self).sorted()
                    == ["close-console-user", "remove-token", "remove-user"])
            #expect(try await desk.list("objects", ["kind": "setting"]) == ["acme"])
            #expect(try await desk.list("person", ["what": "refused"]) == ["zhou.min"])
            #expect(try await Set(desk.list("what", ["person": "li.wei"])) == ["seen", "denied"])
            #expect(try await Set(desk.list("what", ["object": "c-1"])) == ["seen", "acted"])
            #expect(try await desk.list("person", ["object": "k25"]) == ["chen.yu"])
            #expect(try await desk.list("what", ["kind": "margin-alert"]) == ["acted"])
            #expect(try await desk.list("rule", ["what": "acted"]) == ["manager-closes"])
            #expect(try await desk.list("policy_version", ["what": "acted"]) == ["4"])
            #expect(try await desk.list("on_behalf_of", ["what": "acted"]) == ["li.wei"])
            #expect(try await desk.list("asked", ["object": "m1"]) == ["discard"])
            let before = now.adding(seconds: -90_000).day().description
            #expect(try await desk.list("what", ["to": before]) == Array(repeating: "operated", count: 5))
            #expect(try await desk.list("what", ["from": before]).count == 5)
            #expect(try await desk.list("objects", ["what": "exported"])[0]?.hasSuffix("k10 … and 15 more") == true)
            let shown = try await desk.audit("audit.show", ["entry": "export-1"])
            #expect(shown.map(\.rows.count) == [1, 25])
            let operated = try await desk.audit("audit.show", ["entry": AuditRecord.digest(record.body)])
            #expect(operated.map(\.rows.count) == [1, 1] && operated[0].rows[0].values.contains("a test"))
            var (entries, after) = ([String?](), String?.none)
            repeat {
                let page = try #require(
                    try await desk.audit("audit.list", ["limit": "2", "after": after ?? ""]).first)
                entries += page.rows.map { $0.values.last ?? nil }
                after = page.next
            } while after != nil && entries.count < 10
            #expect(try await entries == desk.list("entry", [:]))
        }
    }
}

extension AuditEntry {
    /// The same entry under another name, at another time.
    fileprivate func at(_ time: Timestamp, named name: String) -> AuditEntry {
        AuditEntry(
            event, asked, object, by: principal, under: rule, rows: rows, answers: answers, at: time, id: name)
    }
}
