import CSystemShims
import Foundation
import Synchronization

/// One operating-system thread that runs the jobs of an actor, and between them waits for a C library's socket.
///
/// Neither librabbitmq nor libpq lets two threads use one connection. An actor that owns such a connection names a
/// `PinnedThread` as its `unownedExecutor`: every one of its methods then runs on that thread and on no other. While
/// there is no job the thread sleeps in `poll` on two descriptors, the library's socket and its own wake-up, so that
/// arriving bytes and arriving jobs both wake it at once and nothing is ever polled for by time.
///
/// - Important: call ``stop()`` from the owner's `isolated deinit` and nowhere else. Earlier would strand the job that
///   runs that very deinitialiser.
///
/// `@unchecked Sendable`: every mutable property lives in `state`, a `Mutex`; `wakeDescriptor` is an immutable descriptor whose
/// operations are single, thread-safe system calls; the rest is immutable.
public final class PinnedThread: SerialExecutor, @unchecked Sendable {
    private struct State {
        var jobs: [UnownedJob] = []
        var idle: (@Sendable (Readiness) -> Wait)?
        var thread: pthread_t?
        var isSleeping = false
        var isStopping = false
    }

    /// The name the system's tools show for the thread.
    public let name: String
    private let state = Mutex(State())
    private let wakeDescriptor: Int32

    /// Starts the thread.
    ///
    /// - Parameter name: what the system's tools show; 15 characters are kept.
    public init(name: String) {
        self.name = String(name.prefix(15))
        wakeDescriptor = waybill_wake_open()
        precondition(wakeDescriptor >= 0, "no descriptor left for a wake-up: raise the limit of open files")
        var thread = pthread_t()
        // The thread owns one reference to its executor and gives it back as its last act.
        let context = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let executor = Unmanaged<PinnedThread>.fromOpaque(context).takeRetainedValue()
                executor.loop()
                return nil
            }, context.toOpaque())
        precondition(failure == 0, "the system gives no further thread (error \(failure))")
        pthread_detach(thread)
    }

    deinit {
        close(wakeDescriptor)
    }

    /// Takes a job of the actor; the concurrency runtime calls this.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wasSleeping = state.withLock { state in
            state.jobs.append(job)
            defer { state.isSleeping = false }
            return state.isSleeping
        }
        if wasSleeping { waybill_wake_signal(wakeDescriptor) }
    }

    /// This executor, as the concurrency runtime wants it named.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Whether the caller is on this thread.
    public var isCurrent: Bool {
        guard let thread = state.withLock({ $0.thread }) else { return false }
        return pthread_equal(thread, pthread_self()) != 0
    }

    /// Stops the program if the caller is not on this thread.
    public func checkIsolated() {
        precondition(isCurrent, "called off the thread '\(name)'")
    }

    /// Whether the caller is on this thread, as the runtime asks it.
    public func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }

    /// Says what to do, and what to wait for, whenever the thread has run its jobs, its descriptor is ready, or the
    /// time it asked for is up.
    ///
    /// The handler runs on this thread, so that the owner may enter itself by `assumeIsolated`. It must not block.
    /// It is asked again after every run of jobs, because a job may have changed what there is to wait for.
    public func whenIdle(_ handler: (@Sendable (Readiness) -> Wait)?) {
        let wasSleeping = state.withLock { state in
            state.idle = handler
            defer { state.isSleeping = false }
            return state.isSleeping
        }
        if wasSleeping { waybill_wake_signal(wakeDescriptor) }
    }

    /// Has the idle handler asked again soon, from any thread.
    public func wake() {
        // Always by the descriptor: awake, the thread may have asked just before whatever the caller changed.
        waybill_wake_signal(wakeDescriptor)
    }

    /// Lets the thread finish what it was given and end. For the owner's `isolated deinit` only.
    public func stop() {
        let wasSleeping = state.withLock { state in
            state.isStopping = true
            state.idle = nil
            defer { state.isSleeping = false }
            return state.isSleeping
        }
        if wasSleeping { waybill_wake_signal(wakeDescriptor) }
    }

    private func loop() {
        waybill_thread_name(name)
        state.withLock { $0.thread = pthread_self() }
        var readiness = Readiness.none
        while true {
            let (jobs, isStopping) = state.withLock { state in
                let jobs = state.jobs
                state.jobs.removeAll(keepingCapacity: true)
                return (jobs, state.isStopping)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if isStopping && jobs.isEmpty { return }
            // Read after the jobs: one of them may have set it.
            let wait = state.withLock { $0.idle }?(readiness) ?? Wait()
            readiness = sleep(wait)
        }
    }

    /// Waits for the descriptor, for a wake-up, or for the time to be up. Does not sleep when there are jobs.
    private func sleep(_ wait: Wait) -> Readiness {
        let mayBlock = state.withLock { state in
            // A job that came since is found by the loop; one that comes later finds `isSleeping` and wakes us.
            state.isSleeping = state.jobs.isEmpty && !state.isStopping
            return state.isSleeping
        }
        var descriptors = [
            pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wait.descriptor, events: wait.events, revents: 0),
        ]
        let count = poll(&descriptors, 2, mayBlock ? wait.milliseconds : 0)
        state.withLock { $0.isSleeping = false }
        guard count > 0 else { return count == 0 && mayBlock ? .timeUp : .none }
        if descriptors[0].revents != 0 { waybill_wake_drain(wakeDescriptor) }
        return Readiness(events: descriptors[1].revents)
    }
}

/// What a pinned thread waits for while it has no job.
public struct Wait: Sendable {
    let descriptor: Int32
    let events: Int16
    let milliseconds: Int32

    /// - Parameters:
    ///   - descriptor: the socket to watch; -1 for none.
    ///   - readable: wake when it has bytes to read.
    ///   - writable: wake when it takes bytes.
    ///   - timeout: ask again after this time at the latest; `nil` waits for ever.
    public init(descriptor: Int32 = -1, readable: Bool = true, writable: Bool = false, timeout: Duration? = nil) {
        self.descriptor = descriptor
        events = (readable ? Int16(POLLIN) : 0) | (writable ? Int16(POLLOUT) : 0)
        if let timeout {
            let (seconds, attoseconds) = timeout.components
            // Rounded up: rounding down would spin through the last part of a millisecond.
            let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
            self.milliseconds = Int32(clamping: max(0, milliseconds))
        } else {
            milliseconds = -1
        }
    }
}

/// Why a pinned thread woke.
public struct Readiness: Sendable, Equatable {
    /// The descriptor has bytes to read, or was closed by the other side.
    public let isReadable: Bool
    /// The descriptor takes bytes.
    public let isWritable: Bool
    /// The time asked for is up.
    public let isTimeUp: Bool

    static let none = Readiness(events: 0)
    static let timeUp = Readiness(isReadable: false, isWritable: false, isTimeUp: true)

    private init(isReadable: Bool, isWritable: Bool, isTimeUp: Bool) {
        self.isReadable = isReadable
        self.isWritable = isWritable
        self.isTimeUp = isTimeUp
    }

    init(events: Int16) {
        self.init(
            // An error or a hang-up is found by reading.
            isReadable: events & Int16(POLLIN | POLLHUP | POLLERR) != 0,
            isWritable: events & Int16(POLLOUT) != 0,
            isTimeUp: false)
    }
}
