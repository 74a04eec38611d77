import CLibPQ

extension Wire {
    /// Opens a transaction. BEGIN is sent with the first statement, so that a transaction does not cost a round trip
    /// before it has done anything.
    func begin(isReadOnly: Bool) throws(PostgresError) {
        if hasStaleStatement { try forgetStatements() }
        if planRenewal?.isDue() == true { try script("discard plans") }
        failure = nil
        role = nil
        opening = isReadOnly ? "begin isolation level read committed read only" : "begin isolation level read committed"
    }

    /// Commits, together with the statements that wait.
    ///
    /// - Throws: what made the transaction fail, when the closure did not heed it: the server answers the COMMIT of a
    ///   failed transaction with a rollback, and without an error.
    func commit() throws(PostgresError) {
        if opening == nil { try checkTransaction() }
        // What is known only by its answer has to be known before.
        if waiting.contains(where: \.isCounted) || !statements.hasRoom(for: waiting) {
            try flush()
            try checkTransaction()
        }
        if let opening, waiting.isEmpty {
            // Nothing was asked. Still the server is, so that whoever commits learns that it is there.
            self.opening = nil
            _ = try simple("\(opening); commit")
            return
        }
        let batch = takeWaiting()
        let tag: String
        do {
            tag = batch.isEmpty ? try simple("commit").commandTag : try send(batch, then: "commit")
        } catch {
            throw error.duringCommit()
        }
        if batch.contains(where: \.hasEndedTransaction) { throw Self.endedInside }
        guard tag == "COMMIT" else {
            throw PostgresError(.statement, "the server rolled back where it was to commit", sqlState: "25P02")
        }
    }

    private static let endedInside = PostgresError(
        .statement,
        "the transaction was ended by a statement inside it: leave BEGIN, COMMIT and ROLLBACK to the caller",
        sqlState: "25P01")

    private func checkTransaction() throws(PostgresError) {
        let status = PQtransactionStatus(handle.raw)
        guard status == PQTRANS_INTRANS || status == PQTRANS_INERROR else {
            throw Self.endedInside
        }
        guard status == PQTRANS_INERROR || failure != nil else { return }
        let cause = failure
        try simpleRollback()
        throw cause
            ?? PostgresError(.statement, "a statement failed and the transaction with it", sqlState: "25P02")
    }

    /// Rolls back; what waits is not sent any more. A connection that cannot even do that is not used again.
    func rollBack() {
        waiting.removeAll()
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

    func openSavepoint() throws(PostgresError) {
        try flush()
        // What made the transaction fail is not undone with what comes behind it.
        if let failure { throw failure }
        try script("savepoint part")
    }

    func releaseSavepoint() throws(PostgresError) { try script("release savepoint part") }

    /// Undoes what was done since. When it fails, so does the whole transaction at its end.
    func undoSavepoint() {
        waiting.removeAll()
        guard isAlive else { return }
        do {
            _ = try simple("rollback to savepoint part; release savepoint part")
            failure = nil
        } catch {
            failure = failure ?? error
        }
    }
}
