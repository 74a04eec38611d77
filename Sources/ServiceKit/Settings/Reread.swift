import Foundation
package import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// A value that is replaced as a whole while others read it: who reads gets the one before or the one after.
package final class Current<Value: Sendable>: Sendable {
    private let held: Mutex<Value>

    /// - Parameter value: the first one.
    package init(_ value: Value) { held = Mutex(value) }

    /// The one that holds now; who needs it twice for one thing keeps it.
    package var value: Value { held.withLock { $0 } }

    /// From now on this one.
    package func replace(with value: Value) { held.withLock { $0 = value } }
}

/// The files that settings name, read again when an operator asks for it.
///
/// All of them are read first. When one is wrong nothing changes, and the service says so until it has read them again.
package final class Reread: Sendable {
    /// How it went so far.
    struct Record: Sendable, Equatable {
        /// How often the files were read and put in force, the start included.
        var reads = 1
        /// Why the files as they are now are not in force; `nil` when they are, as far as anybody has asked.
        var problem: String?
    }

    private let read: @Sendable () throws -> @Sendable () -> Void
    private let logger: Logger
    private let state = Mutex(Record())

    /// - Parameters:
    ///   - read: reads all files, and makes what puts them in force.
    ///   - logger: where to say how it went.
    package init(logger: Logger, _ read: @escaping @Sendable () throws -> @Sendable () -> Void) {
        self.read = read
        self.logger = logger
    }

    /// How it went so far.
    var record: Record { state.withLock { $0 } }

    /// Reads the files again.
    package func again() {
        do {
            try read()()
            state.withLock { $0 = Record(reads: $0.reads + 1) }
            logger.info("the files of the settings were read again; they hold from the next batch on")
        } catch {
            state.withLock { $0.problem = "\(error)" }
            logger.error(
                "the files of the settings cannot be used; what was read before holds", metadata: ["error": "\(error)"])
        }
    }

    /// Until it is trapped, the signal would end the process: from the very start it does not.
    package static func ignoreSignal() { signal(SIGHUP, SIG_IGN) }
}

extension Reread: Service {
    /// Reads them again at each SIGHUP, until the service is shut down.
    package func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { again() }
    }
}
