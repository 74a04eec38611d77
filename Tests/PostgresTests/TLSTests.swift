import Foundation
import Postgres
import TestSupport
import Testing

@Suite(
    "PostgreSQL over TLS",
    .enabled(
        if: TestServers.certificates != nil && DatabaseFixture.isAvailable, "no database with TLS: run 'make test'"))
struct TLSTests {
    private func configuration(host: String, authority: String) throws -> PostgresConfiguration {
        var parts = try #require(DatabaseFixture.serverURL.flatMap { URLComponents(string: $0) })
        parts.host = host
        parts.queryItems = [
            URLQueryItem(name: "sslmode", value: "verify-full"),
            URLQueryItem(name: "sslrootcert", value: "\(TestServers.certificates ?? "")/\(authority).pem"),
        ]
        return try PostgresConfiguration(url: parts.string ?? "", applicationName: "tls")
    }

    @Test("with the right authority and name the connection is encrypted")
    func works() async throws {
        let connection = try await PostgresConnection.connect(configuration(host: "localhost", authority: "ca"))
        let rows = try await connection.withTransaction {
            try $0.query("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()", as: (Bool, String).self)
        }
        #expect(rows.first?.0 == true)
        #expect(["TLSv1.2", "TLSv1.3"].contains(rows.first?.1 ?? ""))
        await connection.close()
    }

    @Test("another authority and another name are refused")
    func refused() async throws {
        for configuration in [
            try configuration(host: "localhost", authority: "stranger"),
            try configuration(host: "127.0.0.1", authority: "ca"),
        ] {
            let error = await #expect(throws: PostgresError.self) {
                _ = try await PostgresConnection.connect(configuration)
            }
            #expect(error?.isRetriable == true || error?.code == .connection)
        }
    }
}
