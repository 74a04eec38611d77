import Contracts
import Domain
import Foundation
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit
@testable import Simulation

@Suite("Due dates by terms")
struct TermsRuleTests {
    @Test(
        "an invoice of an instant is due at the same time of its due day, in China",
        arguments: [
            (TermsKind.net, 30, nil, "2026-01-31T17:00:00+08:00", "2026-03-02T17:00:00+08:00"),
            (.net, 0, nil, "2026-01-31T17:00:00Z", "2026-02-01T01:00:00+08:00"),
            (.monthEnd, 15, nil, "2026-02-03T09:00:00+08:00", "2026-03-15T09:00:00+08:00"),
            (.monthEnd, 15, 25, "2026-02-26T09:00:00+08:00", "2026-04-15T09:00:00+08:00"),
        ] as [(TermsKind, Int, Int?, String, String)])
    func due(_ kind: TermsKind, _ days: Int, _ cutOff: Int?, _ issued: String, _ due: String) throws {
        let terms = PaymentTerms(kind: kind, days: days, cutOff: cutOff)
        #expect(terms.due(issued: try #require(Timestamp(issued))) == Timestamp(due))
    }

    @Test("terms: net days, month end with and without a cut-off, sixty days for small suppliers")
    func terms() throws {
        func due(_ terms: PaymentTerms, _ day: String) throws -> String {
            terms.due(issued: try #require(CalendarDay(day))).description
        }
        #expect(try due(PaymentTerms(kind: .net, days: 30), "2026-01-31") == "2026-03-02")
        #expect(try due(PaymentTerms(kind: .monthEnd, days: 30), "2026-01-31") == "2026-03-02")
        #expect(try due(PaymentTerms(kind: .monthEnd, days: 30), "2028-02-01") == "2028-03-30")
        #expect(try due(PaymentTerms(kind: .monthEnd, days: 30, cutOff: 25), "2026-01-25") == "2026-03-02")
        #expect(try due(PaymentTerms(kind: .monthEnd, days: 30, cutOff: 25), "2026-01-26") == "2026-03-30")
        #expect(try due(PaymentTerms(kind: .monthEnd, days: 0, cutOff: 25), "2026-12-26") == "2027-01-31")
        #expect(try due(PaymentTerms(kind: .net, days: 90, isSmallSupplier: true), "2026-01-01") == "2026-03-02")
    }

    @Test(
        "in another zone it is that zone's day and clock, however long the days between are",
        arguments: [
            ("Europe/Berlin", 30, "2026-03-01T17:00:00+01:00", "2026-03-31T17:00:00+02:00"),
            ("America/New_York", 1, "2026-03-03T10:00:00+08:00", "2026-03-03T21:00:00-05:00"),
        ])
    func elsewhere(_ name: String, _ days: Int, _ issued: String, _ due: String) throws {
        let zone = try #require(OrganisationZone(name))
        let terms = PaymentTerms(kind: .net, days: days, cutOff: nil)
        #expect(terms.due(issued: try #require(Timestamp(issued)), in: zone).description == due)
    }
}

@Suite("Due dates by terms over their tables", .service(try financeDefinition()))
struct TermsStoreTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func terms(
        _ days: Int, _ kind: TermsKind = .net, role: TermsRole = .customer, agreed: String, code: String = "C1",
        small: Bool? = nil
    ) throws -> TermsAgreed {
        TermsAgreed(
            role: role, code: code, kind: kind, days: days, smallSupplier: small,
            agreedAt: try #require(Timestamp("\(agreed)T10:00:00+08:00")))
    }

    private static func invoice(
        _ id: String, due: String? = nil, customer: String = "C1", amount: String = "100"
    ) throws -> InvoiceIssued {
        InvoiceIssued(
            invoiceId: id, customer: CustomerCode(code: customer), orderIds: [],
            issuedAt: try #require(Timestamp("2026-01-10T10:00:00+08:00")),
            dueAt: try due.map { try #require(Timestamp("\($0)T10:00:00+08:00")) }, amount: .of(amount), currency: .cny)
    }

    private static let dues = "select invoice_id, due_day, reminder_day from receivable order by invoice_id"

    @Test(
        "invoices without a day are due by the terms agreed last, in whatever order both come", arguments: [1, 2, 3, 4])
    func anyOrder(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        var messages: [ServiceFixture.Message] = [
            .init("t1", try Self.terms(10, agreed: "2026-01-01")),
            .init("t2", try Self.terms(20, .monthEnd, agreed: "2026-01-02")),
            .init("t3", try Self.terms(5, agreed: "2026-01-03", code: "C2")),
            .init("i1", try Self.invoice("I1")), .init("i2", try Self.invoice("I2", due: "2026-01-20")),
            .init("i3", try Self.invoice("I3", customer: "C2")), .init("i4", try Self.invoice("I4", customer: "C3")),
        ]
        messages.shuffle(using: &random)
        for start in stride(from: 0, to: messages.count, by: 2) {
            let part = Array(messages[start..<min(start + 2, messages.count)])
            let outcome = try await finance.handle(part + part, at: "2026-01-11T10:00:00+08:00")
            #expect(outcome.refused.isEmpty)
        }
        #expect(
            try await finance.rows(Self.dues).map { $0[1] } == [
                "2026-02-20", "2026-01-20", "2026-01-15", "2026-02-09",
            ])
        // What is open by its due day is kept beside the invoices, and follows.
        #expect(
            try await finance.rows(
                "select due_day, sum(amount) from open_item_day where items <> 0 group by 1 order by 1")
                == [
                    ["2026-01-15", "100.0000"], ["2026-01-20", "100.0000"], ["2026-02-09", "100.0000"],
                    ["2026-02-20", "100.0000"],
                ])
        // The first reminder, a week before it is due, on a working day not after that.
        let reminder = try await finance.rows(Self.dues)[0][2]
        let expected = WorkingCalendar.onOrBefore(try #require(CalendarDay("2026-02-13")))
        #expect(reminder == expected.description)
    }

    @Test("what is settled is not dated anew, and the same invoice again is no other one")
    func settled() async throws {
        try await finance.handle([
            .init("i", try Self.invoice("I1")),
            .init(
                "p",
                PaymentReceived(
                    paymentId: "P", customer: CustomerCode(code: "C1"),
                    receivedAt: try #require(Timestamp("2026-01-12T10:00:00+08:00")), amount: 100, currency: .cny,
                    allocations: [PaymentAllocation(invoiceId: "I1", amount: 100)])),
        ])
        try await finance.handle([.init("t", try Self.terms(90, agreed: "2026-01-15"))])
        #expect(try await finance.rows(Self.dues).map { $0[1] } == ["2026-02-09"])
        let again = try await finance.handle([.init("i2", try Self.invoice("I1"))])
        #expect(again.refused.isEmpty)
        let other = try await finance.handle([.init("i3", try Self.invoice("I1", due: "2026-02-09"))])
        #expect(other.refused[0]?.reason == .conflictingContent)
    }

    @Test("a small supplier is paid within sixty days, whichever comes first", arguments: [false, true])
    func smallSupplier(_ isInvoiceFirst: Bool) async throws {
        let invoice = SupplierInvoiceReceived(
            invoiceId: "V1", supplier: SupplierReference(code: "S1"), orderIds: [],
            issuedAt: try #require(Timestamp("2026-01-10T10:00:00+08:00")),
            dueAt: try #require(Timestamp("2026-06-10T10:00:00+08:00")), amount: 100, currency: .cny)
        var messages: [ServiceFixture.Message] = [
            .init("t", try Self.terms(90, role: .supplier, agreed: "2026-01-01", code: "S1", small: true)),
            .init("v", invoice),
        ]
        if isInvoiceFirst { messages.reverse() }
        for message in messages { try await finance.handle([message]) }
        #expect(try await finance.rows("select due_day from supplier_invoice") == [["2026-03-11"]])
    }
}
