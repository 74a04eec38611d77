import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Domain
import Messaging
import Operations

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Services, queues and how far behind they are.",
        discussion: """
            Ends with 75 when a service does not answer, with 1 when one goes by another zone than this command: every \
            service and whoever asks must have the same WAYBILL_ZONE.
            """)

    @Option(
        help: """
            Wait until every queue and outbox is empty, at most so many seconds, saying what is left; 1 when they are not \
            by then.
            """)
    var waitDrained: Int?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = CommandEnvironment()
        let session = try await BrokerSession.connect(environment.operator("status"))
        if let waitDrained,
            try await !DrainWatch(session: session, environment: environment).wait(
                seconds: waitDrained, left: { say($0) })
        {
            say("not drained within \(waitDrained) s")
            throw ExitCode(1)
        }
        var services: [[String?]] = []
        var waiting: [[String?]] = []
        var zones: [(service: ServiceName, zone: String)] = []
        var isWhole = true
        var hasPolicy = true
        for service in ServiceName.allCases {
            let ready = await ServiceEndpoint.get(environment.http(service), "/health/ready")
            if ready == nil { isWhole = false }
            let metrics = ServiceEndpoint.values(
                await ServiceEndpoint.get(environment.http(service), "/metrics")?.body ?? "")
            waiting += Self.waiting(service, metrics, at: .now())
            if metrics["waybill_permission_policy"] == "0" { hasPolicy = false }
            zones += ServiceEndpoint.labelled("waybill_zone", in: metrics).map { (service, $0.label) }
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
        try output.show(
            [
                QueryTable(
                    "services",
                    [
                        QueryColumn("service"), QueryColumn("state"), QueryColumn("waiting", .integer),
                        QueryColumn("consumers", .integer), QueryColumn("handled", .integer),
                        QueryColumn("duplicates", .integer), QueryColumn("outbox", .integer),
                        QueryColumn("dead", .integer),
                    ], rows: services),
                QueryTable(
                    "waits for somebody",
                    [
                        QueryColumn("service"), QueryColumn("what"), QueryColumn("count", .integer),
                        QueryColumn("since", .time),
                    ], rows: waiting),
                QueryTable(
                    "queues for others", [QueryColumn("queue"), QueryColumn("waiting", .integer)],
                    rows: [[Queues.marginAlerts, alerts.map { String($0.messages) }]]),
            ], isWhole: isWhole)
        if !hasPolicy { say("no policy of permissions holds: whoever may log in sees and does everything") }
        let others = zones.filter { $0.zone != OrganisationZone.current.name }
        guard others.isEmpty else {
            let said = others.map { "\($0.service.rawValue) by \($0.zone)" }.joined(separator: ", ")
            throw Failure("not all tell days by one zone: \(said), this command by \(OrganisationZone.current)")
        }
    }

    /// What of a service waits for somebody to decide or to ask: how much of it, and since when.
    private static func waiting(
        _ service: ServiceName, _ metrics: [String: String], at now: Timestamp
    ) -> [[String?]] {
        func row(_ what: String, _ name: String, _ values: [(label: String, value: Double)]) -> [String?]? {
            let count = values.reduce(0) { $0 + $1.value }
            guard count > 0 else { return nil }
            let labels = Set(values.map(\.label))
            let age =
                ServiceEndpoint.labelled("\(name)_oldest_seconds", in: metrics)
                .filter { labels.contains($0.label) }.map(\.value).max() ?? 0
            let since = Timestamp(
                microsecondsSinceEpoch: now.microsecondsSinceEpoch - Int64(age * 1_000_000), offsetMinutes: 0)
            return [service.rawValue, what, String(Int(count)), since.description]
        }
        let approvals = "waybill_\(service.rawValue)_orders_waiting_approval"
        let orders = row("orders to approve", approvals, ServiceEndpoint.labelled(approvals, in: metrics))
        let inbox = "waybill_\(service.rawValue)_people_without_address"
        let unreached = row("people without an address", inbox, ServiceEndpoint.labelled(inbox, in: metrics))
        let late = "waybill_\(service.rawValue)_handovers_untold"
        let untold = row("notices that matter and no channel takes", late, ServiceEndpoint.labelled(late, in: metrics))
        let references = "waybill_\(service.rawValue)_references"
        let named = ServiceEndpoint.labelled("\(references)_waiting", in: metrics).map { figure in
            row("\(figure.label) that was named and has not come", references, [figure])
        }
        return ([orders, unreached, untold] + named).compactMap(\.self)
    }

    /// In one line: ready, what of it is degraded, or why it is not ready.
    private static func state(_ answer: (code: Int, body: String)) -> String {
        let lines = answer.body.split(separator: "\n").map(String.init)
        return lines.first { $0.hasPrefix("degraded: ") } ?? lines.first ?? ""
    }
}
