package import Messaging

/// Publishes partners' events.
package protocol EventPublishing: Sendable {
    /// Publishes messages and returns once the broker has said of each what became of it, or is not heard of.
    ///
    /// - Returns: the outcomes in the order of the messages.
    func publish(_ messages: [Outgoing]) async -> [PublishOutcome]
}
