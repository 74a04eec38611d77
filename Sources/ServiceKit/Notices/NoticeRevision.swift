package import Domain

/// What counts how often something was said of a notice's object.
package enum NoticeRevision {
    /// The greatest that a message may hold.
    static let most = 9_007_199_254_740_991
    /// How many words one revision of an object has room for.
    private static let words = 4_000_000

    /// By a time, for whatever counts nothing itself: microseconds since 1970.
    package static func of(_ time: Timestamp) -> Int {
        min(max(1, Int(clamping: time.microsecondsSinceEpoch)), most)
    }

    /// By the revision of the object and what counts within it, from 1.
    ///
    /// - Parameter number: `nil` for the end of that revision, after everything that was said of it.
    package static func of(revision: Int, number: Int?) -> Int {
        min(max(1, revision) * words + min(max(1, number ?? words - 1), words - 1), most)
    }
}
