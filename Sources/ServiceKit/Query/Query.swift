public import Contracts
import Domain
public import Postgres

/// A question that a service answers, from its own tables, by tables.
public struct Query: Sendable {
    /// What a question does: reads by a read-only transaction, and makes tables. A ``Refusal`` thrown reaches whoever
    /// asked.
    public typealias Handle = @Sendable (QueryArguments, borrowing Transaction) throws -> [QueryTable]

    /// What the catalogue says of it.
    let description: QueryDescription
    private let handle: Handle

    var name: String { description.name }

    /// A question of the catalogue.
    ///
    /// - Parameters:
    ///   - description: what it takes and answers.
    ///   - handle: answers it.
    public init(_ description: QueryDescription, _ handle: @escaping Handle) {
        self.description = description
        self.handle = handle
    }

    /// Checks what comes with the question, and answers it.
    ///
    /// - Parameters:
    ///   - parameters: what comes with it.
    ///   - now: the time as the service sees it.
    func answer(
        _ parameters: [QueryParameter], now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        try handle(QueryArguments(parameters, of: description, now: now), transaction)
    }
}

extension ServiceDefinition {
    /// All that the service answers: its own questions, and those that every service answers.
    var answered: [Query] { queries + LedgerQueries.all + ActQueries.all + ScheduleQueries.all }
}
