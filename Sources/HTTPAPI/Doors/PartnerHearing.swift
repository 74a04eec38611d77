package import Messaging

/// What a partner was handed of its own queue, and by what it says that it has kept it.
package struct PartnerMessages: Sendable {
    /// The messages, in the order of the queue.
    package let messages: [Delivery]
    /// By what they are acknowledged with the next call; `nil` when there are none.
    package let receipt: String?

    /// - Parameters: as the properties.
    package init(messages: [Delivery], receipt: String?) {
        (self.messages, self.receipt) = (messages, receipt)
    }
}

/// Hands partners what stands in their own queues.
package protocol PartnerHearing: Sendable {
    /// Takes what stands in a partner's queue, waiting for the first of it.
    ///
    /// - Parameters:
    ///   - partner: the partner, by name.
    ///   - receipt: of what was handed over before and is kept now: it leaves the queue. One that is not known any more
    ///     does nothing, and what it stood for is handed over again.
    ///   - most: how many messages at most.
    ///   - patience: how long to wait at most.
    /// - Throws: ``Problem`` when the partner has no queue, or somebody else listens by another call; ``ServiceSilence`` when
    ///   the broker cannot be reached; `CancellationError`.
    func hear(_ partner: String, acknowledging receipt: String?, most: Int, within patience: Duration) async throws
        -> PartnerMessages
}
