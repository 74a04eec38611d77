import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Messaging

@Suite(
    "What consumes from RabbitMQ", .enabled(if: TestServers.broker != nil, "no test broker: run 'make test'"),
    .timeLimit(.minutes(3)))
struct ConsumerTests {
    @Test("messages arrive as they were sent, in batches of what is ready, and go when handled")
    func delivers() async throws {
        try await withQueue { publisher, session, queue in
            let outcomes = await publisher.publish((0..<1_200).map { message(queue, "\($0)") })
            #expect(outcomes.allSatisfy { $0 == .confirmed })
            let consumer = Consumer(
                configuration: try TestServers.brokerConfiguration(), queue: queue, prefetch: 300, maximumBatch: 100,
                logger: TestServers.quiet)
            let seen = Mutex<[Delivery]>([])
            let largest = Mutex(0)
            try await consumer.run { batch in
                largest.withLock { $0 = max($0, batch.count) }
                let count = seen.withLock { seen in
                    seen += batch
                    return seen.count
                }
                if count >= 1_200 { consumer.stop() }
            }
            let deliveries = seen.withLock { $0 }
            #expect(deliveries.count == 1_200)
            #expect(Set(deliveries.map(\.properties.messageID)).count == 1_200)
            #expect(largest.withLock { $0 } <= 100)
            #expect(deliveries[0].properties.headers["a"] == .string("ü"))
            #expect(deliveries[0].properties.headers["n"] == .integer(7))
            #expect(deliveries[0].properties.timestamp == 1_700_000_000)
            #expect(deliveries[0].body == Array("{}".utf8))
            #expect(try await TestServers.eventually { try await session.status(of: queue).messages == 0 })
        }
    }

    @Test("two full batches are in hand at once, and nothing is acknowledged past one that is not done")
    func twoInHand() async throws {
        struct Interruption: Error {}
        try await withQueue { publisher, session, queue in
            _ = await publisher.publish((0..<20).map { message(queue, "\($0)") })
            #expect(try await TestServers.eventually { try await session.status(of: queue).messages == 20 })
            let configuration = try TestServers.brokerConfiguration()
            let first = Consumer(
                configuration: configuration, queue: queue, prefetch: 100, maximumBatch: 1, concurrency: 2,
                logger: TestServers.quiet)
            let (done, end) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
            // The first waits for the second, and fails: that others are done must not acknowledge it. A batch of one is
            // always full, however slowly messages come.
            await #expect(throws: Interruption.self) {
                try await first.run { batch in
                    guard batch.first?.properties.messageID == "0" else { return end.finish() }
                    for await _ in done {}
                    throw Interruption()
                }
            }
            let again = Mutex<Set<String>>([])
            let second = Consumer(
                configuration: configuration, queue: queue, prefetch: 100, maximumBatch: 5, concurrency: 2,
                logger: TestServers.quiet)
            try await second.run { batch in
                let count = again.withLock { again in
                    again.formUnion(batch.compactMap(\.properties.messageID))
                    return again.count
                }
                if count == 20 { second.stop() }
            }
            #expect(again.withLock { $0 } == Set((0..<20).map { "\($0)" }))
            #expect(try await TestServers.eventually { try await session.status(of: queue).messages == 0 })
        }
    }

    @Test(
        "after many messages a consumer rests as long as they took, after few as the pace has it",
        arguments: [
            (1, 0, 5, 5), (15, 20, 5, 20), (16, 0, 30, 60), (500, 0, 300, 500), (16, 20, 5, 20), (16, 20, 15, 30),
        ])
    func rests(count: Int, pace: Int, took: Int, wake: Int) {
        let started = ContinuousClock.now
        #expect(
            Consumer.wake(
                after: count, since: started, until: started + .milliseconds(took), pace: .milliseconds(pace),
                rest: .milliseconds(200)) == started + .milliseconds(wake))
    }

    @Test("what a handler does not finish is delivered again")
    func redelivers() async throws {
        struct Interruption: Error {}
        try await withQueue { publisher, _, queue in
            _ = await publisher.publish([message(queue, "1")])
            let configuration = try TestServers.brokerConfiguration()
            let first = Consumer(configuration: configuration, queue: queue, logger: TestServers.quiet)
            await #expect(throws: Interruption.self) { try await first.run { _ in throw Interruption() } }
            let second = Consumer(configuration: configuration, queue: queue, logger: TestServers.quiet)
            let again = Mutex<[Bool]>([])
            try await second.run { batch in
                again.withLock { $0 += batch.map(\.isRedelivered) }
                second.stop()
            }
            #expect(again.withLock { $0 } == [true])
        }
    }

    @Test("a deleted queue ends the subscription at once, and it comes back with the queue")
    func recovers() async throws {
        try await withQueue { publisher, session, queue in
            let consumer = Consumer(
                configuration: try TestServers.brokerConfiguration(), queue: queue, logger: TestServers.quiet)
            let collected = Collected()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await consumer.run { batch in collected.add(batch) }
                }
                #expect(await TestServers.eventually { consumer.status.isSubscribed })
                try await session.deleteQueue(queue)
                #expect(await TestServers.eventually { !consumer.status.isSubscribed })
                try await session.declare(Queue(name: queue, kind: .quorum, deliveryLimit: 50))
                #expect(await TestServers.eventually { consumer.status.isSubscribed })
                // Proof of life is a message, not a connection.
                #expect(await publisher.publish([message(queue, "after")]) == [.confirmed])
                #expect(await TestServers.eventually { collected.identifiers == ["after"] })
                consumer.stop()
                try await group.waitForAll()
            }
        }
    }
}
