import Contracts
import Domain
import Postgres
import ServiceKit

/// Reminders of open invoices, day by day.
enum ReminderHandlers {
    static let all: [ScheduledTask] = [
        .daily("receivables.remind") { items, transaction, effects in
            try remind(items, transaction, &effects)
        },
        .onDemand(continuation) { items, transaction, effects in try remind(items, transaction, &effects) },
    ]

    private static let continuation = "receivables.remind-on"

    /// Runs at the end of a business day, for the day that begins with it: a reminder is there before the work is, and
    /// nothing is told of what was paid until then.
    static func remind(
        _ items: [ScheduledItem], limit: Int = 2_000, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for item in items {
            let isDone = try remind(
                on: item.due.day().adding(days: 1), limit: limit, transaction, &effects)
            // One transaction holds only so many messages.
            if !isDone { effects.schedule(continuation, key: "", at: item.due) }
        }
    }

    /// - Returns: whether nothing of that day is left.
    private static func remind(
        on day: CalendarDay, limit: Int, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws -> Bool {
        try ReceivableStore.lockBooks(transaction)
        let debts = try ReminderStore.pending(on: day, limit: limit, transaction)
        var told: [ReminderStore.Progress] = []
        // Who is above whom is looked up once, and only when somebody above is to be told.
        var book: OrganisationBook?
        for debt in debts {
            let turn = ReminderPolicy.turn(issued: debt.issued, due: debt.due, told: debt.told, on: day)
            told.append(
                ReminderStore.Progress(key: debt.key, told: turn.now?.step ?? debt.told, next: turn.next?.day))
            guard let now = turn.now else { continue }
            let body = message(debt, now, at: effects.now)
            if now.offset > 0 {
                let daysOverdue = max(1, debt.due.days(to: day))
                effects.publish(ReceivableOverdue(body, daysOverdue: daysOverdue), key: debt.customerId)
                let known = try book ?? PeopleReplica.known(transaction).book
                book = known
                RaisedReceivables.tell(
                    body, daysOverdue: daysOverdue,
                    managers: RaisedReceivables.managers(of: body, in: known, on: day), &effects)
                effects.count("overdue_reminders")
            } else {
                effects.publish(ReceivableDue(body), key: debt.customerId)
                RaisedReceivables.tell(body, daysOverdue: nil, managers: [], &effects)
                effects.count("due_reminders")
            }
        }
        try ReminderStore.put(told, transaction)
        return debts.count < limit
    }

    private static func message(
        _ debt: ReminderStore.Debt, _ reminder: ReminderPolicy.Reminder, at time: Timestamp
    ) -> ReceivableReminder {
        ReceivableReminder(
            reminderId: StableIdentifier.of(
                "receivable-reminder", debt.key.source, debt.key.identifier, String(reminder.step)),
            source: debt.key.source, invoiceId: debt.key.identifier, customerId: debt.customerId,
            customerCode: debt.customerCode, customerSource: debt.customerSource, branch: debt.branch,
            salesOwner: debt.salesOwner, dueOn: debt.due, amount: debt.amount, openAmount: debt.open - debt.disputed,
            disputedAmount: debt.disputed == .zero ? nil : debt.disputed, currency: debt.currency,
            offsetDays: reminder.offset,
            remindOn: reminder.day,
            level: ReminderPolicy.level(offset: reminder.offset, isPromiseBroken: debt.isPromiseBroken), raisedAt: time)
    }
}
