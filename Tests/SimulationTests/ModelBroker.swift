import BrokerLayout
import Contracts
import Messaging

@testable import ServiceKit

/// A broker in memory: exchanges and bindings by type, queues, consumers with prefetch, confirms.
///
/// It promises what RabbitMQ's quorum queues promise and no more: what is confirmed stays; what is not confirmed may be
/// there, once or twice, or not; what is not acknowledged comes again; order is kept only when nothing goes wrong.
final class ModelBroker: @unchecked Sendable {
    struct Stored {
        let message: Outgoing
        var isRedelivered = false
    }

    final class MessageQueue: @unchecked Sendable {
        let service: ServiceName
        var ready: [Stored] = []
        var subscriptions: [Subscription] = []

        init(service: ServiceName) {
            self.service = service
        }
    }

    private let world: World
    private let bindings: [String: [ServiceName]]
    private let queues: [MessageQueue]
    /// The identifiers of dead letters and how often each was put there, by service.
    private(set) var dead: [[String: Int]]
    var isAway = false
    /// Messages under way to a queue.
    private var travelling = 0
    /// Asked of each acknowledged delivery: whether it is safe.
    var isSafe: (ServiceName, Outgoing) -> Bool = { _, _ in true }

    init(_ world: World, bindings: [String: [ServiceName]]) {
        self.world = world
        self.bindings = bindings
        queues = ServiceName.allCases.map { MessageQueue(service: $0) }
        dead = [[String: Int]](repeating: [:], count: queues.count)
    }

    static func index(_ service: ServiceName) -> Int { ServiceName.allCases.firstIndex(of: service) ?? 0 }

    func queue(_ service: ServiceName) -> MessageQueue { queues[Self.index(service)] }

    /// Whether no message waits, is under way, or is delivered and not acknowledged.
    var isEmpty: Bool {
        travelling == 0
            && queues.allSatisfy { $0.ready.isEmpty && $0.subscriptions.allSatisfy { $0.unacknowledged.isEmpty } }
    }

    // MARK: Publishing

    /// Takes what the world outside sends: it sends again until it is confirmed, so it is never lost, but it may come
    /// twice.
    func accept(_ message: Outgoing) {
        store(message)
        if world.chance.happens(0.15) {
            travel(milliseconds: world.chance.number(in: 0...2_000)) { [self] in store(message) }
        }
    }

    private func travel(milliseconds: Int, _ arrive: @escaping @Sendable () -> Void) {
        travelling += 1
        world.clock.after(milliseconds: milliseconds) { [self] in
            travelling -= 1
            arrive()
        }
    }

    private func store(_ message: Outgoing) {
        if message.exchange == Exchanges.dead {
            guard let service = ServiceName(rawValue: message.routingKey) else { return }
            world.note(.dead, nil, message.properties.messageID)
            dead[Self.index(service)][message.properties.messageID ?? "", default: 0] += 1
            return
        }
        for service in bindings[message.routingKey] ?? [] {
            let queue = queue(service)
            if world.strikes(\.delay) {
                travel(milliseconds: world.chance.number(in: 1...700)) { [self] in put(message, queue) }
            } else {
                put(message, queue)
            }
        }
    }

    private func put(_ message: Outgoing, _ queue: MessageQueue) {
        give(Stored(message: message), to: queue)
    }

    fileprivate func give(_ stored: Stored, to queue: MessageQueue) {
        let place = world.strikes(\.reorder) ? world.chance.below(queue.ready.count + 1) : queue.ready.count
        queue.ready.insert(stored, at: place)
        for subscription in queue.subscriptions { subscription.signal.raise() }
    }

    fileprivate func publish(_ messages: [Outgoing], from process: Incarnation) async -> [PublishOutcome] {
        await world.latency()
        guard !isAway, world.survives(.beforePublish, process) else {
            return messages.map { _ in .unknown("not connected") }
        }
        return await withCheckedContinuation { continuation in
            let batch = PublishBatch(count: messages.count, continuation)
            process.publishing.append(batch)
            for (index, message) in messages.enumerated() {
                travel(milliseconds: world.chance.number(in: 0...12)) { [self] in
                    arrive(message, index, batch, process)
                }
            }
        }
    }

    /// A message reaches the broker, or not, and so does its confirm.
    private func arrive(_ message: Outgoing, _ index: Int, _ batch: PublishBatch, _ process: Incarnation) {
        // The bytes of a connection that is gone may still have been under way.
        if batch.isClosed, world.chance.happens(0.5) { return }
        var outcome = PublishOutcome.confirmed
        var answerAfter = world.chance.number(in: 0...12)
        if isAway || world.strikes(\.publishLost) {
            outcome = .unknown("the connection was lost")
            answerAfter += 200
        } else if world.strikes(\.publishReturned) {
            outcome = .returned(code: 312, text: "NO_ROUTE")
        } else if world.strikes(\.publishRefused) {
            // A nack promises nothing: some queues may have taken it.
            if world.chance.happens(0.5) { store(message) }
            outcome = .refused
        } else {
            store(message)
            if world.strikes(\.publishDoubled) { store(message) }
            if world.strikes(\.confirmLost) {
                outcome = .unknown("the connection was lost")
                answerAfter += 200
            }
        }
        world.note(.published, process, message.properties.messageID)
        guard world.survives(.beforeConfirm, process) else { return }
        if world.control == .ignoreConfirms { outcome = .confirmed }
        world.clock.after(milliseconds: answerAfter) { [self, outcome] in
            world.note(outcome == .confirmed ? .confirmed : .notConfirmed, process, message.properties.messageID)
            batch.settle(index, outcome)
        }
    }

    // MARK: Consuming

    func subscribe(_ process: Incarnation, prefetch: Int) -> Subscription {
        let subscription = Subscription(self, world, queue(process.service), process, prefetch: prefetch)
        queue(process.service).subscriptions.append(subscription)
        process.subscription = subscription
        return subscription
    }
}

/// Messages that one call publishes, and what became of each.
final class PublishBatch: @unchecked Sendable {
    private var outcomes: [PublishOutcome?]
    private var open: Int
    private var continuation: CheckedContinuation<[PublishOutcome], Never>?

    init(count: Int, _ continuation: CheckedContinuation<[PublishOutcome], Never>) {
        outcomes = [PublishOutcome?](repeating: nil, count: count)
        open = count
        self.continuation = continuation
    }

    var isClosed: Bool { continuation == nil }

    func settle(_ index: Int, _ outcome: PublishOutcome) {
        guard continuation != nil, outcomes[index] == nil else { return }
        outcomes[index] = outcome
        open -= 1
        if open == 0 { close() }
    }

    /// What has no answer yet is unknown.
    func close() {
        continuation?.resume(returning: outcomes.map { $0 ?? .unknown("the connection was lost") })
        continuation = nil
    }
}

/// A consumer of a queue on one connection.
final class Subscription: @unchecked Sendable {
    private let broker: ModelBroker
    private let world: World
    private let queue: ModelBroker.MessageQueue
    private let process: Incarnation
    private let prefetch: Int
    private(set) var unacknowledged: [(tag: UInt64, stored: ModelBroker.Stored)] = []
    private var lastTag: UInt64 = 0
    private var handedOver: UInt64 = 0
    private var isOpen = true
    let signal = Signal()

    init(
        _ broker: ModelBroker, _ world: World, _ queue: ModelBroker.MessageQueue, _ process: Incarnation, prefetch: Int
    ) {
        self.broker = broker
        self.world = world
        self.queue = queue
        self.process = process
        self.prefetch = prefetch
    }

    /// Ends the connection: what is not acknowledged goes back.
    func cut() {
        guard isOpen else { return }
        isOpen = false
        world.note(.cut, process)
        queue.subscriptions.removeAll { $0 === self }
        let back = unacknowledged
        unacknowledged = []
        for var (_, stored) in back.reversed() {
            stored.isRedelivered = true
            queue.ready.insert(stored, at: 0)
        }
        for subscription in queue.subscriptions { subscription.signal.raise() }
        signal.raise()
    }

    /// What is ready, at least one message.
    func next(maximum: Int) async throws -> [Delivery] {
        await world.latency()
        while true {
            try Task.checkCancellation()
            guard isOpen else { throw MessagingError(.connection, "the connection was lost") }
            while unacknowledged.count < prefetch, !queue.ready.isEmpty {
                lastTag += 1
                let place = world.strikes(\.reorder) ? world.chance.below(queue.ready.count) : 0
                unacknowledged.append((lastTag, queue.ready.remove(at: place)))
            }
            let waiting = unacknowledged.filter { $0.tag > handedOver }
            if !waiting.isEmpty {
                let batch = waiting.prefix(min(maximum, 1 + world.chance.below(waiting.count)))
                handedOver = batch.last?.tag ?? handedOver
                return batch.map { tag, stored in
                    world.note(.delivered, process, stored.message.properties.messageID)
                    return Delivery(
                        tag: tag, exchange: stored.message.exchange, routingKey: stored.message.routingKey,
                        isRedelivered: stored.isRedelivered, properties: stored.message.properties,
                        body: stored.message.body)
                }
            }
            await signal.wait()
        }
    }

    /// Acknowledges all up to a delivery.
    func acknowledge(upTo tag: UInt64) async throws {
        _ = world.survives(.beforeAcknowledge, process)
        await world.latency()
        if world.strikes(\.connectionCut) { cut() }
        guard isOpen else { throw MessagingError(.connection, "the connection was lost") }
        while let first = unacknowledged.first, first.tag <= tag {
            unacknowledged.removeFirst()
            let message = first.stored.message
            world.note(.acknowledged, process, message.properties.messageID)
            if !broker.isSafe(queue.service, message) {
                world.violated(
                    "\(queue.service) acknowledged \(message.properties.messageID ?? "") of type "
                        + "\(message.routingKey), which is neither committed nor among the dead letters")
            }
        }
        _ = world.survives(.afterAcknowledge, process)
    }
}

/// The broker as one process publishes to it.
struct ModelPublisher: ConfirmingPublisher {
    let broker: ModelBroker
    let process: Incarnation

    func publish(_ messages: [Outgoing]) async -> [PublishOutcome] {
        guard !messages.isEmpty else { return [] }
        return await broker.publish(messages, from: process)
    }
}
