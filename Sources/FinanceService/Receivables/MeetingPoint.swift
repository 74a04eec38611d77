import Postgres

/// Where two messages that need one another meet, when either may come first.
///
/// Each looks for the other and, not finding it, waits for it. Were both handled at the same moment, neither would see
/// the other, and both would wait for ever: so whoever looks holds a lock until its transaction ends.
enum MeetingPoint {
    /// Locks the places of some keys, in their order so that two batches cannot deadlock.
    static func lock(_ place: String, _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        guard !keys.isEmpty else { return }
        let names = keys.sorted().map { "\(place)\u{1}\($0.source)\u{1}\($0.identifier)" }
        _ = try transaction.rows(
            """
            select count(pg_advisory_xact_lock(key)) from (
                select distinct hashtextextended(current_schema() || name, 0) as key from unnest(\(names)) as t(name) order by 1
            ) k
            """)
    }
}
