public import Domain
public import Postgres

/// Locks by key that hold until the transaction ends: of two transactions with the same key at one place, the second
/// waits for the first.
///
/// A place is what the keys are of: payments, complaints. Each place of a schema has 256 stripes, and a key locks the
/// stripe it falls into. So no transaction holds more than 512 locks a place, however many keys its batch has: the
/// server's lock table, which all its databases share, cannot be exhausted (max_locks_per_transaction ×
/// max_connections, 6,400 by default). Two keys of one stripe wait for one another without need, which costs time and
/// nothing else.
///
/// Where two messages need one another and either may come first, each looks for the other under the lock and, not
/// finding it, waits for it. Without the lock neither of two that are handled at the same moment would see the other.
public enum KeyLock {
    /// How many locks a place has.
    public static let stripes = 256

    /// Locks some keys of a place.
    ///
    /// The locks are taken in their order, so that two transactions that lock one place once cannot deadlock. The
    /// statement is queued: it runs before whatever is asked next, in the same round trip.
    ///
    /// - Parameters:
    ///   - place: what the keys are of, the same words wherever it is locked.
    ///   - keys: the keys' parts; those of one key are kept apart.
    ///   - transaction: until it ends the locks hold.
    public static func lock(
        _ place: String, _ keys: some Sequence<[String]>, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let keys = Array(keys)
        guard !keys.isEmpty else { return }
        let stripes = Set(keys.map { stripe(of: $0) })
        // A copy of the release before locks each key by a number of its own. Until none of them runs, so do we, as far
        // as that stays few.
        let former = keys.count > Self.stripes ? [] : keys.map { ([place] + $0).joined(separator: "\u{1}") }
        try transaction.queue(
            """
            select count(pg_advisory_xact_lock(key)) from (
                select hashtextextended(current_schema() || \(prefix + place), 0) & -256 | stripe as key
                from unnest(\(Array(stripes))) as s(stripe)
                union
                select hashtextextended(current_schema() || name, 0) from unnest(\(former)) as n(name)
                order by 1
            ) k
            """)
    }

    /// Locks what some keys of other systems name.
    public static func lock<Kind>(
        _ place: String, _ keys: some Sequence<SourceKey<Kind>>, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        try lock(place, keys.map { [$0.source, $0.identifier] }, transaction)
    }

    /// Locks a place as a whole: for what is rare, or concerns all that is kept there.
    ///
    /// - Parameters:
    ///   - place: what is locked, one lock.
    ///   - transaction: until it ends the lock holds.
    public static func lock(_ place: String, _ transaction: borrowing Transaction) throws(PostgresError) {
        try transaction.queue("select pg_advisory_xact_lock(hashtextextended(current_schema() || \(" " + place), 0))")
    }

    private static let prefix = " lock "

    /// FNV-1a over the parts, each behind its length: the same in every process and release.
    static func stripe(of key: [String]) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in key {
            for byte in "\(part.utf8.count):".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        // The low bits of this hash are its weakest.
        hash ^= hash >> 32
        hash ^= hash >> 16
        return Int64((hash ^ hash >> 8) & 0xff)
    }
}
