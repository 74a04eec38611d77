import Domain

/// How often an item that fails for a reason of its own is tried, and how long it waits between two tries.
struct RetryPolicy: Sendable {
    /// What becomes of an item that has failed once more.
    enum Outcome: Sendable, Equatable {
        /// It stays in the schedule, due at a time, and is not tried before a pause is over.
        case triedAgain(due: Timestamp, pause: Duration)
        /// It leaves the schedule; a recurring task is due next at a time.
        case setAside(next: Timestamp?)
    }

    /// After so many failed tries an item is set aside.
    let limit: Int
    /// The pause after each failed try; the last one holds for all that follow.
    let pauses: [Duration]

    /// With the system's time: set aside some twenty minutes after the first try, which outlasts most passing causes.
    static let waiting = RetryPolicy(
        limit: 5, pauses: [.seconds(10), .seconds(60), .seconds(300), .seconds(900)])
    /// With event time nothing waits: days are evaluated one after the other, and the events wait behind them.
    static let atOnce = RetryPolicy(limit: 2, pauses: [.zero])

    /// What becomes of an item after a failed try.
    ///
    /// - Parameters:
    ///   - attempts: how many tries have failed, this one included.
    ///   - due: when the item was due.
    ///   - recurrence: of its task.
    ///   - now: the time of the try, as the clock of the service says it.
    func outcome(
        attempts: Int, due: Timestamp, recurrence: ScheduledTask.Recurrence?, now: Timestamp
    ) -> Outcome {
        let pause = pauses.isEmpty ? Duration.zero : pauses[min(max(attempts, 1), pauses.count) - 1]
        guard attempts >= limit else { return .triedAgain(due: due, pause: pause) }
        switch recurrence {
        case nil: return .setAside(next: nil)
        case .everyDay?: return .setAside(next: recurrence?.next(after: due, ranAt: now))
        // Its next run makes up for what it missed, so there is nothing to keep: only its next try is put off.
        case .after?:
            return .triedAgain(due: recurrence?.next(after: due, ranAt: now) ?? due, pause: pause)
        }
    }
}
