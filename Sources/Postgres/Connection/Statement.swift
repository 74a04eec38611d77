/// A statement on its way to the server, and what has come of it.
final class Statement {
    /// The most values the protocol can count.
    private static let maximumValues = 65_535
    /// The largest value the server takes (`MaxAllocSize` in its source).
    private static let maximumBytes = 0x3fff_ffff

    /// By which it is prepared; as which role is known when it is sent.
    var key: StatementCache.Key
    let values: [PostgresBind]
    let expectation: Expectation
    /// Whether the answer comes in the types' binary forms.
    let isBinary: Bool
    /// The server's answer, once there is one.
    var result: ResultHandle?

    /// - Parameters:
    ///   - sql: text and values.
    ///   - expectation: what it is to do.
    ///   - isBinary: whether the answer is to come in the types' binary forms, otherwise as text.
    /// - Throws: ``PostgresError`` of code `encoding` for what cannot be sent.
    init(
        _ sql: SQL, expecting expectation: Expectation = .anything, isBinary: Bool = false
    ) throws(PostgresError) {
        let (text, values) = sql.rendered()
        try Self.check(text, values)
        key = StatementCache.Key(text: text, types: values.map(\.type))
        self.values = values
        self.expectation = expectation
        self.isBinary = isBinary
    }

    private static func check(_ text: String, _ values: [PostgresBind]) throws(PostgresError) {
        guard !text.utf8.contains(0) else {
            throw PostgresError(.encoding, "the text of the statement holds a null character: remove it")
        }
        guard values.count <= maximumValues else {
            throw PostgresError(
                .encoding,
                "the statement has \(values.count) values, the protocol takes \(maximumValues): bind arrays instead")
        }
        for (index, value) in values.enumerated() {
            if let problem = value.problem {
                throw PostgresError(.encoding, "value $\(index + 1) of the statement: \(problem)")
            }
            if let bytes = value.bytes, bytes.count > maximumBytes {
                throw PostgresError(
                    .encoding, "value $\(index + 1) of the statement has \(bytes.count) bytes: send it in parts")
            }
        }
    }

    /// Whether the number of rows written says that all is well; it is known only once the server has answered.
    var isCounted: Bool {
        if case .rows = expectation { true } else { false }
    }

    /// Whether it has ended the transaction that it was part of.
    var hasEndedTransaction: Bool {
        guard let tag = result?.commandTag else { return false }
        return tag == "COMMIT" || tag == "ROLLBACK" || tag == "PREPARE TRANSACTION"
    }

    /// What a refusal of this statement means.
    func meaning(of refusal: PostgresError) -> PostgresError {
        guard case .newRows(let what) = expectation, refusal.isUniqueViolation else { return refusal }
        return .concurrentChange(of: what)
    }

    /// That fewer or more rows were written than were to be, by the answer.
    var rowsError: PostgresError? {
        guard case .rows(let count, let what) = expectation, let written = result?.affectedRows, written != count
        else { return nil }
        return .concurrentChange(of: what)
    }
}

/// What a statement is to do, so that another transaction that was in the way is told apart from a fault.
public enum Expectation: Sendable {
    /// Whatever it does is right.
    case anything
    /// It writes rows that were looked for and not found: a key that is there after all was written by another
    /// transaction meanwhile. For tables whose only unique key is the one that was looked for. Carries what one of the
    /// rows is, in words.
    case newRows(String)
    /// It writes just so many rows, as they were read: when it writes others, another transaction has changed them
    /// meanwhile. Carries the number, and what one of the rows is, in words.
    case rows(Int, String)
}
