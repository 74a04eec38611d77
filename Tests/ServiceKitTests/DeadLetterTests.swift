import BrokerLayout
import Contracts
import Domain
import Messaging
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

@Suite("Dead letters")
struct DeadLetterTests {
    private let time = Timestamp(microsecondsSinceEpoch: 0)

    private func delivery(
        _ id: String = "m", headers: [String: HeaderValue] = [:], body: [UInt8] = Array("not json".utf8)
    ) -> Delivery {
        Delivery(
            exchange: Exchanges.inbound, routingKey: "order.placed.v1",
            properties: MessageProperties(headers: headers, messageID: id, type: "order.placed.v1", appID: "erp"),
            body: body)
    }

    @Test("a letter of a path, a detail and headers of any size fits into a frame, its body unchanged")
    func fits() {
        let long = String(repeating: "货", count: 60_000)
        let refusal = Refusal(.notJSON, path: "$.\(long).end", long)
        var headers: [String: HeaderValue] = [
            "trace": .string(String(repeating: "x", count: 130_900)), "n": .integer(7),
        ]
        for letter in [
            DeadLetter.make(of: delivery(headers: headers), refusal: refusal, service: .finance, at: time),
            DeadLetter.make(
                of: delivery(headers: headers), refusal: refusal, service: .finance, at: time, within: 9_000),
        ] {
            #expect(letter.properties.encodedBytes <= DeadLetter.mostPropertyBytes)
            #expect(letter.body == Array("not json".utf8))
            #expect(letter.properties.headers["n"] == .integer(7))
            #expect(letter.properties.headers[DeadLetter.Header.cut] == .string("trace"))
            #expect(letter.properties.headers["trace"]?.text?.hasPrefix("xxx") == true)
            let path = letter.properties.headers[DeadLetter.Header.path]?.text ?? ""
            #expect(path.hasPrefix("$.货") && path.hasSuffix(".end"))
        }
        for number in 0..<6_000 { headers["h\(number)"] = .integer(1) }
        let many = DeadLetter.make(of: delivery(headers: headers), refusal: refusal, service: .finance, at: time)
        #expect(many.properties.encodedBytes <= DeadLetter.mostPropertyBytes)
        #expect(many.properties.headers[DeadLetter.Header.reason] == .string("not-json"))
    }

    @Test("what fits is left as it is")
    func untouched() {
        let text = String(repeating: "x", count: 60_000)
        let letter = DeadLetter.make(
            of: delivery(headers: ["trace": .string(text)]), refusal: Refusal(.notJSON, path: "$", "no"),
            service: .finance, at: time)
        #expect(letter.properties.headers["trace"] == .string(text))
        #expect(letter.properties.headers[DeadLetter.Header.cut] == nil)
        #expect(letter.properties.headers[DeadLetter.Header.path] == .string("$"))
    }

    /// Takes letters up to a size, or none.
    private final class Shelf: ConfirmingPublisher {
        let most: Int
        let letters = Mutex<[Outgoing]>([])
        let asked = Atomic(0)

        init(most: Int) { self.most = most }

        func publish(_ messages: [Outgoing]) async -> [PublishOutcome] {
            asked.add(1, ordering: .relaxed)
            return messages.map { message in
                if most == 0 { return .refused }
                if message.properties.encodedBytes > most { return .tooLarge }
                letters.withLock { $0.append(message) }
                return .confirmed
            }
        }
    }

    private struct NoBatches: BatchStore {
        func commit(_ messages: [AnyReceived], now: Timestamp, isLeased: Bool) async throws -> AppliedBatch {
            throw CancellationError()
        }
    }

    private struct NoOutbox: OutboxStore {
        func claim(limit: Int) async throws -> [OutboxEntry] { [] }
        func remove(_ identifiers: [Int64]) async throws {}
        func giveBack(_ identifiers: [Int64], after pause: Duration) async throws {}
    }

    private func work(_ shelf: Shelf, _ metrics: ServiceMetrics) -> UnitOfWork {
        UnitOfWork(
            service: .finance, handlers: [Handler](), publishers: .any, principals: Principals(isByWord: true),
            batches: NoBatches(),
            relay: Relay(outbox: NoOutbox(), publisher: shelf, metrics: metrics, logger: TestServers.quiet),
            publisher: shelf, clock: ServiceClock(mode: .system) { _ in }, metrics: metrics,
            logger: TestServers.quiet, pauses: Pauses(backOff: { BackOff { 0 } }))
    }

    @Test("where frames are smaller, a letter is cut until it fits, and others stand there once")
    func smallFrames() async throws {
        let shelf = Shelf(most: 4_000)
        let big = delivery("big", headers: ["trace": .string(String(repeating: "x", count: 100_000))])
        try await work(shelf, ServiceMetrics(of: .finance)).process([delivery("one"), big, delivery("two")])
        let letters = shelf.letters.withLock { $0 }
        #expect(letters.map(\.properties.messageID) == ["one", "two", "big"])
        #expect(letters.allSatisfy { $0.body == Array("not json".utf8) })
    }

    @Test("while a letter is not confirmed the service is not ready and says why; a shutdown ends the wait")
    func neverConfirmed() async throws {
        let shelf = Shelf(most: 0)
        let metrics = ServiceMetrics(of: .finance)
        let work = work(shelf, metrics)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work.process([delivery()]) }
            #expect(await TestServers.eventually { shelf.asked.load(ordering: .relaxed) > 2 })
            #expect(metrics.inHand.problem(past: .seconds(60)) == nil)
            let problem = metrics.inHand.problem(past: .seconds(60), at: .now + .seconds(70))
            // As long as it takes to get here more than the seventy seconds.
            let seconds = problem?.wholeMatch(
                of: /work: 1 messages have been in hand for (\d+) s: dead letters and answers are.*/
            ).flatMap { Int($0.1) }
            #expect(seconds.map { (70..<120).contains($0) } == true)
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        #expect(metrics.inHand.oldestAge() == .zero)
    }
}
