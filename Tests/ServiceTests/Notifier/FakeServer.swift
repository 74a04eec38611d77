import Channels
import Contracts
import Domain
import Logging
import NotifierService
import ServiceKit
import ServiceTestSupport
import Synchronization

/// A server that takes what it is told to take, and remembers it.
final class FakeServer: Channel {
    let name: String
    let longest = Duration.seconds(120)
    private let takes: Duration?
    private let answer: @Sendable (Handover) -> HandoverOutcome
    private let kept = Mutex<[Handover]>([])

    /// - Parameters:
    ///   - name: what it is called.
    ///   - takes: how long each handover takes; no time when `nil`.
    ///   - answer: what it says to a handover.
    init(
        _ name: String, takes: Duration? = nil,
        _ answer: @escaping @Sendable (Handover) -> HandoverOutcome = { _ in .accepted("250 ok") }
    ) {
        self.name = name
        self.takes = takes
        self.answer = answer
    }

    /// What came, the first first.
    var handovers: [Handover] { kept.withLock { $0 } }

    func hand(_ handovers: [Handover], within time: Duration) async -> [HandoverOutcome] {
        let end = ContinuousClock.now + time
        var outcomes: [HandoverOutcome] = []
        for handover in handovers {
            guard takes == nil || ContinuousClock.now < end else {
                outcomes.append(.untried)
                continue
            }
            kept.withLock { $0.append(handover) }
            if let takes { try? await Task.sleep(for: takes) }
            outcomes.append(answer(handover))
        }
        return outcomes
    }
}

extension ServiceFixture {
    /// A log that nobody reads.
    static let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// What the service says of notices, as another of our services tells it.
    func notices(
        _ raised: [NoticeContent] = [], changed: [NoticeContent] = [], cleared: [NoticeCleared] = [],
        at time: String = "2026-03-02T10:00:00+08:00", _ mark: String = ""
    ) async throws -> Outcome {
        let bodies: [any Contracts.Message] =
            raised.map { NoticeRaised($0) } + changed.map { NoticeChanged($0) } + cleared
        return try await handle(
            bodies.map { body in
                // What is said otherwise is another message.
                let id = StableIdentifier.of(mark, time, String(decoding: body.encode(), as: UTF8.self))
                return .init(id, source: "waybill.finance", body)
            }, at: time)
    }

    /// Does what a person says.
    @discardableResult
    func says(
        _ person: String, _ body: any Contracts.Message, at time: String = "2026-03-02T10:00:00+08:00"
    ) async throws -> Outcome {
        try await handle(
            [.init("\(person) \(time) \(body)", source: "waybill", at: Timestamp(time), typedBy: person, body)],
            at: time)
    }

    /// Hands over what is due, until nothing is.
    func handOver(at time: String = "2026-03-02T10:00:01+08:00") async throws {
        try await handOver(at: Timestamp(time) ?? Timestamp(microsecondsSinceEpoch: 0))
    }

    /// The same at a time.
    func handOver(at now: Timestamp) async throws {
        for work in definition.standing {
            while try await work.pass(pool, now, Self.log) {}
        }
    }
}
