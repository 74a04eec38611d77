import Messaging

/// How the unit of work and the relay wait: by which clock, and how long between two tries.
struct Pauses: Sendable {
    /// By which clock.
    let clock: any Clock<Duration>
    /// The pauses between the tries of something that fails.
    let backOff: @Sendable () -> BackOff
    /// How often the relay looks for what other copies left behind.
    let look: Duration
    /// How long a confirmed message's row may stay, so that removing rows does not cost a commit for each batch. A
    /// crash meanwhile publishes them once more, which every inbox suppresses; the lease is far longer.
    let sweep: Duration

    init(
        clock: any Clock<Duration> = ContinuousClock(), look: Duration = .seconds(1),
        sweep: Duration = .milliseconds(100), backOff: @escaping @Sendable () -> BackOff = { BackOff() }
    ) {
        self.clock = clock
        self.backOff = backOff
        self.look = look
        self.sweep = sweep
    }
}
