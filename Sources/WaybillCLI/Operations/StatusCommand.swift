import ArgumentParser
import Contracts
import Foundation
import Messaging
import ServiceKit

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Services, queues and how far behind they are.")

    @Option(
        help: """
            Wait until every queue and outbox is empty, at most so many seconds, saying what is left; 1 when they are not \
            by then.
            """)
    var waitDrained: Int?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let surroundings = Surroundings()
        let session = try await BrokerSession.connect(surroundings.operator("status"))
        if let waitDrained,
            try await !DrainWatch(session: session, surroundings: surroundings).wait(seconds: waitDrained)
        {
            say("not drained within \(waitDrained) s")
            throw ExitCode(1)
        }
        var services: [[String?]] = []
        for service in ServiceName.allCases {
            let ready = await ServiceEndpoint.get(surroundings.http(service), "/health/ready")
            let metrics = ServiceEndpoint.values(
                await ServiceEndpoint.get(surroundings.http(service), "/metrics")?.body ?? "")
            let inbound = try? await session.status(of: Queues.inbound(service))
            let dead = try? await session.status(of: Queues.dead(service))
            services.append([
                service.rawValue,
                ready.map(Self.state) ?? "does not answer",
                inbound.map { String($0.messages) }, inbound.map { String($0.consumers) },
                metrics["waybill_messages_handled_total"], metrics["waybill_messages_duplicate_total"],
                metrics["waybill_outbox_depth"], dead.map { String($0.messages) },
            ])
        }
        let alerts = try? await session.status(of: Queues.marginAlerts)
        await session.close()
        try output.show([
            QueryTable(
                "services",
                [
                    QueryColumn("service"), QueryColumn("state"), QueryColumn("waiting", .integer),
                    QueryColumn("consumers", .integer), QueryColumn("handled", .integer),
                    QueryColumn("duplicates", .integer), QueryColumn("outbox", .integer),
                    QueryColumn("dead", .integer),
                ], rows: services),
            QueryTable(
                "queues for others", [QueryColumn("queue"), QueryColumn("waiting", .integer)],
                rows: [[Queues.marginAlerts, alerts.map { String($0.messages) }]]),
        ])
    }

    /// In one line: ready, what of it is degraded, or why it is not ready.
    private static func state(_ answer: (code: Int, body: String)) -> String {
        let lines = answer.body.split(separator: "\n").map(String.init)
        return lines.first { $0.hasPrefix("degraded: ") } ?? lines.first ?? ""
    }

    /// Queues count only what is not delivered yet, so the outboxes and the counts of handled messages must stand still
    /// as well: the caller asks several times.
}
