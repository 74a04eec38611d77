import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("What sales waits for", .service(SalesService.definition))
struct WaitingReferenceTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static func customer(_ source: String) throws -> CustomerRegistered {
        CustomerRegistered(
            CustomerRecord(
                customerId: "c-\(source)", revision: 1, name: "C1",
                accounts: [AccountHoming(source: source, code: "C1", revision: 1)],
                at: try moment("2026-01-01T09:00:00+08:00")))
    }

    private static func agreement(_ source: String?) throws -> AgreementRecorded {
        AgreementRecorded(
            AgreementTerms(
                agreementId: "K1", revision: 1, kind: .rates, title: "Rates",
                validFrom: try #require(CalendarDay("2025-04-01"))),
            customer: CustomerCode(code: "C1", source: source), by: "li.wei")
    }

    @Test("an agreement waits for its customer by the code that it names, with who else has that code")
    func agreements() async throws {
        try await sales.handle([
            .init("a", source: "waybill.customer", try Self.customer("tms")),
            .init("k", source: "crm", try Self.agreement(nil)),
        ])
        let references = try await sales.ask("references.waiting")["references"]
        #expect(references.column("what") == ["customer"])
        #expect(references.column("source") == ["crm"])
        #expect(references.column("named_by") == ["agreement crm/K1"])
        #expect(references.column("known_to") == ["tms"])
        #expect(references.column("days") == ["0"])
        #expect(try await sales.ask("references.waiting", ["what": "order"])["references"].rows.isEmpty)
        try await sales.handle([.init("b", source: "waybill.customer", try Self.customer("crm"))])
        #expect(try await sales.ask("references.waiting")["references"].rows.isEmpty)
    }

    @Test("an agreement that says whose code it names waits for none that is there")
    func said() async throws {
        try await sales.handle([
            .init("a", source: "waybill.customer", try Self.customer("tms")),
            .init("k", source: "crm", try Self.agreement("tms")),
        ])
        #expect(try await sales.ask("references.waiting")["references"].rows.isEmpty)
    }

    @Test("a decision waits for its order")
    func decisions() async throws {
        try await sales.handle([
            .init("o", source: "old", OrderPlaced(makeOrder("O1"))),
            .init(
                "d", source: "waybill.finance",
                OrderDecided(
                    source: "erp", orderId: "O1", revision: 1, decisionNumber: 1, customerId: "c1", customerCode: "C1",
                    businessLine: "air-freight", branch: "KS01", decision: .accepted, rule: "open",
                    decidedAt: try moment("2026-03-02T12:00:00+08:00"))),
        ])
        let references = try await sales.ask("references.waiting")["references"]
        #expect(references.column("what") == ["order"])
        #expect(references.column("source") == ["erp"])
        #expect(references.column("known_to") == ["old"])
        try await sales.handle([.init("e", source: "erp", OrderPlaced(makeOrder("O1")))])
        #expect(try await sales.ask("references.waiting")["references"].rows.isEmpty)
    }
}
