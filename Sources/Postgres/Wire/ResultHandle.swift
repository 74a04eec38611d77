import CLibPQ

/// The server's answer to one statement, freed when it goes.
struct ResultHandle: ~Copyable {
    private let raw: OpaquePointer

    init(_ raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        PQclear(raw)
    }

    var status: ExecStatusType { PQresultStatus(raw) }
    var rowCount: Int { Int(PQntuples(raw)) }
    var columnCount: Int { Int(PQnfields(raw)) }
    /// Rows inserted, updated or deleted.
    var affectedRows: Int { Int(String(cString: PQcmdTuples(raw))) ?? 0 }
    /// What the server says it did: `COMMIT`, `INSERT 0 1` …
    var commandTag: String { String(cString: PQcmdStatus(raw)) }

    func columnName(_ column: Int) -> String {
        PQfname(raw, Int32(column)).map { String(cString: $0) } ?? "?"
    }

    /// The type of a column, by name where it is a usual one.
    func columnType(_ column: Int) -> String { TypeName.of(PQftype(raw, Int32(column))) }

    /// Where a column stands.
    ///
    /// - Throws: ``PostgresError`` of code `decoding` when there is none of that name, or more than one.
    func column(named name: StaticString) throws(PostgresError) -> Int {
        var found: Int?
        var isOnlyOne = true
        for column in 0..<columnCount where isNamed(column, name) {
            isOnlyOne = found == nil
            found = column
        }
        guard let found, isOnlyOne else {
            let names = (0..<columnCount).map { columnName($0) }.joined(separator: ", ")
            throw PostgresError(
                .decoding,
                "\(found == nil ? "no column" : "more than one column") of the statement is named '\(name)': \(names)")
        }
        return found
    }

    /// Compared byte by byte where both stand: a wide answer has many names to look through, and none is made a text.
    private func isNamed(_ column: Int, _ name: StaticString) -> Bool {
        guard let start = PQfname(raw, Int32(column)) else { return false }
        return name.withUTF8Buffer { wanted in
            // The end of a shorter name is a byte that no name has.
            for (place, byte) in wanted.enumerated() where UInt8(bitPattern: start[place]) != byte { return false }
            return start[wanted.count] == 0
        }
    }

    /// Whether a cell is NULL.
    func isNull(_ row: Int, _ column: Int) -> Bool { PQgetisnull(raw, Int32(row), Int32(column)) == 1 }

    /// A cell of an answer in text form; `nil` for NULL.
    func text(_ row: Int, _ column: Int) -> String? {
        guard !isNull(row, column) else { return nil }
        return withBytes(row, column) { String(decoding: $0, as: UTF8.self) }
    }

    /// A cell of an answer in binary form.
    ///
    /// - Throws: ``PostgresError`` of code `decoding`, which names column and types.
    func value<Value: PostgresDecodable>(
        _ row: Int, _ column: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        let isNull = isNull(row, column)
        let value =
            isNull
            ? Value.ofNull
            : withBytes(row, column) {
                Value.decode(PostgresCell(type: PQftype(raw, Int32(column)), bytes: $0))
            }
        guard let value else {
            throw PostgresError(
                .decoding,
                "column \(column + 1) '\(columnName(column))' (type \(columnType(column))) "
                    + (isNull ? "is NULL" : "does not hold what fits") + ", \(Value.self) was asked for")
        }
        return value
    }

    /// The bytes of a cell, valid only as long as the answer.
    private func withBytes<Value>(
        _ row: Int, _ column: Int, _ read: (UnsafeBufferPointer<UInt8>) -> Value
    ) -> Value {
        guard let start = PQgetvalue(raw, Int32(row), Int32(column)) else {
            return read(UnsafeBufferPointer(start: nil, count: 0))
        }
        let length = Int(PQgetlength(raw, Int32(row), Int32(column)))
        return start.withMemoryRebound(to: UInt8.self, capacity: length) {
            read(UnsafeBufferPointer(start: $0, count: length))
        }
    }

    // MARK: Refusals

    /// One of the fields of a refusal, by its letter in the protocol: libpq-fe.h gives them as character constants,
    /// which Swift does not import.
    private func field(_ letter: Unicode.Scalar) -> String? {
        PQresultErrorField(raw, Int32(letter.value)).map { String(cString: $0) }
    }

    /// Whether a prepared statement no longer fits: its result changed by a migration, or it is unknown. The function
    /// that raised it is named, because the message is in the server's language.
    var isStaleStatement: Bool {
        let state = field("C")
        return state == "26000" || (state == "0A000" && field("R") == "RevalidateCachedQuery")
    }

    /// The server's refusal as an error.
    func error() -> PostgresError {
        let words = field("M") ?? String(cString: PQresultErrorMessage(raw))
        let state = field("C")
        let message = ServerMessage.redacted(words, sqlState: state)
        var detail = message == words ? [] : ["message: \(words)"]
        for (name, letter) in Self.details {
            if let text = field(letter) { detail.append("\(name): \(text)") }
        }
        // The severity in English: after FATAL and PANIC the server closes the connection.
        let severity = field("V")
        return PostgresError(
            .statement, message, sqlState: state, detail: detail.isEmpty ? nil : detail.joined(separator: "; "),
            isConnectionLost: severity == "FATAL" || severity == "PANIC",
            // A check that fails has a name; a row without a partition has none.
            isWithoutPartition: state == "23514" && field("n") == nil)
    }

    private static let details: [(String, Unicode.Scalar)] = [
        ("detail", "D"), ("hint", "H"), ("table", "t"), ("column", "c"), ("constraint", "n"), ("where", "W"),
    ]
}
