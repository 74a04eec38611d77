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

    func columnName(_ column: Int) -> String {
        PQfname(raw, Int32(column)).map { String(cString: $0) } ?? "?"
    }

    func columnType(_ column: Int) -> UInt32 { PQftype(raw, Int32(column)) }

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

    /// The server's refusal as an error.
    func error() -> PostgresError {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(raw, code).map { String(cString: $0) }
        }
        // The codes are the characters of libpq-fe.h, which Swift does not import as numbers.
        let message = field(Int32(UInt8(ascii: "M"))) ?? String(cString: PQresultErrorMessage(raw))
        var detail: [String] = []
        for (name, code) in [("detail", "D"), ("hint", "H"), ("table", "t"), ("column", "c"), ("constraint", "n")] {
            if let ascii = code.utf8.first, let text = field(Int32(ascii)) { detail.append("\(name): \(text)") }
        }
        let state = field(Int32(UInt8(ascii: "C")))
        // 57P01…57P03: the server ends the connection after saying so.
        return PostgresError(
            .statement, message, sqlState: state, detail: detail.isEmpty ? nil : detail.joined(separator: "; "),
            isConnectionLost: state?.hasPrefix("57P") ?? false)
    }
}
