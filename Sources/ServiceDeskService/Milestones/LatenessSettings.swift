import ServiceKit

/// What an operator says of orders that are expected to be late.
enum LatenessSettings {
    static let all = [
        Setting(
            "warning.percent", default: "50",
            help: "from how many in a hundred others on that were too late an order is said to be late, 5 to 95"),
        Setting(
            "warning.minimum", default: "20", help: "of fewer others on the same way nothing is foretold, 1 to 100000"),
    ]
}

extension Capability {
    /// Warnings as the settings have them.
    static func milestones(by settings: Settings) throws -> Capability {
        .milestones(
            policy: LatenessPolicy(
                percent: try settings.integer("warning.percent", in: 5...95),
                minimum: try settings.integer("warning.minimum", in: 1...100_000)))
    }
}
