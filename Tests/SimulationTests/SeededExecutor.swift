import Synchronization

/// Everything that is left to chance in a schedule, from its seed alone (SplitMix64; Steele, Lea and Flood, 2014).
final class Chance: Sendable {
    private let state: Atomic<UInt64>

    init(seed: UInt64) {
        state = Atomic(seed)
    }

    func next() -> UInt64 {
        var mixed = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from nought up to one.
    func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether something of a probability happens.
    func happens(_ probability: Double) -> Bool { probability > 0 && fraction() < probability }

    /// A number from nought up to, but not including, a bound.
    func below(_ bound: Int) -> Int { bound < 2 ? 0 : Int(next() % UInt64(bound)) }

    /// A number of a range.
    func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }
}

/// Runs every task of a schedule on the calling thread, one job at a time, and picks the next among those that are
/// ready by the seed: each way in which tasks may interleave at their suspensions can come up, and comes again.
///
/// When nothing is ready, virtual time moves on to the next alarm of the clock.
final class SeededExecutor: TaskExecutor {
    private struct State {
        var ready: [UnownedJob] = []
        var steps = 0
    }

    let chance: Chance
    let clock: SimulatedClock
    private let state = Mutex(State())

    init(chance: Chance, clock: SimulatedClock) {
        self.chance = chance
        self.clock = clock
    }

    /// How many jobs have been run.
    var steps: Int { state.withLock { $0.steps } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.ready.append(job) }
    }

    /// Runs jobs until something is the case.
    ///
    /// - Parameters:
    ///   - isDone: asked whenever nothing is ready.
    ///   - step: called before each job with its number.
    /// - Returns: false when there is nothing left to run or to wait for, or the virtual time is up.
    func run(until isDone: () -> Bool, deadline: Int64, step: (Int) -> Void = { _ in }) -> Bool {
        while true {
            let next = state.withLock { state -> (job: UnownedJob, number: Int)? in
                guard !state.ready.isEmpty else { return nil }
                let place = chance.below(state.ready.count)
                state.ready.swapAt(place, state.ready.count - 1)
                state.steps += 1
                return (state.ready.removeLast(), state.steps)
            }
            if let next {
                step(next.number)
                next.job.runSynchronously(on: asUnownedTaskExecutor())
            } else if isDone() {
                return true
            } else if clock.microseconds >= deadline || !clock.wakeNext() {
                return false
            }
        }
    }
}
