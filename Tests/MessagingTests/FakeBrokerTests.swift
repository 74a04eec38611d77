import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Messaging

typealias Misbehaviour = FakeBroker.Misbehaviour

/// What every role must do whatever the broker does: come back from each call in time, believe nothing that is not
/// true, and go on by itself once the broker is well.
@Suite("A broker that misbehaves", .timeLimit(.minutes(2)))
struct FakeBrokerTests {
    private static let everything = Misbehaviour.allCases.filter { $0 != .well }

    /// What a client need not mind, or cannot notice.
    private static func isHarmless(_ misbehaviour: Misbehaviour, toConsumer: Bool) -> Bool {
        switch misbehaviour {
        case .garbageFrameKind, .heartbeatsInMessage, .confirmsTwice: true
        case .cancelsConsumer, .skipsDelivery: !toConsumer
        case .alarm, .unannouncedAlarm, .confirmsNeverUsed, .confirmsAllEver, .confirmsZero, .confirmsEarly,
            .confirmsThree:
            toConsumer
        default: false
        }
    }

    private func messages(_ count: Int, size: Int = 100) -> [Outgoing] {
        (0..<count).map { _ in
            Outgoing(
                exchange: "", routingKey: "key", properties: MessageProperties(messageID: TestServers.unique("m")),
                body: [UInt8](repeating: 7, count: size))
        }
    }

    // MARK: Publishing

    @Test("a publisher believes only true confirms, and publishes again when the broker is well", arguments: everything)
    func publisher(_ misbehaviour: Misbehaviour) async throws {
        try await Fake.with { broker, configuration in
            let publisher = Publisher(
                configuration: configuration, confirmTimeout: .seconds(1), logger: TestServers.quiet)
            try await Fake.beside({ await publisher.run() }) {
                #expect(await TestServers.eventually { await publisher.publish(messages(1)) == [.confirmed] })
                let before = publisher.status.reconnects
                broker.behave(misbehaviour, dropping: misbehaviour.isAtConnect)
                for size in [100, 400_000] {
                    let batch = messages(5, size: size)
                    let outcomes = try await Fake.inTime("publishing") { await publisher.publish(batch) }
                    #expect(outcomes.count == batch.count)
                    let confirmed = broker.record.confirmed
                    for (message, outcome) in zip(batch, outcomes) where outcome == .confirmed {
                        #expect(confirmed.contains(message.properties.messageID ?? ""), "a confirm that was none")
                    }
                }
                if Self.isHarmless(misbehaviour, toConsumer: false) {
                    #expect(publisher.status.isReady)
                    #expect(broker.record.accepted == 1)
                } else {
                    let isNoticed = await TestServers.eventually(within: .seconds(5) + Fake.slack) {
                        !publisher.status.isReady || publisher.status.reconnects > before
                    }
                    #expect(isNoticed)
                }
                broker.behave(.well)
                #expect(await TestServers.eventually { await publisher.publish(messages(1)) == [.confirmed] })
                #expect(publisher.status.isReady)
            }
        }
    }

    @Test("a message whose properties fit into no frame is told at once, and harms no other")
    func tooLarge() async throws {
        try await Fake.with { broker, configuration in
            let publisher = Publisher(configuration: configuration, logger: TestServers.quiet)
            try await Fake.beside({ await publisher.run() }) {
                #expect(await TestServers.eventually { await publisher.publish(messages(1)) == [.confirmed] })
                var batch = messages(3)
                // The most that a frame holds beside the frame's own bytes and the content header's first fields.
                let most = 131_072 - 20
                let room = most - batch[0].properties.encodedBytes - 4 - HeaderValue.string("").encodedBytes(named: "h")
                batch[0].properties.headers["h"] = .string(String(repeating: "x", count: room))
                batch[1].properties.headers["h"] = .string(String(repeating: "x", count: room + 1))
                #expect(batch[0].properties.encodedBytes == most)
                let sizes = batch
                let outcomes = try await Fake.inTime("publishing") { await publisher.publish(sizes) }
                #expect(outcomes == [.confirmed, .tooLarge, .confirmed])
                #expect(broker.record.accepted == 1)
            }
        }
    }

    @Test("once a publisher is shut down, whatever waits and whatever comes later is told at once")
    func shutDown() async throws {
        try await Fake.with { broker, configuration in
            broker.behave(.silentAfterConnect)
            let publisher = Publisher(
                configuration: configuration, confirmTimeout: .seconds(600), logger: TestServers.quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await publisher.run() }
                let waiting = Fake.Flag()
                group.addTask {
                    waiting.set()
                    guard case .unknown = await publisher.publish(messages(1)).first else {
                        throw MessagingError(.connection, "an outcome that nobody can know")
                    }
                }
                #expect(await TestServers.eventually { waiting.isSet && broker.record.accepted > 0 })
                group.cancelAll()
                // Long before the confirm's time-out.
                try await group.waitForAll()
            }
            let later = try await Fake.inTime("publishing later") { await publisher.publish(messages(2)) }
            #expect(later.count == 2)
        }
    }

    // MARK: Consuming

    @Test("a consumer that holds all it may answers heartbeats, goes on after, and ends in time")
    func full() async throws {
        try await Fake.with { broker, configuration in
            let consumer = Consumer(
                configuration: configuration, queue: "q", maximumBatch: 1, logger: TestServers.quiet)
            let mayGoOn = Fake.Flag()
            try await Fake.beside({
                try await consumer.run { _ in
                    while !mayGoOn.isSet, !Task.isCancelled { try await Task.sleep(for: .milliseconds(10)) }
                }
            }) {
                // One in hand, and of the others eight fill the 32 MiB.
                for number in 0..<11 {
                    broker.give(FakeMessage(id: "\(number)", body: [UInt8](repeating: 9, count: 4 << 20)))
                }
                #expect(await TestServers.eventually { consumer.status.unacknowledged >= 9 })
                let heard = broker.record.heardHeartbeats
                #expect(await TestServers.eventually { broker.record.heardHeartbeats >= heard + 4 })
                #expect(consumer.status.unacknowledged == 9)
                #expect(consumer.status.reconnects == 0)
                mayGoOn.set()
                #expect(await TestServers.eventually { broker.record.acknowledged.count == 11 })
                #expect(broker.record.accepted == 1)
            }
        }
    }

    @Test("a consumer that holds all it may notices that its connection is gone")
    func fullAndGone() async throws {
        try await Fake.with { broker, configuration in
            let consumer = Consumer(
                configuration: configuration, queue: "q", maximumBatch: 1, logger: TestServers.quiet)
            let mayGoOn = Fake.Flag()
            try await Fake.beside({
                try await consumer.run { _ in
                    while !mayGoOn.isSet, !Task.isCancelled { try await Task.sleep(for: .milliseconds(10)) }
                }
            }) {
                for number in 0..<11 {
                    broker.give(FakeMessage(id: "\(number)", body: [UInt8](repeating: 9, count: 4 << 20)))
                }
                #expect(await TestServers.eventually { consumer.status.unacknowledged >= 9 })
                broker.behave(.well, dropping: true)
                #expect(await TestServers.eventually { !consumer.status.isReady })
                mayGoOn.set()
                #expect(await TestServers.eventually { broker.record.acknowledged.count >= 11 })
            }
        }
    }

    @Test("a consumer hands over whole messages only, and goes on when the broker is well", arguments: everything)
    func consumer(_ misbehaviour: Misbehaviour) async throws {
        try await Fake.with { broker, configuration in
            let consumer = Consumer(configuration: configuration, queue: "q", logger: TestServers.quiet)
            let seen = Mutex<[Delivery]>([])
            @Sendable func hasSeen(_ id: String) -> Bool {
                seen.withLock { $0.contains { $0.properties.messageID == id } }
            }
            try await Fake.beside({
                try await consumer.run { batch in seen.withLock { $0 += batch } }
            }) {
                broker.give(FakeMessage(id: "before"))
                #expect(await TestServers.eventually { hasSeen("before") })
                broker.behave(misbehaviour, dropping: misbehaviour.isAtConnect)
                if Self.isHarmless(misbehaviour, toConsumer: true) {
                    #expect(await TestServers.eventually { broker.record.misbehaved > 0 })
                    broker.give(FakeMessage(id: "meanwhile"))
                    #expect(await TestServers.eventually { hasSeen("meanwhile") })
                    #expect(consumer.status.isReady)
                    #expect(consumer.status.reconnects == 0)
                } else {
                    let isNoticed = await TestServers.eventually(within: .seconds(5) + Fake.slack) {
                        !consumer.status.isReady || consumer.status.reconnects > 0
                    }
                    #expect(isNoticed)
                }
                try await Fake.inTime("a sign of life") { await consumer.signOfLife() }
                broker.behave(.well)
                broker.give(FakeMessage(id: "after", body: [UInt8](repeating: 9, count: 250_000)))
                #expect(await TestServers.eventually { broker.record.acknowledged.contains("after") })
                #expect(consumer.status.isReady)
                // Acknowledging up to a message takes in those before it: none of them may have been missed.
                let handed = seen.withLock { $0 }
                for id in Set(broker.record.acknowledged) {
                    let acknowledged = broker.record.acknowledged.count { $0 == id }
                    #expect(handed.count { $0.properties.messageID == id } >= acknowledged, "'\(id)' was skipped")
                }
                let whole = ["odd": Array("0123456789".utf8), "before": Array("{}".utf8)]
                for delivery in handed {
                    guard let body = whole[delivery.properties.messageID ?? ""] else { continue }
                    #expect(delivery.body == body)
                }
            }
        }
    }

    @Test(
        "a consumer stops in time, whatever the broker does",
        arguments: [Misbehaviour.silentAfterConnect, .silentAfterStartOk, .alarm, .unannouncedAlarm, .halfMessage])
    func stops(_ misbehaviour: Misbehaviour) async throws {
        try await Fake.with { broker, configuration in
            let consumer = Consumer(configuration: configuration, queue: "q", logger: TestServers.quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await consumer.run { _ in } }
                #expect(await TestServers.eventually { consumer.status.isSubscribed })
                let accepted = broker.record.accepted
                broker.behave(misbehaviour, dropping: misbehaviour.isAtConnect)
                #expect(
                    await TestServers.eventually {
                        broker.record.misbehaved > 0 || (misbehaviour.isAtConnect && broker.record.accepted > accepted)
                    })
                let stopped = Fake.Flag()
                group.addTask { [stopped] in
                    consumer.stop()
                    _ = await TestServers.eventually { stopped.isSet }
                }
                try await group.next()
                stopped.set()
                try await group.waitForAll()
            }
        }
    }

    @Test("a broker that falls silent is not relied on, long before it is given up")
    func silence() async throws {
        try await Fake.with(heartbeat: .seconds(4)) { broker, configuration in
            let consumer = Consumer(configuration: configuration, queue: "q", logger: TestServers.quiet)
            let publisher = Publisher(configuration: configuration, logger: TestServers.quiet)
            try await Fake.beside({
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await consumer.run { _ in } }
                    group.addTask { await publisher.run() }
                    try await group.waitForAll()
                }
            }) {
                #expect(await TestServers.eventually { consumer.status.isReady && publisher.status.isReady })
                broker.behave(.halfFrame)
                // Whatever the publisher sends, the fake broker answers it no more.
                async let outcome = publisher.publish(messages(1))
                #expect(
                    await TestServers.eventually(within: .seconds(8) + Fake.slack) {
                        consumer.status.isSilent && !consumer.status.isReady && consumer.status.reconnects == 0
                    })
                broker.behave(.well)
                #expect(await TestServers.eventually { consumer.status.isReady && publisher.status.isReady })
                _ = await outcome
            }
        }
    }

    @Test("a consumer that is refused at its very first ends with that error")
    func refusedConsumer() async throws {
        try await Fake.with { broker, configuration in
            broker.behave(.refusesLogin)
            let consumer = Consumer(configuration: configuration, queue: "q", logger: TestServers.quiet)
            let error = await #expect(throws: MessagingError.self) {
                try await Fake.inTime("the run") { try await consumer.run { _ in } }
            }
            #expect(error?.code == .refusedLogin)
            #expect(error?.replyCode == 403)
        }
    }

    // MARK: Sessions

    @Test("connecting fails in time, and works when the broker is well", arguments: everything.filter(\.isAtConnect))
    func connecting(_ misbehaviour: Misbehaviour) async throws {
        try await Fake.with { broker, configuration in
            broker.behave(misbehaviour)
            let error = await #expect(throws: MessagingError.self) {
                try await Fake.inTime("connecting") { _ = try await BrokerSession.connect(configuration) }
            }
            #expect(error?.code == (misbehaviour == .refusesLogin ? .refusedLogin : .connection))
            broker.behave(.well)
            let session = try await Fake.inTime("connecting") { try await BrokerSession.connect(configuration) }
            #expect(try await session.status(of: "q").messages == 0)
            await session.close()
        }
    }

    @Test(
        "a session's question is answered or fails in time",
        arguments: everything.filter { !$0.isAtConnect })
    func asking(_ misbehaviour: Misbehaviour) async throws {
        try await Fake.with { broker, configuration in
            let session = try await BrokerSession.connect(configuration)
            try await session.subscribe("q")
            broker.behave(misbehaviour)
            #expect(await TestServers.eventually { broker.record.misbehaved > 0 })
            try await Fake.inTime("a question") {
                do throws(MessagingError) {
                    _ = try await session.status(of: "q")
                } catch {
                    #expect(error.code == .connection || error.code == .channel, "\(error)")
                }
            }
            try await Fake.inTime("closing") { await session.close() }
        }
    }

    // MARK: Questions and answers

    private static func ask(_ client: RequestClient, size: Int = 10) async throws(MessagingError) -> String? {
        let question = Outgoing(
            exchange: "", routingKey: "service", properties: MessageProperties(messageID: "question"),
            body: [UInt8](repeating: 1, count: size), isMandatory: false)
        return try await client.request(question, timeout: .seconds(1)).properties.messageID
    }

    @Test("a question is answered or fails in time, and is answered when the broker is well", arguments: everything)
    func requestClient(_ misbehaviour: Misbehaviour) async throws {
        try await Fake.with { broker, configuration in
            let client = RequestClient(configuration: configuration, replies: "replies")
            #expect(try await Self.ask(client) == "answer")
            broker.behave(misbehaviour, dropping: misbehaviour.isAtConnect)
            for size in [10, 8_000_000] {
                try await Fake.inTime("a question") {
                    do throws(MessagingError) {
                        #expect(try await Self.ask(client, size: size) == "answer")
                    } catch {
                        #expect([.connection, .timedOut, .channel, .refusedLogin].contains(error.code), "\(error)")
                    }
                }
            }
            broker.behave(.well)
            let isAnswered = await TestServers.eventually {
                do throws(MessagingError) { return try await Self.ask(client) == "answer" } catch { return false }
            }
            #expect(isAnswered)
            await client.close()
        }
    }

    @Test("a server of answers goes on by itself when the broker is well", arguments: everything)
    func replyServer(_ misbehaviour: Misbehaviour) async throws {
        try await Fake.with { broker, configuration in
            let server = ReplyServer(
                configuration: configuration, queue: "q", replies: "replies", logger: TestServers.quiet)
            @Sendable func isAnswered(_ question: String) async -> Bool {
                await TestServers.eventually { broker.record.published.contains { $0.correlationID == question } }
            }
            try await Fake.beside({ await server.run { _ in Array("{}".utf8) } }) {
                broker.give(FakeMessage(id: "1", replyTo: "asker", correlationID: "before"))
                #expect(await isAnswered("before"))
                let accepted = broker.record.accepted
                broker.behave(misbehaviour, dropping: misbehaviour.isAtConnect)
                #expect(
                    await TestServers.eventually {
                        broker.record.misbehaved > 0 || (misbehaviour.isAtConnect && broker.record.accepted > accepted)
                    })
                broker.behave(.well)
                broker.give(FakeMessage(id: "2", replyTo: "asker", correlationID: "after"))
                #expect(await isAnswered("after"))
            }
        }
    }

    @Test(
        "an answer that the broker does not read costs its connection, not the server",
        arguments: [Misbehaviour.alarm, .unannouncedAlarm])
    func unreadAnswer(_ misbehaviour: Misbehaviour) async throws {
        try await Fake.with { broker, configuration in
            let server = ReplyServer(
                configuration: configuration, queue: "q", replies: "replies", logger: TestServers.quiet)
            try await Fake.beside({ await server.run { _ in [UInt8](repeating: 1, count: 16_000_000) } }) {
                #expect(await TestServers.eventually { broker.record.accepted == 1 && broker.record.heartbeats > 0 })
                broker.behave(misbehaviour)
                broker.give(FakeMessage(id: "1", replyTo: "asker", correlationID: "question"))
                #expect(await TestServers.eventually { broker.record.ended > 0 })
                broker.behave(.well)
                #expect(await TestServers.eventually { broker.record.acknowledged.contains("1") })
            }
        }
    }
}

/// What the tests with a fake broker have in common.
enum Fake {
    static let heartbeat = Duration.seconds(1)
    /// What a machine that is busy with other tests may add to any time.
    static let slack = Duration.seconds(15)
    /// Within two heartbeats and a second every call comes back.
    static let bound = heartbeat * 2 + .seconds(1) + slack

    /// Set once, seen by all.
    final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }

    /// Runs a test with a fake broker.
    static func with(
        heartbeat: Duration = heartbeat, _ body: (FakeBroker, BrokerConfiguration) async throws -> Void
    ) async throws {
        let broker = try FakeBroker()
        defer { broker.stop() }
        let configuration = try BrokerConfiguration(
            url: "amqp://guest:guest@127.0.0.1:\(broker.port)", connectionName: "fake", heartbeat: heartbeat)
        try await body(broker, configuration)
    }

    /// Runs something that comes back by itself, and records when it is late.
    @discardableResult
    static func inTime<Result: Sendable>(
        _ what: String, location: SourceLocation = #_sourceLocation,
        _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try? await Task.sleep(for: bound)
                if !Task.isCancelled {
                    Issue.record("\(what) did not come back within \(bound)", sourceLocation: location)
                }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    /// Runs a test beside a role's own task, which must end in time once it is cancelled.
    static func beside(
        _ role: @Sendable @escaping () async throws -> Void, location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await role() }
            defer { group.cancelAll() }
            try await body()
            group.cancelAll()
            let ended = Flag()
            group.addTask {
                // Not ended by the cancellation, which this is there to time.
                let deadline = ContinuousClock.now + bound
                while !ended.isSet, ContinuousClock.now < deadline { await Task.yield() }
                if !ended.isSet { Issue.record("the run did not end in time", sourceLocation: location) }
            }
            try await group.next()
            ended.set()
            try await group.waitForAll()
        }
    }
}
