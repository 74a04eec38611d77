import ServiceKit

extension Capability {
    /// Who is reminded of what is due, and when.
    static func reminders(rates: ExchangeRates) -> Capability {
        Capability(tasks: ReminderHandlers.all, questions: ReminderQueries(rates: rates).all)
    }
}
