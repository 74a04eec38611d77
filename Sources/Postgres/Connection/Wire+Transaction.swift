import CLibPQ

extension Wire {
    /// Opens a transaction. BEGIN is sent with the first statement, so that a transaction does not cost a round trip
    /// before it has done anything.
    func begin(isReadOnly: Bool) throws(PostgresError) {
        if hasStaleStatement { try forgetStatements() }
        if planRenewal?.isDue() == true { try script("discard plans") }
        failure = nil
        opening = isReadOnly ? "begin isolation level read committed read only" : "begin isolation level read committed"
    }

    /// Commits.
    ///
    /// - Throws: what made the transaction fail, when the closure did not heed it: the server answers the COMMIT of a
    ///   failed transaction with a rollback, and without an error.
    func commit() throws(PostgresError) {
        if let opening {
            // Nothing was asked. Still the server is, so that whoever commits learns that it is there.
            self.opening = nil
            _ = try simple("\(opening); commit")
            return
        }
        switch PQtransactionStatus(handle.raw) {
        case PQTRANS_INTRANS: break
        case PQTRANS_INERROR:
            let cause = failure
            try simpleRollback()
            throw cause
                ?? PostgresError(.statement, "a statement failed and the transaction with it", sqlState: "25P02")
        default:
            throw PostgresError(
                .statement,
                "the transaction was ended by a statement inside it: leave BEGIN, COMMIT and ROLLBACK to the caller",
                sqlState: "25P01")
        }
        let tag: String
        do {
            tag = try simple("commit").commandTag
        } catch {
            throw error.duringCommit()
        }
        guard tag == "COMMIT" else {
            throw PostgresError(.statement, "the server rolled back where it was to commit", sqlState: "25P02")
        }
    }

    /// Rolls back. A connection that cannot even do that is not used again.
    func rollBack() {
        if opening != nil {
            opening = nil
            return
        }
        guard isAlive else { return }
        do {
            try simpleRollback()
        } catch {
            liveness.end()
        }
    }

    private func simpleRollback() throws(PostgresError) {
        if PQtransactionStatus(handle.raw) != PQTRANS_IDLE { _ = try simple("rollback") }
        failure = nil
    }

    // MARK: Savepoints

    // One name does: a savepoint hides an earlier one of its name until it is released.

    func openSavepoint() throws(PostgresError) { try script("savepoint part") }

    func releaseSavepoint() throws(PostgresError) { try script("release savepoint part") }

    /// Undoes what was done since. When it fails, so does the whole transaction at its end.
    func undoSavepoint() {
        guard isAlive else { return }
        do {
            _ = try simple("rollback to savepoint part; release savepoint part")
            failure = nil
        } catch {
            failure = failure ?? error
        }
    }
}
