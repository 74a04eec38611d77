import Foundation
import TestSupport
import Testing

@testable import Messaging

@Suite(
    "Messaging under faults", .enabled(if: TestServers.broker != nil, "no test broker: run 'make test'"),
    .timeLimit(.minutes(3)))
struct FaultTests {
    private static let heartbeat = Duration.seconds(1)

    /// Runs a test with a publisher whose connection goes through a proxy, and a queue read without one.
    private func withProxy(
        _ body: @Sendable @escaping (FaultProxy, Publisher, BrokerSession, String) async throws -> Void
    ) async throws {
        let direct = try TestServers.brokerConfiguration()
        let proxy = try FaultProxy(to: direct.addresses[0].port)
        defer { proxy.stop() }
        let queue = TestServers.unique("fault")
        let session = try await BrokerSession.connect(direct)
        try await session.declare(Queue(name: queue, kind: .quorum, deliveryLimit: 50))
        let publisher = Publisher(
            configuration: try Self.through(proxy), confirmTimeout: .seconds(5), logger: TestServers.quiet)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                await publisher.run()
                return false
            }
            group.addTask {
                try await body(proxy, publisher, session, queue)
                return true
            }
            while try await group.next() == false {}
            group.cancelAll()
        }
        try await session.deleteQueue(queue)
        await session.close()
    }

    private static func through(_ proxy: FaultProxy) throws -> BrokerConfiguration {
        try BrokerConfiguration(
            url: "amqp://guest:guest@127.0.0.1:\(proxy.port)", connectionName: "faulty", heartbeat: heartbeat)
    }

    private func messages(_ queue: String, _ count: Int, from first: Int = 0, size: Int = 10) -> [Outgoing] {
        (first..<first + count).map { number in
            Outgoing(
                exchange: "", routingKey: queue,
                properties: MessageProperties(deliveryMode: 2, messageID: "m\(number)"),
                body: [UInt8](repeating: 1, count: size))
        }
    }

    /// Publishes until all are confirmed, each time only what was not.
    private func publishAll(_ publisher: Publisher, _ all: [Outgoing]) async {
        var left = all
        while !left.isEmpty {
            let outcomes = await publisher.publish(left)
            left = zip(left, outcomes).filter { $0.1 != .confirmed }.map(\.0)
        }
    }

    private func identifiers(_ session: BrokerSession, _ queue: String, _ expected: Int) async throws -> [String] {
        var found: [String] = []
        try await session.subscribe(queue, prefetch: 0)
        let isAll = try await TestServers.eventually(within: .seconds(30)) {
            for delivery in try await session.next(within: .milliseconds(200)) {
                found.append(delivery.properties.messageID ?? "")
                try await session.acknowledge(delivery.tag)
            }
            return Set(found).count >= expected
        }
        #expect(isAll, "\(Set(found).count) of \(expected) arrived")
        return found
    }

    @Test("a connection reset in the middle of a batch loses nothing: what was not confirmed goes out again")
    func reset() async throws {
        try await withProxy { proxy, publisher, session, queue in
            proxy.set(.bandwidth(200_000))
            async let sent: Void = publishAll(publisher, messages(queue, 400, size: 1_000))
            #expect(try await TestServers.eventually { try await session.status(of: queue).messages > 20 })
            proxy.reset()
            proxy.set(.none)
            await sent
            let found = try await identifiers(session, queue, 400)
            #expect(Set(found).count == 400)
            #expect(publisher.status.reconnects >= 1)
        }
    }

    @Test("connections that end after so many bytes, one after another, lose nothing")
    func limit() async throws {
        try await withProxy { proxy, publisher, session, queue in
            proxy.set(.limit(60_000))
            async let sent: Void = publishAll(publisher, messages(queue, 200, size: 5_000))
            #expect(await TestServers.eventually(within: .seconds(20)) { publisher.status.reconnects >= 2 })
            proxy.set(.none)
            await sent
            let found = try await identifiers(session, queue, 200)
            #expect(Set(found).count == 200)
        }
    }

    @Test("a confirm that is cut off leaves the message unknown, and it is there all the same: at least once")
    func lostConfirm() async throws {
        try await withProxy { proxy, publisher, session, queue in
            await publishAll(publisher, messages(queue, 1))
            // basic.ack of class 60, method 80.
            proxy.cut(.init(.server, [0, 60, 0, 80], passes: false))
            let outcome = await publisher.publish(messages(queue, 1, from: 1)).first
            guard case .unknown? = outcome else {
                Issue.record("the outcome is \(String(describing: outcome))")
                return
            }
            #expect(proxy.cuts == 1)
            await publishAll(publisher, messages(queue, 1, from: 1))
            let found = try await identifiers(session, queue, 2)
            #expect(Set(found) == ["m0", "m1"])
            #expect(await TestServers.eventually { publisher.status.isReady })
        }
    }

    @Test(
        "silence ends a connection within two heartbeats and a second, and it comes back by itself",
        arguments: [FaultProxy.Fault.blackHole, .halfOpen, .stall])
    func silence(_ fault: FaultProxy.Fault) async throws {
        try await withProxy { proxy, publisher, session, queue in
            await publishAll(publisher, messages(queue, 1))
            proxy.set(fault)
            let outcomes = await publisher.publish(messages(queue, 50, from: 1, size: 100_000))
            #expect(outcomes.allSatisfy { $0 != .confirmed })
            #expect(await TestServers.eventually(within: .seconds(5)) { !publisher.status.isReady })
            proxy.set(.none)
            proxy.reset()
            await publishAll(publisher, messages(queue, 50, from: 1))
            let found = try await identifiers(session, queue, 51)
            #expect(Set(found).count == 51)
        }
    }

    @Test("a batch whose acknowledgement is cut off is delivered again, on a new connection")
    func lostAcknowledgement() async throws {
        let direct = try TestServers.brokerConfiguration()
        let proxy = try FaultProxy(to: direct.addresses[0].port)
        defer { proxy.stop() }
        try await withProxy { _, publisher, session, queue in
            await publishAll(publisher, messages(queue, 30))
            let consumer = Consumer(configuration: try Self.through(proxy), queue: queue, logger: TestServers.quiet)
            let seen = Collected()
            // basic.ack from us.
            proxy.cut(.init(.client, [0, 60, 0, 80], passes: false))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await consumer.run { seen.add($0) }
                }
                let isEmpty = try await TestServers.eventually(within: .seconds(20)) {
                    guard seen.identifiers.count > 30 else { return false }
                    return try await session.status(of: queue).messages == 0
                }
                #expect(isEmpty)
                consumer.stop()
                try await group.waitForAll()
            }
            #expect(Set(seen.identifiers).count == 30)
            #expect(proxy.accepted >= 2)
        }
    }

    @Test("messages in pieces of seven bytes, and late ones, arrive whole")
    func slices() async throws {
        try await withProxy { proxy, publisher, session, queue in
            proxy.set(.slices(7))
            await publishAll(publisher, messages(queue, 20, size: 300))
            proxy.set(.latency(.milliseconds(50)))
            await publishAll(publisher, messages(queue, 20, from: 20, size: 3_000))
            let found = try await identifiers(session, queue, 40)
            #expect(Set(found).count == 40)
        }
    }

    @Test("no more than so many bytes are under way, however much is asked for")
    func bounded() async throws {
        let direct = try TestServers.brokerConfiguration()
        let proxy = try FaultProxy(to: direct.addresses[0].port)
        defer { proxy.stop() }
        let queue = TestServers.unique("bytes")
        let session = try await BrokerSession.connect(direct)
        try await session.declare(Queue(name: queue, kind: .quorum, deliveryLimit: 50))
        let channel = PublishingChannel(
            maximumCount: 1_000, maximumBytes: 500_000, timeout: .seconds(5),
            status: SharedStatus())
        try await channel.connect(Self.through(proxy))
        // What the broker says is held back: nothing is confirmed, so nothing beyond the bound may go out.
        proxy.set(.halfOpen)
        async let outcomes = channel.publish(messages(queue, 50, size: 100_000))
        #expect(await TestServers.eventually { await channel.unconfirmedCount >= 5 })
        for _ in 0..<50 {
            #expect(await channel.unconfirmedCount <= 6)
            await Task.yield()
        }
        await channel.close("done")
        #expect(await outcomes.allSatisfy { $0 != .confirmed })
        try await session.deleteQueue(queue)
        await session.close()
    }
}
