/// Who has a connection, who waits for one, and how it goes. Decides; the pool acts, outside its lock.
struct PoolState {
    /// What a task that asks is given: one of `size` places, with a connection in it or empty.
    enum Place: Sendable {
        case connection(PostgresConnection)
        case empty
    }

    /// A waiting task's way on.
    typealias Waiting = CheckedContinuation<Result<Place, any Error>, Never>

    private struct Waiter {
        let id: Int
        let continuation: Waiting
    }

    private let size: Int
    private(set) var idle: [PostgresConnection] = []
    /// Places taken, with a connection or while one is made.
    private(set) var taken = 0
    /// Places in which a connection is being made.
    private var connecting = 0
    private var waiters: [Waiter] = []
    private var lastID = 0
    private(set) var isClosed = false
    private(set) var lastError: String?
    /// Failed attempts to connect since the last that worked.
    private var failures = 0
    private var nextAttempt: ContinuousClock.Instant?

    init(size: Int) {
        self.size = size
    }

    var status: PostgresPool.Status {
        PostgresPool.Status(
            isHealthy: lastError == nil, lastError: lastError, open: taken, busy: taken - idle.count,
            waiting: waiters.count)
    }

    /// A place if there is one now; otherwise a number in the queue.
    mutating func ask() -> (place: Place?, id: Int) {
        // Whoever waits has asked before.
        if waiters.isEmpty, let place = freePlace() { return (place, 0) }
        lastID += 1
        return (nil, lastID)
    }

    /// Queues a task by the number it was given.
    ///
    /// - Returns: a place, when one has come free since it asked; it then does not wait.
    mutating func enqueue(_ id: Int, _ continuation: Waiting) -> Place? {
        let isFirst = waiters.first.map { $0.id > id } ?? true
        if isFirst, let place = freePlace() { return place }
        // Tasks may come in another order than they asked.
        let index = (waiters.lastIndex { $0.id < id } ?? -1) + 1
        waiters.insert(Waiter(id: id, continuation: continuation), at: index)
        return nil
    }

    /// Takes a task out of the queue.
    mutating func dequeue(_ id: Int) -> Waiting? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).continuation
    }

    /// A connection comes back in order.
    ///
    /// - Returns: who gets it; nobody when it stays or, after ``close()``, is to be closed.
    mutating func giveBack(_ connection: PostgresConnection) -> Waiting? {
        lastError = nil
        guard !isClosed else {
            taken -= 1
            return nil
        }
        guard !waiters.isEmpty else {
            idle.append(connection)
            return nil
        }
        return waiters.removeFirst().continuation
    }

    /// A place becomes empty: its connection was lost.
    ///
    /// - Returns: who gets the place.
    mutating func vacate(after error: PostgresError?) -> Waiting? {
        if let error { lastError = error.description }
        guard !isClosed, !waiters.isEmpty else {
            taken -= 1
            return nil
        }
        return waiters.removeFirst().continuation
    }

    // MARK: Connecting

    /// A connection is to be made in a place.
    ///
    /// - Returns: when, if not now.
    mutating func startConnecting(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        connecting += 1
        return nextAttempt.flatMap { $0 > now ? $0 : nil }
    }

    /// It was made.
    ///
    /// - Returns: whether attempts had failed before.
    mutating func connected() -> Bool {
        connecting -= 1
        defer { (failures, nextAttempt, lastError) = (0, nil, nil) }
        return failures > 0
    }

    /// Whoever wanted to make it was cancelled.
    ///
    /// - Returns: who gets the place.
    mutating func stopConnecting() -> Waiting? {
        connecting -= 1
        return vacate(after: nil)
    }

    /// The attempt failed, and its place with it.
    ///
    /// - Returns: who gets the place and tries in turn; and, when no connection is left that could come back, who is
    ///   told why instead, because each of them would find the same.
    mutating func connectFailed(
        _ error: PostgresError, now: ContinuousClock.Instant
    ) -> (next: Waiting?, told: [Waiting]) {
        connecting -= 1
        failures += 1
        // 50 ms, doubled up to 1.6 s: short, because whoever asks has a back-off of their own.
        nextAttempt = now + .milliseconds(50 << min(failures - 1, 5))
        guard taken - 1 == connecting else { return (vacate(after: error), []) }
        lastError = error.description
        taken -= 1
        defer { waiters = [] }
        return (nil, waiters.map(\.continuation))
    }

    // MARK: The end

    mutating func close() -> (idle: [PostgresConnection], waiting: [Waiting]) {
        isClosed = true
        taken -= idle.count
        defer { (idle, waiters) = ([], []) }
        return (idle, waiters.map(\.continuation))
    }

    private mutating func freePlace() -> Place? {
        guard !isClosed else { return nil }
        // The last one used first: its memory is warm, here and on the server.
        if let connection = idle.popLast() { return .connection(connection) }
        guard taken < size else { return nil }
        taken += 1
        return .empty
    }
}
