public import Domain

/// What happens to a case, as far as its clocks are concerned.
public enum CaseEvent: String, Sendable, CaseIterable {
    /// It was received: the time is ours.
    case opened
    /// Somebody was given it: whose the time is does not change.
    case assigned
    /// The customer is waited for.
    case waitingCustomer = "waiting-customer"
    /// A supplier is waited for.
    case waitingSupplier = "waiting-supplier"
    /// A wait has ended: the time is ours again.
    case resumed
    /// The matter is put right: the time is nobody's.
    case resolved
    /// It was not put right after all: the time is ours again, and the clock goes on where it stood.
    case reopened
    /// Nothing more is to be done: the time is nobody's.
    case closed

    /// Whose the time is from this event on; nil when it changes nothing.
    public var owner: TimeOwner? {
        switch self {
        case .opened, .resumed, .reopened: .us
        case .waitingCustomer: .customer
        case .waitingSupplier: .supplier
        case .resolved, .closed: .nobody
        case .assigned: nil
        }
    }
}

/// Whose the time of a case is.
public enum TimeOwner: Sendable, CaseIterable {
    /// We have it in hand.
    case us
    /// The customer has to answer.
    case customer
    /// A supplier has to act.
    case supplier
    /// Nothing is to be done.
    case nobody
}

/// The clocks of one case, worked out from its events alone; nothing of them is stored, so that another policy gives
/// the whole history anew.
public struct CaseClocks: Sendable, Equatable {
    /// Business time that was ours up to the last event, in microseconds.
    public private(set) var us: Int64 = 0
    /// Business time that was the customer's, in microseconds.
    public private(set) var customer: Int64 = 0
    /// Business time that was a supplier's, in microseconds.
    public private(set) var supplier: Int64 = 0
    /// When our time reaches the target: when it did, or when it would if nothing more happened; nil while our clock
    /// stands, and without a target.
    public private(set) var due: Timestamp?
    /// When our time reached the target; nil if it had not by the last event.
    public private(set) var breached: Timestamp?

    /// Works them out.
    ///
    /// - Parameters:
    ///   - events: what happened and when, in any order. Any may follow any other; the last decides whose the time is.
    ///     Of two at the same instant, the one that stands later in the list is the later.
    ///   - target: how much of our time, in microseconds of business time, the case may take; nil for no target.
    ///   - clock: business time; it must begin before the first event.
    public init(
        _ events: [(event: CaseEvent, at: Timestamp)], target: Int64?, by clock: inout BusinessClock
    ) {
        let ordered = events.enumerated().sorted {
            ($0.element.at.microsecondsSinceEpoch, $0.offset) < ($1.element.at.microsecondsSinceEpoch, $1.offset)
        }.map(\.element)
        var owner = TimeOwner.nobody
        var since: Int64 = 0
        for (event, at) in ordered {
            let now = clock.passed(at: at)
            count(now - since, of: owner, from: since, target: target, by: &clock)
            since = now
            if let next = event.owner { owner = next }
            // A target of nothing is reached as soon as the time is ours.
            if breached == nil, owner == .us, let target, us >= target { breached = at }
        }
        if let breached {
            due = breached
        } else if owner == .us, let target {
            due = clock.instant(atPassed: since + target - us)
        }
    }

    private mutating func count(
        _ amount: Int64, of owner: TimeOwner, from since: Int64, target: Int64?, by clock: inout BusinessClock
    ) {
        switch owner {
        case .us:
            if breached == nil, let target, us + amount >= target, target > us {
                breached = clock.instant(atPassed: since + target - us)
            }
            us += amount
        case .customer: customer += amount
        case .supplier: supplier += amount
        case .nobody: break
        }
    }
}
