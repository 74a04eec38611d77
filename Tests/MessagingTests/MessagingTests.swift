import CSystemShims
import Contracts
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Messaging

/// The identifiers of deliveries, collected by several tasks.
final class Collected: Sendable {
    private let list = Mutex<[String?]>([])

    func add(_ batch: [Delivery]) { list.withLock { $0 += batch.map(\.properties.messageID) } }

    var identifiers: [String?] { list.withLock { $0 } }
}

@Suite("RabbitMQ", .enabled(if: TestServers.broker != nil, "no test broker: run 'make test'"), .timeLimit(.minutes(3)))
struct MessagingTests {
    /// Runs a test with a publisher and a quorum queue of its own.
    private func withQueue(
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

    private func message(_ queue: String, _ id: String, body: String = "{}") -> Outgoing {
        Outgoing(
            exchange: "", routingKey: queue,
            properties: MessageProperties(
                contentType: "application/json", headers: ["a": .string("ü"), "n": .integer(7), "t": .boolean(true)],
                deliveryMode: 2, messageID: id, timestamp: 1_700_000_000, type: "t", appID: "test"),
            body: Array(body.utf8))
    }

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
            group.addTask { await publisher.publish([self.message("q", "1")]) }
            while let outcomes = await group.next() {
                guard let first = outcomes.first else { continue }
                if case .unknown = first {} else { Issue.record("\(first)") }
                group.cancelAll()
            }
        }
    }

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

    @Test("a question is answered, and one that nobody answers is given up")
    func questions() async throws {
        let exchange = Exchange(name: TestServers.unique("replies"), kind: .direct)
        let queue = TestServers.unique("questions")
        let session = try await BrokerSession.connect(TestServers.brokerConfiguration())
        try await session.declare(exchange)
        try await session.declare(Queue(name: queue, kind: .classic))
        let client = RequestClient(configuration: try TestServers.brokerConfiguration(), replies: exchange.name)
        let late = await #expect(throws: MessagingError.self) {
            try await client.request(message(queue, "1"), timeout: .milliseconds(300))
        }
        #expect(late?.code == .timedOut)
        let server = ReplyServer(
            configuration: try TestServers.brokerConfiguration(), queue: queue, replies: exchange.name,
            logger: TestServers.quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run { question in question.body + Array("!".utf8) } }
            let answer = try await client.request(message(queue, "2", body: "why"), timeout: .seconds(10))
            #expect(answer.body == Array("why!".utf8))
            group.cancelAll()
        }
        await client.close()
        try await session.deleteQueue(queue)
        await session.close()
    }
}

@Suite("CloudEvents")
struct CloudEventTests {
    private let body = Array(#"{"x": 1}"#.utf8)

    private func delivery(_ properties: MessageProperties, _ body: [UInt8]? = nil) -> Delivery {
        Delivery(exchange: "e", routingKey: "k", properties: properties, body: body ?? self.body)
    }

    @Test("plain, binary in three spellings, and structured say the same")
    func forms() throws {
        let plain = delivery(
            MessageProperties(contentType: "application/json", messageID: "1", type: "a.b.v1", appID: "s"))
        var all = [plain]
        for spelling in ["cloudEvents_", "cloudEvents:", "ce-"] {
            var headers: [String: HeaderValue] = [:]
            for (name, value) in ["specversion": "1.0", "id": "1", "source": "s", "type": "a.b.v1"] {
                headers[spelling + name] = .string(value)
            }
            all.append(delivery(MessageProperties(contentType: "application/json", headers: headers)))
        }
        let envelope = Envelope(id: "1", source: "s", type: MessageType("a.b.v1"))
        all.append(
            delivery(CloudEventCodec.properties(of: envelope), envelope.structuredBody(data: Array(#"{"x":1}"#.utf8))))
        for one in all {
            let (found, data) = try CloudEventCodec.decode(one)
            #expect(found == envelope)
            #expect(data["x"]?.integer == 1)
        }
    }

    @Test("what is incomplete, mixed or of another kind is refused with its reason")
    func refusals() {
        func reason(_ properties: MessageProperties, _ body: [UInt8]? = nil) -> Reason? {
            do {
                _ = try CloudEventCodec.decode(delivery(properties, body))
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(reason(MessageProperties(messageID: "1", appID: "s")) == .missingType)
        #expect(reason(MessageProperties(type: "t.u.v1", appID: "s")) == .missingID)
        #expect(reason(MessageProperties(messageID: "1", type: "t.u.v1")) == .missingSource)
        #expect(
            reason(MessageProperties(headers: ["ce-id": .string("1"), "cloudEvents_type": .string("t")]))
                == .mixedHeaderSpellings)
        #expect(reason(MessageProperties(contentType: "application/cloudevents-batch+json")) == .batchNotSupported)
        #expect(reason(MessageProperties(contentType: "text/xml")) == .unsupportedContentType)
        #expect(
            reason(
                MessageProperties(contentType: "application/cloudevents+json"),
                Array(#"{"specversion": "0.3", "id": "1", "source": "s", "type": "t", "data": {}}"#.utf8))
                == .unsupportedSpecVersion)
    }

    @Test("data in Base64 is read, data that comes twice is refused, and so is data that is no JSON")
    func base64() throws {
        func event(_ data: String) -> Delivery {
            delivery(
                MessageProperties(contentType: "application/cloudevents+json"),
                Array(#"{"specversion":"1.0","id":"1","source":"s","type":"t.u.v1",\#(data)}"#.utf8))
        }
        func refusal(_ data: String) -> Refusal? {
            do {
                _ = try CloudEventCodec.decode(event(data))
                return nil
            } catch { return error }
        }
        let coded = #""data_base64":"eyJ4IjogMX0=""#
        #expect(try CloudEventCodec.decode(event(coded)).1["x"]?.integer == 1)
        #expect(
            try CloudEventCodec.decode(event(coded + #","datacontenttype":"application/json; charset=utf-8""#)).1["x"]
                != nil)
        #expect(refusal(coded + #","data":{"x":1}"#)?.path == "$.data_base64")
        #expect(refusal(#""data_base64":"no base64 !""#)?.path == "$.data_base64")
        #expect(refusal(#""data_base64":7"#)?.path == "$.data_base64")
        #expect(refusal(#""data_base64":"bm8ganNvbg==""#)?.reason == .notJSON)
        #expect(refusal(#""data":{"x":1},"datacontenttype":"application/xml""#)?.reason == .unsupportedContentType)
        #expect(refusal(#""subject":"x""#)?.path == "$.data")
    }

    @Test("a byte order mark before the body is passed over, in every form")
    func byteOrderMark() throws {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let properties = MessageProperties(messageID: "1", type: "a.b.v1", appID: "s")
        #expect(try CloudEventCodec.decode(delivery(properties, mark + body)).1["x"]?.integer == 1)
        let event = Array(#"{"specversion":"1.0","id":"1","source":"s","type":"t.u.v1","data":{"x":1}}"#.utf8)
        let structured = MessageProperties(contentType: "application/cloudevents+json")
        #expect(try CloudEventCodec.decode(delivery(structured, mark + event)).1["x"]?.integer == 1)
        #expect(throws: Refusal.self) { try CloudEventCodec.decode(self.delivery(properties, mark)) }
    }

    @Test("an identifier whose bytes are no UTF-8 is refused, and shown so that two stay two")
    func malformed() throws {
        #expect(String(showing: [0x41, 0xB6, 0xA9]) == #"A\xB6\xA9"#)
        #expect(String(showing: [0x41, 0xB6, 0xFE]) != String(showing: [0x41, 0xB6, 0xA9]))
        #expect(String(showing: [UInt8](repeating: 0xFF, count: 255)).utf8.count == 252)
        var plain = MessageProperties(messageID: "x", type: "a.b.v1", appID: "s")
        plain.malformed = ["properties.message_id"]
        var binary = MessageProperties()
        for (name, value) in ["specversion": "1.0", "id": "x", "source": "s", "type": "a.b.v1"] {
            binary.headers["ce-" + name] = .string(value)
        }
        binary.malformed = ["headers.ce-source"]
        for properties in [plain, binary] {
            do {
                _ = try CloudEventCodec.decode(delivery(properties))
                Issue.record("\(properties.malformed) was read")
            } catch {
                #expect(error.reason == .badUTF8)
                #expect([error.path] == properties.malformed)
            }
        }
        // Nobody looks at a header of another's: it refuses nothing.
        plain.malformed = ["headers.x-note"]
        #expect(try CloudEventCodec.decode(delivery(plain)).0.id == "x")
    }
}
