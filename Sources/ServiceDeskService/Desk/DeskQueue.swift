import CaseClocks
import Contracts
import Domain

/// What an agent does next, and why. Pure.
enum DeskQueue {
    /// What is to be done about a complaint.
    enum Deed: String, Sendable, CaseIterable {
        /// The customer was promised to hear of it.
        case tell
        /// The customer has not heard of it yet.
        case answer
        /// It still does harm.
        case contain
        /// It is to be put right.
        case resolve
        /// It is put right, and the customer is to be told so.
        case close
        /// Whoever is waited for is to be asked again.
        case ask
    }

    /// How pressing it is, the most pressing first.
    enum Urgency: Int, Sendable, CaseIterable {
        case promiseBroken
        case clockBreached
        case promiseSoon
        case clockSoon
        case running
        case waiting

        /// In a word.
        var word: String {
            switch self {
            case .promiseBroken: "promise-broken"
            case .clockBreached: "clock-breached"
            case .promiseSoon: "promise-soon"
            case .clockSoon: "clock-soon"
            case .running: "running"
            case .waiting: "waiting"
            }
        }
    }

    /// One thing to do.
    struct Item: Sendable {
        let facts: ComplaintFacts
        let clocks: ComplaintClocks
        let deed: Deed
        let urgency: Urgency
        let why: String
        let due: Timestamp?
    }

    /// What is soon: within two hours.
    static let soon: Int64 = 2 * 3_600

    /// What is to be done about a complaint at a time; `nil` when it is closed.
    static func item(_ facts: ComplaintFacts, _ clocks: ComplaintClocks, at now: Timestamp) -> Item? {
        let history = facts.history
        let state = history.progress.state
        guard state != .closed else { return nil }
        let limit = now.adding(seconds: soon)
        func item(_ deed: Deed, _ urgency: Urgency, _ why: String, _ due: Timestamp?) -> Item {
            Item(facts: facts, clocks: clocks, deed: deed, urgency: urgency, why: why, due: due)
        }
        let promise = history.promises.last { $0.heardAt.map { $0 > now } ?? true }
        if let promise, promise.state(at: now) == .broken {
            return item(.tell, .promiseBroken, "the customer was promised to hear by then", promise.promisedAt)
        }
        // A clock that has come to its end late is late, and nothing more is to be done about it.
        let late = clocks.readings.filter { $0.end == nil && $0.breached != nil }
        if let worst = late.max(by: { $0.percent < $1.percent }), clocks.owner == .us {
            return item(
                deed(worst.clock), .clockBreached, "\(worst.clock.rawValue) took \(worst.percent) % of its time",
                worst.breached)
        }
        if let promise, promise.promisedAt <= limit {
            return item(.tell, .promiseSoon, "the customer was promised to hear by then", promise.promisedAt)
        }
        if state == .verified {
            return item(.close, .running, "it is put right, and the customer is to be told so", promise?.promisedAt)
        }
        if clocks.owner != .us,
            let wait = history.waits.entries.last(where: { $0.objection == nil && $0.at <= now })?.wait
        {
            let whom = wait.waiting.rawValue
            return item(
                .ask, .waiting, "the \(whom) is waited for: \(wait.reason?.rawValue ?? "no reason")",
                wait.until ?? promise?.promisedAt)
        }
        guard let next = clocks.next, let due = next.due else {
            return item(.resolve, .running, "no clock has an end", promise?.promisedAt)
        }
        let urgency: Urgency = due <= limit ? .clockSoon : .running
        return item(deed(next.clock), urgency, "\(next.clock.rawValue) is at \(next.percent) % of its time", due)
    }

    private static func deed(_ clock: ComplaintClock) -> Deed {
        switch clock {
        case .firstAnswer: .answer
        case .containment: .contain
        case .resolution: .resolve
        }
    }

    /// By promise, then by clock, then by what the customer is worth; then what is due first, then what came first.
    static func precedes(_ first: Item, _ second: Item) -> Bool {
        func order(_ item: Item) -> (Int, Int, Int, Int64, Int64) {
            (
                item.urgency.rawValue, item.clocks.priority, worth(item.facts.customerClass),
                item.due?.microsecondsSinceEpoch ?? .max, item.facts.history.openedAt.microsecondsSinceEpoch
            )
        }
        let (one, other) = (order(first), order(second))
        return one == other ? first.facts.key < second.facts.key : one < other
    }

    /// What a class is worth, the most first; one that is not known comes before the least.
    static func worth(_ value: String?) -> Int {
        switch value {
        case "strategic": 0
        case "A": 1
        case "B": 2
        case "C": 3
        case "D": 5
        default: 4
        }
    }
}
