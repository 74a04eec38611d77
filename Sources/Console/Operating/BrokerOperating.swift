import BrokerLayout
import Client
import Contracts
import Domain
import Messaging
import Operations
import Synchronization

/// The system by the operator's user of the broker, as the command has it.
struct BrokerOperating: Operating {
    private let broker: BrokerConfiguration
    /// Where services say how they are, and how the library is told of it.
    private let environment: CommandEnvironment
    /// For how long something must stay unhandled before it counts as missing.
    private static let settle = Duration.seconds(3)

    /// - Parameters:
    ///   - broker: the broker, as the operator's user.
    ///   - addresses: where each service says how it is, `http://host:port`.
    init(_ broker: BrokerConfiguration, addresses: [ServiceName: String]) {
        self.broker = broker
        // Nothing of whoever started the console: a home that is none.
        var variables = ["WAYBILL_HOME": "/dev/null"]
        for (service, address) in addresses { variables["WAYBILL_HTTP_\(service.rawValue.uppercased())"] = address }
        environment = CommandEnvironment(variables)
    }

    func status() async throws -> [QueryTable] {
        try await withSession { session in
            await SystemStatus(session: session) { [environment] in environment.http($0) }.tables
        }
    }

    func letters(_ selection: DeadLetterSelection) async throws -> [BrowsedDeadLetter] {
        try await DeadLetterBrowser.all(selection, as: broker)
    }

    func mend(
        _ selection: DeadLetterSelection, _ mending: Mending, isDry: Bool, why: String, by login: String
    ) async throws -> MendingOutcome {
        let trail = trail(login, why)
        let broker = broker
        return try await withPublisher(as: broker) { publisher in
            var failed: [(handle: String, why: String)] = []
            let count = try await DeadLetterBrowser.each(selection, as: broker) { browser in
                let plan = mending.plan(browser.letters)
                failed += plan.failed.map { ($0.letter.handle, $0.why) }
                guard !isDry else { return }
                for start in stride(from: 0, to: plan.mended.count, by: 500) {
                    let batch = plan.mended[start..<min(start + 500, plan.mended.count)]
                    try await browser.perform(
                        .edit, batch.map(\.letter), publishing: batch.map(\.message), trail, publisher)
                }
            }
            return MendingOutcome(mended: count - failed.count, failed: failed)
        }
    }

    func replay(
        _ selection: DeadLetterSelection, since oldest: Timestamp, why: String, by login: String
    ) async throws -> (handed: [BrowsedDeadLetter], old: [BrowsedDeadLetter]) {
        let trail = trail(login, why)
        let broker = broker
        return try await withPublisher(as: broker) { publisher in
            var (handed, old): ([BrowsedDeadLetter], [BrowsedDeadLetter]) = ([], [])
            _ = try await DeadLetterBrowser.each(selection, as: broker) { browser in
                let young = browser.letters.filter { $0.refusedAt.map { $0 >= oldest } ?? true }
                old += browser.letters.filter { $0.refusedAt.map { $0 < oldest } ?? false }
                for start in stride(from: 0, to: young.count, by: 500) {
                    let batch = young[start..<min(start + 500, young.count)]
                    try await browser.perform(
                        .replay, batch,
                        publishing: batch.map { DeadLetter.replay(of: $0.delivery, service: $0.service) }, trail,
                        publisher)
                    handed += batch
                }
            }
            return (handed, old)
        }
    }

    func discard(_ selection: DeadLetterSelection, why: String, by login: String) async throws -> Int {
        let trail = trail(login, why)
        let broker = broker
        return try await withPublisher(as: broker) { publisher in
            try await DeadLetterBrowser.each(selection, as: broker) { browser in
                for start in stride(from: 0, to: browser.letters.count, by: 500) {
                    let batch = browser.letters[start..<min(start + 500, browser.letters.count)]
                    try await browser.perform(.discard, batch, publishing: [], trail, publisher)
                }
            }
        }
    }

    func accounts(
        since day: String,
        ask: @escaping @Sendable (ServiceName, String, [(String, String?)]) async throws -> [QueryTable]
    ) async throws -> (tables: [QueryTable], warnings: [String], compared: String) {
        let warnings = Warnings()
        let explained = try await ExplainedMessages.load(as: broker)
        return try await withSession { session in
            let drain = DrainWatch(session: session, environment: environment)
            let reconciler = Reconciler(
                ask: ask, isEmpty: { try await drain.isEmpty($0) }, explained: explained, settle: Self.settle,
                since: day, warn: { warnings.add($0) })
            let sent = try await reconciler.sent()
            let (ours, theirs) = (try await reconciler.ours(sent), try await reconciler.theirs(sent))
            return (
                Reconciler.tables(ours.accounts + theirs.accounts, ours.missing + theirs.missing, isAll: false),
                warnings.all, Reconciler.compared(ours.accounts, theirs.accounts, since: day)
            )
        }
    }

    private func trail(_ login: String, _ why: String) -> AuditTrail {
        AuditTrail(who: login, user: broker.userName, why: why)
    }

    private func withSession<Value>(_ use: (BrokerSession) async throws -> Value) async throws -> Value {
        let session = try await BrokerSession.connect(broker)
        do {
            let result = try await use(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}

/// What could not be compared exactly.
private final class Warnings: Sendable {
    private let list = Mutex<[String]>([])

    var all: [String] { list.withLock { $0 } }

    func add(_ warning: String) { list.withLock { $0.append(warning) } }
}
