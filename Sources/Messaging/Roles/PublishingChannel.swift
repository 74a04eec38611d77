import Foundation
import PinnedThread
import Synchronization

/// The publisher's connection: what is to be sent, what is not confirmed yet.
actor PublishingChannel {
    /// A batch on its way.
    private final class Batch {
        let messages: [Outgoing]
        var outcomes: [PublishOutcome?]
        var left: Int
        let since = ContinuousClock.now
        let continuation: CheckedContinuation<[PublishOutcome], Never>

        init(_ messages: [Outgoing], _ continuation: CheckedContinuation<[PublishOutcome], Never>) {
            self.messages = messages
            self.continuation = continuation
            outcomes = Array(repeating: nil, count: messages.count)
            left = messages.count
        }

        func settle(_ index: Int, _ outcome: PublishOutcome) {
            guard outcomes[index] == nil else { return }
            outcomes[index] = outcome
            left -= 1
            if left == 0 { continuation.resume(returning: outcomes.map { $0 ?? .unknown("not sent") }) }
        }
    }

    /// A message that is sent and not confirmed.
    private struct Unconfirmed {
        let batch: Batch
        let index: Int
        let bytes: Int
        let sentAt: ContinuousClock.Instant
        var returned: PublishOutcome?
    }

    /// So many bytes are sent between two looks at the socket: less than a third of any send buffer, and a socket that
    /// counts as writable has a third free.
    private static let checkedBytes = 16_384
    /// About what a message costs beside its body.
    private static let frameBytes = 300

    private let thread = PinnedThread(name: "amqp-publish")
    private let maximumCount: Int
    private let maximumBytes: Int
    private let timeout: Duration
    private let status: SharedStatus
    private let closeFlag = StopFlag()
    private var link: Link?
    private var waiting: [Batch] = []
    /// Where in the first waiting batch sending goes on.
    private var nextIndex = 0
    private var unconfirmed: [UInt64: Unconfirmed] = [:]
    private var unconfirmedBytes = 0
    private var lastSequence: UInt64 = 0
    private var lowestUnconfirmed: UInt64 = 1
    /// When the broker last answered for a message.
    private var lastAnswer = ContinuousClock.now
    private var isBlocked = false
    private var closing: CheckedContinuation<String, Never>?
    private var lastFailure = "not connected yet"
    /// Whether the publisher is shut down: nothing waits any more for a connection that never comes.
    private var isShutDown = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(maximumCount: Int, maximumBytes: Int, timeout: Duration, status: SharedStatus) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
        self.timeout = timeout
        self.status = status
    }

    isolated deinit {
        link = nil
        thread.stop()
    }

    func connect(_ configuration: BrokerConfiguration) throws(MessagingError) {
        isShutDown = false
        let link = try Link(configuration)
        try link.confirmMode()
        self.link = link
        lastSequence = 0
        lowestUnconfirmed = 1
        isBlocked = false
        status.update { $0.state = .connected }
        takeTurns()
    }

    /// Waits until the connection is lost.
    ///
    /// - Returns: why.
    func untilClosed() async -> String {
        guard link != nil else { return lastFailure }
        return await withCheckedContinuation { closing = $0 }
    }

    /// Gives up the connection; what is not confirmed is unknown.
    func close(_ reason: String) {
        guard link != nil else { return }
        lastFailure = reason
        link = nil
        for entry in unconfirmed.values { entry.batch.settle(entry.index, .unknown(reason)) }
        unconfirmed = [:]
        unconfirmedBytes = 0
        // Of the first batch a part may have gone out and been settled: the rest of it stays with that connection.
        if nextIndex > 0, !waiting.isEmpty {
            let batch = waiting.removeFirst()
            for index in nextIndex..<batch.messages.count { batch.settle(index, .unknown(reason)) }
            nextIndex = 0
        }
        closing?.resume(returning: reason)
        closing = nil
        takeTurns()
    }

    /// Gives up the connection and everything that waits for one; what is published later is unknown at once.
    func shutDown(_ reason: String) {
        isShutDown = true
        close(reason)
        lastFailure = reason
        for batch in waiting {
            for index in batch.messages.indices { batch.settle(index, .unknown(reason)) }
        }
        waiting = []
        nextIndex = 0
    }

    /// Has the thread call ``turn()`` whenever it is idle; without a connection too, for what waits must expire.
    private func takeTurns() {
        thread.whenIdle { [weak self] _ in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.turn() }
        }
    }

    func publish(_ messages: [Outgoing]) async -> [PublishOutcome] {
        if isShutDown { return messages.map { _ in .unknown(lastFailure) } }
        if link == nil { takeTurns() }
        return await withCheckedContinuation { continuation in
            waiting.append(Batch(messages, continuation))
        }
    }

    /// How many messages are sent and not confirmed.
    var unconfirmedCount: Int { unconfirmed.count }

    /// What the thread does whenever it has nothing else to do: hear, send, say what to wait for.
    private func turn() -> Wait {
        if closeFlag.isSet { close("the publisher is shut down") }
        expire()
        guard let link else { return Wait(timeout: waiting.isEmpty ? nil : .milliseconds(200)) }
        do {
            try hear(link)
            let isFull = try send(link)
            status.note(isSilent: link.isSilent)
            return Wait(descriptor: link.descriptor, writable: isFull, timeout: link.tick)
        } catch {
            close(error.description)
            return Wait(timeout: .milliseconds(200))
        }
    }

    /// Sends what the bounds allow.
    ///
    /// - Returns: whether the socket takes no more bytes now.
    private func send(_ link: Link) throws(MessagingError) -> Bool {
        guard !waiting.isEmpty else { return false }
        // Held together, messages reach the broker in few large pieces, and each piece wakes it once.
        link.gather(true)
        defer { link.gather(false) }
        var sent = Self.checkedBytes
        var now = ContinuousClock.now
        while let batch = waiting.first {
            while nextIndex < batch.messages.count {
                guard !isBlocked, unconfirmed.count < maximumCount, unconfirmedBytes < maximumBytes else {
                    return false
                }
                // On a dead connection the library's publish would hang: hear first, then ask the socket. One that takes
                // bytes takes some more than these.
                if sent >= Self.checkedBytes {
                    try hear(link)
                    guard link.isWritable else { return true }
                    sent = 0
                    now = .now
                }
                let message = batch.messages[nextIndex]
                // Half of it would be out before the library notices, and the connection with everybody else's lost.
                guard message.properties.encodedBytes <= link.mostPropertyBytes else {
                    batch.settle(nextIndex, .tooLarge)
                    nextIndex += 1
                    continue
                }
                lastSequence += 1
                unconfirmed[lastSequence] = Unconfirmed(
                    batch: batch, index: nextIndex, bytes: message.body.count, sentAt: now)
                unconfirmedBytes += message.body.count
                nextIndex += 1
                sent += message.body.count + Self.frameBytes
                guard link.publish(message) else {
                    throw MessagingError(.connection, "the connection was lost while publishing")
                }
            }
            waiting.removeFirst()
            nextIndex = 0
        }
        return false
    }

    private func hear(_ link: Link) throws(MessagingError) {
        var stranger: UInt64?
        try link.pump { event in
            switch event {
            case .confirmed(let tag, _) where !isKnown(tag), .refused(let tag, _) where !isKnown(tag): stranger = tag
            default: self.take(event)
            }
            return stranger == nil
        }
        if let stranger {
            throw MessagingError(.connection, "the broker answered message \(stranger), never published")
        }
    }

    /// Whether a message of this number was published on this connection.
    private func isKnown(_ tag: UInt64) -> Bool { tag > 0 && tag <= lastSequence }

    private func take(_ event: Link.Event) {
        switch event {
        case .confirmed(let tag, let isMultiple): settle(tag, isMultiple, .confirmed)
        case .refused(let tag, let isMultiple): settle(tag, isMultiple, .refused)
        case .returned(let message, let code, let text): mark(message, .returned(code: code, text: text))
        case .blocked(let reason):
            isBlocked = true
            status.update { $0.state = .blocked(reason) }
        case .unblocked:
            isBlocked = false
            status.update { $0.state = .connected }
        case .delivery, .consumerCancelled: break
        }
    }

    /// A return comes before the confirm of the same message: remember it until then. Which message it is, the id says.
    private func mark(_ message: Delivery, _ outcome: PublishOutcome) {
        var sequence = lowestUnconfirmed
        while sequence <= lastSequence {
            if let entry = unconfirmed[sequence], entry.returned == nil {
                let sent = entry.batch.messages[entry.index]
                if sent.properties.messageID == message.properties.messageID, sent.routingKey == message.routingKey,
                    sent.exchange == message.exchange
                {
                    unconfirmed[sequence]?.returned = outcome
                    return
                }
            }
            sequence += 1
        }
    }

    private func settle(_ tag: UInt64, _ isMultiple: Bool, _ outcome: PublishOutcome) {
        lastAnswer = .now
        if isMultiple {
            while lowestUnconfirmed <= tag {
                settle(lowestUnconfirmed, outcome)
                lowestUnconfirmed += 1
            }
        } else {
            settle(tag, outcome)
        }
        // Past those that were answered one by one before: the time-out watches the lowest, so it must be one that waits.
        while lowestUnconfirmed <= lastSequence, unconfirmed[lowestUnconfirmed] == nil { lowestUnconfirmed += 1 }
    }

    private func settle(_ tag: UInt64, _ outcome: PublishOutcome) {
        guard let entry = unconfirmed.removeValue(forKey: tag) else { return }
        unconfirmedBytes -= entry.bytes
        entry.batch.settle(entry.index, outcome == .confirmed ? entry.returned ?? .confirmed : outcome)
    }

    /// Gives up on what has waited too long.
    private func expire() {
        let now = ContinuousClock.now
        if let oldest = unconfirmed[lowestUnconfirmed], now - oldest.sentAt > timeout {
            // A broker that confirms nothing for so long is no broker: only a new connection can tell.
            return close("the broker confirmed nothing for \(timeout)")
        }
        // Behind others a batch may wait for longer, as long as these go on.
        while let batch = waiting.first, now - max(batch.since, lastAnswer) > timeout {
            waiting.removeFirst()
            let reason = isBlocked ? "the broker takes no messages now" : "not connected: \(lastFailure)"
            for index in nextIndex..<batch.messages.count { batch.settle(index, .unknown(reason)) }
            nextIndex = 0
        }
    }

    /// Has the connection closed, from any thread.
    nonisolated func requestClose() {
        closeFlag.set()
        thread.wake()
    }

    func noteFailure(_ reason: String) {
        lastFailure = reason
    }
}

/// A status that its owner writes on one thread and anybody reads.
final class SharedStatus: Sendable {
    private let value = Mutex(ConnectionStatus())

    var current: ConnectionStatus { value.withLock { $0 } }

    func update(_ change: (inout ConnectionStatus) -> Void) {
        value.withLock { change(&$0) }
    }

    func note(isSilent: Bool) { update { $0.isSilent = isSilent } }
}
