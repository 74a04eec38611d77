/// When the plans of a connection by keys are to be made anew.
///
/// A plan by index is a plan by *some* index: of two that begin with the same column, or of two tables either of which
/// could be gone through first, the planner takes one by the size the tables have at that moment. Made while they were
/// empty, it may go through all of one for each row of the other when they are full, until the server counts them.
struct PlanRenewal {
    private var interval = Duration.seconds(1)
    private var due = ContinuousClock.now + .seconds(1)

    /// Whether it is time: after a second, then after twice as long each time, and every ten seconds in the end.
    mutating func isDue() -> Bool {
        let now = ContinuousClock.now
        guard now >= due else { return false }
        interval = min(interval * 2, .seconds(10))
        due = now + interval
        return true
    }
}
