import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import CustomerService

@Suite("What the customer service waits for", .service(try customerDefinition()))
struct WaitingReferenceTests {
    private let customers: ServiceFixture

    init() throws { customers = try .current }

    private static func invoice(_ id: String, of customer: CustomerCode) throws -> InvoiceIssued {
        InvoiceIssued(
            invoiceId: id, customer: customer, orderIds: [], issuedAt: try moment("2026-03-01T09:00:00+08:00"),
            dueAt: try moment("2026-04-01T09:00:00+08:00"), amount: .of("100"), currency: .cny)
    }

    @Test("an invoice waits for the customer whose code it names, with who else has that code")
    func invoices() async throws {
        try await customers.handle([
            .init("o", source: "tms", OrderPlaced(makeOrder("O1"))),
            .init("i", source: "erp", try Self.invoice("I1", of: CustomerCode(code: "C1"))),
            .init("j", source: "erp", try Self.invoice("I2", of: CustomerCode(code: "C1"))),
            .init("k", source: "erp", try Self.invoice("I3", of: CustomerCode(code: "C1", source: "tms"))),
        ])
        let asked = try await customers.ask("references.waiting", at: moment("2026-03-04T10:00:00+08:00"))
        let references = asked["references"]
        #expect(references.column("what") == ["customer"])
        #expect(references.column("source") == ["erp"])
        #expect(references.column("documents") == ["2"])
        #expect(references.column("named_by") == ["invoice erp/I1"])
        #expect(references.column("known_to") == ["tms"])
        #expect(references.column("days") == ["3"])
        try await customers.handle([
            .init("r", source: "erp", CustomerReported(code: "C1", name: "C1 Ltd", branch: "KS01"))
        ])
        #expect(try await customers.ask("references.waiting")["references"].rows.isEmpty)
    }
}
