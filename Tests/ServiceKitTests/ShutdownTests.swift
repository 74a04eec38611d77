import Contracts
import Foundation
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

/// That a service ends by itself once it is asked to, when what it needs is not there. Whole processes, through proxies
/// and with messages in hand, are in Tests/EndToEnd/weather.py.
@Suite("The end of a service", .timeLimit(.minutes(2)))
struct ShutdownTests {
    enum Peer: String, CaseIterable { case away, silent }

    private static let definition = ServiceDefinition(name: .supplier, migrations: [], capabilities: [])

    @Test(
        "it ends with 0 while it waits for broker and database, without being torn down",
        arguments: Peer.allCases, Peer.allCases)
    func atStart(broker: Peer, database: Peer) async throws {
        let fake = try FakeBroker()
        defer { fake.stop() }
        fake.behave(.silentAfterConnect)
        let nobody = try Self.freePort()
        let settings = Settings(
            Setting.common,
            values: [
                "amqp.url": "amqp://u:p@127.0.0.1:\(broker == .silent ? fake.port : nobody)", "partners": "any",
                "postgres.url": "postgres://u:p@127.0.0.1:\(database == .silent ? fake.port : nobody)/d",
            ])
        let isTornDown = Mutex(false)
        let limit = ShutdownLimit(graceful: .seconds(1), most: .seconds(60), logger: TestServers.quiet) {
            isTornDown.withLock { $0 = true }
        }
        let tries = Tries()
        let service = RunningService(Self.definition, settings, tries.logger, limit: limit)
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Int32?.self) { group in
                group.addTask { try await service.run() }
                group.addTask {
                    let hasTried = await TestServers.eventually {
                        database == .silent ? fake.record.accepted > 0 : tries.count > 1
                    }
                    #expect(hasTried)
                    trigger.triggerGracefulShutdown()
                    return nil
                }
                for try await code in group where code != nil { #expect(code == 0) }
            }
        }
        #expect(limit.isAsked)
        #expect(!isTornDown.withLock { $0 })
    }

    @Test("when a part heeds nothing, the process is ended for it")
    func stuck() async throws {
        let part = Stuck()
        let limit = ShutdownLimit(graceful: .milliseconds(10), most: .seconds(1), logger: TestServers.quiet) {
            part.free()
        }
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: part), .init(service: limit)], logger: TestServers.quiet)
        configuration.maximumGracefulShutdownDuration = limit.graceful
        let group = ServiceGroup(configuration: configuration)
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                #expect(await TestServers.eventually { part.isWaiting })
                trigger.triggerGracefulShutdown()
                // Without the limit this goes on past the suite's.
                try await tasks.waitForAll()
            }
        }
        #expect(limit.isAsked)
    }

    /// A part that waits for what only ``free()`` brings, as a call of a C library waits for a dead peer.
    private final class Stuck: Service {
        private let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)

        var isWaiting: Bool { waiting.withLock { $0 != nil } }

        func run() async throws {
            await withCheckedContinuation { continuation in waiting.withLock { $0 = continuation } }
        }

        func free() {
            waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }?.resume()
        }
    }

    /// Counts the warnings of what it is handed to.
    private final class Tries: Sendable {
        private let warnings = Atomic(0)

        var count: Int { warnings.load(ordering: .relaxed) }
        var logger: Logger { Logger(label: "test") { _ in Handler(tries: self) } }

        private struct Handler: LogHandler {
            let tries: Tries
            var logLevel = Logger.Level.warning
            var metadata: Logger.Metadata = [:]

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) { tries.warnings.add(1, ordering: .relaxed) }
        }
    }

    private static func freePort() throws -> Int {
        let proxy = try FaultProxy(to: 1)
        defer { proxy.stop() }
        return proxy.port
    }
}
