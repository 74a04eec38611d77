import Contracts
import Domain
import Postgres
import ServiceKit

/// Complaints that take too long, said to whoever has them and to those above, until what the clock waits for is done.
///
/// Of each clock there is one notice. What it says follows from the levels that were reached and from how the complaint stands: so
/// it comes to an end, is open again when the complaint is, and goes along with who has it.
struct RaisedClocks: Sendable {
    /// What a notice of a clock says.
    private struct Word: Equatable {
        let level: Int
        let agent: String?
        let branch: String?
        /// Who was told of the levels so far.
        let told: [String]
    }

    private struct Place: Hashable {
        let key: ComplaintKey
        let clock: ComplaintClock
    }

    private let keys: [ComplaintKey]
    private let before: [Place: Word]

    /// How complaints stand before something is done about them.
    ///
    /// - Parameter keys: the complaints, locked.
    init(
        of keys: some Sequence<ComplaintKey>, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        let told = try ClockStore.told(of: Set(keys), transaction)
        // Of hardly any complaint a level is reached, and then nothing more is read.
        self.keys = Set(told.map(\.reached.key)).sorted()
        before = try Self.words(told, ClockStore.facts(of: self.keys, transaction), at: now).mapValues(\.word)
    }

    /// Says what is other than before.
    ///
    /// - Parameter cause: by which message, where one is known.
    func tell(
        causedBy cause: (ComplaintKey) -> Envelope? = { _ in nil }, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !keys.isEmpty else { return }
        let told = try ClockStore.told(of: keys, transaction)
        let after = try Self.words(told, ClockStore.facts(of: keys, transaction), at: effects.now)
        for place in Set(told.map { Place(key: $0.reached.key, clock: $0.reached.clock) }).sorted(by: Self.isBefore) {
            let former = before[place]
            guard let (word, facts) = after[place] else {
                guard former != nil else { continue }
                effects.clear(
                    Self.name(place, level: ClockPolicy.warning), revision: effects.noticeRevision(),
                    because: "done", causedBy: cause(place.key))
                continue
            }
            guard former != word else { continue }
            Self.raise(place, word, facts, isNew: former == nil, causedBy: cause(place.key), &effects)
        }
    }

    /// Says levels that were reached just now.
    static func raise(
        of keys: Set<ComplaintKey>, _ fresh: Set<ClockStore.Reached>, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !fresh.isEmpty else { return }
        let told = try ClockStore.told(of: keys, transaction)
        let words = try words(told, ClockStore.facts(of: keys, transaction), at: effects.now)
        let places = Set(fresh.map { Place(key: $0.key, clock: $0.clock) })
        for place in places.sorted(by: isBefore) {
            guard let (word, facts) = words[place] else { continue }
            let isNew = !told.contains {
                $0.reached.key == place.key && $0.reached.clock == place.clock
                    && !fresh.contains($0.reached)
            }
            raise(place, word, facts, isNew: isNew, causedBy: nil, &effects)
        }
    }

    private static func words(
        _ told: [(reached: ClockStore.Reached, to: String?)], _ complaints: [ComplaintFacts], at now: Timestamp
    ) -> [Place: (word: Word, facts: ComplaintFacts)] {
        let facts = Dictionary(complaints.map { ($0.key, $0) }) { first, _ in first }
        var words: [Place: (word: Word, facts: ComplaintFacts)] = [:]
        for (place, levels) in Dictionary(
            grouping: told, by: { Place(key: $0.reached.key, clock: $0.reached.clock) })
        {
            guard let complaint = facts[place.key], let level = levels.map(\.reached.level).max(),
                complaint.history.progress.state != .closed, complaint.history.end(of: place.clock, by: now) == nil
            else { continue }
            var people: [String] = []
            for login in levels.compactMap(\.to) where !people.contains(login) { people.append(login) }
            words[place] = (
                Word(level: level, agent: complaint.agent, branch: complaint.branch, told: people), complaint
            )
        }
        return words
    }

    private static func raise(
        _ place: Place, _ word: Word, _ complaint: ComplaintFacts, isNew: Bool, causedBy cause: Envelope?,
        _ effects: inout Effects
    ) {
        let name = name(place, level: word.level)
        let severity: NoticeSeverity =
            switch word.level {
            case ..<100: .attention
            case ..<200: .urgent
            default: .critical
            }
        let content = NoticeContent(
            name, severity, revision: effects.noticeRevision(), customerId: complaint.customerId, businessLine: "*",
            node: complaint.branch, owner: complaint.agent, alsoTo: word.told,
            facts: [
                .code("complaint", place.key.complaintId), .code("customer", complaint.customerCode),
                .code("clock", place.clock.rawValue), .count("percent", word.level),
                .code("category", complaint.category), .code("severity", complaint.severity),
                .code("agent", complaint.agent), .time("opened", complaint.history.openedAt),
            ], next: name.kind.next(["complaint": place.key.complaintId, "source": place.key.source]),
            happenedAt: effects.now)
        if isNew {
            effects.raise(content, causedBy: cause)
        } else {
            effects.change(content, causedBy: cause)
        }
    }

    private static func name(_ place: Place, level: Int) -> NoticeName {
        NoticeName(
            level < 100 ? .complaintClockDue : .complaintClockLate, source: place.key.source, place.key.complaintId,
            part: place.clock.rawValue)
    }

    private static func isBefore(_ one: Place, _ other: Place) -> Bool {
        (one.key, one.clock.rawValue) < (other.key, other.clock.rawValue)
    }
}
