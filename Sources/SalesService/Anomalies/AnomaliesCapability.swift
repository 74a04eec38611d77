import ServiceKit

extension Capability {
    /// What is odd in a customer's orders: more or less than it used to order, or of another kind.
    static let anomalies = Capability(
        tasks: [.daily("swings.evaluate", SwingHandlers.evaluate)])
}
