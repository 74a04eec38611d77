import CaseClocks
import Contracts
import Domain

/// What happened to a complaint, as far as its clocks and its customer are concerned. Pure.
///
/// Everything follows from the steps and waits that were said, by when they were: nothing of it is stored.
struct ComplaintHistory: Sendable {
    /// A promise to the customer, and the word that came next.
    struct Promise: Sendable, Equatable {
        let madeAt: Timestamp
        let promisedAt: Timestamp
        /// When the customer heard next, in time or not.
        let heardAt: Timestamp?

        /// What is known of it at a time.
        func state(at now: Timestamp) -> PromiseState {
            if let heardAt, heardAt <= now { return heardAt <= promisedAt ? .kept : .broken }
            return now > promisedAt ? .broken : .open
        }
    }

    let openedAt: Timestamp
    let progress: ComplaintProgress
    let waits: ComplaintWaits
    /// When the customer heard of it, the first time first: by a step that gives a promise or goes beyond taking it on, or by
    /// being asked for something. That somebody has taken it on is no answer.
    let words: [Timestamp]
    /// Every promise that was given, the first one first.
    let promises: [Promise]

    /// - Parameters:
    ///   - openedAt: when the customer complained.
    ///   - openedBy: who wrote it down.
    ///   - steps: what was done, in any order.
    ///   - waits: who was waited for, in any order.
    init(
        openedAt: Timestamp, openedBy: String, _ steps: [ComplaintProgress.Step], _ waits: [ComplaintWaits.Wait]
    ) {
        self.openedAt = openedAt
        progress = ComplaintProgress(openedAt: openedAt, openedBy: openedBy, steps)
        self.waits = ComplaintWaits(progress, openedAt: openedAt, waits)
        // Steps in their order, and what the customer was asked between them.
        var told: [(at: Timestamp, promise: Timestamp?)] = []
        for entry in progress.entries where entry.objection == nil && Self.isWord(entry.step) {
            told.append((max(entry.step.at, openedAt), entry.step.promise))
        }
        for entry in self.waits.entries where entry.objection == nil && entry.wait.waiting == .customer {
            told.append((entry.at, nil))
        }
        let ordered = told.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(
            \.element)
        words = ordered.map(\.at)
        promises = ordered.enumerated().compactMap { place, word in
            word.promise.map { promise in
                Promise(
                    madeAt: word.at, promisedAt: promise,
                    heardAt: place + 1 < ordered.count ? ordered[place + 1].at : nil)
            }
        }
    }

    /// When the last of it was, by its own word: what has come is no later than this, or than now.
    var lastAt: Timestamp {
        max(progress.since, waits.entries.last { $0.objection == nil }?.at ?? openedAt)
    }

    /// Who took it on last; `nil` when nobody has.
    var takenBy: String? {
        progress.entries.last { $0.objection == nil && $0.step.step == .accepted }?.step.by
    }

    private static func isWord(_ step: ComplaintProgress.Step) -> Bool {
        step.promise != nil || (step.step != .accepted && step.step != .reopened)
    }

    /// Whether a complaint in a state does no more harm.
    static func isContained(_ state: ComplaintState) -> Bool {
        switch state {
        case .contained, .causeFound, .actionAgreed, .verified, .closed: true
        case .received, .accepted, .reopened: false
        }
    }

    // MARK: Events

    /// What happened, for the clock that runs until the matter is put right: received is opened, verified resolved, and so
    /// on; the waits, and that a wait is over which nobody has ended.
    ///
    /// - Parameters:
    ///   - now: up to when: what is dated later has not happened yet.
    ///   - policy: how long a wait may last.
    func events(upTo now: Timestamp, by policy: ClockPolicy) -> [(event: CaseEvent, at: Timestamp)] {
        var events = progress.stays.map { (event: Self.event($0.state), at: $0.from) }
        let counting = waits.entries.filter { $0.objection == nil }
        for (place, entry) in counting.enumerated() {
            let event: CaseEvent =
                switch entry.wait.waiting {
                case .customer: .waitingCustomer
                case .supplier: .waitingSupplier
                case .resumed: .resumed
                }
            events.append((event: event, at: entry.at))
            guard event != .resumed, let end = policy.end(ofWaitFrom: entry.at, until: entry.wait.until) else {
                continue
            }
            // Whatever is said next, or ends the wait, comes first if it comes by then.
            let next = place + 1 < counting.count ? counting[place + 1].at : nil
            let over = progress.stays.first { ComplaintWaits.endsWaits($0.state) && $0.from > entry.at }?.from
            if next.map({ $0 > end }) ?? true, over.map({ $0 > end }) ?? true {
                events.append((event: .resumed, at: max(end, entry.at)))
            }
        }
        return events.filter { $0.at <= now }.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    private static func event(_ state: ComplaintState) -> CaseEvent {
        switch state {
        case .received: .opened
        case .accepted, .contained, .causeFound, .actionAgreed: .assigned
        case .verified: .resolved
        case .closed: .closed
        case .reopened: .reopened
        }
    }

    /// Whose the time is after some events.
    static func owner(after events: [(event: CaseEvent, at: Timestamp)]) -> TimeOwner {
        events.reduce(.nobody) { $1.event.owner ?? $0 }
    }

    /// When a clock has reached its end, and stands unless the complaint is reopened; `nil` while it has not by a time.
    func end(of clock: ComplaintClock, by now: Timestamp) -> Timestamp? {
        switch clock {
        case .firstAnswer: return words.first.flatMap { $0 <= now ? $0 : nil }
        case .containment, .resolution:
            let reached = progress.stays.filter { $0.from <= now }
            let isReached = { (state: ComplaintState) in
                clock == .containment ? Self.isContained(state) : state == .verified || state == .closed
            }
            guard let last = reached.last, isReached(last.state) else { return nil }
            let first = reached.lastIndex { !isReached($0.state) }.map { $0 + 1 } ?? 0
            return reached[first].from
        }
    }

    /// The same events for one of the clocks: what comes after its end has no part in it, until the complaint is reopened.
    ///
    /// Its last event says only that the time has come to `now`.
    func events(
        of clock: ComplaintClock, upTo now: Timestamp, by policy: ClockPolicy
    ) -> [(event: CaseEvent, at: Timestamp)] {
        var found: [(event: CaseEvent, at: Timestamp)] = []
        let all = events(upTo: now, by: policy)
        switch clock {
        case .resolution: found = all
        case .firstAnswer:
            let end = end(of: clock, by: now)
            found = all.filter { event in end.map { event.at < $0 || event.event == .opened } ?? true }
            if let end { found.append((event: .resolved, at: end)) }
        case .containment:
            let contained = progress.stays.filter { Self.isContained($0.state) && $0.from <= now }.map(\.from)
            var next = contained[...]
            var isOver = false
            for event in all {
                while let at = next.first, at < event.at || (at == event.at && event.event != .reopened) {
                    if !isOver { found.append((event: .resolved, at: at)) }
                    isOver = true
                    next = next.dropFirst()
                }
                if event.event == .reopened { isOver = false }
                if !isOver { found.append(event) }
            }
            if let at = next.first, !isOver { found.append((event: .resolved, at: at)) }
        }
        found.append((event: .assigned, at: now))
        return found
    }
}
