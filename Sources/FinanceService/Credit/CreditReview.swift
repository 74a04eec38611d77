import Contracts
import Domain
import Postgres
import ServiceKit

/// How far customers with a limit are trusted: looked at again at the end of every day, and at once when what they owe has
/// changed. So who has paid is off hold within seconds.
struct CreditReview: Sendable {
    private static let task = "credit.review"

    let rates: ExchangeRates

    var tasks: [ScheduledTask] {
        [
            .daily("credit.evaluate") { items, transaction, effects in
                for item in items {
                    try review(try CreditStore.limited(transaction), on: item.due.day(), transaction, &effects)
                }
            },
            .onDemand(Self.task) { items, transaction, effects in
                try review(Set(items.map(\.key)), on: effects.now.day(), transaction, &effects)
            },
        ]
    }

    /// Has the customers of some accounts and groups looked at again, as far as they have a limit. It is done in a
    /// transaction of its own, so that nobody's money waits for it.
    static func ask(
        of parties: [CreditParty], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for customer in try CreditStore.limited(among: Array(Set(parties)), transaction).sorted() {
            effects.schedule(task, key: customer, at: effects.now)
        }
    }

    /// Has the customers of some invoices looked at again.
    static func ask(
        ofInvoices keys: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ask(of: try ReceivableStore.debtors(of: keys, transaction), transaction, &effects)
    }

    /// Looks at customers as of a day, and tells whose trust has changed.
    private func review(
        _ customers: Set<String>, on day: CalendarDay, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !customers.isEmpty else { return }
        // Two copies that look at one customer at the same moment would tell its change twice.
        try KeyLock.lock("credit-review", transaction)
        let rates = try rates.current(transaction)
        let lines = try CreditStore.lines(of: customers, on: day, transaction)
        var rooms = CreditRoom.of(lines, rates, on: day)
        try CreditStore.add(to: &rooms, rates, on: day, transaction)
        let subjects = CreditRoom.subjects(of: lines, with: rooms)
        let lateness = try CreditStore.lateness(of: customers, on: day, transaction)
        let before = try CreditStore.stored(customers, transaction)
        var changed: [(customerId: String, state: CreditState, reason: String)] = []
        var news: [CreditStateChanged] = []
        for customer in customers.sorted() {
            let late = lateness[customer] ?? []
            let worst = worst(
                late, rates,
                (subjects[customer] ?? []).compactMap { subject in
                    rooms[subject].map { (subject, $0) }
                }, on: day)
            guard let worst, worst.state != before[customer] ?? .ok else { continue }
            changed.append((customer, worst.state, worst.reason))
            let event = CreditStateChanged(
                customerId: customer, state: worst.state, previous: before[customer] ?? .ok, reason: worst.reason,
                figures: worst.figures, maxDaysOverdue: late.map(\.days).max() ?? 0, changedAt: effects.now)
            news.append(event)
            effects.publish(event, key: customer)
            effects.count("credit_states_changed")
        }
        try Self.tell(news, on: day, transaction, &effects)
        try CreditStore.put(changed, at: effects.now, transaction)
    }

    /// Says to those whom it concerns that customers are trusted more, or less.
    static func tell(
        _ news: [CreditStateChanged], on day: CalendarDay, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let homes = try CustomerHomeStore.of(customers: news.map(\.customerId), on: day, transaction)
        for event in news { RaisedStandings.tell(event, homes[event.customerId], &effects) }
    }

    /// What the strictest of a customer's limits says of it; `nil` when none holds.
    private func worst(
        _ late: [(currency: Currency, overdue: FixedDecimal, days: Int)], _ rates: RateTable,
        _ rooms: [(subject: CreditSubject, standing: CreditStanding)], on day: CalendarDay
    ) -> (state: CreditState, reason: String, figures: CreditFigures)? {
        var worst: (state: CreditState, reason: String, figures: CreditFigures)?
        for (subject, room) in rooms {
            var overdue = MoneyByCurrency()
            var unrated = room.unrated
            for part in late {
                if let amount = rates.convert(Money(part.overdue, part.currency), to: room.currency, on: day) {
                    overdue += amount
                } else {
                    unrated.insert(part.currency)
                }
            }
            let (state, reason) = CreditPolicy.state(
                CreditPolicy.Figures(
                    exposure: room.exposure, room: room.room, receivable: room.receivable,
                    overdue: overdue[room.currency].amount, maxDaysOverdue: late.map(\.days).max() ?? 0,
                    unrated: unrated.sorted()))
            if worst.map({ $0.state < state }) ?? true { worst = (state, reason, room.figures(state, subject)) }
        }
        return worst
    }
}
