import Contracts
import CustomerValue
import Postgres
import ServiceKit

/// When customers are judged: minutes after an event that concerns them, and at the end of every day, because time alone
/// changes classes too.
struct ValueTasks: Sendable {
    static let changed = "value.changed"
    static let daily = "value.daily"
    /// Accounts of one transaction.
    static let chunk = 500
    /// Customers that a model is learnt from at most.
    static let sample = 5_000

    let organisation: Organisation

    var all: [ScheduledTask] {
        [.onDemand(Self.changed, evaluateChanged), .daily(Self.daily, evaluateAll)]
    }

    /// Has changes judged soon: at the end of the next full minute but one, however many events come until then.
    static func schedule(_ effects: inout Effects) {
        let slot = effects.now.microsecondsSinceEpoch / 120_000_000 + 1
        effects.schedule(
            changed, key: String(slot),
            at: Timestamp(microsecondsSinceEpoch: slot * 120_000_000, offsetMinutes: effects.now.offsetMinutes))
    }

    private func evaluateChanged(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try moveHomes(transaction)
        try takeMarks(transaction, &effects)
    }

    private func evaluateAll(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let day = effects.now.day()
        let epochDay = day.daysSinceEpoch
        try moveHomes(transaction)
        try transaction.queue(
            """
            insert into value_dirty (source, code, from_day)
            select source, customer_code, date '1970-01-01' + \(epochDay) from (
                select source, customer_code from value_order
                where customer_code is not null and day >= date '1970-01-01' + \(epochDay) - 400
                union select source, customer_code from value_invoice
                where customer_code is not null and (settled_on is null or due_on >= date '1970-01-01' + \(epochDay) - 400)
            ) a order by 1, 2
            on conflict do nothing
            """)
        try takeMarks(transaction, &effects)
        // Learnt last, so that a day is judged by what held on it.
        let isMonthEnd = day.adding(days: 1).components.day == 1
        let isFirstChance = try day.weekday == 7 && ValueModels.isEmpty(transaction)
        if isMonthEnd || isFirstChance {
            try ValueModels.learn(on: day, transaction, &effects)
        }
    }

    /// An account that has another customer than before takes all its past along.
    private func moveHomes(_ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            with moved as (
                select a.source, a.code, a.customer_id, h.customer_id as old_id
                from account a left join value_home h using (source, code)
                where a.customer_id is distinct from h.customer_id
                order by a.source, a.code limit 5000
            ), marked as (
                insert into value_dirty (source, code, from_day)
                select source, code, date '1970-01-01' from moved
                union
                select '', old_id, date '1970-01-01' from moved where old_id is not null
                order by 1, 2
                on conflict (source, code) do update set from_day = least(value_dirty.from_day, excluded.from_day)
            )
            insert into value_home (source, code, customer_id) select source, code, customer_id from moved
            on conflict (source, code) do update set customer_id = excluded.customer_id
            """)
    }

    private func takeMarks(_ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        let rows = try transaction.query(
            """
            with taken as (
                delete from value_dirty d using (
                    select source, code from value_dirty order by source, code limit \(Self.chunk)
                    for update skip locked
                ) t where d.source = t.source and d.code = t.code
                returning d.source, d.code, d.from_day
            )
            select coalesce(a.customer_id, t.code), t.from_day - date '1970-01-01', t.source = ''
            from taken t left join account a on a.source = t.source and a.code = t.code
            where t.source = '' or a.customer_id is not null
            """, as: (String, Int32, Bool).self)
        var customers: [String: CalendarDay] = [:]
        for row in rows {
            let day = CalendarDay(daysSinceEpoch: row.1)
            customers[row.0] = min(customers[row.0] ?? day, day)
        }
        // What is said of a customer that was merged is said of the one it became.
        for (absorbed, survivor) in try ClassStore.survivors(
            of: rows.filter(\.2).map(\.0).sorted(), transaction)
        {
            if let day = customers[absorbed] { customers[survivor] = min(customers[survivor] ?? day, day) }
        }
        try Self.evaluate(
            customers: customers, through: effects.now.day(), organisation: organisation, transaction, &effects)
        if rows.count == Self.chunk {
            effects.schedule(Self.changed, key: "more", at: effects.now)
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
        let models = try ValueModels.all(transaction)
        var changes: [ClassChange] = []
        let known = try ClassStore.current(customers.keys.sorted(), transaction)
        for (customerId, marked) in customers.sorted(by: { $0.key < $1.key }) {
            let change = ClassChange(
                customerId: customerId, marked: marked, through: day, state: states[customerId] ?? ClassStore.State(),
                subject: subjects[customerId], models: models, known: known[customerId] ?? [:])
            changes.append(change)
            effects.count("customers_judged")
            change.publish(at: effects.now, causedBy: cause, &effects)
        }
        try ClassStore.put(changes, at: effects.now, transaction)
    }
}
