import BrokerLayout
import Contracts
import Domain
import Foundation
import Messaging
import Postgres
import TestSupport
import Testing

@testable import ServiceKit

@Suite(
    "The scheduler, over a real database",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)),
    .timeLimit(.minutes(3)))
struct SchedulerTests {
    private struct Broken: Error {}

    /// A schema with a schedule, and a table in which tasks write down what they did.
    private struct Desk: Sendable {
        let database: DatabaseFixture
        let pool: PostgresPool

        /// One copy of the service's scheduler.
        func copy(
            _ tasks: [ScheduledTask], pool: PostgresPool? = nil, mode: ServiceClock.Mode = .system,
            retries: RetryPolicy? = RetryPolicy(limit: 3, pauses: [.seconds(3_600)])
        ) -> Scheduler {
            copy(Current(tasks), pool: pool, mode: mode, retries: retries)
        }

        /// One whose tasks may be replaced.
        func copy(
            _ tasks: Current<[ScheduledTask]>, pool: PostgresPool? = nil, mode: ServiceClock.Mode = .system,
            retries: RetryPolicy? = nil
        ) -> Scheduler {
            let metrics = ServiceMetrics(of: .finance)
            return Scheduler(
                service: .supplier, tasks: { tasks.value }, pool: pool ?? self.pool,
                relay: Relay(
                    outbox: PostgresOutboxStore(pool: self.pool), publisher: NoPublisher(), metrics: metrics,
                    logger: TestServers.quiet),
                metrics: metrics, logger: TestServers.quiet, mode: mode, retries: retries)
        }

        /// Connections that are less patient.
        func impatient(
            statement: Duration = .seconds(30), lock: Duration = .seconds(10), idle: Duration = .seconds(30)
        ) throws -> PostgresPool {
            try database.pool(
                configuration: PostgresConfiguration(
                    url: database.url, applicationName: "impatient", statementTimeout: statement, lockTimeout: lock,
                    idleInTransactionTimeout: idle, searchPath: database.schema))
        }

        func put(_ task: String, _ keys: [String], due: String = "2026-03-02T09:00:00+08:00", payload: String = "")
            async throws
        {
            let time = try #require(Timestamp(due))
            let items = keys.map { ScheduledItem(task: task, key: $0, due: time, payload: payload) }
            try await pool.withTransaction { try ScheduleStore.put(items, $0) }
        }

        func rows(_ statement: String) async throws -> [[String?]] {
            try await pool.withTransaction(isReadOnly: true) { try $0.rows(SQL(stringLiteral: statement)).values }
        }

        func run(_ statement: String) async throws {
            try await pool.withTransaction { _ = try $0.execute(SQL(stringLiteral: statement)) }
        }

        /// The pauses between tries are over.
        func waitOut() async throws { try await run("update schedule set next_try_at = now() where attempts > 0") }
    }

    private struct NoPublisher: ConfirmingPublisher {
        func publish(_ messages: [Outgoing]) async -> [PublishOutcome] {
            messages.map { _ in .unknown("nobody publishes") }
        }
    }

    private static let now = Timestamp("2026-03-04T12:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    private func with(_ body: (Desk) async throws -> Void) async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await Migrator(
                schema: database.schema, component: "host", migrations: Schema.hostMigrations,
                logger: TestServers.quiet
            ).migrate(database.configuration())
            let desk = Desk(database: database, pool: try database.pool())
            try await PartitionKeeper(pool: desk.pool, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet).keep()
            try await desk.run(
                "create table done (task text not null, key text not null, due timestamptz not null, word text not null)"
            )
            try await body(desk)
        }
    }

    /// Writes down what is done. A payload of 'poison' makes the statement fail, and with it the whole transaction.
    private static func note(_ items: [ScheduledItem], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into done select task, key, due, nullif(word, 'poison') from unnest(
                \(items.map(\.task)), \(items.map(\.key)), \(PostgresValue.timestamps(items.map(\.due.description))),
                \(items.map(\.payload))) as t(task, key, due, word)
            """)
    }

    private static func good(_ name: String) -> ScheduledTask {
        .onDemand(name) { items, transaction, _ in try note(items, transaction) }
    }

    private static func goodDaily(_ name: String) -> ScheduledTask {
        .daily(name) { items, transaction, _ in try note(items, transaction) }
    }

    private static let days =
        "select task, to_char(due at time zone interval '08:00', 'DD HH24') from done order by due, task"

    @Test("a task whose rules are read again goes by the new ones from its next run on, in the same schedule")
    func rulesReadAgain() async throws {
        try await with { desk in
            let tasks = Current([ScheduledTask.onDemand("a.ruled") { _, _, _ in throw Broken() }])
            let copy = desk.copy(tasks, retries: RetryPolicy(limit: 3, pauses: [.seconds(3_600)]))
            try await desk.put("a.ruled", ["k"])
            try await copy.runDue(until: Self.now)
            #expect(try await desk.rows("select attempts from schedule") == [["1"]])
            tasks.replace(with: [Self.good("a.ruled")])
            try await desk.waitOut()
            try await copy.runDue(until: Self.now)
            #expect(try await desk.rows(Self.days) == [["a.ruled", "02 09"]])
        }
    }

    // MARK: Failing

    @Test("a task that always throws stops no other task, and its own later days go on once a day is set aside")
    func alwaysThrows() async throws {
        try await with { desk in
            let copy = desk.copy([
                .daily("a.broken") { _, _, _ in throw Broken() }, Self.goodDaily("b.fine"),
                .every("c.often", seconds: 86_400) { items, transaction, _ in try Self.note(items, transaction) },
            ])
            try await desk.put("a.broken", [""], due: "2026-03-02T23:59:59.999999+08:00")
            try await desk.put("b.fine", [""], due: "2026-03-02T23:59:59.999999+08:00")
            try await desk.put("c.often", [""])
            try await copy.runDue(until: Self.now)
            let fine = [["c.often", "02 09"], ["b.fine", "02 23"], ["b.fine", "03 23"]]
            #expect(try await desk.rows(Self.days) == fine)
            #expect(
                try await desk.rows("select attempts, last_error from schedule where task = 'a.broken'")
                    == [["1", "Broken()"]])
            #expect(try await copy.state().troubles == [])
            // Not before its pause is over.
            try await copy.runDue(until: Self.now)
            #expect(try await desk.rows("select attempts from schedule where task = 'a.broken'") == [["1"]])
            for _ in 0..<2 {
                try await desk.waitOut()
                try await copy.runDue(until: Self.now)
            }
            // The first day is set aside after the third try, and the second is tried at once.
            #expect(
                try await desk.rows(
                    "select to_char(due_at at time zone interval '08:00', 'DD'), attempts, last_error from schedule_aside"
                )
                    == [["02", "3", "Broken()"]])
            #expect(
                try await desk.rows(
                    "select to_char(due_at at time zone interval '08:00', 'DD'), attempts from schedule where task = 'a.broken'"
                )
                    == [["03", "1"]])
            #expect(
                try await copy.state().troubles
                    == [ScheduleState.Trouble(task: "a.broken", count: 1, lastError: "Broken()")])
            #expect(copy.metrics.failuresByTask == ["a.broken": 4])
            #expect(try await desk.rows(Self.days) == fine)
        }
    }

    @Test(
        "one bad item among good ones is found and fails alone; the good ones are done once", arguments: [1, 40, 700])
    func poison(count: Int) async throws {
        try await with { desk in
            let copy = desk.copy([Self.good("do")])
            let keys = (0..<count).map { "k\($0)" }
            try await desk.put("do", keys)
            try await desk.put("do", ["k0", "k33"].filter { keys.contains($0) }, payload: "poison")
            let bad = min(count, 2) == 1 ? 1 : 2
            try await copy.runDue(until: Self.now)
            #expect(
                try await desk.rows("select count(*), count(distinct key) from done")
                    == [["\(count - bad)", "\(count - bad)"]])
            let failing = try await desk.rows("select key, attempts from schedule order by key")
            #expect(failing == [["k0", "1"], ["k33", "1"]].prefix(bad).map { $0 })
            for _ in 0..<2 {
                try await desk.waitOut()
                try await copy.runDue(until: Self.now)
            }
            #expect(try await desk.rows("select count(*) from schedule") == [["0"]])
            #expect(
                try await desk.rows(
                    "select count(*) from schedule_aside where attempts = 3 and last_error like '%23502%'")
                    == [["\(bad)"]])
        }
    }

    @Test("what fails with the commit alone is the task's own as well")
    func failsAtCommit() async throws {
        try await with { desk in
            try await desk.run(
                "create table once (key text unique deferrable initially deferred)")
            try await desk.run("insert into once values ('k')")
            let copy = desk.copy([
                .onDemand("late") { _, transaction, _ in try transaction.queue("insert into once values ('k')") },
                Self.good("do"),
            ])
            try await desk.put("late", ["k"])
            try await desk.put("do", ["k"])
            try await copy.runDue(until: Self.now)
            #expect(try await desk.rows("select task, attempts from schedule") == [["late", "1"]])
            #expect(try await desk.rows("select task from done") == [["do"]])
        }
    }

    @Test("what runs again and again is not set aside: it is tried later, and shown, until it works")
    func again() async throws {
        try await with { desk in
            try await desk.run("create table mended (yes boolean)")
            let copy = desk.copy([
                .every("fold", seconds: 5) { _, transaction, _ in
                    if try transaction.query("select yes from mended", as: Bool.self).isEmpty { throw Broken() }
                }
            ])
            try await copy.start(at: Self.now.adding(seconds: -60))
            for _ in 0..<4 {
                try await copy.runDue(until: Self.now)
                try await desk.waitOut()
                try await desk.run("update schedule set due_at = least(due_at, '2026-03-04T12:00:00+08:00')")
            }
            #expect(try await copy.state().troubles.map(\.task) == ["fold"])
            #expect(try await desk.rows("select count(*) from schedule_aside") == [["0"]])
            try await desk.run("insert into mended values (true)")
            try await copy.runDue(until: Self.now)
            #expect(try await copy.state().troubles == [])
            #expect(try await desk.rows("select attempts, last_error from schedule") == [["0", nil]])
        }
    }

    @Test("an item that is scheduled anew begins anew")
    func replaced() async throws {
        try await with { desk in
            let copy = desk.copy([Self.good("do")])
            try await desk.put("do", ["k"], payload: "poison")
            try await copy.runDue(until: Self.now)
            #expect(try await desk.rows("select attempts from schedule") == [["1"]])
            try await desk.put("do", ["k"])
            try await copy.runDue(until: Self.now)
            #expect(try await desk.rows("select key from done") == [["k"]])
        }
    }

    @Test("what is set aside is tried again when asked to, keeps its day, and may be discarded")
    func retry() async throws {
        try await with { desk in
            try await desk.run("create table mended (yes boolean)")
            let copy = desk.copy(
                [
                    .daily("close") { items, transaction, _ in
                        if try transaction.query("select yes from mended", as: Bool.self).isEmpty { throw Broken() }
                        try Self.note(items, transaction)
                    }
                ], retries: .atOnce)
            try await desk.put("close", [""], due: "2026-03-02T23:59:59.999999+08:00")
            try await copy.runDue(until: Self.now)
            #expect(try await desk.rows("select count(*) from schedule_aside where retry_at is null") == [["2"]])
            // Whoever operates the system is told of each.
            let said = "select routing_key, count(*) from outbox group by 1 order by 1"
            #expect(try await desk.rows(said) == [["notice.raised.v1", "2"]])
            let words = "'%task-set-aside%close%Broken()%'"
            #expect(
                try await desk.rows(
                    "select count(*) from outbox where convert_from(body, 'UTF8') like \(words)") == [["2"]])
            let listed = try await desk.pool.withTransaction(isReadOnly: true) { transaction in
                try ScheduleQueries.all.flatMap { try $0.answer([], now: ServiceClock.wallClock(), transaction) }
            }
            #expect(listed.first?.rows.map { $0.values[1] } == ["close", "close"])
            #expect(listed.first?.rows.map { $0.values[4] } == ["set aside", "set aside"])
            let shown = try #require(listed.first?.rows.first?.values[3])
            func decide(due: String? = nil, isDiscarded: Bool = false) async throws -> Int {
                try await desk.pool.withTransaction {
                    try ScheduleStore.decide(
                        on: FailedItems(task: "close", key: nil, due: due), isDiscarded: isDiscarded, $0
                    ).count
                }
            }
            // Still broken: it stays where it is, and waits for the next word.
            #expect(try await decide(due: shown) == 1)
            try await copy.runDue(until: Self.now)
            try await copy.runDue(until: Self.now)
            #expect(
                try await desk.rows("select attempts, retry_at from schedule_aside order by due_at")
                    == [["3", nil], ["2", nil]])
            try await desk.run("insert into mended values (true)")
            #expect(try await decide(due: shown) == 1)
            try await copy.runDue(until: Self.now)
            #expect(try await desk.rows(Self.days) == [["close", "02 23"]])
            #expect(try await desk.rows(said) == [["notice.cleared.v1", "1"], ["notice.raised.v1", "2"]])
            // The day to come is as it was.
            #expect(
                try await desk.rows(
                    "select to_char(due_at at time zone interval '08:00', 'DD'), attempts from schedule")
                    == [["04", "0"]])
            #expect(try await decide(isDiscarded: true) == 1)
            #expect(try await copy.state().troubles == [])
            #expect(try await decide() == 0)
        }
    }

    @Test("the service's own program has failed items tried again or discards them, and says what it does not know")
    func program() async throws {
        try await DatabaseFixture.withDatabase { database in
            let definition = ServiceDefinition(
                name: .supplier, migrations: [], capabilities: [Capability(tasks: [Self.good("do")])])
            try await database.pool().withTransaction { _ = try $0.execute("create schema supplier") }
            _ = try await Migrator(
                schema: "supplier", component: "host", migrations: Schema.hostMigrations, logger: TestServers.quiet
            ).migrate(database.configuration())
            let pool = try database.pool(
                configuration: PostgresConfiguration(
                    url: database.url, applicationName: "test", searchPath: "supplier"))
            try await pool.withTransaction {
                _ = try $0.execute(
                    """
                    insert into schedule_aside (task, key, due_at, payload, attempts, last_error)
                    values ('do', 'a', '2026-03-02 10:00:00+08', '', 3, '?'), ('do', 'b', '2026-03-03 10:00:00+08', '', 3, '?')
                    """)
            }
            let settings = try await Settings(
                Setting.common, environment: ["WAYBILL_POSTGRES_URL": database.url, "WAYBILL_LOG_LEVEL": "critical"])
            func act(_ arguments: String...) async throws -> Int32 {
                try await ServiceHost.schedule(definition, settings, arguments)
            }
            func asked() async throws -> [[String?]] {
                try await pool.withTransaction {
                    try $0.rows("select key, (retry_at is not null)::text from schedule_aside order by 1").values
                }
            }
            #expect(try await act("retry") == 64)
            #expect(try await act("forget", "do") == 64)
            #expect(try await act("retry", "unknown") == 64)
            #expect(try await act("retry", "do", "", "soon") == 64)
            #expect(try await act("retry", "do", "c") == 2)
            #expect(try await asked() == [["a", "false"], ["b", "false"]])
            #expect(try await act("retry", "do", "", "2026-03-03 02:00:00+00") == 0)
            #expect(try await asked() == [["a", "false"], ["b", "true"]])
            #expect(try await act("retry", "do", "a") == 0)
            #expect(try await asked() == [["a", "true"], ["b", "true"]])
            #expect(try await act("discard", "do") == 0)
            #expect(try await asked() == [])
        }
    }

    // MARK: The database's patience, and what is nobody's fault

    enum Impatience: CaseIterable, Sendable {
        case statement
        case idle
    }

    @Test("what takes longer than the database's patience is the task's own failure", arguments: Impatience.allCases)
    func patience(_ kind: Impatience) async throws {
        try await with { desk in
            let pool =
                try kind == .statement
                ? desk.impatient(statement: .milliseconds(300)) : desk.impatient(idle: .milliseconds(300))
            let (pids, told) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .unbounded)
            let isGone = DispatchSemaphore(value: 0)
            let copy = desk.copy(
                [
                    .onDemand("slow") { items, transaction, _ in
                        if items.contains(where: { $0.payload == "slow" }) {
                            switch kind {
                            case .statement: _ = try transaction.rows("select pg_sleep(60)::text")
                            case .idle:
                                for pid in try transaction.query("select pg_backend_pid()", as: Int32.self) {
                                    told.yield(pid)
                                }
                                isGone.wait()
                            }
                        }
                        try Self.note(items, transaction)
                    }, Self.good("zfine"),
                ], pool: pool)
            try await desk.put("slow", ["a", "c"])
            try await desk.put("slow", ["b"], payload: "slow")
            try await desk.put("zfine", ["k"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                // The server has ended the session that did nothing before the task goes on.
                group.addTask {
                    for await pid in pids {
                        let isThere = "select count(*) from pg_stat_activity where pid = \(pid)"
                        let isOver = try await TestServers.eventually { try await desk.rows(isThere) == [["0"]] }
                        #expect(isOver)
                        isGone.signal()
                    }
                }
                group.addTask {
                    defer { told.finish() }
                    try await copy.runDue(until: Self.now)
                }
                try await group.waitForAll()
            }
            #expect(
                try await desk.rows("select task, key from done order by 1, 2")
                    == [["slow", "a"], ["slow", "c"], ["zfine", "k"]])
            let failing = try await desk.rows("select key, attempts, last_error from schedule")
            #expect(failing.map { $0.prefix(2) } == [["b", "1"]])
            let state = kind == .statement ? "57014" : "25P03"
            #expect(failing.first?[2]?.contains(state) == true, "\(failing)")
        }
    }

    @Test("a lock that another holds is nobody's fault: it is waited for, others run, and nothing is counted")
    func lockedOut() async throws {
        try await with { desk in
            let copy = desk.copy(
                [
                    .onDemand("locked") { items, transaction, _ in
                        try transaction.execute("lock table guarded")
                        try Self.note(items, transaction)
                    }, Self.good("zfine"),
                ], pool: try desk.impatient(lock: .milliseconds(200)))
            try await desk.run("create table guarded (n integer)")
            try await desk.put("locked", ["k"])
            try await desk.put("zfine", ["k"])
            try await Self.keepingOpen(desk.pool) {
                try $0.execute("lock table guarded")
            } meanwhile: {
                let error = await #expect(throws: PostgresError.self) { try await copy.runDue(until: Self.now) }
                #expect(error?.sqlState == "55P03")
                let (done, waiting) = try await (
                    desk.rows("select task from done"), desk.rows("select task, attempts from schedule")
                )
                #expect(done == [["zfine"]])
                #expect(waiting == [["locked", "0"]])
            }
            #expect(
                try await TestServers.eventually {
                    try await copy.runDue(until: Self.now)
                    return try await desk.rows("select count(*) from schedule") == [["0"]]
                })
            #expect(copy.metrics.failuresByTask == [:])
        }
    }

    /// Does something while a transaction is open that has done something else.
    private static func keepingOpen(
        _ pool: PostgresPool, _ first: @Sendable @escaping (borrowing Transaction) throws -> Int,
        meanwhile second: @Sendable @escaping () async throws -> Void
    ) async throws {
        let (opened, isOpen) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isDone = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { isOpen.finish() }
                try await pool.withTransaction { transaction in
                    _ = try first(transaction)
                    isOpen.yield()
                    isDone.wait()
                }
            }
            group.addTask {
                defer { isDone.signal() }
                for await _ in opened { break }
                try await second()
            }
            try await group.waitForAll()
        }
    }

    // MARK: Several copies

    /// What one copy does while another is in the middle of a task.
    private func meanwhile(
        _ desk: Desk, _ task: String,
        _ body: @Sendable @escaping (_ session: Int32, _ other: Scheduler) async throws -> Void
    ) async throws -> Result<Void, any Error> {
        let (sessions, told) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .unbounded)
        let isDone = DispatchSemaphore(value: 0)
        let first = desk.copy(
            [
                .onDemand(task) { items, transaction, _ in
                    try Self.note(items, transaction)
                    for session in try transaction.query("select pg_backend_pid()", as: Int32.self) {
                        told.yield(session)
                    }
                    isDone.wait()
                    _ = try transaction.rows("select 1")
                }, Self.good("other"),
            ], pool: try desk.impatient())
        let second = desk.copy([Self.good(task), Self.good("other")])
        return try await withThrowingTaskGroup(of: Result<Void, any Error>?.self) { group in
            group.addTask {
                defer { told.finish() }
                do { return .success(try await first.runDue(until: Self.now)) } catch { return .failure(error) }
            }
            group.addTask {
                var isFirst = true
                for await session in sessions {
                    defer { isDone.signal() }
                    if isFirst { try await body(session, second) }
                    isFirst = false
                }
                return nil
            }
            var outcome: Result<Void, any Error> = .success(())
            for try await ended in group { outcome = ended ?? outcome }
            return outcome
        }
    }

    @Test("two copies share the work, nothing is done twice, and of one task nothing later runs beside what is in hand")
    func copies() async throws {
        try await with { desk in
            let keys = (1...700).map { "k\($0)" }
            try await desk.put("do", keys)
            try await desk.put("do", ["later"], due: "2026-03-03T09:00:00+08:00")
            try await desk.put("other", ["k"], due: "2026-03-03T09:00:00+08:00")
            let outcome = try await meanwhile(desk, "do") { _, other in
                try await other.runDue(until: Self.now)
                #expect(
                    try await desk.rows("select task, count(*) from done group by 1 order by 1")
                        == [["do", "200"], ["other", "1"]])
                #expect(try await desk.rows("select count(*) from done where key = 'later'") == [["0"]])
            }
            try outcome.get()
            #expect(
                try await desk.rows("select count(*), count(distinct (task, key)) from done") == [["702", "702"]])
            #expect(try await desk.rows("select count(*) from schedule") == [["0"]])
        }
    }

    @Test("what a copy had in hand when it was killed is done by another, once, and counts as no failure")
    func killed() async throws {
        try await with { desk in
            try await desk.put("do", ["a", "b"])
            let outcome = try await meanwhile(desk, "do") { session, other in
                try await desk.run("select pg_terminate_backend(\(session))")
                #expect(
                    try await TestServers.eventually {
                        try await other.runDue(until: Self.now)
                        return try await desk.rows("select count(*) from schedule where attempts = 0") == [["0"]]
                    })
            }
            #expect(throws: PostgresError.self) { try outcome.get() }
            #expect(try await desk.rows("select key from done order by 1") == [["a"], ["b"]])
            #expect(try await desk.rows("select count(*) from schedule_aside") == [["0"]])
        }
    }

    // MARK: Event time

    private func delivery(_ day: Int) -> Delivery {
        let text = #"{"orderId":"O\#(day)","revision":1,"cancelledAt":"2026-03-0\#(day)T10:00:00+08:00"}"#
        return Delivery(
            tag: 1, exchange: Exchanges.inbound, routingKey: "order.cancelled.v1", isRedelivered: false,
            properties: MessageProperties(
                contentType: "application/json", messageID: "m\(day)", type: "order.cancelled.v1", appID: "erp"),
            body: Array(text.utf8))
    }

    private func work(_ desk: Desk, _ scheduler: Scheduler, _ clock: ServiceClock) -> UnitOfWork {
        let handler = Handler.on(OrderCancelled.self) { messages, transaction, _ in
            for message in messages {
                try transaction.execute(
                    """
                    insert into done values ('message', \(message.body.orderId),
                        \(PostgresValue.timestamp(message.body.cancelledAt.description)), '')
                    """)
            }
        }
        return UnitOfWork(
            service: .supplier, handlers: [handler], publishers: .any, principals: Principals(isByWord: true),
            batches: PostgresBatchStore(pool: desk.pool, work: BatchWork(service: .supplier, handlers: [handler])),
            relay: scheduler.relay, publisher: NoPublisher(), clock: clock, metrics: scheduler.metrics,
            logger: TestServers.quiet)
    }

    @Test("with event time intake goes on although a task fails every day; the others run day by day")
    func eventTime() async throws {
        try await with { desk in
            let scheduler = desk.copy(
                [.daily("a.broken") { _, _, _ in throw Broken() }, Self.goodDaily("b.fine")], mode: .events,
                retries: nil)
            let work = work(
                desk, scheduler, ServiceClock(mode: .events) { try await scheduler.pass(until: $0) })
            for day in 2...4 { try await work.process([delivery(day)]) }
            #expect(
                try await desk.rows(Self.days) == [
                    ["message", "02 10"], ["b.fine", "02 23"], ["message", "03 10"], ["b.fine", "03 23"],
                    ["message", "04 10"],
                ])
            #expect(
                try await desk.rows(
                    "select task, to_char(due_at at time zone interval '08:00', 'DD') from schedule_aside order by due_at"
                )
                    == [["a.broken", "02"], ["a.broken", "03"]])
        }
    }

    @Test("with event time messages wait while what is due before them cannot be run, and are handled then")
    func eventTimeWaits() async throws {
        try await with { desk in
            let scheduler = desk.copy([Self.goodDaily("b.fine")], mode: .events, retries: nil)
            let failures = Counter()
            let work = work(
                desk, scheduler,
                ServiceClock(mode: .events) { time in
                    if time.day().components.day == 3, failures.current < 2 {
                        failures.add(1)
                        throw PostgresError.concurrentChange(of: "what is due")
                    }
                    try await scheduler.pass(until: time)
                })
            for day in 2...3 { try await work.process([delivery(day)]) }
            #expect(failures.current == 2)
            #expect(
                try await desk.rows(Self.days)
                    == [["message", "02 10"], ["b.fine", "02 23"], ["message", "03 10"]])
        }
    }

    // MARK: Pauses

    @Test("pauses grow up to the last; a day is set aside for its successor, and what is repeated is only put off")
    func policy() throws {
        let policy = RetryPolicy(limit: 3, pauses: [.seconds(10), .seconds(60)])
        let due = try #require(Timestamp("2026-03-02T23:59:59.999999+08:00"))
        let next = try #require(Timestamp("2026-03-03T23:59:59.999999+08:00"))
        func outcome(_ attempts: Int, _ recurrence: ScheduledTask.Recurrence?) -> RetryPolicy.Outcome {
            policy.outcome(attempts: attempts, due: due, recurrence: recurrence, now: Self.now)
        }
        #expect(outcome(1, nil) == .triedAgain(due: due, pause: .seconds(10)))
        #expect(outcome(2, .everyDay) == .triedAgain(due: due, pause: .seconds(60)))
        #expect(outcome(3, nil) == .setAside(next: nil))
        #expect(outcome(3, .everyDay) == .setAside(next: next))
        #expect(outcome(2, .after(seconds: 5)) == .triedAgain(due: due, pause: .seconds(60)))
        #expect(
            outcome(7, .after(seconds: 5)) == .triedAgain(due: Self.now.adding(seconds: 5), pause: .seconds(60)))
    }
}
