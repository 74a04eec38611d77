import ServiceKit

extension Capability {
    /// Who is reminded of what is due, and when.
    static let reminders = Capability(
        tasks: ReminderHandlers.all)
}
