import BrokerLayout
import Contracts
import Domain
import Foundation
import Logging
import Messaging
import Synchronization
import Testing

@testable import ServiceKit

@Suite("The host")
struct HostTests {
    @Test("an unknown setting is an error that names it; secrets come from files and are never shown")
    func settings() async throws {
        let known = Setting.common
        let problem = await #expect(throws: Settings.Problem.self) {
            try await Settings(known, environment: ["WAYBILL_AMPQ_URL": "x", "PATH": "/"])
        }
        #expect(problem?.description.contains("WAYBILL_AMPQ_URL") == true)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("waybill-\(UUID().uuidString)")
        try Data("amqp://u:hush@h/\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let settings = try await Settings(
            known, environment: ["WAYBILL_AMQP_URL_FILE": file.path, "WAYBILL_BATCH": "7"])
        #expect(settings["amqp.url"] == "amqp://u:hush@h/")
        #expect(try settings.integer("batch", in: 1...10) == 7)
        #expect(throws: Settings.Problem.self) { try settings.integer("batch", in: 1...5) }
        #expect(!settings.redacted.contains { $0.value.contains("hush") })
    }

    @Test("what a person's shell has for the command is passed over; what is nobody's is named, and only that")
    func othersVariables() async throws {
        var environment = [
            "WAYBILL_HOME": "/x", "WAYBILL_CLI": "/x/waybill", "WAYBILL_OUTPUT": "old", "WAYBILL_BATCH": "7",
            "WAYBILL_AMQP_OPERATOR_URL": "amqp://o:o@h", "WAYBILL_AMQP_USER_URL_FILE": "/x/url",
            "WAYBILL_HTTP_MANAGEMENT_URL": "http://h", "WAYBILL_HTTP_FINANCE": "http://h",
            "WAYBILL_POSTGRES_URL_SERVICEDESK": "postgres://h", "WAYBILL_POSTGRES_MIGRATE_URL_SALES": "postgres://h",
        ]
        let settings = try await Settings(Setting.common, environment: environment)
        #expect(try settings.integer("batch", in: 1...10) == 7)
        environment["WAYBILL_BATCHH"] = "7"
        environment["WAYBILL_HTTP_BILLING"] = "http://h"
        environment["WAYBILL_HTTP_PORT_FILE"] = "/x"
        let problem = await #expect(throws: Settings.Problem.self) {
            try await Settings(Setting.common, environment: environment)
        }
        #expect(
            problem?.description.contains(
                "unknown settings: WAYBILL_BATCHH, WAYBILL_HTTP_BILLING, WAYBILL_HTTP_PORT_FILE;") == true)
    }

    @Test(
        "a check reads settings and files as a start does; 78 when one is wrong",
        arguments: [
            ([:], 78), (["WAYBILL_PARTNERS": "any"], 0), (["WAYBILL_PARTNERS": "any", "WAYBILL_BATCH": "0"], 78),
            (["WAYBILL_PARTNERS": "any", "WAYBILL_CLOCK": "sundial"], 78),
            (["WAYBILL_PARTNERS": "any", "WAYBILL_LOG_LEVEL": "loud"], 78),
            (["WAYBILL_PARTNERS": "any", "WAYBILL_AMQP_URL": "http://h"], 78),
            (["WAYBILL_PARTNERS": "/nowhere/partners.json"], 78),
            (["WAYBILL_PARTNERS": "any", "WAYBILL_CALENDAR": "/nowhere/calendar.json"], 78),
            (["WAYBILL_PARTNERS": "any", "WAYBILL_ZONE": "Asia/Shanghai"], 0),
            (["WAYBILL_PARTNERS": "any", "WAYBILL_ZONE": "Asia/Shangai"], 78),
        ] as [([String: String], Int32)])
    func check(_ environment: [String: String], _ code: Int32) async {
        let made = await ServiceHost.run(
            [], { _ in ServiceDefinition(name: .supplier, migrations: [], capabilities: []) }, arguments: ["check"],
            environment: environment)
        #expect(made == code)
    }

    @Test("a start warns when the published calendar covers less than 60 days more, and says how many")
    func calendarEnds() throws {
        final class Warnings: LogHandler, Sendable {
            let said = Mutex<[String]>([])
            var logLevel: Logger.Level {
                get { .trace }
                set {}
            }
            var metadata: Logger.Metadata {
                get { [:] }
                set {}
            }

            subscript(metadataKey _: String) -> Logger.Metadata.Value? {
                get { nil }
                set {}
            }

            func log(event: LogEvent) {
                said.withLock { $0.append("\(event.level) \(event.metadata?["days_left"]?.description ?? "")") }
            }
        }
        let warnings = Warnings()
        let logger = Logger(label: "test") { _ in warnings }
        // The year 2026 is published to its end.
        for day in ["2026-06-01", "2026-11-01", "2026-11-02", "2026-11-03", "2026-12-31", "2027-01-01"] {
            RunningService.warn(ofCalendarOn: try #require(CalendarDay(day)), logger)
        }
        #expect(warnings.said.withLock { $0 } == ["warning 59", "warning 58", "warning 0", "warning 0"])
    }

    @Test("every contract's readers have its binding, and every queue is safe")
    func topology() {
        for contract in Catalogue.contracts {
            for reader in contract.readers {
                let bindings = WaybillTopology.part(of: reader).bindings
                for exchange in contract.exchanges {
                    #expect(
                        bindings.contains { $0.routingKey == contract.type.description && $0.exchange == exchange },
                        "\(contract.type) by \(exchange)")
                }
            }
        }
        for service in ServiceName.allCases {
            let queue = WaybillTopology.part(of: service).queues.first { $0.name == Queues.inbound(service) }
            let arguments = Dictionary(uniqueKeysWithValues: queue?.arguments ?? [])
            #expect(arguments["x-queue-type"] == .string("quorum"))
            #expect(arguments["x-dead-letter-strategy"] == .string("at-least-once"))
            #expect(arguments["x-overflow"] == .string("reject-publish"))
            #expect(arguments["x-delivery-limit"] != nil)
        }
        // Finance's own programs hear of an alert until it ends, by whatever it ends.
        let alerts = WaybillTopology.whole.bindings.filter { $0.queue == Queues.marginAlerts }
        #expect(
            Set(alerts.map(\.routingKey))
                == Set(["raised", "cleared", "closed"].map { "finance.margin-alert-\($0).v1" }))
        #expect(alerts.allSatisfy { $0.exchange == Exchanges.events })
        // What nobody else reads has a queue all the same: without one it would be handed back for ever.
        let unread = Catalogue.contracts.filter { !$0.producers.isEmpty && $0.readers.isEmpty }.map(\.type.description)
        let portal = WaybillTopology.whole.bindings.filter { $0.queue.hasPrefix("portal.") }.map(\.routingKey)
        #expect(Set(unread) == Set(portal))
        #expect(
            portal == [
                "servicedesk.complaint-status.v1", "servicedesk.survey-invited.v1",
                "servicedesk.bulletin-published.v1", "sales.product-changed.v1",
                "sales.rate-card-changed.v1", "sales.quote-changed.v1",
            ])
    }

    @Test("an account's identifier follows from source and code alone, and no two pairs run together")
    func identifiers() {
        #expect(
            AccountIdentifier.customer(source: "a", code: "b") == AccountIdentifier.customer(source: "a", code: "b"))
        #expect(
            AccountIdentifier.customer(source: "ab", code: "c") != AccountIdentifier.customer(source: "a", code: "bc"))
        #expect(
            AccountIdentifier.customer(source: "a", code: "b") != AccountIdentifier.supplier(source: "a", code: "b"))
        #expect(UUID(uuidString: AccountIdentifier.customer(source: "a", code: "b")) != nil)
    }

    @Test("a day's end is the last moment of the business day")
    func recurrence() throws {
        let time = try #require(Timestamp("2026-01-05T09:30:00+08:00"))
        let first = ScheduledTask.Recurrence.everyDay.next(after: time)
        #expect(first.day().description == "2026-01-05")
        #expect(ScheduledTask.Recurrence.everyDay.next(after: first).day().description == "2026-01-06")
    }

    @Test("with event time a batch is handled day by day, and the clock never goes back")
    func eventTime() async throws {
        let clock = ServiceClock(mode: .events) { _ in }
        let line = OrderLine(line: 1, serviceItem: "A", quantity: FixedDecimal(1), unit: "kg", revenue: FixedDecimal(1))
        func message(_ text: String, _ position: Int) throws -> AnyReceived {
            let order = Order(
                orderId: "o", revision: 1, customer: CustomerReference(code: "c"), branch: "b", businessLine: "l",
                placedAt: try #require(Timestamp(text)), currency: .cny, lines: [line])
            return AnyReceived(
                envelope: Envelope(id: "\(position)", source: "s", type: OrderPlaced.type), body: OrderPlaced(order),
                position: position)
        }
        let messages = try [
            "2026-01-05T09:00:00+08:00", "2026-01-05T12:00:00+08:00", "2026-01-06T09:00:00+08:00",
            "2026-01-05T18:00:00+08:00",
        ].enumerated().map { try message($0.element, $0.offset) }
        let parts = clock.parts(of: messages)
        #expect(parts.map { $0.messages.map(\.position) } == [[0, 1], [2, 3]])
        for part in parts { try await clock.advance(to: part.time) }
        #expect(clock.now().day().description == "2026-01-06")
        try await clock.advance(to: messages[0].body.occurredAt)
        #expect(clock.now().day().description == "2026-01-06")
    }
}
