import Foundation
import Synchronization

/// A way out of a send that does not come back.
///
/// librabbitmq sends with no time-out: towards a peer that is dead, or that reads no more, the call stays for ever, and
/// no signal of ours can reach the thread in it. But a descriptor may be shut down from another thread, and then the
/// send fails. So whoever sends says so here, and the owner's task looks from time to time.
final class SendGuard: Sendable {
    private struct Send {
        let descriptor: Int32
        let since: ContinuousClock.Instant
    }

    private let send = Mutex<Send?>(nil)
    private let limit: Duration

    init(limit: Duration) {
        self.limit = limit
    }

    /// Called before and after each send, on the connection's thread.
    func sending<Result>(_ descriptor: Int32, _ body: () -> Result) -> Result {
        send.withLock { $0 = Send(descriptor: descriptor, since: .now) }
        // The lock is held while shutting down, so the descriptor cannot be closed and reused meanwhile.
        defer { send.withLock { $0 = nil } }
        return body()
    }

    /// Looks every half second until cancelled.
    func watch() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            send.withLock { send in
                if let stuck = send, .now - stuck.since > limit { shutdown(stuck.descriptor, Int32(SHUT_RDWR)) }
            }
        }
    }
}
