import Contracts
import Domain
import Postgres
import TestSupport
import Testing

@testable import Operations
@testable import ServiceKit

/// The reconciliation over the ledgers of all five services, without a broker: whose queue holds what is said by the test.
@Suite(
    "The reconciliation, over real databases",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct ReconcilerTests {
    private struct World: Sendable {
        let pools: [ServiceName: PostgresPool]

        /// Asks by the services' own questions; an answer is cut as it is on its way.
        func ask(_ service: ServiceName, _ query: String, _ values: [(String, String?)]) async throws -> [QueryTable] {
            let pool = try #require(pools[service])
            let question = try #require(LedgerQueries.all.first { $0.name == query })
            let given = values.compactMap { name, value in value.map { QueryParameter(name: name, value: $0) } }
            return try await pool.withTransaction(isReadOnly: true) {
                try question.answer(given, now: ServiceClock.wallClock(), $0)
            }
        }

        func reconcile() async throws -> Reconciler.Result {
            let reconciler = Reconciler(
                ask: { try await ask($0, $1, $2) }, isEmpty: { _ in true }, explained: ExplainedMessages(),
                settle: .zero, since: "2026-01-01", warn: { _ in })
            let sent = try await reconciler.sent()
            let ours = try await reconciler.ours(sent)
            let theirs = try await reconciler.theirs(sent)
            return (ours.accounts + theirs.accounts, ours.missing + theirs.missing)
        }

        func run(_ service: ServiceName, _ statement: String) async throws {
            let pool = try #require(pools[service])
            try await pool.withTransaction { _ = try $0.execute(SQL(stringLiteral: statement)) }
        }

        /// A service handles messages of another system.
        func handle(_ service: ServiceName, _ source: String, _ identifiers: [String], type: String = placed)
            async throws
        {
            let list = identifiers.map { "('\($0)')" }.joined(separator: ",")
            try await run(
                service,
                """
                insert into inbox (source, message_id, day, type)
                select '\(source)', id, (now() at time zone 'utc')::date, '\(type)' from (values \(list)) as t(id)
                """)
        }

        /// Sales handles decisions of finance, by their numbers in the first lane.
        func decide(_ numbers: ClosedRange<Int64>) async throws {
            try await run(
                .sales,
                """
                insert into inbox (source, message_id, day, type, lane, number)
                select 'waybill.finance', 'd' || n, (now() at time zone 'utc')::date, '\(decided)', 0, n
                from generate_series(\(numbers.lowerBound), \(numbers.upperBound)) as n
                """)
        }

        /// Finance has numbered so many decisions.
        func number(upTo last: Int64) async throws {
            try await run(
                .finance,
                """
                insert into outbox_count values (0, '\(decided)', \(last))
                on conflict (lane, routing_key) do update set last = excluded.last
                """)
        }

        /// The services start, with the readers that they know of.
        func start(_ readers: [(type: String, reader: String)], reading: [String]) async throws {
            for (service, pool) in pools {
                let own = service == .finance ? readers : []
                try await pool.withTransaction { try LedgerStore.begin(readers: own, reading: reading, $0) }
            }
        }
    }

    private static let placed = OrderPlaced.type.description
    private static let decided = OrderDecided.type.description
    private static let now = [(type: decided, reader: "sales")]

    private func with(_ body: (World) async throws -> Void) async throws {
        try await with(ServiceName.allCases[...], [:], body)
    }

    /// A schema for each service, one within the other, all of one database: to drop a database takes the server's time.
    private func with(
        _ services: ArraySlice<ServiceName>, _ pools: [ServiceName: PostgresPool], _ body: (World) async throws -> Void
    ) async throws {
        guard let service = services.first else { return try await body(World(pools: pools)) }
        try await DatabaseFixture.withSchema { database in
            _ = try await Migrator(
                schema: database.schema, component: "host", migrations: Schema.hostMigrations,
                logger: TestServers.quiet
            ).migrate(database.configuration())
            let pool = try database.pool(size: 1)
            try await PartitionKeeper(pool: pool, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet).keep()
            var all = pools
            all[service] = pool
            try await with(services.dropFirst(), all, body)
        }
    }

    private func account(
        _ result: Reconciler.Result, _ type: String, _ reader: ServiceName
    ) throws -> LedgerAccount {
        try #require(result.accounts.first { $0.type == type && $0.reader == reader })
    }

    @Test("what one reader misses of the last of many sources is named: no source is left out of the comparison")
    func manySources() async throws {
        try await with { world in
            try await world.start(Self.now, reading: [Self.placed])
            let sources = (10..<22).map { "partner\($0)" }
            // Enough for every bucket.
            let identifiers = (0..<2_000).map { "m\($0)" }
            for service in ServiceName.business {
                for source in sources {
                    let isLast = service == .supplier && source == sources.last
                    try await world.handle(service, source, isLast ? Array(identifiers.dropLast()) : identifiers)
                }
            }
            let result = try await world.reconcile()
            #expect(result.missing.map(\.id) == ["m1999"])
            #expect(result.missing.map(\.source) == ["partner21"])
            #expect(result.missing.map(\.reader) == [.supplier])
            let supplier = try account(result, Self.placed, .supplier)
            #expect((supplier.compared, supplier.missing) == (24_000, 1))
        }
    }

    @Test("who joins a type of a million messages misses nothing of before, and by number what comes after")
    func lateReader() async throws {
        try await with { world in
            try await world.start([], reading: [])
            try await world.number(upTo: 5_000_000)
            try await world.start(Self.now, reading: [])
            var result = try await world.reconcile()
            #expect(result.missing.isEmpty)
            #expect(try account(result, Self.decided, .sales).sent == 0)
            try await world.number(upTo: 5_000_004)
            try await world.decide(5_000_001...5_000_002)
            try await world.decide(5_000_004...5_000_004)
            result = try await world.reconcile()
            #expect(result.missing.map(\.place) == ["0/5000003"])
            let sales = try account(result, Self.decided, .sales)
            #expect((sales.sent, sales.handled, sales.missing, sales.lanes) == (4, 3, 1, 1))
            #expect(sales.compared == 4 && sales.since != nil)
        }
    }

    @Test("the first message of a lane is missed as well, by a reader that was there from the beginning")
    func first() async throws {
        try await with { world in
            try await world.start(Self.now, reading: [])
            try await world.number(upTo: 3)
            try await world.decide(2...3)
            #expect(try await world.reconcile().missing.map(\.place) == ["0/1"])
        }
    }

    @Test("of a million that are missing the first are named, the rest told as a range, and all counted")
    func many() async throws {
        try await with { world in
            try await world.start(Self.now, reading: [])
            try await world.number(upTo: 1_000_000)
            let result = try await world.reconcile()
            #expect(try account(result, Self.decided, .sales).missing == 1_000_000)
            #expect(result.missing.count == Reconciler.named + 1)
            #expect(result.missing.last?.place == "0/2001-1000000")
        }
    }

    @Test("a reader that a producer of the build before does not know yet is not compared")
    func unknownReader() async throws {
        try await with { world in
            try await world.start([], reading: [])
            try await world.number(upTo: 10)
            let result = try await world.reconcile()
            #expect(result.missing.isEmpty)
            #expect(try account(result, Self.decided, .sales).compared == 0)
        }
    }

    @Test("who reads a type of other systems later than others is held to account from then on")
    func lateReaderOfOthers() async throws {
        try await with { world in
            try await world.start(Self.now, reading: ["order.changed.v1"])
            for service in ServiceName.business where service != .supplier {
                try await world.handle(service, "erp", ["before1", "before2"])
                // They read the type from the beginning, as far as anybody knows.
                try await world.run(service, "insert into ledger_reading values ('\(Self.placed)', null)")
            }
            try await world.start(Self.now, reading: [Self.placed])
            for service in ServiceName.business {
                try await world.handle(service, "erp", service == .supplier ? ["after1"] : ["after1", "after2"])
            }
            let result = try await world.reconcile()
            #expect(result.missing.map(\.id) == ["after2"])
            let supplier = try account(result, Self.placed, .supplier)
            #expect((supplier.sent, supplier.handled, supplier.missing) == (2, 1, 1))
        }
    }

    @Test("what was compared is said")
    func said() {
        let ours = LedgerAccount(
            producer: "finance", type: Self.decided, reader: .sales, sent: 7, lanes: 3, compared: 7)
        let theirs = [
            LedgerAccount(producer: "partner", type: "a.v1", reader: .sales, sent: 5, compared: 5),
            LedgerAccount(producer: "partner", type: "a.v1", reader: .finance, sent: 5, compared: 5),
            LedgerAccount(producer: "partner", type: "b.v1", reader: .finance, sent: 4),
        ]
        let text = Reconciler.compared([ours], theirs, since: "2026-03-01")
        #expect(text.contains("1 types, 1 readers, 7 messages, 3 lanes"))
        #expect(text.contains("since 2026-03-01: 1 types, 2 readers, 10 messages"))
        #expect(text.contains("1 types have one reader and are only counted"))
    }
}
