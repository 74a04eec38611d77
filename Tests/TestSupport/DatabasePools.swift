import Postgres
import Synchronization

/// What a test has opened and made besides its own schema.
final class DatabasePools: Sendable {
    private struct State {
        var pools: [PostgresPool] = []
        var schemas: [String] = []
    }

    private let state = Mutex(State())

    func add(_ pool: PostgresPool) { state.withLock { $0.pools.append(pool) } }

    func add(_ schema: String) { state.withLock { $0.schemas.append(schema) } }

    /// Closes all pools, and says which schemas are to go.
    func close() async -> [String] {
        let all = state.withLock { state in
            defer { state = State() }
            return state
        }
        for pool in all.pools { await pool.close() }
        return all.schemas
    }
}
