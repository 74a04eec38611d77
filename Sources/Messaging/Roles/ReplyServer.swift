public import Logging

/// Answers the questions of a queue.
public final class ReplyServer: Sendable {
    private let configuration: BrokerConfiguration
    private let queue: String
    private let replies: String
    private let logger: Logger
    private let stopFlag = StopFlag()

    /// - Parameters:
    ///   - configuration: the broker.
    ///   - queue: the queue of questions.
    ///   - replies: the exchange that answers go to, under the key that the question names.
    ///   - logger: where to say what goes wrong.
    public init(configuration: BrokerConfiguration, queue: String, replies: String, logger: Logger) {
        self.configuration = configuration
        self.queue = queue
        self.replies = replies
        self.logger = logger
    }

    /// Answers until cancelled; connects again whenever the connection is lost.
    ///
    /// - Parameter answer: the body of the answer to a question. A question that the connection does not outlive is
    ///   asked again by the broker; one whose asker is gone has no effect.
    public func run(_ answer: @Sendable (Delivery) async -> [UInt8]) async {
        let channel = ConsumingChannel(status: SharedStatus(), stopFlag: stopFlag)
        await withTaskCancellationHandler {
            await serve(channel, answer)
        } onCancel: {
            stopFlag.set()
            channel.wake()
        }
    }

    private func serve(_ channel: ConsumingChannel, _ answer: @Sendable (Delivery) async -> [UInt8]) async {
        var backOff = BackOff()
        while !stopFlag.isSet, !Task.isCancelled {
            do {
                try await channel.connect(configuration, queue: queue, prefetch: 100)
                while let batch = try await channel.next(maximum: 20) {
                    for question in batch {
                        if let reply = await reply(to: question, answer) { try await channel.send(reply) }
                    }
                    if let last = batch.last { try await channel.acknowledge(upTo: last.tag) }
                    backOff = BackOff()
                }
            } catch {
                guard !stopFlag.isSet else { break }
                logger.warning(
                    "questions cannot be answered; the connection is made anew",
                    metadata: ["queue": "\(queue)", "error": "\(error)"])
                await channel.close()
                try? await Task.sleep(for: backOff.next())
            }
        }
        await channel.close()
    }

    private func reply(to question: Delivery, _ answer: (Delivery) async -> [UInt8]) async -> Outgoing? {
        guard let asker = question.properties.replyTo else {
            logger.warning("a question names nobody to answer; it is dropped", metadata: ["queue": "\(queue)"])
            return nil
        }
        return Outgoing(
            exchange: replies, routingKey: asker,
            properties: MessageProperties(
                contentType: "application/json", deliveryMode: 1, correlationID: question.properties.correlationID),
            body: await answer(question), isMandatory: false)
    }
}
