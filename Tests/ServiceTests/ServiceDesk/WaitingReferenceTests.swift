import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite(
    "What the service desk waits for",
    .service(try ServiceDeskService.definition(Settings(ServiceDeskService.settings))))
struct WaitingReferenceTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static func registered(_ source: String) throws -> CustomerRegistered {
        CustomerRegistered(
            CustomerRecord(
                customerId: "c-\(source)", revision: 1, name: "C1",
                accounts: [AccountHoming(source: source, code: "C1", revision: 1)],
                at: try moment("2026-01-01T09:00:00+08:00")))
    }

    private static func complaint(of source: String?, order: String? = nil) throws -> ComplaintReported {
        ComplaintReported(
            complaintId: "CP1", customer: CustomerCode(code: "C1", source: source), orderId: "O1", orderSource: order,
            category: .damage, severity: .major, at: try moment("2026-03-03T09:00:00+08:00"), by: "hotline",
            summary: "two cartons crushed")
    }

    private static func delivered(order: String?) throws -> OrderCompleted {
        OrderCompleted(
            orderId: "O1", orderSource: order, revision: 1, completedAt: try moment("2026-03-04T09:00:00+08:00"))
    }

    @Test("a delivery and a complaint wait for what they name, order and customer, until it comes")
    func waits() async throws {
        try await desk.handle([
            .init("r", source: "waybill.customer", try Self.registered("tms")),
            .init("o", source: "tms", OrderPlaced(makeOrder("O1"))),
            .init("d", source: "wms", try Self.delivered(order: nil)),
            .init("c", source: "crm", try Self.complaint(of: nil)),
        ])
        let asked = try await desk.ask("references.waiting", at: moment("2026-03-06T08:00:00+08:00"))
        let references = asked["references"]
        #expect(references.column("what") == ["customer", "order", "order"])
        #expect(references.column("source") == ["crm", "crm", "wms"])
        #expect(references.column("number") == ["C1", "O1", "O1"])
        #expect(references.column("named_by") == ["complaint crm/CP1", "complaint crm/CP1", "completion wms/O1"])
        #expect(references.column("known_to") == ["tms", "tms", "tms"])
        #expect(references.column("days") == ["2", "2", "1"])
        #expect(asked["waiting"].column("what") == ["customer", "order"])
        #expect(asked["waiting"].column("count") == ["1", "2"])
        try await desk.handle([
            .init("s", source: "waybill.customer", try Self.registered("crm")),
            .init("p", source: "wms", OrderPlaced(makeOrder("O1"))),
            .init("q", source: "crm", OrderPlaced(makeOrder("O1"))),
        ])
        #expect(try await desk.ask("references.waiting")["references"].rows.isEmpty)
    }

    @Test("what says whose number it names does not wait; an order that was cancelled is none to wait for")
    func said() async throws {
        try await desk.handle([
            .init("r", source: "waybill.customer", try Self.registered("tms")),
            .init("o", source: "tms", OrderPlaced(makeOrder("O1"))),
            .init("d", source: "wms", try Self.delivered(order: "tms")),
            .init("c", source: "crm", try Self.complaint(of: "tms", order: "tms")),
            .init(
                "x", source: "erp",
                OrderCancelled(orderId: "O1", revision: 1, cancelledAt: try moment("2026-03-03T09:00:00+08:00"))),
            .init("e", source: "erp", try Self.delivered(order: nil)),
        ])
        #expect(try await desk.ask("references.waiting")["references"].rows.isEmpty)
    }

    @Test("a step waits for its complaint")
    func steps() async throws {
        try await desk.handle([
            .init("r", source: "waybill.customer", try Self.registered("crm")),
            .init("o", source: "crm", OrderPlaced(makeOrder("O1"))),
            .init(
                "s", source: "portal",
                ComplaintStepTaken(
                    stepId: "S1", source: "crm", complaintId: "CP1", step: .accepted,
                    at: try moment("2026-03-03T10:00:00+08:00"), by: "li.wei")),
        ])
        let references = try await desk.ask("references.waiting", ["what": "complaint"])["references"]
        #expect(references.column("number") == ["CP1"])
        #expect(references.column("named_by") == ["step crm/S1"])
        try await desk.handle([.init("c", source: "crm", try Self.complaint(of: nil))])
        #expect(try await desk.ask("references.waiting")["references"].rows.isEmpty)
    }
}
