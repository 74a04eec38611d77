import CLibPQ

extension Wire {
    /// How many statements wait for each other at most.
    private static let mostWaiting = 64

    /// Runs one statement with its values, prepared on first use, behind those that wait for it.
    ///
    /// - Returns: its answer.
    func execute(_ sql: SQL, isBinary: Bool = false) throws(PostgresError) -> ResultHandle {
        let statement = try Statement(sql, isBinary: isBinary)
        try enqueue(statement)
        return try answer(to: statement)
    }

    /// Has a statement wait until others are sent, the transaction ends, or somebody asks for its answer.
    func enqueue(_ statement: Statement) throws(PostgresError) {
        if waiting.count == Self.mostWaiting { try flush() }
        statement.key.role = role
        waiting.append(statement)
    }

    /// The answer to a statement that was enqueued. It is given once.
    func answer(to statement: Statement) throws(PostgresError) -> ResultHandle {
        if statement.result == nil { try flush() }
        guard let result = statement.result.take() else {
            throw failure
                ?? PostgresError(.statement, "the answer was read before, or the statement's transaction has ended")
        }
        return result
    }

    /// Sends what waits and reads the answers.
    ///
    /// - Throws: the refusal of the first that was refused; or of code `concurrentChange`, when one did not write as many
    ///   rows as it was to.
    func flush() throws(PostgresError) {
        let batch = takeWaiting()
        if batch.isEmpty {
            guard let opening else { return }
            self.opening = nil
            _ = try simple(opening)
            return
        }
        let before = failure
        var refusal: PostgresError?
        do {
            if statements.hasRoom(for: batch) {
                try send(batch)
            } else {
                // So full, it lets go of one for each that is prepared: never of one that another on the way still needs.
                for statement in batch { try send([statement]) }
            }
        } catch {
            refusal = error
        }
        // Who did not write what it was to comes first: what was refused behind it may be for that alone.
        if isAlive, let error = batch.lazy.compactMap(\.rowsError).first {
            failure = before ?? error
            throw error
        }
        if let refusal { throw refusal }
    }

    /// What waits, which then does no longer.
    func takeWaiting() -> [Statement] {
        let batch = waiting
        waiting.removeAll(keepingCapacity: true)
        return batch
    }

    /// Sends statements in one round trip, each prepared on first use; behind BEGIN, if it has not been sent, and
    /// before a command, if one is given.
    ///
    /// A single statement that is prepared already is one message there and one back. All else travels in the library's
    /// pipeline mode: after a refusal the server passes over what comes behind it.
    ///
    /// - Returns: what the server says it did with the command.
    @discardableResult
    func send(_ batch: [Statement], then command: String? = nil) throws(PostgresError) -> String {
        if opening == nil, command == nil, batch.count == 1, let name = statements.name(of: batch[0].key) {
            guard send(name, batch[0]) else { throw lost() }
            let before = failure
            do {
                batch[0].result = try answer()
            } catch {
                let meaning = batch[0].meaning(of: error)
                if before == nil, failure != nil { failure = meaning }
                throw meaning
            }
            return ""
        }
        guard PQenterPipelineMode(handle.raw) == 1 else { throw lost() }
        var steps: [Step] = []
        if let opening {
            self.opening = nil
            guard send(opening) else { throw lost() }
            steps.append(.command)
        }
        var prepared: [StatementCache.Key: String] = [:]
        for statement in batch {
            let name: String
            if let known = prepared[statement.key] ?? statements.name(of: statement.key) {
                name = known
            } else {
                if let victim = statements.victim {
                    guard send("deallocate \(victim)") else { throw lost() }
                    steps.append(.letGo(victim))
                }
                name = statements.newName()
                let types = statement.key.types
                guard PQsendPrepare(handle.raw, name, statement.key.text, Int32(types.count), types) == 1
                else { throw lost() }
                prepared[statement.key] = name
                steps.append(.prepare(statement.key, name))
            }
            guard send(name, statement) else { throw lost() }
            steps.append(.statement(statement))
        }
        if let command {
            guard send(command) else { throw lost() }
            steps.append(.command)
        }
        guard PQpipelineSync(handle.raw) == 1 else { throw lost() }
        return try pipelineAnswer(to: steps)
    }

    /// Runs text of one or more statements without values.
    func script(_ text: String) throws(PostgresError) {
        guard !text.utf8.contains(0) else {
            throw PostgresError(.encoding, "the text of the statements holds a null character: remove it")
        }
        try flush()
        _ = try simple(text)
    }

    /// Runs text of one or more statements, and gives the answer to the last.
    func simple(_ text: String) throws(PostgresError) -> ResultHandle {
        guard PQsendQuery(handle.raw, text) == 1 else { throw lost() }
        return try answer()
    }

    /// Forgets all prepared statements, here and on the server.
    func forgetStatements() throws(PostgresError) {
        try script("deallocate all")
        statements.removeAll()
        hasStaleStatement = false
    }

    // MARK: Sending

    /// One command of a pipeline, and what its success changes.
    private enum Step {
        case command
        case statement(Statement)
        case prepare(StatementCache.Key, String)
        case letGo(String)
    }

    /// Sends a command that stands in the source and is not worth preparing.
    private func send(_ command: String) -> Bool {
        PQsendQueryParams(handle.raw, command, 0, nil, nil, nil, nil, 0) == 1
    }

    private func send(_ name: String, _ statement: Statement) -> Bool {
        let values = statement.values
        // One buffer for all values: a pointer into an array is valid only inside a closure, and closures nested a
        // value deep would be many.
        var buffer: [UInt8] = []
        buffer.reserveCapacity(values.reduce(1) { $0 + ($1.bytes?.count ?? 0) })
        var offsets: [Int?] = []
        offsets.reserveCapacity(values.count)
        for value in values {
            offsets.append(value.bytes == nil ? nil : buffer.count)
            if let bytes = value.bytes { buffer += bytes }
        }
        // An empty last value still needs an address: none would be NULL.
        buffer.append(0)
        return buffer.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                PQsendQueryPrepared(
                    handle.raw, name, Int32(values.count),
                    offsets.map { offset in offset.flatMap { characters.baseAddress?.advanced(by: $0) } },
                    values.map { Int32($0.bytes?.count ?? 0) }, values.map { $0.isBinary ? 1 : 0 },
                    statement.isBinary ? 1 : 0)
            }
        } == 1
    }

    // MARK: Receiving

    /// The last answer to what was sent, or the first refusal.
    func answer() throws(PostgresError) -> ResultHandle {
        var last: ResultHandle?
        var refusal: PostgresError?
        while let part = try next() {
            switch part.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = consume part
            default:
                refusal = refusal ?? refused(part)
                if let refusal, !isAlive { throw refusal }
            }
        }
        if let refusal { throw failed(by: refusal) }
        guard let last else { throw lost() }
        return last
    }

    /// Hands each statement of a pipeline its answer.
    ///
    /// - Returns: what the server says it did last.
    /// - Throws: the refusal of whichever command failed.
    private func pipelineAnswer(to steps: [Step]) throws(PostgresError) -> String {
        var last: ResultHandle?
        var tag = ""
        var refusal: PostgresError?
        var ended = 0
        var isSynchronised = false
        while !isSynchronised {
            guard let part = try next(of: steps.count) else {
                // The answer to one command has ended. More ends than commands: there is nothing behind them.
                guard ended < steps.count, PQstatus(handle.raw) == CONNECTION_OK else { throw refusal ?? lost() }
                if refusal == nil {
                    guard let result = last.take() else { throw lost() }
                    tag = result.commandTag
                    confirm(steps[ended], result)
                }
                ended += 1
                continue
            }
            switch part.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = consume part
            case PGRES_PIPELINE_SYNC: isSynchronised = true
            case PGRES_PIPELINE_ABORTED: break
            default:
                if refusal == nil {
                    refusal = refused(part)
                    if ended < steps.count, case .statement(let statement) = steps[ended] {
                        refusal = refusal.map(statement.meaning)
                    }
                }
                if let refusal, !isAlive { throw refusal }
            }
        }
        guard PQexitPipelineMode(handle.raw) == 1 else { throw lost() }
        if let refusal { throw failed(by: refusal) }
        guard ended == steps.count else { throw lost() }
        return tag
    }

    private func confirm(_ step: Step, _ result: consuming ResultHandle) {
        switch step {
        case .command: break
        case .statement(let statement): statement.result = consume result
        case .prepare(let key, let name): statements.add(key, name: name)
        case .letGo(let name): statements.remove(name: name)
        }
    }

    /// What a refusal means for the connection.
    func refused(_ part: borrowing ResultHandle) -> PostgresError {
        if part.isStaleStatement { hasStaleStatement = true }
        let error = part.error()
        if error.isConnectionLost { liveness.end() }
        // Without a state it is the library that speaks: of a connection that is gone.
        return isAlive || error.isConnectionLost ? error : lost()
    }

    /// Remembers what made the transaction fail, for the case that nobody heeds it.
    func failed(by refusal: PostgresError) -> PostgresError {
        if failure == nil, PQtransactionStatus(handle.raw) == PQTRANS_INERROR { failure = refusal }
        return refusal
    }
}
