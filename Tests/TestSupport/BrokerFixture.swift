public import BrokerLayout
import Foundation
public import Messaging

/// A virtual host of the tests' broker for one test, so that it may have the system's own names.
public enum BrokerFixture {
    /// The broker's management, with a login; `nil` when no broker was started for the tests.
    private static var address: String? { ProcessInfo.processInfo.environment["WAYBILL_TEST_MANAGEMENT_URL"] }

    /// Whether there is such a broker.
    public static var isAvailable: Bool { address != nil && TestServers.broker != nil }

    /// What to do when there is none.
    public static let howToEnable = "no test broker with management: run 'make test'"

    /// The broker's management, as a user who may do anything.
    public static func management() throws -> BrokerManagement {
        try BrokerManagement(address: managementAddress, broker: TestServers.brokerConfiguration())
    }

    /// The management's address.
    public static var managementAddress: String { address ?? "" }

    /// With a virtual host of its own, in which there is nothing yet.
    public static func withVirtualHost<Result>(
        _ body: (BrokerConfiguration) async throws -> Result
    ) async throws -> Result {
        let name = TestServers.unique("test")
        let management = try management()
        let own = try TestServers.brokerConfiguration()
        _ = try await management.send("PUT", ["vhosts", name], body: Array("{}".utf8))
        _ = try await management.send(
            "PUT", ["permissions", name, own.userName],
            body: Array(#"{"configure": ".*", "write": ".*", "read": ".*"}"#.utf8))
        let broker = try BrokerConfiguration(
            url: "\(TestServers.broker ?? "")/\(name)", connectionName: "test", heartbeat: .seconds(2))
        do {
            let result = try await body(broker)
            _ = try await management.send("DELETE", ["vhosts", name])
            return result
        } catch {
            _ = try await management.send("DELETE", ["vhosts", name])
            throw error
        }
    }
}
