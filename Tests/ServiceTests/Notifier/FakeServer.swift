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
    private let answer: @Sendable (Handover) -> HandoverOutcome
    private let kept = Mutex<[Handover]>([])

    /// - Parameters:
    ///   - name: what it is called.
    ///   - answer: what it says to a handover.
    init(_ name: String, _ answer: @escaping @Sendable (Handover) -> HandoverOutcome = { _ in .accepted("250 ok") }) {
        self.name = name
        self.answer = answer
    }

    /// What came, the first first.
    var handovers: [Handover] { kept.withLock { $0 } }

    func hand(_ handovers: [Handover]) async -> [HandoverOutcome] {
        kept.withLock { $0 += handovers }
        return handovers.map(answer)
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
        let now = Timestamp(time) ?? Timestamp(microsecondsSinceEpoch: 0)
        for work in definition.standing {
            while try await work.pass(pool, now, Self.log) {}
        }
    }
}
