import Contracts
import Domain
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import Synchronization
import Tracing

/// Runs what is due. Any number of copies may run it: each takes what no other holds.
///
/// One task at one time is one transaction, so that a task which fails costs only itself:
/// - An item that fails for a reason of its own is found by taking half as many, until it stands alone. It is tried again
///   with growing pauses, then set aside (``RetryPolicy``); everything else goes on.
/// - When the database is away, takes no changes or is not set up, or another transaction was in the way, it is nobody's
///   fault: the task rests a moment, and nothing is counted.
/// - What takes longer than the database's patience is the task's own failure.
struct Scheduler: Service {
    /// The most items of one task and time in one transaction.
    static let limit = 500
    private static let look: Duration = .seconds(1)

    let service: ServiceName
    private let currentTasks: @Sendable () -> [ScheduledTask]
    /// What they are now: always the same tasks, by rules that may have changed.
    var tasks: [ScheduledTask] { currentTasks() }
    let pool: PostgresPool
    let relay: Relay
    let metrics: ServiceMetrics
    let logger: Logger
    let mode: ServiceClock.Mode
    private let tracer: ServiceTracer?
    let retries: RetryPolicy

    /// - Parameters:
    ///   - service: whose tasks they are.
    ///   - tasks: what they are now, in the order in which they are run when they are due at the same time.
    ///   - pool: where the schedule is.
    ///   - relay: what publishes the events of a run.
    ///   - metrics: where to count.
    ///   - logger: where to say what goes wrong.
    ///   - mode: which time to follow.
    ///   - retries: how often what fails is tried; by default with pauses, and at once with event time.
    ///   - tracer: what makes spans; nobody wants any when there is none.
    init(
        service: ServiceName, tasks: @escaping @Sendable () -> [ScheduledTask], pool: PostgresPool, relay: Relay,
        metrics: ServiceMetrics, logger: Logger, mode: ServiceClock.Mode, retries: RetryPolicy? = nil,
        tracer: ServiceTracer? = nil
    ) {
        self.service = service
        currentTasks = tasks
        self.pool = pool
        self.relay = relay
        self.metrics = metrics
        self.logger = logger
        self.mode = mode
        self.tracer = tracer
        self.retries = retries ?? (mode == .system ? .waiting : .atOnce)
    }

    /// With the system's time, looks every second for what is due. With event time, the unit of work does.
    func run() async throws {
        guard mode == .system, !tasks.isEmpty else {
            return try await gracefulShutdown()
        }
        var backOff = BackOff()
        var memory = SchedulerMemory()
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            let pause: Duration
            do {
                try await work(until: ServiceClock.wallClock(), &memory)
                backOff = BackOff()
                pause = Self.look
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning("the schedule cannot be read; it is tried again", metadata: ["error": "\(error)"])
                pause = backOff.next()
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
        }
    }

    /// With event time: runs what is due until a time, before the clock moves on to it.
    ///
    /// - Throws: what stands in the way for now: the database is away, or another transaction was. Nothing that a task
    ///   does wrong.
    func pass(until time: Timestamp) async throws {
        try await start(at: time)
        try await runDue(until: time)
        try await pool.withTransaction { try ScheduleStore.setEventTime(time, $0) }
    }

    /// Makes sure that the recurring tasks stand in the schedule.
    func start(at now: Timestamp) async throws {
        let recurring = tasks.compactMap { task in task.recurrence.map { (task.name, $0.next(after: now, ranAt: now)) }
        }
        try await pool.withTransaction { transaction in
            for (name, due) in recurring { try ScheduleStore.start(name, firstDue: due, transaction) }
        }
    }

    /// Runs everything that is due until a time, the oldest first.
    ///
    /// - Throws: what keeps a task from being run for now.
    func runDue(until now: Timestamp) async throws {
        var memory = SchedulerMemory()
        try await work(until: now, &memory)
        if let hindrance = memory.hindrance { throw hindrance }
    }

    /// How the schedule is.
    func state() async throws -> ScheduleState {
        try await pool.withTransaction(isReadOnly: true) { transaction in
            ScheduleState(
                troubles: try ScheduleStore.troubles(limit: retries.limit, transaction),
                overdue: mode == .system ? try ScheduleStore.overdue(of: tasks.map(\.name), transaction) : 0)
        }
    }

    // MARK: Running

    private func work(until now: Timestamp, _ memory: inout SchedulerMemory) async throws {
        memory.beginRound()
        // Events must find everything done that was due before them; with the system's time the next copy goes on.
        while mode == .events || !Task.isShuttingDownGracefully {
            let names = tasks.map(\.name).filter { memory.mayRun($0) }
            let group =
                names.isEmpty
                ? nil
                : try await pool.withTransaction(isReadOnly: true) { transaction in
                    try ScheduleStore.next(of: names, until: now, transaction)
                }
            if let group {
                try await run(group, until: now, &memory)
            } else if !memory.reopen() {
                return
            }
        }
    }

    private func run(_ group: DueGroup, until now: Timestamp, _ memory: inout SchedulerMemory) async throws {
        guard let task = tasks.first(where: { $0.name == group.task }) else { return }
        let isLeased = relay.hasRoom
        let limit = memory.limit(of: group.task)
        let taken = Taken()
        let span = tracer?.task(task.name)
        defer { span?.end() }
        do {
            let (entries, effects) = try await pool.withTransaction { transaction in
                let items = try ScheduleStore.take(group, limit: limit, transaction)
                taken.set(items)
                // The items of one run are due at the same time, which is the time their rules see.
                var effects = Effects(now: group.due, source: service.source, wallClock: ServiceClock.wallClock())
                effects.traceparent = span?.place.traceparent
                guard let last = items.last?.item else { return ([OutboxEntry](), effects) }
                try task.handle(items.map(\.item), transaction, &effects)
                if group.isAside {
                    for item in items { AsideNotice.clear(item.item, of: service, because: "done", &effects) }
                }
                // What was set aside has its successor in the schedule already.
                if !group.isAside, let recurrence = task.recurrence {
                    effects.schedule(task.name, key: last.key, at: recurrence.next(after: last.due, ranAt: now))
                }
                return (try effects.store(isLeased: isLeased, transaction), effects)
            }
            guard !taken.items.isEmpty else { return memory.leave(group.task) }
            relay.submit(entries, isLeased: isLeased)
            metrics.scheduled.add(taken.items.count)
            metrics.add(effects.counts)
            memory.worked(group.task)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            span?.recordError(error)
            await failed(task, group, taken.items, error, until: now, &memory)
        }
    }

    // MARK: Failing

    private func failed(
        _ task: ScheduledTask, _ group: DueGroup, _ taken: [TakenItem], _ error: any Error, until now: Timestamp,
        _ memory: inout SchedulerMemory
    ) async {
        let cause = error as? PostgresError
        // Of more than one item, what was too much for the server's lock table may pass in smaller parts.
        let isSlow = cause.map { $0.exceedsPatience || $0.asksForLess && taken.count > 1 } ?? false
        let isNobodys = cause.map { $0.isRetriable || $0.isOfSetUp } ?? false
        guard isSlow || !isNobodys, let first = taken.first else {
            logger.warning(
                "a task could not be run; it is tried again", metadata: ["task": "\(task.name)", "error": "\(error)"])
            return memory.rest(task.name, error)
        }
        metrics.taskFailed(task.name)
        guard taken.count == 1 else {
            logger.warning(
                "a task failed; which item it was is found by taking fewer",
                metadata: ["task": "\(task.name)", "items": "\(taken.count)", "error": "\(error)"])
            return memory.halve(task.name, taken.count, isSlow: isSlow)
        }
        do {
            try await record(first, task, isAside: group.isAside, error, until: now)
        } catch {
            logger.warning(
                "it could not be written down that a task has failed; it is tried again",
                metadata: ["task": "\(task.name)", "error": "\(error)"])
            memory.rest(task.name, error)
        }
    }

    /// Counts the failure of an item, and puts it off or sets it aside.
    private func record(
        _ taken: TakenItem, _ task: ScheduledTask, isAside: Bool, _ error: any Error, until now: Timestamp
    ) async throws {
        let attempts = taken.attempts + 1
        let text = String("\(error)".replacing("\0", with: "␀").prefix(1_000))
        let outcome = retries.outcome(
            attempts: attempts, due: taken.item.due, recurrence: task.recurrence, now: now)
        let entries = try await pool.withTransaction { transaction in
            guard !isAside else {
                try ScheduleStore.failAside(taken, with: text, transaction)
                return [OutboxEntry]()
            }
            guard try ScheduleStore.fail(taken, with: text, outcome, transaction) else { return [] }
            var effects = Effects(now: now, source: service.source, wallClock: ServiceClock.wallClock())
            AsideNotice.raise(taken.item, of: service, attempts: attempts, error: text, &effects)
            return try effects.store(isLeased: false, transaction)
        }
        relay.submit(entries, isLeased: false)
        let metadata: Logger.Metadata = [
            "task": "\(task.name)", "key": "\(taken.item.key)", "due": "\(taken.item.due)", "attempts": "\(attempts)",
            "error": "\(text)",
        ]
        if isAside || attempts >= retries.limit {
            logger.error(
                "a scheduled item has failed as often as it is tried; 'waybill schedule list' shows it",
                metadata: metadata)
        } else {
            logger.warning("a scheduled item failed; it is tried again later", metadata: metadata)
        }
    }
}

/// What the last run of a transaction took, kept for when it fails: the closure of a transaction may run twice, and what
/// its COMMIT is refused for is thrown outside of it.
private final class Taken: Sendable {
    private let state = Mutex<[TakenItem]>([])

    var items: [TakenItem] { state.withLock { $0 } }

    func set(_ items: [TakenItem]) { state.withLock { $0 = items } }
}
