import Foundation
public import Logging
public import Messaging
public import Postgres

/// The broker and the database that `deploy/local/test-servers.sh` starts.
public enum TestServers {
    /// The broker's address; `nil` when no broker was started for the tests.
    public static var broker: String? { ProcessInfo.processInfo.environment["WAYBILL_TEST_AMQP_URL"] }

    /// The database's address; `nil` when no database was started for the tests.
    public static var database: String? { ProcessInfo.processInfo.environment["WAYBILL_TEST_POSTGRES_URL"] }

    /// A logger that says nothing.
    public static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A name that no other test has.
    public static func unique(_ prefix: String) -> String {
        "\(prefix)_\(UUID().uuidString.lowercased().replacing("-", with: "").prefix(12))"
    }

    /// How to reach the broker.
    public static func brokerConfiguration() throws -> BrokerConfiguration {
        try BrokerConfiguration(url: broker ?? "", connectionName: "test", heartbeat: .seconds(2))
    }

    /// Runs a test in a schema of its own, which is dropped after it.
    public static func withSchema(
        _ body: (PostgresPool, PostgresConfiguration, String) async throws -> Void
    ) async throws {
        let schema = unique("test")
        let configuration = try PostgresConfiguration(
            url: database ?? "", applicationName: "test", searchPath: schema)
        let pool = PostgresPool(configuration: configuration, size: 4, logger: quiet)
        try await pool.withTransaction { try $0.script("create schema \(schema)") }
        do {
            try await body(pool, configuration, schema)
        } catch {
            try? await pool.withTransaction { try $0.script("drop schema \(schema) cascade") }
            await pool.close()
            throw error
        }
        try await pool.withTransaction { try $0.script("drop schema \(schema) cascade") }
        await pool.close()
    }

    /// Waits for a condition.
    ///
    /// - Returns: whether it came true within the time.
    public static func eventually(
        within limit: Duration = .seconds(15), _ condition: () async throws -> Bool
    ) async rethrows -> Bool {
        let deadline = ContinuousClock.now + limit
        while try await !condition() {
            if ContinuousClock.now > deadline { return false }
            await Task.yield()
        }
        return true
    }
}
