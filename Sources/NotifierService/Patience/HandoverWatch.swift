import Contracts
import Domain
import Logging
import Postgres
import ServiceKit

/// Has what matters and waits for long handed over by the next channel as well: whether its server is away, hangs, is busy with others,
/// or its target wants to be left alone, and whether or not it was ever tried.
struct HandoverWatch: Sendable {
    /// How many are looked at in one pass.
    private static let most = 200

    let planner: HandoverPlanner

    /// Looks once.
    ///
    /// - Returns: whether there was any, so that there may be more.
    func pass(_ pool: PostgresPool, at now: Timestamp) async throws -> Bool {
        try await pool.withTransaction { transaction in
            let found = try HandoverWatchStore.late(planner.floor, limit: Self.most, at: now, transaction)
            guard !found.isEmpty else { return false }
            // Whoever plans locks people before handovers.
            let late = try HandoverStore.failed(found, transaction)
            try HandoverStore.lock(Set(late.map(\.login)).sorted(), transaction)
            // What another copy has looked at meanwhile is not there any more.
            let own = Set(try HandoverWatchStore.mark(found, at: now, transaction))
            let planned = late.filter { own.contains($0.id) }
            guard !planned.isEmpty else { return true }
            try planner.plan(insteadOf: planned, PeopleReplica.known(transaction), at: now, transaction)
            return true
        }
    }
}

extension StandingWork {
    /// The watch over what waits for long.
    init(_ watch: HandoverWatch) {
        self.init("handovers that wait for long") { pool, now, _ in try await watch.pass(pool, at: now) }
    }
}
