import Logging
import Postgres
import ServiceLifecycle

/// Removes every ten minutes what is over: sessions, failed attempts, old tokens. Of several copies any may do it.
struct Cleaning: Service {
    let parts: ConsoleParts

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let limits = parts.sessions
                do {
                    try await parts.pool.withTransaction {
                        try SignInStore.clean(limits, $0)
                        try ManyStore.clean($0)
                    }
                } catch let error as PostgresError {
                    parts.logger.warning("what is over was not removed", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .seconds(600))
            }
        }
    }
}
