import Client
import Contracts
import Domain
import Messaging
import Operations

/// The system as whoever operates it meets it: what a page shows of the broker, and what it does there. The judge of who may is the
/// page; everything that is done is put on record in the name of whoever does it, before it is done.
protocol Operating: Sendable {
    /// Services, queues and how far behind they are.
    func status() async throws -> [QueryTable]

    /// Refused messages where they stand; nothing is taken out.
    func letters(_ selection: DeadLetterSelection) async throws -> [BrowsedDeadLetter]

    /// Changes refused messages where they stand. What would not keep its contract stays as it is.
    ///
    /// - Parameters:
    ///   - isDry: whether it is only tried.
    ///   - why: for the record.
    ///   - login: who does it.
    func mend(
        _ selection: DeadLetterSelection, _ mending: Mending, isDry: Bool, why: String, by login: String
    ) async throws -> MendingOutcome

    /// Hands refused messages to the service that refused them once more, under their own ids; those that were refused before a
    /// time stay, for it is no longer known whether they were handled since.
    ///
    /// - Returns: those that were handed over, and those that stay.
    func replay(
        _ selection: DeadLetterSelection, since oldest: Timestamp, why: String, by login: String
    ) async throws -> (handed: [BrowsedDeadLetter], old: [BrowsedDeadLetter])

    /// Lets refused messages go for good.
    ///
    /// - Returns: how many went.
    func discard(_ selection: DeadLetterSelection, why: String, by login: String) async throws -> Int

    /// What became of every message.
    ///
    /// - Parameters:
    ///   - day: since when what other systems sent is compared.
    ///   - ask: asks a service a question.
    /// - Returns: the ledger and what is missing, and what could not be compared exactly.
    func accounts(
        since day: String,
        ask: @escaping @Sendable (ServiceName, String, [(String, String?)]) async throws -> [QueryTable]
    ) async throws -> (tables: [QueryTable], warnings: [String], compared: String)
}

/// What came of changing refused messages.
struct MendingOutcome: Sendable {
    /// How many were changed, or would be.
    let mended: Int
    /// Those that stay as they are, each with why.
    let failed: [(handle: String, why: String)]
}
