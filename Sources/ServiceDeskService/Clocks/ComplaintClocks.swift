import CaseClocks
import Contracts
import Domain

/// A complaint, with what its clocks and its agent's queue are worked out from.
struct ComplaintFacts: Sendable {
    let key: ComplaintKey
    let customerCode: String
    /// The system whose code that is, when it is another than the complaint's.
    let customerSource: String?
    let customerId: String
    let category: String
    let severity: String
    /// The customer's class, as it was when the complaint was last open: `strategic`, or its value.
    let customerClass: String?
    let branch: String?
    /// Who has it.
    let agent: String?
    let history: ComplaintHistory
}

/// Where one of a complaint's clocks stands.
struct ClockReading: Sendable, Equatable {
    let clock: ComplaintClock
    /// How long it may run, in microseconds of business time; `nil` for without end.
    let target: Int64?
    /// What of our time it has taken, in microseconds of business time.
    let used: Int64
    /// When it will have run, or has run, so long; `nil` while it stands.
    let due: Timestamp?
    /// When it had.
    let breached: Timestamp?
    /// When it came to its end; `nil` while it has not.
    let end: Timestamp?

    /// How much of the target is gone, in per cent, cut off; nought without a target.
    var percent: Int { target.map { $0 > 0 ? Int(clamping: used * 100 / $0) : 0 } ?? 0 }
}

/// Where the clocks of one complaint stand at a time, by the policy of the day on which it came.
struct ComplaintClocks: Sendable, Equatable {
    let policyFrom: CalendarDay
    let priority: Int
    /// The three clocks, in the order in which they end.
    let readings: [ClockReading]
    /// The business time, in microseconds, that was the customer's until the matter was put right.
    let customer: Int64
    /// And a supplier's.
    let supplier: Int64
    /// Whose the time is now.
    let owner: TimeOwner

    /// The business time that was ours.
    var us: Int64 { self[.resolution].used }

    /// One of the clocks.
    subscript(_ clock: ComplaintClock) -> ClockReading {
        readings.first { $0.clock == clock }
            ?? ClockReading(clock: clock, target: nil, used: 0, due: nil, breached: nil, end: nil)
    }

    /// Whether another policy has come to the same.
    func isSame(as other: ComplaintClocks) -> Bool {
        priority == other.priority && readings == other.readings && customer == other.customer
            && supplier == other.supplier && owner == other.owner
    }

    /// The clock that is due next among those that run.
    var next: ClockReading? {
        readings.filter { $0.end == nil && $0.due != nil }.min { first, second in
            guard let one = first.due, let other = second.due else { return false }
            return one < other
        }
    }
}

/// Works out clocks of many complaints: the spans of each policy and place are laid out once.
struct ClockBench {
    private let policies: ClockPolicies
    private let first: Timestamp
    private var clocks: [Place: BusinessClock] = [:]

    private struct Place: Hashable {
        let from: CalendarDay
        let branch: String?
    }

    /// - Parameters:
    ///   - policies: by what they run.
    ///   - facts: the complaints; none that is asked about came before the earliest of them.
    init(_ policies: ClockPolicies, for facts: some Sequence<ComplaintFacts>) {
        self.policies = policies
        first = facts.lazy.map(\.history.openedAt).min() ?? Timestamp(microsecondsSinceEpoch: 0)
    }

    /// The clocks of a complaint at a time.
    mutating func clocks(of facts: ComplaintFacts, at now: Timestamp) -> ComplaintClocks {
        let policy = policies.policy(of: facts.history.openedAt)
        let priority = policy.priority(severity: facts.severity, class: facts.customerClass)
        let resolution = read(
            .resolution, of: facts, policy, target: policy.target(.resolution, priority: priority), now)
        let readings = ComplaintClock.allCases.map { clock in
            let target = policy.target(clock, priority: priority)
            let found = clock == .resolution ? resolution : read(clock, of: facts, policy, target: target, now)
            return ClockReading(
                clock: clock, target: target, used: found.us, due: found.due, breached: found.breached,
                end: facts.history.end(of: clock, by: now))
        }
        return ComplaintClocks(
            policyFrom: policy.from, priority: priority, readings: readings, customer: resolution.customer,
            supplier: resolution.supplier,
            owner: ComplaintHistory.owner(after: facts.history.events(upTo: now, by: policy)))
    }

    /// When so much of a clock's target, in per cent, was gone; `nil` while it is not.
    mutating func reached(
        _ level: Int, of clock: ComplaintClock, _ facts: ComplaintFacts, at now: Timestamp
    ) -> Timestamp? {
        let policy = policies.policy(of: facts.history.openedAt)
        let priority = policy.priority(severity: facts.severity, class: facts.customerClass)
        guard let target = policy.target(clock, priority: priority) else { return nil }
        return read(clock, of: facts, policy, target: target / 100 * Int64(level), now).breached
    }

    private mutating func read(
        _ clock: ComplaintClock, of facts: ComplaintFacts, _ policy: ClockPolicy, target: Int64?, _ now: Timestamp
    ) -> CaseClocks {
        let hasOwn = facts.branch.map { policy.places[$0] != nil } ?? false
        let place = Place(from: policy.from, branch: hasOwn ? facts.branch : nil)
        var business = clocks[place] ?? BusinessClock(policy.hours(in: facts.branch), from: first)
        let found = CaseClocks(
            facts.history.events(of: clock, upTo: now, by: policy), target: target, by: &business)
        clocks[place] = business
        return found
    }
}
