import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Sees to it that a process that is asked to end does so in time, whatever broker and database do meanwhile.
///
/// The parts have ``graceful`` to finish what they have in hand; then they are cancelled. A call of a C library that
/// waits for a dead peer heeds no cancellation: after ``most`` the process ends with such calls under way. That is safe,
/// for it is what a crash does: what was not acknowledged is delivered again, what was not published is in the outbox.
final class ShutdownLimit: Service {
    /// How long the parts have to finish, before they are cancelled.
    let graceful: Duration
    private let most: Duration
    private let logger: Logger
    private let end: @Sendable () -> Void
    private let state = Mutex((isAsked: false, isOver: false))

    /// - Parameters:
    ///   - graceful: how long the parts have to finish.
    ///   - most: after which the process ends in any case.
    ///   - logger: where to say that it came to that.
    ///   - end: ends the process.
    init(
        graceful: Duration = .seconds(5), most: Duration = .seconds(9), logger: Logger,
        end: @escaping @Sendable () -> Void = { _exit(0) }
    ) {
        self.graceful = graceful
        self.most = most
        self.logger = logger
        self.end = end
    }

    /// Whether the process has been asked to end.
    var isAsked: Bool { state.withLock { $0.isAsked } }

    /// Waits until the process is asked to end. As the last of the group's parts it is the first to be told.
    func run() async throws {
        try await gracefulShutdown()
        state.withLock { $0.isAsked = true }
        // A thread of its own: the shared ones may all be waiting.
        let watch = Thread { [self] in
            Thread.sleep(forTimeInterval: Double(most.components.seconds))
            guard !state.withLock({ $0.isOver }) else { return }
            logger.error("the service ends before all its parts have; what was in hand is delivered again")
            end()
        }
        watch.start()
    }

    /// Nothing is left that could end the process too late.
    func isOver() { state.withLock { $0.isOver = true } }
}
