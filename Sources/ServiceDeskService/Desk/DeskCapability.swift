import ServiceKit

extension Capability {
    /// What an agent does next, and how the desk is loaded.
    static func desk(policies: ClockPolicies) -> Capability {
        Capability(tasks: [.daily("desk.turn", DeskIntake.turn)], questions: DeskQueries(policies: policies).all)
    }
}
