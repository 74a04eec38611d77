import BrokerLayout
import Client
import Contracts
import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing

@testable import Operations

@Suite("What services say of themselves")
struct ServiceEndpointTests {
    private static let page = """
        # HELP waybill_messages_in_hand Messages in hand.
        # TYPE waybill_messages_in_hand gauge
        waybill_messages_in_hand 3
        waybill_references_waiting{what="order"} 2
        waybill_references_waiting{what="invoice"} 0.5
        waybill_references_waiting_total{what="order"} 9
        waybill_task_seconds{task="a",le="1"} 4
        rubbish
        """

    @Test("values are read by name, and those of one metric by its label")
    func values() {
        let values = ServiceEndpoint.values(Self.page)
        #expect(values["waybill_messages_in_hand"] == "3" && values.count == 5)
        let labelled = ServiceEndpoint.labelled("waybill_references_waiting", in: values)
        #expect(labelled.map(\.label) == ["invoice", "order"] && labelled.map(\.value) == [0.5, 2])
        #expect(ServiceEndpoint.labelled("waybill_messages_in_hand", in: values).isEmpty)
    }

    @Test("a service without an address, and one that is not there, say nothing")
    func silent() async {
        #expect(await ServiceEndpoint.get(nil, "/metrics") == nil)
        #expect(await ServiceEndpoint.get("http://127.0.0.1:1", "/metrics") == nil)
    }
}

/// The metrics of services, each a file in a folder that Python's own server hands out.
private final class MetricPages: Sendable {
    private let folder: URL
    private let process = Process()
    private let port: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("waybill-drain-\(UUID().uuidString)")
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder.path,
        ]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try process.run()
        // "Serving HTTP on 127.0.0.1 port 40001 (http://127.0.0.1:40001/) ..."
        let words = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self).split(separator: " ")
        guard let place = words.firstIndex(of: "port"), words.indices.contains(place + 1) else {
            throw CocoaError(.executableLoad)
        }
        port = String(words[place + 1])
        for service in ServiceName.allCases { try say(service) }
    }

    /// What a service says from now on.
    func say(_ service: ServiceName, inHand: Int = 0, unpublished: Int = 0) throws {
        let own = folder.appendingPathComponent(service.rawValue)
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        try Data("waybill_messages_in_hand \(inHand)\nwaybill_outbox_depth \(unpublished)\n".utf8)
            .write(to: own.appendingPathComponent("metrics"), options: .atomic)
    }

    /// A service says nothing from now on.
    func silence(_ service: ServiceName) throws {
        try FileManager.default.removeItem(at: folder.appendingPathComponent(service.rawValue))
    }

    var environment: CommandEnvironment {
        var variables = ["WAYBILL_HOME": folder.path]
        for service in ServiceName.allCases {
            variables["WAYBILL_HTTP_\(service.rawValue.uppercased())"] = "http://127.0.0.1:\(port)/\(service.rawValue)"
        }
        return CommandEnvironment(variables)
    }

    func stop() {
        // Waiting for its end would hold the thread that other tests need, and may never be told of it.
        process.terminate()
        try? FileManager.default.removeItem(at: folder)
    }
}

@Suite(
    "What is still on its way, at a real broker",
    .enabled(if: BrokerFixture.isAvailable, Comment(rawValue: BrokerFixture.howToEnable)), .timeLimit(.minutes(2)))
struct DrainTests {
    private func with(
        _ body: @Sendable (BrokerConfiguration, BrokerSession, MetricPages, DrainWatch) async throws -> Void
    ) async throws {
        let pages = try MetricPages()
        defer { pages.stop() }
        try await BrokerFixture.withVirtualHost { broker in
            let session = try await BrokerSession.connect(broker)
            try await WaybillTopology.whole.declare(on: session)
            try await body(broker, session, pages, DrainWatch(session: session, environment: pages.environment))
            await session.close()
        }
    }

    @Test("a service is empty when nothing waits for it and nothing is in its hands, by its own word")
    func empty() async throws {
        try await with { broker, _, pages, watch in
            #expect(try await watch.isEmpty(.sales))
            try pages.say(.sales, inHand: 1)
            #expect(try await !watch.isEmpty(.sales))
            try pages.silence(.sales)
            #expect(try await !watch.isEmpty(.sales))
            #expect(try await watch.isEmpty(.finance))
            try await Self.put("finance", broker)
            #expect(try await !watch.isEmpty(.finance))
        }
    }

    @Test("it waits until queues, hands and outboxes are empty for a while, and tells what is left until then")
    func drained() async throws {
        try await with { broker, session, pages, watch in
            let told = Mutex<[String]>([])
            #expect(try await watch.wait(seconds: 20) { text in told.withLock { $0.append(text) } })
            #expect(told.withLock { $0 } == [])
            try await Self.put("finance", broker)
            try pages.say(.sales, unpublished: 7)
            try pages.silence(.notifier)
            #expect(try await !watch.wait(seconds: 4) { text in told.withLock { $0.append(text) } })
            let left = told.withLock { $0.last }
            #expect(left?.contains("finance 1 waiting, 0 in hand, 0 to publish") == true)
            #expect(left?.contains("sales 0 waiting, 0 in hand, 7 to publish") == true)
            #expect(left?.contains("notifier 0 waiting, ? in hand, ? to publish") == true)
            #expect(left?.contains("supplier") == false)
            try pages.say(.sales)
            try pages.say(.notifier)
            try await session.subscribe(Queues.inbound(.finance))
            for delivery in try await session.next(within: .seconds(10)) { try await session.acknowledge(delivery.tag) }
            #expect(try await watch.wait(seconds: 20) { _ in })
        }
    }

    /// Puts a message into a service's queue.
    private static func put(_ service: String, _ broker: BrokerConfiguration) async throws {
        let letter = Outgoing(
            exchange: "", routingKey: "\(service).inbound", properties: MessageProperties(messageID: "m"),
            body: Array("{}".utf8))
        let outcomes = try await withPublisher(as: broker) { await $0.publish([letter]) }
        #expect(outcomes == [.confirmed])
        // A quorum queue counts what it holds a moment later.
        let session = try await BrokerSession.connect(broker)
        for _ in 0..<100 where try await session.status(of: "\(service).inbound").messages == 0 {
            try await Task.sleep(for: .milliseconds(50))
        }
        await session.close()
    }
}
