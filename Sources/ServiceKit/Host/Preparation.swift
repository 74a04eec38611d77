import BrokerLayout
import Contracts
import Domain
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import Synchronization

/// What must be true before a service touches anything: a database it can work on, schema at head, partitions there,
/// topology there.
///
/// While broker or database cannot be reached it waits and tries again. What it finds wrong for good ends the service
/// with one line that says what to do.
final class Preparation: Sendable {
    private let definition: ServiceDefinition
    private let pool: PostgresPool
    private let database: PostgresConfiguration
    private let broker: BrokerConfiguration
    private let audit: TopologyAudit?
    private let keeper: PartitionKeeper
    private let scheduler: Scheduler
    private let clock: ServiceClock
    private let logger: Logger
    private let isPrepared = Mutex(false)
    private let turn = AsyncMutex()
    private let isStopping = Atomic(false)
    private let stopped = Signal()

    init(
        definition: ServiceDefinition, pool: PostgresPool, database: PostgresConfiguration,
        broker: BrokerConfiguration, audit: TopologyAudit?, keeper: PartitionKeeper, scheduler: Scheduler,
        clock: ServiceClock, logger: Logger
    ) {
        self.definition = definition
        self.pool = pool
        self.database = database
        self.broker = broker
        self.audit = audit
        self.keeper = keeper
        self.scheduler = scheduler
        self.clock = clock
        self.logger = logger
    }

    /// Waits until the set-up has been found safe.
    ///
    /// - Returns: false when the service is shut down first.
    /// - Throws: ``UnsafeSetUp`` when it is not safe.
    func ready() async throws -> Bool {
        // Parts are shut down one after the other, and whoever checks now may not be the first of them: the others must
        // not wait for a check that goes on until its own turn comes.
        try await withGracefulShutdownHandler {
            try await turn.run { try await self.prepare() }
        } onGracefulShutdown: {
            self.isStopping.store(true, ordering: .releasing)
            self.stopped.raise()
        }
    }

    private func prepare() async throws -> Bool {
        if isPrepared.withLock({ $0 }) { return true }
        guard !isStopping.load(ordering: .acquiring) else { return false }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.retrying("the database") { try await self.checkDatabase() }
                try await self.retrying("the broker") { try await self.checkBroker() }
                return true
            }
            group.addTask {
                await self.stopped.wait()
                return false
            }
            defer { group.cancelAll() }
            guard try await group.next() == true else { return false }
            isPrepared.withLock { $0 = true }
            return true
        }
    }

    private func checkDatabase() async throws {
        if let problem = try await DatabaseSetUp.read(database).problem { throw UnsafeSetUp(description: problem) }
        let scopes = Schema.scopes(of: definition, logger: logger)
        for migrator in Schema.migrators(of: definition, logger: logger) + [scopes] {
            let status = try await migrator.status(pool)
            if !status.isAtHead {
                throw UnsafeSetUp(
                    description: "the schema '\(definition.name.rawValue)' does not fit this build "
                        + "(\(status.problem ?? status.lacking)): "
                        + "run 'waybill-\(definition.name.rawValue) migrate' of the same build")
            }
        }
        if let problem = try await ScopeReader.problem(in: definition.name.rawValue, pool) {
            throw UnsafeSetUp(description: problem)
        }
        try await SchemaZone.check(
            .current, in: definition.name.rawValue, at: ServiceClock.wallClock(), pool)
        if try await pool.withTransaction(isReadOnly: true, { try PeopleReplica.policyVersion($0) }) == 0 {
            logger.warning("\(QuestionScope.noPolicy)")
        }
        try await keeper.keep()
        try await beginReading()
        if clock.mode == .events {
            clock.resume(at: try await pool.withTransaction { try ScheduleStore.eventTime($0) })
        }
        if clock.hasStarted { try await scheduler.start(at: clock.now()) }
    }

    /// Writes down who reads what this service sends and what it reads itself, as this build knows it.
    private func beginReading() async throws {
        let name = definition.name
        let readers = Catalogue.contracts.filter { $0.producers.contains(name) }.flatMap { contract in
            contract.readers.map { (type: contract.type.description, reader: $0.rawValue) }
        }
        let reading = Catalogue.contracts.filter { $0.readers.contains(name) }.map(\.type.description)
        try await pool.withTransaction { try LedgerStore.begin(readers: readers, reading: reading, $0) }
    }

    private func checkBroker() async throws {
        let session = try await BrokerSession.connect(broker)
        do {
            let part = WaybillTopology.part(of: definition.name)
            try await part.check(on: session)
            if let audit {
                let problems = try await audit.problems(in: part)
                if !problems.isEmpty {
                    throw MessagingError(
                        .topology, problems.joined(separator: "; ") + ": run 'waybill topology check' as the operator")
                }
            } else {
                logger.warning("arguments and bindings are not checked: WAYBILL_AMQP_MANAGEMENT_URL is not set")
            }
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }

    private func retrying(_ what: String, _ check: () async throws -> Void) async throws {
        var backOff = BackOff()
        while true {
            try Task.checkCancellation()
            do {
                return try await check()
            } catch let error as PostgresError where error.code == .timeout {
                // A pooler lets everybody log in, and the one too many waits for a session.
                try await pause(
                    what, "\(error); a pooler before it must give this user as many sessions as the service opens",
                    backOff.next())
            } catch let error as PostgresError where error.isRetriable {
                try await pause(what, "\(error)", backOff.next())
            } catch let error as MessagingError where error.isRetriable {
                try await pause(what, "\(error)", backOff.next())
            } catch let error as MessagingError {
                throw UnsafeSetUp(description: "the broker is not set up for this service: \(error)")
            } catch let error as PostgresError {
                throw UnsafeSetUp(description: "the database is not set up for this service: \(error)")
            }
        }
    }

    private func pause(_ what: String, _ error: String, _ pause: Duration) async throws {
        logger.warning("\(what) cannot be reached; it is tried again", metadata: ["error": "\(error)"])
        try await Task.sleep(for: pause)
    }
}

/// Lets one task at a time through.
private actor AsyncMutex {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        }
        isTaken = true
        defer {
            if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
        }
        return try await body()
    }
}
