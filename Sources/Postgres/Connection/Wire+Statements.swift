import CLibPQ

extension Wire {
    /// The most values the protocol can count.
    private static let maximumValues = 65_535
    /// The largest value the server takes (`MaxAllocSize` in its source).
    private static let maximumBytes = 0x3fff_ffff

    /// Runs one statement with its values, prepared on first use.
    ///
    /// A statement that is prepared already is one message there and one back. Otherwise BEGIN, the preparation and the
    /// statement travel together, as one round trip in the library's pipeline mode.
    func execute(_ sql: SQL) throws(PostgresError) -> ResultHandle {
        let (text, values) = sql.rendered()
        try Self.check(text, values)
        let key = StatementCache.Key(text: text, types: values.map(\.type))
        let name = statements.name(of: key)
        if let name, opening == nil {
            guard send(name, values) else { throw lost() }
            return try answer()
        }
        guard PQenterPipelineMode(handle.raw) == 1 else { throw lost() }
        var steps: [Step] = []
        if let opening {
            self.opening = nil
            guard send(opening) else { throw lost() }
            steps.append(.command)
        }
        if let name {
            guard send(name, values) else { throw lost() }
        } else {
            if let victim = statements.victim {
                guard send("deallocate \(victim)") else { throw lost() }
                steps.append(.letGo(victim))
            }
            let name = statements.newName()
            guard PQsendPrepare(handle.raw, name, text, Int32(key.types.count), key.types) == 1, send(name, values)
            else { throw lost() }
            steps.append(.prepare(key, name))
        }
        steps.append(.command)
        guard PQpipelineSync(handle.raw) == 1 else { throw lost() }
        return try pipelineAnswer(to: steps)
    }

    /// Runs text of one or more statements without values.
    func script(_ text: String) throws(PostgresError) {
        guard !text.utf8.contains(0) else {
            throw PostgresError(.encoding, "the text of the statements holds a null character: remove it")
        }
        if let opening {
            self.opening = nil
            try script(opening)
        }
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
        case prepare(StatementCache.Key, String)
        case letGo(String)
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

    /// Sends a command that stands in the source and is not worth preparing.
    private func send(_ command: String) -> Bool {
        PQsendQueryParams(handle.raw, command, 0, nil, nil, nil, nil, 0) == 1
    }

    private func send(_ name: String, _ values: [PostgresBind]) -> Bool {
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
                    values.map { Int32($0.bytes?.count ?? 0) }, values.map { $0.isBinary ? 1 : 0 }, 0)
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

    /// The answer to the last command of a pipeline, or the refusal of whichever failed.
    private func pipelineAnswer(to steps: [Step]) throws(PostgresError) -> ResultHandle {
        var last: ResultHandle?
        var refusal: PostgresError?
        var ended = 0
        var isSynchronised = false
        while !isSynchronised {
            guard let part = try next() else {
                // The answer to one command has ended. More ends than commands: there is nothing behind them.
                guard ended < steps.count, PQstatus(handle.raw) == CONNECTION_OK else { throw refusal ?? lost() }
                if refusal == nil { confirm(steps[ended]) }
                ended += 1
                continue
            }
            switch part.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = consume part
            case PGRES_PIPELINE_SYNC: isSynchronised = true
            case PGRES_PIPELINE_ABORTED: break
            default:
                refusal = refusal ?? refused(part)
                if let refusal, !isAlive { throw refusal }
            }
        }
        guard PQexitPipelineMode(handle.raw) == 1 else { throw lost() }
        if let refusal { throw failed(by: refusal) }
        guard let last else { throw lost() }
        return last
    }

    private func confirm(_ step: Step) {
        switch step {
        case .command: break
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
