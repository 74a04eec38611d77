import Hummingbird
import Synchronization

/// How much each caller may do in a time: a bucket of tokens for each, which fills at a rate and holds so many.
///
/// Each copy of the console keeps its own; so many copies let so many times as much pass.
package final class RateLimiter: Sendable {
    /// What is counted apart.
    package enum Kind: Sendable, Hashable {
        /// Calls.
        case calls
        /// Events in calls.
        case events
    }

    /// How much of a kind.
    package struct Limit: Sendable, Equatable {
        /// How many a second, on average.
        package let perSecond: Double
        /// How many at once.
        package let burst: Double

        /// - Parameters: as the properties.
        package init(perSecond: Double, burst: Double) {
            (self.perSecond, self.burst) = (perSecond, burst)
        }
    }

    private struct Key: Hashable {
        let caller: APICaller.Identity
        let kind: Kind
    }

    private struct Bucket {
        var level: Double
        var time: ContinuousClock.Instant
    }

    /// How many buckets are kept before the full ones are forgotten.
    private static let mostBuckets = 10_000

    private let calls: Limit
    private let events: Limit
    private let now: @Sendable () -> ContinuousClock.Instant
    private let buckets = Mutex<[Key: Bucket]>([:])

    /// - Parameters:
    ///   - calls: how many calls of one caller.
    ///   - events: how many events of one partner.
    ///   - now: the time.
    package init(
        calls: Limit = Limit(perSecond: 50, burst: 200), events: Limit = Limit(perSecond: 4_000, burst: 20_000),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        (self.calls, self.events, self.now) = (calls, events, now)
    }

    /// Takes tokens of a caller.
    ///
    /// - Parameter count: how many. More than the bucket holds are taken when it is full, and leave it owing.
    /// - Throws: ``Problem`` `too-many-requests`, which says when it will work.
    package func take(_ count: Int, _ kind: Kind, of caller: APICaller.Identity) throws {
        let limit = kind == .calls ? calls : events
        let now = now()
        let wait: Double? = buckets.withLock { buckets in
            if buckets.count >= Self.mostBuckets { forget(&buckets, at: now) }
            let key = Key(caller: caller, kind: kind)
            var bucket = filled(buckets[key] ?? Bucket(level: limit.burst, time: now), limit, at: now)
            let wanted = min(Double(count), limit.burst)
            guard bucket.level >= wanted else {
                buckets[key] = bucket
                return (wanted - bucket.level) / limit.perSecond
            }
            bucket.level -= Double(count)
            buckets[key] = bucket
            return nil
        }
        guard let wait else { return }
        let what = kind == .calls ? "calls" : "events"
        throw Problem(
            .tooManyRequests,
            "\(Int(limit.perSecond)) \(what) a second are taken of one caller, \(Int(limit.burst)) at once",
            retryAfter: max(1, Int(wait.rounded(.up))))
    }

    private func filled(_ bucket: Bucket, _ limit: Limit, at now: ContinuousClock.Instant) -> Bucket {
        let passed = (now - bucket.time) / Duration.seconds(1)
        return Bucket(level: min(limit.burst, bucket.level + max(0, passed) * limit.perSecond), time: now)
    }

    /// Forgets the full ones: they are as those that are not there.
    private func forget(_ buckets: inout [Key: Bucket], at now: ContinuousClock.Instant) {
        buckets = buckets.filter { key, bucket in
            let limit = key.kind == .calls ? calls : events
            return filled(bucket, limit, at: now).level < limit.burst
        }
    }
}
