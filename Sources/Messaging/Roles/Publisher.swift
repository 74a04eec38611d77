public import Logging

/// Publishes with confirms, over a connection of its own that it makes anew whenever it is lost.
///
/// A message counts as published only when the broker has confirmed it and not returned it. How much may be under way
/// is bounded in messages and in bytes, and no call hangs: what has no answer in time is ``PublishOutcome/unknown(_:)``.
public final class Publisher: Sendable {
    private let configuration: BrokerConfiguration
    private let channel: PublishingChannel
    private let shared = SharedStatus()
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: the broker.
    ///   - maximumUnconfirmed: how many messages may be under way.
    ///   - maximumUnconfirmedBytes: how many bytes of bodies may be under way.
    ///   - confirmTimeout: after which a message without an answer is given up.
    ///   - logger: where to say what goes wrong.
    public init(
        configuration: BrokerConfiguration, maximumUnconfirmed: Int = 1_000, maximumUnconfirmedBytes: Int = 4 << 20,
        confirmTimeout: Duration = .seconds(10), logger: Logger
    ) {
        self.configuration = configuration
        self.logger = logger
        channel = PublishingChannel(
            maximumCount: maximumUnconfirmed, maximumBytes: maximumUnconfirmedBytes, timeout: confirmTimeout,
            status: shared)
    }

    /// Returns once the connection's thread has turned: for a watch that notices when it hangs.
    public func signOfLife() async {
        _ = await channel.unconfirmedCount
    }

    /// How the connection stands.
    public var status: ConnectionStatus { shared.current }

    /// Connects, and connects again, until cancelled.
    public func run() async {
        var backOff = BackOff()
        while !Task.isCancelled {
            do {
                try await channel.connect(configuration)
                logger.debug("connected for publishing")
                backOff = BackOff()
                let reason = await withTaskCancellationHandler {
                    await channel.untilClosed()
                } onCancel: {
                    self.channel.requestClose()
                }
                if Task.isCancelled { break }
                shared.update {
                    $0.state = .failed(reason)
                    $0.reconnects += 1
                }
                logger.warning("the publishing connection was lost; it is made anew", metadata: ["error": "\(reason)"])
            } catch {
                await channel.noteFailure(error.description)
                shared.update { $0.state = .failed(error.description) }
                logger.warning("the broker cannot be reached for publishing", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: backOff.next())
        }
        await channel.shutDown("the publisher is shut down")
    }

    /// Publishes messages and waits for what becomes of each.
    ///
    /// - Returns: the outcomes in the order of the messages. Everything but `confirmed` means: not safely there; publish
    ///   it again, under the same id.
    public func publish(_ messages: [Outgoing]) async -> [PublishOutcome] {
        guard !messages.isEmpty else { return [] }
        return await channel.publish(messages)
    }
}
