import Contracts
import Domain
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import Synchronization

/// Notes who was told personal data, who took data out and who was denied something, in the tables of the audit.
///
/// An answer never waits for it and never fails because of it: what is noted waits in memory, and is written in batches, at
/// once when many wait and otherwise after a moment. At a normal end everything is written. A crash loses what waits, which is
/// what was noted in the last half second, or since the database takes nothing.
final class AuditBook: Service {
    /// How long entries gather.
    private static let rhythm: Duration = .milliseconds(500)
    /// How many are written in one transaction.
    private static let batch = 500
    /// How long the end of the service waits for a database that does not take them.
    private static let patience: Duration = .seconds(2)

    private struct State {
        var buffer: AuditBuffer
        var problem: String?
    }

    private let pool: PostgresPool
    private let metrics: ServiceMetrics
    private let logger: Logger
    private let state: Mutex<State>
    private let some = Signal()
    private let many = Signal()
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - pool: the database.
    ///   - metrics: where to count.
    ///   - logger: where to say what goes wrong.
    ///   - buffer: where entries wait.
    ///   - now: the time as the world sees it.
    init(
        pool: PostgresPool, metrics: ServiceMetrics, logger: Logger, buffer: AuditBuffer = AuditBuffer(),
        now: @escaping @Sendable () -> Timestamp = { ServiceClock.wallClock() }
    ) {
        (self.pool, self.metrics, self.logger, self.now) = (pool, metrics, logger, now)
        state = Mutex(State(buffer: buffer))
    }

    // MARK: Noting

    /// Notes an answer, when it tells personal data, is to be taken out or is about the audit.
    ///
    /// - Parameters:
    ///   - tables: the answer as it is told.
    ///   - request: the question.
    ///   - question: what the catalogue says of it.
    ///   - principal: who asks; nothing when that cannot be told.
    ///   - rule: by what they may.
    func seen(
        _ tables: [QueryTable], to request: RunQuery, _ question: QueryDescription, by principal: Principal?,
        under rule: AuditRule = .none
    ) {
        guard let answer = AuditedAnswer(tables, to: request, question) else { return }
        add(
            AuditEntry(
                .seen(columns: answer.columns, isExport: answer.isExport), question.name, answer.object, by: principal,
                under: rule, rows: answer.rows, at: now()))
    }

    /// Notes that a question or an act was denied, and counts the act.
    ///
    /// - Parameters:
    ///   - asked: the question, or the type of the command.
    ///   - object: what it is about.
    ///   - refusal: why; its words are not kept, they may hold what was typed.
    ///   - isAct: whether it is a command.
    ///   - principal: who tried; nothing when that cannot be told.
    ///   - rule: the line that takes it, if one does, and the version of the policy.
    func denied(
        _ asked: String, _ object: AuditedObject, _ refusal: Refusal, isAct: Bool, by principal: Principal?,
        under rule: AuditRule = .none
    ) {
        if isAct { metrics.actDenied(refusal.reason) }
        add(
            AuditEntry(
                .denied(reason: refusal.reason.rawValue, path: refusal.path, isAct: isAct), auditText(asked), object,
                by: principal, under: rule, at: now()))
    }

    private func add(_ entry: AuditEntry) {
        let (taken, isMany) = state.withLock { state in
            (state.buffer.add(entry), state.buffer.count >= Self.batch)
        }
        switch taken {
        case .kept: break
        case .folded: metrics.auditFolded.add(1)
        case .lost: metrics.auditLost.add(1)
        }
        some.raise()
        if isMany { many.raise() }
    }

    /// How many entries wait to be written.
    var waiting: Int { state.withLock { $0.buffer.count } }

    /// Why what was noted cannot be written now; nothing when it can.
    var problem: String? {
        state.withLock { state in
            state.problem.map { problem in
                let since = state.buffer.oldest.map { ", the oldest of \($0.at)" } ?? ""
                return "audit: \(state.buffer.count) entries cannot be written\(since): \(problem)"
            }
        }
    }

    // MARK: Writing

    /// Writes what is noted until the service is shut down, and then what is left.
    func run() async throws {
        var backOff = BackOff()
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            do {
                if try await write() { backOff = BackOff() }
                await cancelWhenGracefulShutdown { await self.gather() }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                let pause = backOff.next()
                logger.warning(
                    "the audit cannot be written; it is tried again",
                    metadata: ["waiting": "\(waiting)", "pause": "\(pause)", "error": "\(error)"])
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            }
        }
        await writeRest()
    }

    /// Waits until something is there, and then until it is many or a moment has passed.
    private func gather() async {
        if waiting == 0 { await some.wait() }
        guard !Task.isCancelled, waiting < Self.batch else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: Self.rhythm) }
            group.addTask { await self.many.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    /// Writes everything that waits now.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    func write() async throws -> Bool {
        var wasSome = false
        while true {
            let entries = state.withLock { $0.buffer.next(Self.batch) }
            guard !entries.isEmpty else { return wasSome }
            wasSome = true
            do {
                try await store(entries)
            } catch {
                if !(error is CancellationError) {
                    metrics.auditFailures.add(1)
                    state.withLock { $0.problem = "\(error)" }
                }
                throw error
            }
            state.withLock { state in
                state.buffer.removeFirst(entries.count)
                state.problem = nil
            }
        }
    }

    /// Writes a batch. An entry that the database takes under no circumstances is told and left out: it must not hold up the
    /// others for good.
    private func store(_ entries: [AuditEntry]) async throws {
        do {
            try await pool.withTransaction { try AuditStore.put(entries, $0) }
            metrics.auditWritten.add(entries.count)
        } catch let error as PostgresError where !error.isRetriable && !error.isOfSetUp {
            guard entries.count > 1 else {
                metrics.auditLost.add(1)
                logger.error(
                    "an entry of the audit cannot be stored",
                    metadata: ["asked": "\(entries.first?.asked ?? "")", "error": "\(error)"])
                return
            }
            let middle = entries.count / 2
            try await store(Array(entries[..<middle]))
            try await store(Array(entries[middle...]))
        }
    }

    /// At the end of the service: once more, and again for a moment when the database does not take it.
    private func writeRest() async {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                try await write()
                return
            } catch {
                guard ContinuousClock.now < deadline, !Task.isCancelled, !(error is CancellationError) else { break }
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        let left = waiting
        metrics.auditLost.add(left)
        logger.error("the service ends before its audit is written", metadata: ["lost": "\(left)"])
    }
}
