import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Messaging

@Suite(
    "Questions and answers", .enabled(if: TestServers.broker != nil, "no test broker: run 'make test'"),
    .timeLimit(.minutes(3)))
struct QuestionTests {
    /// What a server of a test was asked, and which of it is to wait.
    private final class Desk: Sendable {
        private let asked = Mutex<[String]>([])
        private let open = Fake.Flag()

        /// What was asked so far, in order.
        var seen: [String] { asked.withLock { $0 } }

        func letGo() { open.set() }

        /// Answers a question by itself with a mark; one whose text begins with "slow" waits until let go.
        func answer(_ question: Delivery) async -> [UInt8]? {
            let text = String(decoding: question.body, as: UTF8.self)
            asked.withLock { $0.append(text) }
            if text.hasPrefix("slow") { _ = await TestServers.eventually { open.isSet } }
            return Array((text + "!").utf8)
        }
    }

    private struct Place: Sendable {
        let queue: String
        let client: RequestClient
        let server: ReplyServer
        let session: BrokerSession
        let desk: Desk

        func question(_ text: String) -> Outgoing {
            Outgoing(
                exchange: "", routingKey: queue, properties: MessageProperties(contentType: "application/json"),
                body: Array(text.utf8))
        }

        func ask(_ text: String, timeout: Duration = .seconds(60)) async throws(MessagingError) -> String {
            String(decoding: try await client.request(question(text), timeout: timeout).body, as: UTF8.self)
        }
    }

    /// Runs a test with a server of answers that runs beside it.
    private func withPlace(
        concurrency: Int, proxy: FaultProxy? = nil, _ body: @Sendable @escaping (Place) async throws -> Void
    ) async throws {
        let direct = try TestServers.brokerConfiguration()
        let session = try await BrokerSession.connect(direct)
        let replies = Exchange(name: TestServers.unique("replies"), kind: .direct)
        let queue = TestServers.unique("questions")
        try await session.declare(replies)
        try await session.declare(Queue(name: queue, kind: .quorum, deliveryLimit: 20))
        let served = try proxy.map {
            try BrokerConfiguration(
                url: "amqp://guest:guest@127.0.0.1:\($0.port)", connectionName: "served", heartbeat: .seconds(2))
        }
        let place = Place(
            queue: queue, client: RequestClient(configuration: direct, replies: replies.name),
            server: ReplyServer(
                configuration: served ?? direct, queue: queue, replies: replies.name, concurrency: concurrency,
                logger: TestServers.quiet), session: session, desk: Desk())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await place.server.run { await place.desk.answer($0) } }
            try await body(place)
            place.desk.letGo()
            place.server.stop()
            try await group.waitForAll()
        }
        await place.client.close()
        try await session.deleteQueue(queue)
        await session.close()
    }

    @Test("a hundred questions at once over one connection: each answer finds its question")
    func together() async throws {
        try await withPlace(concurrency: 3) { place in
            let texts = (0..<100).map { "q\($0)" }
            let answers = await place.client.request(texts.map(place.question), timeout: .seconds(60))
            #expect(try answers.map { String(decoding: try $0.get().body, as: UTF8.self) } == texts.map { $0 + "!" })
            // And from as many tasks as one likes.
            let found = try await withThrowingTaskGroup(of: Bool.self) { group in
                for text in texts { group.addTask { try await place.ask(text) == text + "!" } }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(found == texts.map { _ in true })
        }
    }

    @Test("a slow answer stands before nobody else's, and an answer is acknowledged by itself")
    func slowBesideFast() async throws {
        try await withPlace(concurrency: 2) { place in
            try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { try await place.ask("slow") }
                #expect(await TestServers.eventually { place.desk.seen == ["slow"] })
                // Many more than the broker sends ahead of acknowledgements.
                for number in 0..<50 { #expect(try await place.ask("\(number)") == "\(number)!") }
                place.desk.letGo()
                let slow = try await group.next()
                #expect(slow == "slow!")
            }
        }
    }

    @Test("a cancelled question ends at once; its neighbours are answered")
    func cancelled() async throws {
        try await withPlace(concurrency: 4) { place in
            try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { try await place.ask("slow neighbour") }
                await withTaskGroup(of: MessagingError.Code?.self) { given in
                    given.addTask {
                        do throws(MessagingError) {
                            _ = try await place.ask("slow", timeout: .seconds(3_600))
                            return nil
                        } catch { return error.code }
                    }
                    #expect(await TestServers.eventually { place.desk.seen.count == 2 })
                    given.cancelAll()
                    #expect(await given.next() == .cancelled)
                    // One that is cancelled before it asks is not asked.
                    given.addTask {
                        do throws(MessagingError) {
                            _ = try await place.ask("never", timeout: .seconds(3_600))
                            return nil
                        } catch { return error.code }
                    }
                    #expect(await given.next() == .cancelled)
                }
                place.desk.letGo()
                let neighbour = try await group.next()
                #expect(neighbour == "slow neighbour!")
                #expect(!place.desk.seen.contains("never"))
            }
        }
    }

    @Test("a question that its asker has given up is not answered any more")
    func expired() async throws {
        try await withPlace(concurrency: 1) { place in
            try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { try await place.ask("slow") }
                #expect(await TestServers.eventually { place.desk.seen == ["slow"] })
                await withTaskGroup(of: MessagingError.Code?.self) { late in
                    late.addTask {
                        do throws(MessagingError) {
                            _ = try await place.ask("late", timeout: .seconds(2))
                            return nil
                        } catch { return error.code }
                    }
                    // It has come, and nobody is free to answer it.
                    #expect(await TestServers.eventually { place.server.status.unacknowledged == 2 })
                    #expect(await late.next() == .timedOut)
                    // Here its time counts from its arrival, which is later than its asking: while another one waits as
                    // long, at the broker, it is over. That one may still come in time.
                    late.addTask {
                        do throws(MessagingError) {
                            _ = try await place.ask("later", timeout: .seconds(2))
                            return nil
                        } catch { return error.code }
                    }
                    #expect(await late.next() == .timedOut)
                }
                place.desk.letGo()
                let slow = try await group.next()
                #expect(slow == "slow!")
                #expect(await TestServers.eventually { place.server.expiredCount >= 1 })
                #expect(try await place.ask("next") == "next!")
                #expect(place.desk.seen.contains("next") && !place.desk.seen.contains("late"))
            }
        }
    }

    @Test("a server that lost its connection says so, and answers what was asked meanwhile")
    func serverLost() async throws {
        let proxy = try FaultProxy(to: TestServers.brokerConfiguration().addresses[0].port)
        defer { proxy.stop() }
        try await withPlace(concurrency: 2, proxy: proxy) { place in
            #expect(try await place.ask("before") == "before!")
            #expect(place.server.status.isSubscribed)
            try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { try await place.ask("slow") }
                #expect(await TestServers.eventually { place.desk.seen.contains("slow") })
                proxy.refuse(true)
                proxy.reset()
                #expect(await TestServers.eventually { !place.server.status.isSubscribed })
                group.addTask { try await place.ask("meanwhile") }
                proxy.refuse(false)
                // The one in hand was not lost with the connection: the broker asks it again.
                place.desk.letGo()
                var answers: [String] = []
                for try await answer in group { answers.append(answer) }
                #expect(answers.sorted() == ["meanwhile!", "slow!"])
            }
            #expect(place.server.status.isSubscribed)
        }
    }

    @Test("a server that stops answers what it has begun, and gives back what it has not")
    func stops() async throws {
        try await withPlace(concurrency: 1) { place in
            try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { try await place.ask("slow") }
                #expect(await TestServers.eventually { place.desk.seen == ["slow"] })
                group.addTask { (try? await place.ask("waiting", timeout: .seconds(5))) ?? "not answered" }
                #expect(await TestServers.eventually { place.server.status.unacknowledged == 2 })
                place.server.stop()
                #expect(await TestServers.eventually { !place.server.status.isSubscribed })
                place.desk.letGo()
                var answers: [String] = []
                for try await answer in group { answers.append(answer) }
                #expect(answers.sorted() == ["not answered", "slow!"])
                #expect(place.desk.seen == ["slow"])
            }
        }
    }

    @Test("a question that no queue takes fails at once, and costs only itself")
    func unroutable() async throws {
        try await withPlace(concurrency: 1) { place in
            var nowhere = place.question("x")
            nowhere.routingKey = TestServers.unique("nowhere")
            let answers = await place.client.request([nowhere, place.question("y")], timeout: .seconds(60))
            let codes = answers.map { answer -> MessagingError.Code? in
                if case .failure(let error) = answer { error.code } else { nil }
            }
            #expect(codes == [.unroutable, nil])
        }
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
