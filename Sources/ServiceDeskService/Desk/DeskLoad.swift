import CaseClocks
import Contracts
import Domain

/// How the desk is loaded. Pure.
enum DeskLoad {
    /// What one person has.
    struct Agent: Sendable, Equatable {
        /// Nobody for what nobody has.
        let agent: String?
        var open = 0
        /// Of these, what the customer or a supplier is waited for.
        var waiting = 0
        /// Of these, where a clock or a promise is up.
        var breached = 0
        /// Of these, where a clock or a promise will be up within two hours.
        var soon = 0
        var capacity: Int?
        var oldest: Timestamp?
    }

    /// Complaints of one age.
    struct Age: Sendable, Equatable {
        let word: String
        var open = 0
        var breached = 0
    }

    /// What is complained of, with what came more often before it.
    struct Cause: Sendable, Equatable {
        let category: String
        var complaints = 0
        var share = FixedDecimal.zero
        var cumulative = FixedDecimal.zero
        var open = 0
        var breached = 0
    }

    /// Ages by the days after which they begin.
    private static let ages = [("under-1-day", 1), ("1-to-3-days", 3), ("3-to-7-days", 7), ("7-to-30-days", 30)]
    private static let oldest = "over-30-days"

    /// Whether a clock that runs is up, or a promise is broken that nobody has made good.
    static func isBreached(_ item: DeskQueue.Item) -> Bool {
        item.urgency == .promiseBroken || item.clocks.readings.contains { $0.end == nil && $0.breached != nil }
    }

    /// What will be up within two hours of a time: clocks that run, and promises; the first one first.
    static func soon(
        _ items: [DeskQueue.Item], at now: Timestamp
    ) -> [(due: Timestamp, what: String, item: DeskQueue.Item)] {
        let limit = now.adding(seconds: DeskQueue.soon)
        return items.flatMap { item -> [(due: Timestamp, what: String, item: DeskQueue.Item)] in
            var found = item.clocks.readings.compactMap { reading in
                reading.end == nil && reading.breached == nil
                    ? reading.due.map { (due: $0, what: reading.clock.rawValue, item: item) } : nil
            }
            if let promise = item.facts.history.promises.last(where: { $0.state(at: now) == .open }) {
                found.append((due: promise.promisedAt, what: "promise", item: item))
            }
            return found.filter { $0.due >= now && $0.due <= limit }
        }.sorted { first, second in
            if first.due != second.due { return first.due < second.due }
            return first.item.facts.key < second.item.facts.key
        }
    }

    /// What each has, who has most first; those of the roster who have nothing among them.
    static func agents(_ items: [DeskQueue.Item], _ roster: [DeskAgent], at now: Timestamp) -> [Agent] {
        var found: [String?: Agent] = [:]
        for agent in roster { found[agent.login] = Agent(agent: agent.login, capacity: agent.capacity) }
        for item in items {
            var row = found[item.facts.agent] ?? Agent(agent: item.facts.agent)
            row.open += 1
            if item.clocks.owner == .customer || item.clocks.owner == .supplier { row.waiting += 1 }
            if isBreached(item) { row.breached += 1 }
            let opened = item.facts.history.openedAt
            row.oldest = row.oldest.map { min($0, opened) } ?? opened
            found[item.facts.agent] = row
        }
        for item in Dictionary(grouping: soon(items, at: now), by: \.item.facts.key).values.compactMap(\.first?.item) {
            found[item.facts.agent]?.soon += 1
        }
        return found.values.sorted { first, second in
            first.open != second.open
                ? first.open > second.open : (first.agent ?? "").compareBytes(with: second.agent ?? "") < 0
        }
    }

    /// How old what is open is, in whole days of 24 hours.
    static func ages(_ items: [DeskQueue.Item], at now: Timestamp) -> [Age] {
        var found = ages.map { Age(word: $0.0) } + [Age(word: oldest)]
        for item in items {
            let seconds =
                (now.microsecondsSinceEpoch - item.facts.history.openedAt.microsecondsSinceEpoch) / 1_000_000
            let place = ages.firstIndex { seconds < Int64($0.1) * 86_400 } ?? ages.count
            found[place].open += 1
            if isBreached(item) { found[place].breached += 1 }
        }
        return found
    }

    /// What is complained of, the most frequent first, each with its share and that of it and all before it (Pareto).
    static func causes(_ complaints: [(facts: ComplaintFacts, clocks: ComplaintClocks)]) -> [Cause] {
        var found: [String: Cause] = [:]
        for (facts, clocks) in complaints {
            var row = found[facts.category] ?? Cause(category: facts.category)
            row.complaints += 1
            if facts.history.progress.state != .closed { row.open += 1 }
            if clocks.readings.contains(where: { $0.breached != nil }) { row.breached += 1 }
            found[facts.category] = row
        }
        let sorted = found.values.sorted { first, second in
            first.complaints != second.complaints
                ? first.complaints > second.complaints : first.category.compareBytes(with: second.category) < 0
        }
        var before = 0
        return sorted.map { row in
            var row = row
            before += row.complaints
            row.share = rate(row.complaints, of: complaints.count)
            row.cumulative = rate(before, of: complaints.count)
            return row
        }
    }

    /// A share to four places, rounded half up.
    private static func rate(_ part: Int, of whole: Int) -> FixedDecimal {
        FixedDecimal(units: Int128((part * 20_000 + whole) / (2 * whole)))
    }
}
