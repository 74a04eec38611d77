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

    /// The bytes of a cell, valid only as long as the answer; `nil` for NULL.
    func withCell<Value>(_ row: Int, _ column: Int, _ read: (UnsafeBufferPointer<UInt8>?) -> Value) -> Value {
        guard PQgetisnull(raw, Int32(row), Int32(column)) == 0,
            let start = PQgetvalue(raw, Int32(row), Int32(column))
        else { return read(nil) }
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
            isConnectionLost: severity == "FATAL" || severity == "PANIC")
    }

    private static let details: [(String, Unicode.Scalar)] = [
        ("detail", "D"), ("hint", "H"), ("table", "t"), ("column", "c"), ("constraint", "n"), ("where", "W"),
    ]
}
