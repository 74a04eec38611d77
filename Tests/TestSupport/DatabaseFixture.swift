import Foundation
public import Logging
public import Postgres

/// A schema, or a whole database, that exists for one test and goes when the test ends, whichever way it ends.
///
/// ```swift
/// @Suite(.enabled(if: DatabaseFixture.isAvailable, DatabaseFixture.howToEnable))
/// struct StoreTests {
///     @Test func stores() async throws {
///         try await DatabaseFixture.withSchema { database in
///             let pool = try database.pool()
///             …
///         }
///     }
/// }
/// ```
public struct DatabaseFixture: Sendable {
    /// Why tests that need a database are skipped, and how to run them.
    public static let howToEnable: String =
        "set WAYBILL_TEST_POSTGRES_URL to a superuser of a private server: deploy/local/test-servers.sh starts one"

    /// The server for tests; `nil` when there is none.
    public static var serverURL: String? {
        ProcessInfo.processInfo.environment["WAYBILL_TEST_POSTGRES_URL"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether there is a server for tests.
    public static var isAvailable: Bool { serverURL != nil }

    /// The schema of this test.
    public let schema: String
    /// The database of this test, as superuser.
    public let url: String
    private let pools: DatabasePools

    /// What connects to this test's database, with names looked up in its schema.
    ///
    /// - Parameters:
    ///   - user: another user and password than the superuser's.
    ///   - role: a role to take on after connecting.
    public func configuration(
        user: (name: String, password: String)? = nil, role: String? = nil,
        statementTimeout: Duration = .seconds(30), lockTimeout: Duration = .seconds(10)
    ) throws -> PostgresConfiguration {
        var url = self.url
        if let user {
            guard var parts = URLComponents(string: url) else { throw MissingDatabase(description: "no such URL") }
            (parts.user, parts.password) = (user.name, user.password)
            url = parts.string ?? url
        }
        return try PostgresConfiguration(
            url: url, applicationName: "waybill-tests \(schema)", statementTimeout: statementTimeout,
            lockTimeout: lockTimeout, role: role, searchPath: schema)
    }

    /// A pool of connections, closed when the test ends.
    public func pool(
        size: Int = 4, acquireTimeout: Duration = .seconds(30), configuration: PostgresConfiguration? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) throws -> PostgresPool {
        let pool = PostgresPool(
            configuration: try configuration ?? self.configuration(), size: size, acquireTimeout: acquireTimeout,
            logger: logger)
        pools.add(pool)
        return pool
    }

    /// Another schema for the same test, which goes with this one when the test ends, and so do its pools.
    public func another() async throws -> DatabaseFixture {
        let fixture = DatabaseFixture(schema: Self.uniqueName(), url: url, pools: pools)
        pools.add(fixture.schema)
        try await Self.administer("create schema \(fixture.schema)", at: url)
        return fixture
    }

    /// Makes the roles of an installation for the schema of this test: as whom a service runs, with the password `app`, and
    /// the one that it becomes for a question. They go with the schema.
    public func makeRoles() async throws {
        let (app, reader) = ("\(schema)_app", "\(schema)_reader")
        for role in [app, reader] { pools.add(role: role) }
        try await Self.administer(
            """
            create role \(app) login noinherit password 'app';
            create role \(reader) nologin;
            grant \(reader) to \(app);
            grant usage on schema \(schema) to \(app), \(reader);
            grant select, insert, update, delete on all tables in schema \(schema) to \(app);
            grant usage on all sequences in schema \(schema) to \(app);
            grant execute on all functions in schema \(schema) to \(app)
            """, at: url)
    }

    /// Runs a test with a schema of its own in the server's database.
    public static func withSchema<Result>(
        _ body: (DatabaseFixture) async throws -> Result
    ) async throws -> Result {
        let server = try server()
        let fixture = DatabaseFixture(schema: uniqueName(), url: server, pools: DatabasePools())
        return try await fixture.run(
            before: "create schema \(fixture.schema)", after: "drop schema if exists \(fixture.schema) cascade", body)
    }

    /// Runs a test with a database of its own. Slower than a schema; for what spans schemas, or must not be seen.
    public static func withDatabase<Result>(
        _ body: (DatabaseFixture) async throws -> Result
    ) async throws -> Result {
        let name = uniqueName()
        let fixture = DatabaseFixture(schema: "public", url: try url(ofDatabase: name), pools: DatabasePools())
        return try await fixture.run(
            before: "create database \(name)", after: "drop database if exists \(name) with (force)", body)
    }

    private func run<Result>(
        before: String, after: String, _ body: (DatabaseFixture) async throws -> Result
    ) async throws -> Result {
        try await Self.administer(before)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(self))
        } catch {
            outcome = .failure(error)
        }
        let others = await pools.close()
        // A failed clean-up is told only where the test itself has nothing worse to tell.
        do {
            // Each by itself: all of them at once would be more locks than the server has room for.
            for other in others.schemas {
                try await Self.administer("drop schema if exists \(other) cascade", at: url)
            }
            try await Self.administer(after)
            for role in others.roles { try await Self.administer("drop role if exists \(role)") }
        } catch  where (try? outcome.get()) == nil {}
        return try outcome.get()
    }

    /// Runs statements as superuser in the server's own database, outside any transaction.
    public static func administer(_ text: String) async throws { try await administer(text, at: server()) }

    private static func administer(_ text: String, at url: String) async throws {
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(url: url, applicationName: "waybill-tests"))
        do {
            try await connection.withSession { try $0.script(text) }
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    /// The address of a database on the server for tests, which need not exist.
    public static func url(ofDatabase name: String) throws -> String {
        guard var parts = URLComponents(string: try server()) else { throw MissingDatabase(description: howToEnable) }
        parts.path = "/\(name)"
        return try parts.string ?? server()
    }

    private static func server() throws -> String {
        guard let serverURL else { throw MissingDatabase(description: howToEnable) }
        return serverURL
    }

    /// A name that no other test has, for a schema, a database or a role.
    public static func uniqueName() -> String {
        "test_" + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased().prefix(20)
    }
}

/// There is no database to test with.
public struct MissingDatabase: Error, CustomStringConvertible {
    /// What to do.
    public let description: String
}
