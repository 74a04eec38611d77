import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import FinanceService
@testable import SalesService
@testable import ServiceKit
@testable import SupplierService

@Suite("What would become of lines that are imported", .services)
struct PreviewTests {
    private static let saidAt = "2026-01-05T00:00:00+08:00"

    /// The outcomes of some messages, in their order, a refusal with its reason and path.
    private func outcomes(
        _ fixture: ServiceFixture, _ question: QueryDescription, _ bodies: [any Contracts.Message],
        asOf: String = saidAt
    ) async throws -> [String] {
        let tables = try await fixture.ask(
            question.name, ["source": "erp", "asOf": asOf],
            lines: bodies.map { String(decoding: $0.encode(), as: UTF8.self) })
        return (tables.first?.rows ?? []).map { row in
            row.values[1...3].compactMap { $0 }.joined(separator: " ")
        }
    }

    private func invoice(_ id: String, _ amount: FixedDecimal) -> InvoiceIssued {
        InvoiceIssued(
            invoiceId: id, customer: CustomerCode(code: "C1"),
            issuedAt: Timestamp(microsecondsSinceEpoch: 1_767_600_000_000_000),
            amount: amount, currency: .cny)
    }

    private func payment(_ id: String, _ amount: FixedDecimal, _ currency: Currency = .cny) -> PaymentReceived {
        PaymentReceived(
            paymentId: id, customer: CustomerCode(code: "C1"),
            receivedAt: Timestamp(microsecondsSinceEpoch: 1_767_600_000_000_000),
            amount: amount, currency: currency, allocations: [PaymentAllocation(invoiceId: "I1", amount: amount)])
    }

    private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    private func budget(
        _ id: String, _ revision: Int, _ amount: FixedDecimal, from: String = "2026-01-01"
    ) throws -> ExpenseBudgetSet {
        ExpenseBudgetSet(
            budgetId: id, revision: revision, branch: "KS01", account: "gifts", from: try day(from),
            to: try day("2026-12-31"),
            amount: amount, currency: .cny, setBy: "li.wei")
    }

    @Test("finance: what comes is what was foretold, and once it is there it is the same again or refused")
    func finance() async throws {
        let fixture = try await ServiceFixture.make(ServiceName.finance.definition())
        #expect(
            try await outcomes(fixture, ImportQuestions.invoices, [invoice("I1", 10), invoice("I2", 20)]) == [
                "new", "new",
            ])
        #expect(try await outcomes(fixture, ImportQuestions.payments, [payment("P1", 5)]) == ["new"])
        try await fixture.handle([.init("m1", invoice("I1", 10)), .init("m2", payment("P1", 5))])
        #expect(
            try await outcomes(
                fixture, ImportQuestions.invoices, [invoice("I1", 10), invoice("I1", 11), invoice("I2", 20)])
                == ["same", "refused conflicting-content $.invoiceId", "new"])
        let usd = try #require(Currency("USD"))
        let payments = [payment("P1", 5), payment("P1", 6), payment("P2", 5, usd)]
        #expect(
            try await outcomes(fixture, ImportQuestions.payments, payments)
                == [
                    "same", "refused conflicting-content $.paymentId",
                    "refused currency-mismatch $.allocations[0].invoiceId",
                ])
        // The service itself says the same of them.
        let handled = try await fixture.handle(payments.enumerated().map { .init("p\($0.offset)", $0.element) })
        #expect(handled.refused.keys.sorted() == [1, 2])
        // What is no message of its contract is refused as it would be when it comes.
        let tables = try await fixture.ask(
            "invoices.preview", ["source": "erp"], lines: ["{", #"{"invoiceId":""}"#])
        #expect(tables[0].rows.map { $0.values[2] } == ["not-json", "identifier-length"])
    }

    @Test("finance: budgets, their revisions, and two for the same place and days")
    func budgets() async throws {
        let fixture = try await ServiceFixture.make(ServiceName.finance.definition())
        #expect(
            try await outcomes(
                fixture, ImportQuestions.budgets, [budget("B1", 1, 10), budget("B2", 1, 10, from: "2026-06-01")])
                == ["new", "refused conflicting-content $.from"])
        try await fixture.handle([.init("m1", budget("B1", 2, 10))])
        #expect(
            try await outcomes(
                fixture, ImportQuestions.budgets,
                [budget("B1", 2, 10), budget("B1", 2, 11), budget("B1", 1, 9), budget("B1", 3, 12)])
                == ["same", "refused conflicting-revision $.revision", "same", "changed"])
    }

    @Test("sales and suppliers: agreements by revision, suppliers by what their newest record says")
    func others() async throws {
        func agreement(_ revision: Int, _ title: String) throws -> AgreementRecorded {
            AgreementRecorded(
                AgreementTerms(
                    agreementId: "A1", revision: revision, kind: .rates, title: title, validFrom: try day("2026-01-01")),
                customer: CustomerCode(code: "C1"), by: "li.wei")
        }
        let sales = try await ServiceFixture.make(ServiceName.sales.definition())
        #expect(try await outcomes(sales, ImportQuestions.agreements, [agreement(1, "a")]) == ["new"])
        try await sales.handle([.init("m1", agreement(2, "b"))])
        #expect(
            try await outcomes(
                sales, ImportQuestions.agreements,
                [agreement(1, "a"), agreement(2, "b"), agreement(2, "c"), agreement(3, "c")])
                == ["same", "same", "refused conflicting-revision $.revision", "changed"])
        func supplier(_ name: String) -> SupplierReported { SupplierReported(code: "S1", name: name, branch: "KS01") }
        let suppliers = try await ServiceFixture.make(ServiceName.supplier.definition())
        #expect(try await outcomes(suppliers, ImportQuestions.suppliers, [supplier("a")]) == ["new"])
        try await suppliers.handle([.init("m1", at: Timestamp(Self.saidAt), supplier("a"))])
        #expect(
            try await outcomes(suppliers, ImportQuestions.suppliers, [supplier("a"), supplier("b")]) == [
                "same", "changed",
            ])
        // An older word changes nothing.
        #expect(
            try await outcomes(
                suppliers, ImportQuestions.suppliers, [supplier("b")], asOf: "2025-01-05T00:00:00+08:00") == ["same"])
    }

    @Test("customers: new, the same, changed, of a party that is known, and perhaps of one")
    func customers() async throws {
        func customer(_ code: String, _ name: String, credit: String? = nil, phone: String? = nil) -> CustomerReported {
            CustomerReported(
                code: code, name: name, creditCode: credit, phones: phone.map { [$0] } ?? [], branch: "KS01")
        }
        let credit = CustomerFixture.codes[0]
        let fixture = try await ServiceFixture.make(ServiceName.customer.definition())
        let first = customer("C1", "昆山恒达物流有限公司", credit: credit, phone: "0512-57881234")
        #expect(try await outcomes(fixture, ImportQuestions.customers, [first]) == ["new"])
        try await fixture.handle([.init("m1", at: Timestamp(Self.saidAt), first)])
        let told = try await outcomes(
            fixture, ImportQuestions.customers,
            [
                first, customer("C1", "昆山恒达国际物流有限公司", credit: credit, phone: "0512-57881234"),
                customer("C2", "上海永泰货运代理有限公司"),
            ])
        #expect(told == ["same", "changed", "new"])
        // What is taken afterwards is what was foretold: once it is there, it is the same.
        let second = customer("C3", "昆山恒达物流有限公司", phone: "0512-57881234")
        let foretold = try await outcomes(fixture, ImportQuestions.customers, [second])
        #expect(foretold == ["joins"] || foretold == ["probable"])
        // Whoever only waits for it is told no more than that it is not there yet.
        let waited = try await fixture.ask(
            ImportQuestions.customers.name, ["source": "erp", "asOf": Self.saidAt, "known": "true"],
            lines: [String(decoding: second.encode(), as: UTF8.self)])
        #expect(waited.first?.rows.first?.values[1] == "new")
        try await fixture.handle([.init("m2", at: Timestamp(Self.saidAt), second)])
        let accounts = try await fixture.rows(
            "select count(distinct customer_id)::text from account where code in ('C1', 'C3')")
        #expect(accounts == [[foretold == ["joins"] ? "1" : "2"]])
        #expect(try await outcomes(fixture, ImportQuestions.customers, [first, second]) == ["same", "same"])
        // A file that is older than what is known lands all the same, and is known afterwards.
        let old = "2025-01-05T00:00:00+08:00"
        let older = customer("C1", "昆山恒达运输有限公司")
        #expect(try await outcomes(fixture, ImportQuestions.customers, [older], asOf: old) == ["changed"])
        try await fixture.handle([.init("m3", at: Timestamp(old), older)])
        #expect(try await outcomes(fixture, ImportQuestions.customers, [older], asOf: old) == ["same"])
    }

    @Test("a question that is about no messages takes none")
    func elsewhere() async throws {
        let fixture = try await ServiceFixture.make(ServiceName.supplier.definition())
        await #expect(throws: Refusal.self) { try await fixture.ask("summary", lines: ["{}"]) }
    }
}
