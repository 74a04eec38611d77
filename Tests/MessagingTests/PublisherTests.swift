import TestSupport
import Testing

@testable import Messaging

@Suite(
    "What publishes to RabbitMQ", .enabled(if: TestServers.broker != nil, "no test broker: run 'make test'"),
    .timeLimit(.minutes(3)))
struct PublisherTests {
    @Test("a message that no queue takes is returned, its neighbours are confirmed")
    func returns() async throws {
        try await withQueue { publisher, _, queue in
            let outcomes = await publisher.publish([
                message(queue, "1"), message("no-such-queue", "2"), message(queue, "3"),
            ])
            #expect(outcomes[0] == .confirmed)
            #expect(outcomes[2] == .confirmed)
            guard case .returned(let code, _) = outcomes[1] else {
                Issue.record("not returned: \(outcomes[1])")
                return
            }
            #expect(code == 312)
        }
    }

    @Test("without a broker a publish comes back as unknown, in time")
    func unknown() async throws {
        let configuration = try BrokerConfiguration(url: "amqp://guest:guest@127.0.0.1:1", connectionName: "test")
        let publisher = Publisher(
            configuration: configuration, confirmTimeout: .milliseconds(500), logger: TestServers.quiet)
        await withTaskGroup(of: [PublishOutcome].self) { group in
            group.addTask {
                await publisher.run()
                return []
            }
            group.addTask { await publisher.publish([message("q", "1")]) }
            while let outcomes = await group.next() {
                guard let first = outcomes.first else { continue }
                if case .unknown = first {} else { Issue.record("\(first)") }
                group.cancelAll()
            }
        }
    }
}
