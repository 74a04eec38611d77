import BrokerLayout
import Client
package import Contracts
import Domain
package import Messaging

/// Services, queues and how far behind they are.
package struct SystemStatus: Sendable {
    /// What each service says of itself, its queue and its dead letters; what waits for somebody; queues for others.
    package let tables: [QueryTable]
    /// Whether every service answers.
    package private(set) var isWhole = true
    /// Whether a policy of permissions holds, as far as the services say.
    package private(set) var hasPolicy = true
    /// The zone by which each service tells days.
    package private(set) var zones: [(service: ServiceName, zone: String)] = []

    /// Looks.
    ///
    /// - Parameters:
    ///   - session: with the broker, as the operator.
    ///   - address: where a service says how it is; `nil` when that is not known.
    package init(session: BrokerSession, address: @Sendable (ServiceName) -> String?) async {
        var services: [[String?]] = []
        var waiting: [[String?]] = []
        var (isWhole, hasPolicy) = (true, true)
        var zones: [(service: ServiceName, zone: String)] = []
        for service in ServiceName.allCases {
            let ready = await ServiceEndpoint.get(address(service), "/health/ready")
            if ready == nil { isWhole = false }
            let metrics = ServiceEndpoint.values(
                await ServiceEndpoint.get(address(service), "/metrics")?.body ?? "")
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
        tables = [
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
        ]
        (self.isWhole, self.hasPolicy, self.zones) = (isWhole, hasPolicy, zones)
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
