import Foundation
public import Logging
public import Messaging

/// The broker and the database that `deploy/local/test-servers.sh` starts.
public enum TestServers {
    /// The broker's address; `nil` when no broker was started for the tests.
    public static var broker: String? { ProcessInfo.processInfo.environment["WAYBILL_TEST_AMQP_URL"] }

    /// Where the certificates of the broker and the database with TLS are; `nil` when none were started.
    public static var certificates: String? { ProcessInfo.processInfo.environment["WAYBILL_TEST_CERTIFICATES"] }

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

    /// Waits for a condition.
    ///
    /// - Returns: whether it came true within the time.
    public static func eventually(
        within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
    ) async rethrows -> Bool {
        let deadline = ContinuousClock.now + limit
        while try await !condition() {
            if ContinuousClock.now > deadline || Task.isCancelled { return false }
            // Leaves the processors to the many other tests.
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }
}
