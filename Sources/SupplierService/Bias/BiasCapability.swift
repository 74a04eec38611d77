import ServiceKit

extension Capability {
    /// How far what suppliers invoice is from what was expected.
    static let bias = Capability(
        tasks: [.daily("bias.evaluate", BiasTasks.evaluate)], questions: BiasQueries.all,
        tables: [ScopedTable("bias", .whole), ScopedTable("bias_due", .hidden)])
}
