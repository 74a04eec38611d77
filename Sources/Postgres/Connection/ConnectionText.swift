import CLibPQ

/// What libpq makes of a connection text.
enum ConnectionText {
    /// User, host, port and database of a connection text; never the password.
    static func summary(of text: String) throws(PostgresError) -> String {
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
        return
            "\(parts["user"] ?? "?")@\(parts["host"] ?? "local"):\(parts["port"] ?? "5432")/\(parts["dbname"] ?? "?")"
    }
}
