import Testing

@testable import Postgres

@Suite("What the server says")
struct ServerMessageTests {
    @Test(
        "is shown without the value it refuses",
        arguments: [
            (
                "22P02", #"invalid input syntax for type integer: "secret""#,
                #"invalid input syntax for type integer: "…""#
            ),
            (
                "22P02", #"invalid input syntax for type json: "a "secret" b""#,
                #"invalid input syntax for type json: "…""#
            ),
            ("22003", #"value "99" is out of range for type integer"#, #"value "…" is out of range for type integer"#),
            ("22P02", "ungültige Syntax für Typ integer: »secret«", "ungültige Syntax für Typ integer: »…«"),
            ("22P02", "syntaxe invalide : « secret »", "syntaxe invalide : «…»"),
            ("22012", "division by zero", "division by zero"),
            ("42703", #"column "name" does not exist"#, #"column "name" does not exist"#),
        ])
    func redaction(_ state: String, _ words: String, _ shown: String) {
        #expect(ServerMessage.redacted(words, sqlState: state) == shown)
    }

    @Test("while connecting gives its state, in whatever language")
    func connecting() {
        let wrong = ServerMessage.connectionFailure(
            """
            connection to server at "::1", port 1 failed: Connection refused
            \tIs the server running on that host and accepting TCP/IP connections?
            connection to server at "127.0.0.1", port 1 failed: FATAL:  28P01: password authentication failed for user "a"
            LOCATION:  auth_failed, auth.c:338
            """)
        #expect(wrong.sqlState == "28P01")
        #expect(!wrong.isRetriable)
        #expect(wrong.message.hasSuffix(#"FATAL: password authentication failed for user "a""#))
        let starting = ServerMessage.connectionFailure("FATAL:  57P03: das Datenbanksystem startet")
        #expect(starting.isRetriable)
        let nobody = ServerMessage.connectionFailure("failed: Connection refused\n\tIs the server running?\n")
        #expect(nobody.sqlState == nil)
        #expect(nobody.isRetriable)
        #expect(nobody.message == "failed: Connection refused; Is the server running?")
        #expect(!ServerMessage.connectionFailure("").message.isEmpty)
    }

    @Test(
        "may or may not be cured by trying again",
        arguments: [
            ("40001", true), ("40P01", true), ("55P03", true), ("57P01", true), ("57P03", true), ("57014", true),
            ("08006", true), ("53300", true), ("53200", true), ("58030", true), ("23505", false), ("22P02", false),
            ("42501", false), ("42P01", false), ("25P02", false), ("28P01", false), ("3D000", false),
        ])
    func retriable(_ state: String, _ isRetriable: Bool) {
        #expect(PostgresError(.statement, "x", sqlState: state).isRetriable == isRetriable)
    }

    @Test(
        "may speak of how the database stands, or of what was to be stored",
        arguments: [
            ("42501", true), ("25006", true), ("42P01", true), ("42703", true), ("42883", true), ("3F000", true),
            ("28P01", true), ("28000", true), ("55000", true), ("26000", true), ("42P05", true), ("08P01", true),
            ("XX001", true), ("22P02", false), ("22003", false), ("23505", false), ("23502", false), ("23514", false),
            ("42601", false), ("54000", false), ("P0001", false), ("XX000", false),
        ])
    func ofSetUp(_ state: String, _ isOfSetUp: Bool) {
        #expect(PostgresError(.statement, "x", sqlState: state).isOfSetUp == isOfSetUp)
        #expect(PostgresError(.connection, "x", sqlState: state).isOfSetUp)
    }

    @Test("what a pooler never takes is not tried again; that it finds no server is")
    func pooler() {
        let words = "connection to server failed: FATAL:  08P01: unsupported startup parameter: options"
        #expect(!ServerMessage.connectionFailure(words).isRetriable)
        #expect(ServerMessage.connectionFailure("FATAL:  08P01: server login has been failing").isRetriable)
    }

    @Test("a cache lets go of the statement not used for longest, and tells types apart")
    func cache() {
        var cache = StatementCache(capacity: 2)
        let one = StatementCache.Key(text: "select $1", types: [20])
        let other = StatementCache.Key(text: "select $1", types: [25])
        let third = StatementCache.Key(text: "select 1", types: [])
        #expect(cache.name(of: one) == nil)
        cache.add(one, name: cache.newName())
        #expect(cache.victim == nil)
        cache.add(other, name: cache.newName())
        #expect(cache.name(of: one) == "s1")
        #expect(cache.victim == "s2")
        cache.remove(name: "s2")
        cache.add(third, name: cache.newName())
        #expect(cache.name(of: other) == nil)
        #expect(cache.name(of: third) == "s3")
        cache.removeAll()
        #expect(cache.name(of: one) == nil)
        #expect(cache.newName() == "s4")
    }
}
