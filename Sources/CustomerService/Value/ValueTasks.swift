import Contracts
import CustomerValue
import Domain
import Postgres
import ServiceKit

/// When customers are judged: minutes after an event that concerns them, and at the end of every day, because time alone
/// changes classes too.
///
/// Whoever takes orders in marks accounts, many times a second, while judging a part of them takes as long as it takes.
/// So a mark is only locked by short transactions, or at the end of one: it is read, its customer is judged, and it is let
/// go of unless somebody has marked the account again meanwhile. What locks many marks is a task of its own, because a
/// task at one time is one transaction.
struct ValueTasks: Sendable {
    static let changed = "value.changed"
    static let daily = "value.daily"
    static let mark = "value.mark"
    static let judge = "value.judge"
    /// Marks judged in one transaction. Each may mean three years of days, and a transaction that is open keeps dead rows
    /// in every table.
    static let chunk = 100
    /// Accounts that are moved in one transaction.
    static let moves = 5_000
    /// Customers that a model is learnt from at most.
    static let sample = 5_000

    let organisation: Organisation

    var all: [ScheduledTask] {
        [
            .onDemand(Self.changed, moveChanged), .daily(Self.daily, learn), .onDemand(Self.mark, markAll),
            .onDemand(Self.judge, judgeMarked),
        ]
    }

    /// Has changes judged soon: at the end of the next full minute but one, however many events come until then.
    static func schedule(_ effects: inout Effects) {
        let slot = effects.now.microsecondsSinceEpoch / 120_000_000 + 1
        effects.schedule(
            changed, key: String(slot),
            at: Timestamp(microsecondsSinceEpoch: slot * 120_000_000, offsetMinutes: effects.now.offsetMinutes))
    }

    /// Marks accounts that have another customer than before, and has everything that is marked judged.
    private func moveChanged(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let moved = try ValueFactStore.moveHomes(atMost: Self.moves, transaction)
        for item in items {
            if moved == Self.moves {
                effects.schedule(Self.changed, key: item.key, at: effects.now)
            } else {
                effects.schedule(Self.judge, key: item.key, at: Self.judging(item, effects.now))
            }
        }
    }

    /// When judging is due that follows a move: later than the move, so that the two are never one transaction, and that
    /// moving once more, for who came late, has judging begin once more. The end of a day has no later moment, and comes
    /// but once.
    private static func judging(_ item: ScheduledItem, _ now: Timestamp) -> Timestamp {
        guard item.key != daily else { return now }
        return Timestamp(microsecondsSinceEpoch: now.microsecondsSinceEpoch + 1, offsetMinutes: now.offsetMinutes)
    }

    /// Learns a model at the end of a month, and has everybody judged at the end of every day. A model holds from the day
    /// after it was learnt, so that it may be learnt before the day is judged.
    private func learn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let day = effects.now.day()
        let isMonthEnd = day.adding(days: 1).components.day == 1
        let isFirstChance = try day.weekday == 7 && ValueModelStore.isEmpty(transaction)
        if isMonthEnd || isFirstChance {
            try ValueModelStore.learn(on: day, transaction, &effects)
        }
        effects.schedule(Self.mark, key: Self.daily, at: effects.now)
    }

    /// Marks everybody of the last 400 days, whether or not there was news. Who is marked already is judged anyway.
    private func markAll(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ValueFactStore.markAll(on: effects.now.day(), transaction)
        effects.schedule(Self.changed, key: Self.daily, at: effects.now)
    }

    /// Judges what is marked, a part after the other; the payload says behind which mark a part begins.
    private func judgeMarked(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        // One copy at a time: two would judge the same customers.
        try KeyLock.lock("judging customers", transaction)
        let parts = try items.map { try MarkStore.read(behind: $0.payload, limit: Self.chunk, transaction) }
        for marks in parts {
            try Self.evaluate(
                customers: marks.customers(transaction), through: effects.now.day(), organisation: organisation,
                transaction, &effects)
        }
        for (item, marks) in zip(items, parts) {
            try marks.release(transaction)
            if marks.count == Self.chunk {
                effects.schedule(Self.judge, key: item.key, at: effects.now, payload: marks.place)
            }
        }
    }

    /// Judges customers anew from a day on, and tells what is another class now.
    static func evaluate(
        customers: [String: CalendarDay], through day: CalendarDay, organisation: Organisation,
        causedBy cause: Envelope? = nil, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !customers.isEmpty else { return }
        let states = try ClassStore.lock(customers.keys.sorted(), transaction)
        let subjects = try SubjectStore.subjects(customers.keys.sorted(), organisation, transaction)
        let models = try ValueModelStore.all(transaction)
        var changes: [ClassChange] = []
        var news: [(event: LifecycleChanged, cause: Envelope?)] = []
        let known = try ClassStore.current(customers.keys.sorted(), transaction)
        for (customerId, marked) in customers.sorted(by: { $0.key < $1.key }) {
            let change = ClassChange(
                customerId: customerId, marked: marked, through: day, state: states[customerId] ?? ClassStore.State(),
                subject: subjects[customerId], models: models, known: known[customerId] ?? [:])
            changes.append(change)
            effects.count("customers_judged")
            if let event = change.publish(at: effects.now, causedBy: cause, &effects) { news.append((event, cause)) }
        }
        try RaisedCustomers.tell(news, transaction, &effects)
        try ClassStore.put(changes, at: effects.now, transaction)
    }
}
