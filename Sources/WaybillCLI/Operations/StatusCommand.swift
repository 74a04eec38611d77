import ArgumentParser
import Contracts
import Foundation
import Messaging
import ServiceKit

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Services, queues and how far behind they are.")

    @Option(help: "Wait until every queue and outbox is empty, at most so many seconds; 1 when they are not by then.")
    var waitDrained: Int?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let surroundings = Surroundings()
        let session = try await BrokerSession.connect(surroundings.operator("status"))
        if let waitDrained {
            let deadline = ContinuousClock.now + .seconds(waitDrained)
            var quiet = 0
            // A service says how deep its outbox is once a second: it must be empty for longer than that.
            while quiet < 5 {
                guard ContinuousClock.now < deadline else {
                    say("not drained within \(waitDrained) s")
                    throw ExitCode(1)
                }
                quiet = try await isDrained(session, surroundings) ? quiet + 1 : 0
                try await Task.sleep(for: .milliseconds(300))
            }
        }
        var services: [[String?]] = []
        for service in ServiceName.allCases {
            let ready = await Self.get(surroundings.http(service), "/health/ready")
            let metrics = Self.values(await Self.get(surroundings.http(service), "/metrics")?.body ?? "")
            let inbound = try? await session.status(of: Queues.inbound(service))
            let dead = try? await session.status(of: Queues.dead(service))
            services.append([
                service.rawValue,
                ready.map { $0.code == 200 ? "ready" : $0.body.split(separator: "\n").first.map(String.init) ?? "" }
                    ?? "does not answer",
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

    /// Queues count only what is not delivered yet, so the outboxes and the counts of handled messages must stand still
    /// as well: the caller asks several times.
    private func isDrained(_ session: BrokerSession, _ surroundings: Surroundings) async throws -> Bool {
        for service in ServiceName.allCases {
            if try await session.status(of: Queues.inbound(service)).messages > 0 { return false }
            guard let text = await Self.get(surroundings.http(service), "/metrics")?.body else { return false }
            let values = Self.values(text)
            if values["waybill_outbox_depth"] != "0" || values["waybill_messages_in_hand"] != "0" { return false }
        }
        return true
    }

    static func values(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            values[String(line[..<space])] = String(line[line.index(after: space)...])
        }
        return values
    }

    static func get(_ base: String?, _ path: String) async -> (code: Int, body: String)? {
        guard let base, let url = URL(string: base + path) else { return nil }
        var request = URLRequest(url: url)
        request.timeoutInterval = 3
        guard let (data, response) = try? await URLSession.shared.data(for: request),
            let http = response as? HTTPURLResponse
        else { return nil }
        return (http.statusCode, String(decoding: data, as: UTF8.self))
    }
}
