import Postgres
import Synchronization

/// What a test has opened and made besides its own schema.
final class DatabasePools: Sendable {
    private struct State {
        var pools: [PostgresPool] = []
        var schemas: [String] = []
        var roles: [String] = []
    }

    private let state = Mutex(State())

    func add(_ pool: PostgresPool) { state.withLock { $0.pools.append(pool) } }

    func add(_ schema: String) { state.withLock { $0.schemas.append(schema) } }

    func add(role: String) { state.withLock { $0.roles.append(role) } }

    /// Closes all pools, and says which schemas and roles are to go.
    func close() async -> (schemas: [String], roles: [String]) {
        let all = state.withLock { state in
            defer { state = State() }
            return state
        }
        for pool in all.pools { await pool.close() }
        return (all.schemas, all.roles)
    }
}
