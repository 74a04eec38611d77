import Contracts
import Domain

/// When a customer's debt is spoken of, before and after it is due.
enum ReminderPolicy {
    /// A time at which it is.
    struct Reminder: Equatable {
        /// Its place in the schedule, from 1.
        let step: Int
        /// Days from the due day as planned: less than nought before it.
        let offset: Int
        /// The working day on which it is.
        let day: CalendarDay
    }

    /// Days from the due day.
    static let offsets = [-7, 0, 7, 15, 30, 60]

    /// The reminders of an invoice, in order.
    ///
    /// One before the due day that falls on a day off comes on the working day before, so that it leaves no less time
    /// than it promises; the others come on the working day after, as a term that ends on a holiday ends with the day
    /// after it (Civil Code of the PRC, article 203). One that would have been before the invoice does not exist.
    static func reminders(issued: CalendarDay, due: CalendarDay) -> [Reminder] {
        offsets.enumerated().compactMap { index, offset in
            let nominal = due.adding(days: offset)
            let day = offset < 0 ? WorkingCalendar.onOrBefore(nominal) : WorkingCalendar.onOrAfter(nominal)
            return day < issued ? nil : Reminder(step: index + 1, offset: offset, day: day)
        }
    }

    /// The reminders of an invoice that is still open whose day begins after one instant and not after another.
    static func reminders(
        issued: CalendarDay, due: CalendarDay, after start: Timestamp, through end: Timestamp
    ) -> [Reminder] {
        reminders(issued: issued, due: due).filter { reminder in
            let begin = OrganisationZone.current.beginning(of: reminder.day)
            return start < begin && begin <= end
        }
    }

    /// What is to be told on a day of an invoice that is still open, and the next one after it.
    ///
    /// Of several that no one has told yet, because a holiday moved them to one day or because the invoice came late,
    /// only the last: nobody is helped by being told at once that a debt was due in a week and is overdue by thirty
    /// days.
    static func turn(
        issued: CalendarDay, due: CalendarDay, told: Int, on day: CalendarDay
    ) -> (now: Reminder?, next: Reminder?) {
        let open = reminders(issued: issued, due: due).filter { $0.step > told }
        return (open.last { $0.day <= day }, open.first { $0.day > day })
    }

    /// Up to whom a reminder goes: one level higher when a promise to pay was broken.
    static func level(offset: Int, isPromiseBroken: Bool) -> ReminderLevel {
        let level = level(offset: offset)
        guard isPromiseBroken, let place = ReminderLevel.allCases.firstIndex(of: level) else { return level }
        return ReminderLevel.allCases[min(place + 1, ReminderLevel.allCases.count - 1)]
    }

    /// Up to whom a reminder goes.
    static func level(offset: Int) -> ReminderLevel {
        switch offset {
        case ...0: .salesOwner
        case ..<15: .supervisor
        case ..<30: .branchManager
        case ..<60: .finance
        default: .legal
        }
    }

}
