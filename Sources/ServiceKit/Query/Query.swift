public import Contracts
package import Domain
public import Postgres

/// A question that a service answers, from its own tables, by tables.
public struct Query: Sendable {
    /// What a question does: reads by a read-only transaction, and makes tables. A ``Refusal`` thrown reaches whoever
    /// asked.
    public typealias Handle = @Sendable (QueryArguments, borrowing Transaction) throws -> [QueryTable]

    /// What the catalogue says of it.
    package let description: QueryDescription
    private let handle: Handle

    /// The name by which it is asked.
    package var name: String { description.name }

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
    ///   - lines: the data of messages that it is about.
    ///   - references: whose numbers messages of a source name.
    ///   - asker: who asks: what a policy keeps from them is not in the answer.
    ///   - isExport: whether the answer is to be taken out of the system: then it holds what they may export.
    package func answer(
        _ parameters: [QueryParameter], now: Timestamp, lines: [String] = [],
        references: @escaping @Sendable (String) throws -> References = { References(own: $0, mayNameAny: true) },
        asker: QuestionAsker = .service, isExport: Bool = false, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        try answerWithRule(
            parameters, now: now, lines: lines, references: references, asker: asker, isExport: isExport,
            transaction
        ).tables
    }

    /// The same, and by which rule it is seen.
    func answerWithRule(
        _ parameters: [QueryParameter], now: Timestamp, lines: [String],
        references: @escaping @Sendable (String) throws -> References, asker: QuestionAsker,
        isExport: Bool, _ transaction: borrowing Transaction
    ) throws -> (tables: [QueryTable], rule: AuditRule) {
        guard lines.isEmpty || ImportQuestions.takingMessages.contains(name) else {
            throw Refusal(.valueNotAllowed, path: "$.lines", "'\(name)' takes no messages")
        }
        let arguments = try QueryArguments(
            parameters, of: description, now: now, lines: lines, references: references, asker: asker,
            isExport: isExport, asker == .service ? nil : PeopleReplica.known(transaction))
        try arguments.scope.begin(transaction)
        let tables = try handle(arguments, transaction).map { table throws(Refusal) in try arguments.scope.gate(table) }
        // The end of a page of another list, or of this one told apart otherwise, is not taken for the end of all.
        if let cursor = arguments.cursor, !tables.contains(where: { $0.name == cursor.table }) {
            throw arguments.notOfThisList
        }
        return (tables, arguments.scope.rule)
    }
}

extension ServiceDefinition {
    /// All that the service answers: its own questions, and those that every service answers.
    package var answered: [Query] {
        queries + LedgerQueries.all + ActQueries.all + ScheduleQueries.all + AuditQueries.all
            + ExplainQueries.all(subjects)
    }
}
