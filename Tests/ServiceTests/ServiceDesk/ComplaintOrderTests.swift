import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite("Whose order a complaint is about", .service(try deskDefinition()))
struct ComplaintOrderTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static func complaint(_ id: String, order: String = "O1", of source: String? = nil) throws
        -> ComplaintReported
    {
        ComplaintReported(
            complaintId: id, customer: CustomerCode(code: "C1", source: "tms"), orderId: order, orderSource: source,
            category: .damage, severity: .major, at: try moment("2026-03-03T09:00:00+08:00"), by: "hotline",
            summary: "two cartons crushed")
    }

    private static func step(_ id: String, of complaint: String) throws -> ComplaintStepTaken {
        ComplaintStepTaken(
            stepId: id, source: "crm", complaintId: complaint, step: .accepted,
            at: try moment("2026-03-03T10:00:00+08:00"), by: "li.wei")
    }

    private static func settle(_ id: String, order: String = "O1", of source: String = "crm", meant: String = "tms")
        -> ServiceFixture.Message
    {
        .init(
            id, source: "waybill.people", typedBy: "li.wei",
            SettleComplaintOrder(
                source: source, orderId: order, meant: meant, reason: "the CRM says no source", by: "li.wei"))
    }

    /// The orders of the complaints, with their systems.
    private func orders() async throws -> [[String?]] {
        try await desk.rows(
            "select complaint_id, coalesce(order_of, source), order_id, revision::text from complaint order by 1")
    }

    /// An order of the TMS, of which the CRM has two complaints, and one of an order that nobody has.
    private func come() async throws {
        try await desk.handle([
            .init(
                "r", source: "waybill.customer",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: "c1", revision: 1, name: "C1",
                        accounts: [AccountHoming(source: "tms", code: "C1", revision: 1)],
                        at: try moment("2026-01-01T09:00:00+08:00")))),
            .init("o", source: "tms", OrderPlaced(makeOrder("O1"))),
            .init("1", source: "crm", try Self.complaint("CP1")),
            .init("2", source: "crm", try Self.complaint("CP2")),
            .init("s", source: "portal", try Self.step("S1", of: "CP2")),
            .init("3", source: "crm", try Self.complaint("CP3", order: "O3")),
        ])
        #expect(try await desk.ask("references.waiting")["references"].column("number") == ["O1", "O3"])
    }

    @Test("somebody says whose it is: no complaint waits for it, and how each stands is told with its order")
    func settled() async throws {
        try await come()
        let outcome = try await desk.handle([Self.settle("s1")])
        #expect(outcome.refused.isEmpty)
        let told = try outcome.events(ComplaintProgressed.self).map(\.complaint)
        #expect(told.map(\.complaintId) == ["CP1", "CP2"])
        #expect(told.allSatisfy { $0.orderId == "O1" && $0.orderSource == "tms" })
        #expect(told.map(\.state) == [.received, .accepted] && told.map(\.revision) == [2, 3])
        #expect(outcome.published.allSatisfy { $0.envelope.causationID == "s1" })
        #expect(
            try await orders() == [
                ["CP1", "tms", "O1", "2"], ["CP2", "tms", "O1", "3"], ["CP3", "crm", "O3", "1"],
            ])
        #expect(try await desk.ask("references.waiting")["references"].column("number") == ["O3"])
        // What is told later is later still, and about the same order.
        let step = try await desk.handle([.init("s2", source: "portal", try Self.step("S2", of: "CP1"))])
        let next = try #require(try step.events(ComplaintProgressed.self).first?.complaint)
        #expect(next.revision == 3 && next.orderSource == "tms")
        #expect(try await orders()[0] == ["CP1", "tms", "O1", "3"])
        // The complaint once more has no second effect; another one that names it waits again.
        let again = try await desk.handle([
            .init("1b", source: "crm", try Self.complaint("CP1")), .init("4", source: "crm", try Self.complaint("CP4")),
        ])
        #expect(again.refused.isEmpty)
        let waiting = try await desk.ask("references.waiting", ["what": "order"])["references"]
        #expect(waiting.column("named_by") == ["complaint crm/CP4", "complaint crm/CP3"])
        let shown = try await desk.ask("complaints.show", ["complaintId": "CP1"])["complaint"]
        #expect(shown.column("order_source") == ["tms"])
        let settled = try await desk.ask("references.settled")["settled"]
        #expect(settled.column("number") == ["O1"] && settled.column("meant") == ["tms"])
        #expect(settled.column("complaints") == ["2"] && settled.column("named_by") == ["crm/CP1"])
        #expect(settled.column("settled_by") == ["li.wei"] && settled.column("reason") == ["the CRM says no source"])
        #expect(try await desk.ask("references.settled", ["number": "O3"])["settled"].rows.isEmpty)
    }

    @Test("what finance was told of its documents holds for complaints that name the same, once")
    func byFinance() async throws {
        try await come()
        let told = OrderReferenceSettled(
            source: "crm", orderId: "O1", meant: "tms",
            documents: [NamingDocument(kind: .cost, source: "crm", number: "K1")], by: "finance.director",
            settledAt: try moment("2026-03-07T09:00:00+08:00"))
        let first = try await desk.handle([.init("t1", source: "waybill.finance", told)])
        #expect(try first.events(ComplaintProgressed.self).map(\.complaint.orderSource) == ["tms", "tms"])
        let second = try await desk.handle([.init("t2", source: "waybill.finance", told)])
        #expect(second.published.isEmpty)
        #expect(try await orders().map { $0[3] } == ["2", "3", "1"])
    }

    @Test("what cannot be is refused with its reason, and changes nothing")
    func refusals() async throws {
        try await come()
        let before = try await orders()
        let outcome = try await desk.handle([
            Self.settle("1", order: "TYPO"), Self.settle("2", meant: "wms"), Self.settle("3", of: "tms"),
            Self.settle("4", order: "O3"),
        ])
        #expect(
            outcome.refused.mapValues { "\($0.reason.rawValue) \($0.path)" } == [
                0: "not-found $.orderId", 1: "not-found $.meant", 2: "wrong-state $.orderId", 3: "not-found $.meant",
            ])
        #expect(outcome.published.isEmpty)
        #expect(try await orders() == before)
        #expect(try await desk.ask("references.settled")["settled"].rows.isEmpty)
        // Settled once, nothing waits.
        try await desk.handle([Self.settle("5")])
        let again = try await desk.handle([Self.settle("6")])
        #expect(again.refused[0]?.reason == .notFound)
    }

    @Test("a step and somebody's word at once lose neither, and are told in their order")
    func copies() async throws {
        try await come()
        async let settled = desk.retrying([Self.settle("s1")])
        async let stepped = desk.retrying([.init("s2", source: "portal", try Self.step("S2", of: "CP1"))])
        let told = try await settled.events(ComplaintProgressed.self) + stepped.events(ComplaintProgressed.self)
        let last = told.map(\.complaint).filter { $0.complaintId == "CP1" }.max { $0.revision < $1.revision }
        #expect(last?.revision == 3 && last?.state == .accepted && last?.orderSource == "tms")
        #expect(try await orders()[0] == ["CP1", "tms", "O1", "3"])
    }
}
