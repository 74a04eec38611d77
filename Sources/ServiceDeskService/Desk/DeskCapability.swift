import ServiceKit

extension Capability {
    /// What an agent does next, and how the desk is loaded.
    static func desk(policies: ClockPolicies, status: StatusTeller) -> Capability {
        Capability(
            tasks: [
                .daily("desk.turn") { items, transaction, effects in
                    try DeskIntake.turn(items, status, transaction, &effects)
                }
            ], questions: DeskQueries(policies: policies).all)
    }
}
