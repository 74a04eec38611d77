import CSystemShims
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Messaging

@Suite(
    "A session with RabbitMQ", .enabled(if: TestServers.broker != nil, "no test broker: run 'make test'"),
    .timeLimit(.minutes(3)))
struct BrokerSessionTests {
    @Test("refused logins and missing queues say so; nothing leaks, no password is shown")
    func refusals() async throws {
        let address = try #require(TestServers.broker).replacing("guest:guest", with: "guest:wrong-secret")
        let wrong = try BrokerConfiguration(url: address, connectionName: "test")
        let closed = Mutex(0)
        for _ in 0..<10 {
            let error = await #expect(throws: MessagingError.self) {
                try await BrokerSession.connect(wrong) { closed.withLock { $0 += 1 } }
            }
            #expect(error?.isRetriable == false)
            #expect(error.map { "\($0)".contains("wrong-secret") } == false)
        }
        #expect(await TestServers.eventually { closed.withLock { $0 } == 10 })
        let session = try await BrokerSession.connect(TestServers.brokerConfiguration())
        let missing = await #expect(throws: MessagingError.self) { try await session.status(of: "no-such-queue") }
        #expect(missing?.replyCode == 404)
        // The session is still usable.
        let queue = Queue(name: TestServers.unique("test"), kind: .quorum)
        try await session.declare(queue)
        let topology = Topology(
            exchanges: [Exchange(name: "no-such-exchange", kind: .topic)],
            queues: [queue, Queue(name: "gone", kind: .quorum)],
            bindings: [])
        let problems = await #expect(throws: MessagingError.self) { try await topology.check(on: session) }
        #expect(problems?.message.contains("no-such-exchange") == true)
        #expect(problems?.message.contains("'gone'") == true)
        try await session.deleteQueue(queue.name)
        await session.close()
    }

    @Test("who waits for a delivery is woken by it, by its own cancellation, by its time, and by the session's end")
    func waiting() async throws {
        let session = try await BrokerSession.connect(TestServers.brokerConfiguration())
        let queue = TestServers.unique("waiting")
        try await session.declare(Queue(name: queue, kind: .classic, isExclusive: true))
        try await session.subscribe(queue)
        #expect(try await session.next(within: .zero).isEmpty)
        #expect(try await session.next(within: .milliseconds(50)).isEmpty)
        // Far longer than the test may take: each is woken, or the test fails by its limit.
        let cancelled = Task { try await session.next(within: .seconds(3_600)).count }
        cancelled.cancel()
        #expect(try await cancelled.value == 0)
        let both = (0..<2).map { _ in Task { try await session.next(within: .seconds(3_600)).map(\.body) } }
        try await session.send(message(queue, "1", body: "one"))
        try await session.send(message(queue, "2", body: "two"))
        // One of them may have taken both; then the other waits on, until the session ends.
        await session.close()
        for task in both { _ = await task.result }
        let isOver = await #expect(throws: MessagingError.self) { try await session.next(within: .seconds(3_600)) }
        #expect(isOver?.code == .connection)
    }

    @Test("two who wait get each delivery once")
    func waitingTogether() async throws {
        let session = try await BrokerSession.connect(TestServers.brokerConfiguration())
        let queue = TestServers.unique("waiting")
        try await session.declare(Queue(name: queue, kind: .classic, isExclusive: true))
        try await session.subscribe(queue, prefetch: 1_000)
        let bodies = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var found: [String] = []
                    while let some = try? await session.next(within: .seconds(3_600)), !some.isEmpty {
                        found += some.map { String(decoding: $0.body, as: UTF8.self) }
                        if found.contains("end") { await session.close() }
                    }
                    return found
                }
            }
            for number in 0..<100 { try await session.send(message(queue, "\(number)", body: "\(number)")) }
            try await session.send(message(queue, "end", body: "end"))
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(bodies.sorted() == ((0..<100).map(String.init) + ["end"]).sorted())
    }

    @Test("the library's close runs on the session's own thread")
    func closesOnItsThread() async throws {
        let threads = Mutex<[Int64]>([])
        var session: BrokerSession? = try await BrokerSession.connect(TestServers.brokerConfiguration()) {
            let thread = waybill_thread_id()
            threads.withLock { $0.append(thread) }
        }
        _ = try await session?.exists(Queue(name: "x", kind: .quorum))
        session = nil
        #expect(await TestServers.eventually { threads.withLock { !$0.isEmpty } })
        #expect(threads.withLock { $0.first } != waybill_thread_id())
    }
}
