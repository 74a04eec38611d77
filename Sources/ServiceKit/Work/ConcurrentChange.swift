public import Postgres

/// Another copy of the service changed the same rows meanwhile; the batch is to be handled again.
///
/// Thrown by a store that writes "only if still as read" and finds fewer rows written than it meant to.
public struct ConcurrentChange: Error, CustomStringConvertible {
    /// What was changed.
    public let description: String

    /// - Parameter what: what was changed.
    public init(_ what: String) {
        description = "\(what) changed while the batch was handled"
    }
}

extension ConcurrentChange {
    /// What an error means where only rows were written that were not there when they were looked for: of a key that is
    /// there after all, that somebody else has written it meanwhile.
    static func behind(_ error: PostgresError, _ what: String) -> any Error {
        error.isUniqueViolation ? ConcurrentChange(what) : error
    }
}

extension Transaction {
    /// Writes rows that were not there when they were looked for, plainly: asking of each whether it conflicts costs half
    /// as much again as writing it. For tables whose only unique key is the one that was looked for.
    ///
    /// - Parameters:
    ///   - what: what one of them is, for the error.
    ///   - sql: the statement.
    /// - Throws: ``ConcurrentChange`` when another copy of the service has written one of them meanwhile.
    public borrowing func insertNew(_ what: String, _ sql: SQL) throws {
        do {
            try execute(sql)
        } catch {
            throw ConcurrentChange.behind(error, what)
        }
    }
}
