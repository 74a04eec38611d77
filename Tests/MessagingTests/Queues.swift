import Synchronization
import TestSupport

@testable import Messaging

/// The identifiers of deliveries, collected by several tasks.
final class Collected: Sendable {
    private let list = Mutex<[String?]>([])

    func add(_ batch: [Delivery]) { list.withLock { $0 += batch.map(\.properties.messageID) } }

    var identifiers: [String?] { list.withLock { $0 } }
}

/// Runs a test with a publisher and a quorum queue of its own.
func withQueue(
    _ body: @Sendable @escaping (Publisher, BrokerSession, String) async throws -> Void
) async throws {
    let queue = TestServers.unique("test")
    let session = try await BrokerSession.connect(TestServers.brokerConfiguration())
    try await session.declare(Queue(name: queue, kind: .quorum, deliveryLimit: 50))
    let publisher = Publisher(
        configuration: try TestServers.brokerConfiguration(), logger: TestServers.quiet)
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            await publisher.run()
            return false
        }
        group.addTask {
            try await body(publisher, session, queue)
            return true
        }
        while try await group.next() == false {}
        group.cancelAll()
    }
    try await session.deleteQueue(queue)
    await session.close()
}

/// A message for a queue, with properties of every kind.
func message(_ queue: String, _ id: String, body: String = "{}") -> Outgoing {
    Outgoing(
        exchange: "", routingKey: queue,
        properties: MessageProperties(
            contentType: "application/json", headers: ["a": .string("ü"), "n": .integer(7), "t": .boolean(true)],
            deliveryMode: 2, messageID: id, timestamp: 1_700_000_000, type: "t", appID: "test"),
        body: Array(body.utf8))
}
