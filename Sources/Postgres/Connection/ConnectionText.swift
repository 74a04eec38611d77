import CLibPQ

/// What libpq makes of a connection text.
struct ConnectionText: Sendable {
    /// User, host, port and database; never the password.
    let summary: String

    init(_ text: String) throws(PostgresError) {
        guard !text.utf8.contains(0) else {
            throw PostgresError(.configuration, "the database's address holds a null character: remove it")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            // The library's own message may quote the text, and the text holds the password.
            PQfreemem(message)
            throw PostgresError(
                .configuration,
                "the database's address cannot be understood: write postgres://user:password@host:port/database")
        }
        defer { PQconninfoFree(options) }
        var parts: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parts[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        summary =
            "\(parts["user"] ?? "?")@\(parts["host"] ?? "local"):\(parts["port"] ?? "5432")/\(parts["dbname"] ?? "?")"
    }
}
