import Postgres
import Synchronization

/// The pools that a test has opened.
final class DatabasePools: Sendable {
    private let pools = Mutex<[PostgresPool]>([])

    func add(_ pool: PostgresPool) { pools.withLock { $0.append(pool) } }

    func close() async {
        let all = pools.withLock { pools in
            defer { pools = [] }
            return pools
        }
        for pool in all { await pool.close() }
    }
}
