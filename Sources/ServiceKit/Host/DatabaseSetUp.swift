import Postgres

/// What a service needs of its database beside the schema, as found at the start.
struct DatabaseSetUp: Sendable, Equatable {
    /// How the database writes texts: `UTF8`.
    var encoding: String
    /// By which library it compares them: `c` for that of the system, `b` for its own, `i` for ICU.
    var provider: String
    /// By which rules it puts them in order.
    var collation: String
    /// By which rules it tells letters and their cases.
    var characters: String
    /// Whether a commit is on disk before it is answered.
    var synchronousCommit: String
    /// Which server processes have served two connections that were used in turn.
    var processes: [[Int]]

    /// The rules by which texts are in the order of their code points, wherever the server runs.
    private static let byCodePoint: Set<String> = ["c", "posix", "c.utf-8", "c.utf8"]

    /// What the service cannot work on, and what to do; `nil` when there is nothing.
    var problem: String? {
        if encoding != "UTF8" {
            return "the database is encoded in \(encoding), not in UTF8: make it anew with \"encoding 'UTF8'\""
        }
        if provider != "b", provider != "c" || ![collation, characters].allSatisfy(Self.isByCodePoint) {
            return "the database puts texts in the order of the locale '\(collation)', which differs from server to "
                + "server: make it anew with \"template template0 encoding 'UTF8' locale 'C'\""
        }
        if synchronousCommit == "off" {
            return "synchronous_commit is off for this user: what is acknowledged could be lost; reset it"
        }
        let isMixed = processes.contains { Set($0).count > 1 }
        if isMixed || !Set(processes.first ?? []).isDisjoint(with: processes.dropFirst().joined()) {
            return Self.mixedSessions
        }
        return nil
    }

    private static func isByCodePoint(_ name: String) -> Bool { byCodePoint.contains(name.lowercased()) }

    private static let mixedSessions =
        "between the service and the database is a pooler that gives one session to several connections: "
        + "have it pool whole sessions (PgBouncer: pool_mode = session), or name the database itself"

    private static let usedSessions =
        "between the service and the database is a pooler that hands sessions on as they were left: "
        + "have it clear them (PgBouncer: server_reset_query = DISCARD ALL), or name the database itself"

    /// Looks.
    ///
    /// - Throws: ``UnsafeSetUp`` when a pooler keeps the service from even looking; ``PostgresError`` when there is no
    ///   connection.
    static func read(_ configuration: PostgresConfiguration) async throws -> DatabaseSetUp {
        let connections = [
            try await PostgresConnection.connect(configuration), try await PostgresConnection.connect(configuration),
        ]
        do {
            let found = try await look(connections)
            for connection in connections { await connection.close() }
            if found.problem == nil { try await lookAgain(configuration) }
            return found
        } catch {
            for connection in connections { await connection.close() }
            // A prepared statement that is not there, that is there already, or that is another's; or no transactions at all.
            guard let cause = error as? PostgresError, cause.code == .statement,
                ["26000", "42P05", "08P01"].contains(cause.sqlState)
            else { throw error }
            throw UnsafeSetUp(description: "\(mixedSessions) (\(cause))")
        }
    }

    /// Looks whether a new connection gets a new session, or one that is as new.
    private static func lookAgain(_ configuration: PostgresConfiguration) async throws {
        let connection = try await PostgresConnection.connect(configuration)
        do {
            _ = try await connection.withTransaction(isReadOnly: true) {
                try $0.query("select pg_backend_pid()", as: Int.self)
            }
            await connection.close()
        } catch let cause as PostgresError where cause.sqlState == "42P05" {
            await connection.close()
            throw UnsafeSetUp(description: "\(usedSessions) (\(cause))")
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func look(_ connections: [PostgresConnection]) async throws -> DatabaseSetUp {
        var processes: [[Int]] = connections.map { _ in [] }
        // A pooler that serves each transaction by whatever session is free takes the one that was used last.
        for _ in 0..<3 {
            for (index, connection) in connections.enumerated() {
                processes[index] += try await connection.withTransaction(isReadOnly: true) {
                    try $0.query("select pg_backend_pid()", as: Int.self)
                }
            }
        }
        let rows = try await connections[0].withTransaction(isReadOnly: true) { transaction in
            try transaction.query(
                """
                select pg_encoding_to_char(d.encoding)::text as encoding,
                    coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') as provider,
                    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', d.datcollate::text)
                        as collation,
                    d.datctype::text as characters, current_setting('synchronous_commit') as synchronous_commit
                from pg_database d where d.datname = current_database()
                """, as: Facts.self)
        }
        guard let facts = rows.first else {
            throw UnsafeSetUp(description: "the database says nothing about itself: let its users read pg_database")
        }
        return DatabaseSetUp(
            encoding: facts.encoding, provider: facts.provider, collation: facts.collation,
            characters: facts.characters, synchronousCommit: facts.synchronousCommit, processes: processes)
    }

    /// What the database says of itself.
    private struct Facts: PostgresRow, Sendable {
        let encoding: String
        let provider: String
        let collation: String
        let characters: String
        let synchronousCommit: String

        init(row: inout RowReader) throws(PostgresError) {
            encoding = try row("encoding")
            provider = try row("provider")
            collation = try row("collation")
            characters = try row("characters")
            synchronousCommit = try row("synchronous_commit")
        }
    }
}
