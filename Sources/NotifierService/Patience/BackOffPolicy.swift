package import Domain

/// When what a server did not take is tried again, and when it is given up. Pure.
package enum BackOffPolicy {
    /// For how many days a server may be away before what it did not take is given up, and said.
    package static let days: Int64 = 3

    /// For how long, in seconds, a server that does not take what matters is waited for before the next channel is asked as well.
    package static let patience: Int64 = 600

    /// For how long, in seconds, a target is believed that wants to be left alone: a day; but what matters is tried again after an
    /// hour.
    ///
    /// - Parameters:
    ///   - said: how long it wants to be left alone, by its own word.
    ///   - isMattering: whether it is of what nobody can switch off.
    package static func rest(_ said: Int64, isMattering: Bool) -> Int64 {
        min(max(said, 1), isMattering ? 3_600 : 86_400)
    }

    /// How long to wait after so many attempts, in seconds: 5, 10, 20 … and never more than 15 minutes, so that what a server was
    /// away for comes within that time of its return.
    package static func seconds(after attempts: Int) -> Int64 {
        min(900, 5 << Int64(min(max(attempts - 1, 0), 10)))
    }

    /// When it is tried again; `nil` when it is given up.
    ///
    /// - Parameters:
    ///   - attempts: how often it was tried.
    ///   - created: since when it is owed.
    ///   - pause: how long the server wants to be left alone, in seconds, by its own word.
    ///   - now: the time.
    package static func next(
        after attempts: Int, since created: Timestamp, pause: Int64?, at now: Timestamp
    ) -> Timestamp? {
        guard now < created.adding(seconds: days * 86_400) else { return nil }
        return now.adding(seconds: max(seconds(after: attempts), pause ?? 0))
    }
}
