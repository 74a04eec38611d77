import Messaging

/// What one copy of the scheduler keeps in mind about its tasks. All of it may be forgotten: the schedule itself is in
/// the database.
struct SchedulerMemory {
    /// How many items of a task are taken at once, where that is fewer than usual.
    private var limits: [String: Int] = [:]
    /// Tasks that were slow, and come after the others.
    private var behind: Set<String> = []
    /// Tasks whose next items another copy holds.
    private var left: Set<String> = []
    /// Tasks that rest because something was in their way.
    private var resting: [String: (until: ContinuousClock.Instant, backOff: BackOff)] = [:]
    /// What was in the way of a task in this round.
    private(set) var hindrance: (any Error)?

    /// A new look at what is due.
    mutating func beginRound() {
        behind = []
        left = []
        hindrance = nil
    }

    /// Whether a task is to be looked at now.
    func mayRun(_ task: String) -> Bool {
        !behind.contains(task) && !left.contains(task) && (resting[task].map { $0.until <= .now } ?? true)
    }

    /// Nothing is left of the tasks that may run: those that were slow are next.
    ///
    /// - Returns: whether there are any.
    mutating func reopen() -> Bool {
        defer { behind = [] }
        return !behind.isEmpty
    }

    /// How many items of a task are to be taken at once.
    func limit(of task: String) -> Int { limits[task] ?? Scheduler.limit }

    /// A run has committed: the next may take twice as many again.
    mutating func worked(_ task: String) {
        resting[task] = nil
        if let limit = limits[task] { limits[task] = limit * 2 < Scheduler.limit ? limit * 2 : nil }
    }

    /// A run of several items failed: the next takes half as many, and one that was slow lets the others go first.
    mutating func halve(_ task: String, _ count: Int, isSlow: Bool) {
        limits[task] = max(1, count / 2)
        if isSlow { behind.insert(task) }
    }

    /// Another copy holds what is next of a task.
    mutating func leave(_ task: String) { left.insert(task) }

    /// Something was in the way of a task that is not its fault.
    mutating func rest(_ task: String, _ error: any Error) {
        var backOff = resting[task]?.backOff ?? BackOff()
        resting[task] = (.now + backOff.next(), backOff)
        hindrance = error
    }
}
