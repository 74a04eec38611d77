import Foundation
import TestSupport
import Testing

@testable import Messaging

@Suite(
    "RabbitMQ over TLS",
    .enabled(if: TestServers.certificates != nil, "no test broker with TLS: run 'make test'"), .timeLimit(.minutes(2)))
struct TLSTests {
    private let directory = TestServers.certificates ?? ""
    private let port = ProcessInfo.processInfo.environment["WAYBILL_TEST_AMQPS_PORT"].flatMap { Int($0) } ?? 0

    private func configuration(
        host: String = "localhost", port: Int? = nil, authority: String = "ca", client: String? = "client"
    ) throws -> BrokerConfiguration {
        try BrokerConfiguration(
            url: "amqps://guest:guest@\(host):\(port ?? self.port)", connectionName: "tls", heartbeat: .seconds(2),
            tls: .init(
                caCertificatePath: "\(directory)/\(authority).pem",
                clientCertificatePath: client.map { "\(directory)/\($0).pem" },
                clientKeyPath: client.map { "\(directory)/\($0).key" }))
    }

    @Test("with the right authority, name and client certificate a message goes out and comes back")
    func works() async throws {
        let session = try await BrokerSession.connect(configuration())
        let queue = TestServers.unique("tls")
        try await session.declare(Queue(name: queue, kind: .quorum, deliveryLimit: 5))
        try await session.subscribe(queue)
        try await session.send(
            Outgoing(
                exchange: "", routingKey: queue, properties: MessageProperties(messageID: "1"),
                body: [UInt8](repeating: 7, count: 200_000)))
        let deliveries = try await session.next(within: .seconds(10))
        #expect(deliveries.map(\.body.count) == [200_000])
        try await session.deleteQueue(queue)
        await session.close()
    }

    @Test("another authority, another name and a missing client certificate are refused")
    func refused() async throws {
        for configuration in [
            try configuration(authority: "stranger"), try configuration(host: "127.0.0.1"),
            try configuration(client: nil),
        ] {
            await #expect(throws: MessagingError.self) { _ = try await BrokerSession.connect(configuration) }
        }
        let missing = try configuration(authority: "nowhere")
        let error = await #expect(throws: MessagingError.self) { _ = try await BrokerSession.connect(missing) }
        #expect(error?.code == .configuration)
    }

    @Test(
        "a server whose certificate has expired, or that speaks only TLS 1.1, is refused",
        arguments: [
            ["-cert", "expired.pem", "-key", "expired.key"], ["-cert", "server.pem", "-key", "server.key", "-tls1_1"],
        ])
    func badServers(_ options: [String]) async throws {
        let server = try await TLSServer.start(directory: directory, options)
        defer { server.stop() }
        let configuration = try configuration(port: server.port)
        let error = await #expect(throws: MessagingError.self) { _ = try await BrokerSession.connect(configuration) }
        #expect(error?.code == .connection)
        // The same client comes through to a server that is right: what is refused is the certificate, or the version.
        let good = try await TLSServer.start(
            directory: directory, ["-cert", "server.pem", "-key", "server.key", "-quiet"])
        defer { good.stop() }
        let later = await #expect(throws: MessagingError.self) {
            _ = try await BrokerSession.connect(self.configuration(port: good.port))
        }
        #expect(later?.message != error?.message, "\(later?.description ?? "")")
    }
}

/// OpenSSL's own server, which stops when it is told to.
private final class TLSServer {
    let port: Int
    private let process = Process()
    private let input = Pipe()

    /// Starts one that listens. Its port was free a moment ago; when somebody else has taken it, another is tried.
    static func start(directory: String, _ options: [String]) async throws -> TLSServer {
        for _ in 0..<10 {
            let server = try await TLSServer(directory: directory, options)
            _ = await TestServers.eventually { server.listens || !server.process.isRunning }
            // The openssl process ends when it cannot have the port; timeout then ends with it.
            if server.process.isRunning, server.listens { return server }
            server.stop()
        }
        throw MissingServer()
    }

    private init(directory: String, _ options: [String]) async throws {
        let probe = try FaultProxy(to: 1)
        port = probe.port
        probe.stop()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        // TLS 1.1 needs the lowest security level even to be offered.
        process.arguments =
            ["60", "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cipher", "ALL:@SECLEVEL=0"] + options
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = input
        let port = port
        _ = await TestServers.eventually(within: .seconds(1)) { !Self.isOpen(port) }
        try process.run()
    }

    var listens: Bool { Self.isOpen(port) }

    func stop() {
        // Not waited for: it holds nothing that another test needs.
        process.terminate()
    }

    private static func isOpen(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// OpenSSL's server would not listen on any port.
private struct MissingServer: Error {}
