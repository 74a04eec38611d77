import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

/// An invoice of a TMS that a bank, an ERP and a CRM speak of, each with numbers of its own.
@Suite("Invoices of other systems", .service(try financeDefinition()))
struct InvoiceReferenceTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let customer = CustomerCode(code: "C1", source: "tms")

    private static func invoice(_ source: String, _ amount: String, _ customer: CustomerCode) throws
        -> ServiceFixture.Message
    {
        ServiceFixture.Message(
            "i-\(source)", source: source,
            InvoiceIssued(
                invoiceId: "I1", customer: customer, orderIds: [], issuedAt: try moment("2026-01-05T10:00:00+08:00"),
                dueAt: try moment("2026-02-04T10:00:00+08:00"), amount: .of(amount), currency: .cny))
    }

    private static func payment(_ source: String, _ amount: String) throws -> ServiceFixture.Message {
        ServiceFixture.Message(
            "p-\(source)", source: source,
            PaymentReceived(
                paymentId: "P1", customer: customer, receivedAt: try moment("2026-01-20T10:00:00+08:00"),
                amount: .of(amount), currency: .cny,
                allocations: [PaymentAllocation(invoiceId: "I1", invoiceSource: "tms", amount: .of(amount))]))
    }

    private static func documents() throws -> [ServiceFixture.Message] {
        let at = try moment("2026-01-10T10:00:00+08:00")
        return [
            try invoice("tms", "100", CustomerCode(code: "C1")),
            // The same number of the bank's own is another invoice.
            try invoice("bank", "30", CustomerCode(code: "C9")),
            // And two payments of one number, of two systems, pay one invoice.
            try payment("bank", "40"), try payment("erp", "7"),
            .init("r", source: "bank", try Collect.back("R1", "P1", "15")),
            .init(
                "n", source: "crm",
                CreditNoteIssued(
                    creditNoteId: "CN1", customer: customer, invoiceId: "I1", invoiceSource: "tms", issuedAt: at,
                    amount: .of("10"), currency: .cny)),
            .init(
                "w", source: "crm",
                WriteOffProposed(
                    writeOffId: "W1", invoiceId: "I1", invoiceSource: "tms", amount: .of("5"), currency: .cny,
                    reason: .smallBalance, proposedBy: "li.wei", proposedAt: at)),
            .init("a", source: "crm", try Collect.approve("W1")),
            .init(
                "d", source: "crm",
                InvoiceDisputed(
                    disputeId: "D1", invoiceId: "I1", invoiceSource: "tms", openedAt: at, amount: .of("20"),
                    currency: .cny, reason: .price)),
            .init(
                "m", source: "crm",
                PaymentPromised(
                    promiseId: "PR1", invoiceId: "I1", invoiceSource: "tms", amount: .of("7"), currency: .cny,
                    promisedOn: try #require(CalendarDay("2026-01-31")), madeAt: at)),
        ]
    }

    private static func check(_ finance: ServiceFixture, _ order: String) async throws {
        #expect(
            try await finance.rows(
                "select source, amount::text, paid::text from receivable where amount is not null order by 1")
                == [["bank", "30.0000", "0.0000"], ["tms", "100.0000", "47.0000"]], "\(order)")
        #expect(
            try await finance.rows(
                """
                select source, customer_code, receivable::text, deposits::text from account_exposure
                where (receivable, deposits) <> (0, 0) order by 1
                """) == [["bank", "C9", "30.0000", "0.0000"], ["tms", "C1", "53.0000", "0.0000"]], "\(order)")
        #expect(
            try await finance.rows("select count(*)::text from receivable where amount is null") == [["0"]],
            "\(order)")
    }

    @Test(
        "what other systems pay, credit, give up and take back is of the invoice they name, in any order",
        arguments: [0, 3, 5, 8], [false, true])
    func everyOrder(_ first: Int, _ isReversed: Bool) async throws {
        let documents = try Self.documents()
        let rotated = Array(documents[first...] + documents[..<first])
        let order = isReversed ? rotated.reversed() : rotated
        for message in order { try await finance.handle([message]) }
        try await finance.handle(
            order.map { ServiceFixture.Message("again-\($0.id)", source: $0.source, $0.body) })
        try await Self.check(finance, order.map(\.id).joined(separator: " "))
    }

    @Test(
        "a credit note of the customer's own system fits an invoice that another system bills, whichever came first",
        arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func noteOfTheCustomersSystem(_ arrival: [Int]) async throws {
        let at = try moment("2026-01-10T10:00:00+08:00")
        let invoice = try Self.invoice("erp", "100", Self.customer)
        let payment = ServiceFixture.Message(
            "p", source: "erp",
            PaymentReceived(
                paymentId: "P1", customer: Self.customer, receivedAt: at, amount: .of("40"), currency: .cny,
                allocations: [PaymentAllocation(invoiceId: "I1", amount: .of("40"))]))
        // The customer is one of the note's own system; of the invoice it is one of another's.
        let note = ServiceFixture.Message(
            "n", source: "tms",
            CreditNoteIssued(
                creditNoteId: "CN1", customer: CustomerCode(code: "C1"), invoiceId: "I1", invoiceSource: "erp",
                issuedAt: at, amount: .of("10"), currency: .cny))
        let order = arrival.map { [invoice, payment, note][$0] }
        for message in order { try await finance.handle([message]) }
        let place = order.map(\.id).joined(separator: " ")
        #expect(
            try await finance.rows("select amount::text, paid::text from receivable where amount is not null")
                == [["100.0000", "50.0000"]], "\(place)")
        #expect(
            try await finance.rows("select set_aside from receivable_adjustment where set_aside is not null")
                == [], "\(place)")
    }

    @Test("the lists show them with the invoice's customer, and the view counts each once")
    func lists() async throws {
        try await finance.handle(try Self.documents())
        func values(_ question: String, _ name: String, _ arguments: [String: String] = [:]) async throws
            -> [String?]
        {
            let table = try #require(try await finance.ask(question, arguments).first)
            let place = try #require(table.columns.firstIndex { $0.name == name })
            return table.rows.map { $0.values[place] }
        }
        #expect(try await values("receivables.disputes", "customer_code") == ["C1"])
        #expect(try await values("receivables.promises", "state", ["asOf": "2026-03-01"]) == ["kept"])
        #expect(try await values("receivables.write-offs", "written_off") == ["5.00"])
        _ = try await finance.pool.withTransaction { transaction in
            try transaction.query("select view_fold(1000)", as: Int.self)
        }
        #expect(
            try await finance.rows(
                "select metric, sum(amount)::text from view_entry where metric in ('receivable', 'cash-in', 'deposit') group by 1 order by 1"
            ) == [["cash-in", "32.0000"], ["deposit", "0.0000"], ["receivable", "83.0000"]])
    }

    @Test(
        "cash on account is for another system's invoice after all, also when the payment comes last",
        arguments: [false, true])
    func later(_ isReversed: Bool) async throws {
        let at = try moment("2026-01-25T10:00:00+08:00")
        let messages: [ServiceFixture.Message] = [
            try Self.invoice("tms", "100", CustomerCode(code: "C1")),
            .init(
                "p", source: "bank",
                PaymentReceived(
                    paymentId: "P1", customer: Self.customer, receivedAt: at, amount: .of("50"), currency: .cny)),
            .init(
                "l", source: "bank",
                PaymentAllocated(
                    allocationId: "L1", paymentId: "P1", allocatedAt: at,
                    allocations: [PaymentAllocation(invoiceId: "I1", invoiceSource: "tms", amount: .of("30"))])),
        ]
        for message in isReversed ? messages.reversed() : messages { try await finance.handle([message]) }
        #expect(
            try await finance.rows("select source, paid::text from receivable") == [["tms", "30.0000"]])
        #expect(
            try await finance.rows("select receivable::text, deposits::text from account_exposure")
                == [["70.0000", "20.0000"]])
    }

    @Test("a supplier's invoice of the ERP is paid by the bank", arguments: [false, true])
    func supplier(_ isReversed: Bool) async throws {
        let at = try moment("2026-01-20T10:00:00+08:00")
        let messages: [ServiceFixture.Message] = [
            .init(
                "i", source: "erp",
                SupplierInvoiceReceived(
                    invoiceId: "V1", supplier: SupplierReference(code: "S1"), orderIds: [],
                    issuedAt: try moment("2026-01-05T10:00:00+08:00"), dueAt: try moment("2026-02-05T10:00:00+08:00"),
                    amount: .of("70"), currency: .cny)),
            .init(
                "p", source: "bank",
                SupplierPaymentMade(
                    paymentId: "O1", supplier: SupplierReference(code: "S1", source: "erp"), paidAt: at,
                    amount: .of("100"), currency: .cny,
                    allocations: [PaymentAllocation(invoiceId: "V1", invoiceSource: "erp", amount: .of("70"))])),
        ]
        for message in isReversed ? messages.reversed() : messages { try await finance.handle([message]) }
        #expect(
            try await finance.rows("select source, paid::text, settled_day::text from supplier_invoice")
                == [["erp", "70.0000", "2026-01-20"]])
        #expect(
            try await finance.ask("references.waiting", ["what": "supplier-invoice"])["references"].rows.isEmpty)
        let prepaid = try #require(try await finance.ask("payables.prepayments").first)
        let place = try #require(prepaid.columns.firstIndex { $0.name == "prepaid" })
        #expect(prepaid.rows.map { $0.values[place] } == ["30.00"])
    }

    @Test("what we paid for a supplier's invoice that has not come is listed, with who has an invoice of that number")
    func supplierInvoiceWaits() async throws {
        try await finance.handle([
            .init(
                "i", source: "erp",
                SupplierInvoiceReceived(
                    invoiceId: "V1", supplier: SupplierReference(code: "S1"), orderIds: [],
                    issuedAt: try moment("2026-01-05T10:00:00+08:00"), dueAt: try moment("2026-02-05T10:00:00+08:00"),
                    amount: .of("70"), currency: .cny)),
            .init(
                "p", source: "bank",
                SupplierPaymentMade(
                    paymentId: "O1", supplier: SupplierReference(code: "S1", source: "erp"),
                    paidAt: try moment("2026-01-20T10:00:00+08:00"), amount: .of("100"), currency: .cny,
                    allocations: [PaymentAllocation(invoiceId: "V1", amount: .of("70"))])),
        ])
        let answer = try await finance.ask("references.waiting", ["what": "supplier-invoice"])
        let references = answer["references"]
        #expect(references.column("source") == ["bank"] && references.column("number") == ["V1"])
        #expect(references.column("named_by") == ["supplier payment bank/O1"])
        #expect(references.column("known_to") == ["erp"] && references.column("documents") == ["1"])
        #expect(answer["waiting"].column("what").contains("supplier-invoice"))
    }

    @Test("what waits by a clock that is ahead, or for approval, has waited for no time, and not for less")
    func clocksAhead() async throws {
        let ahead = try #require(Timestamp("2099-01-20T10:00:00+08:00"))
        try await finance.handle([
            .init(
                "l", source: "tms",
                CreditLimitSet(
                    limitId: "L1", customer: CustomerCode(code: "C1"), group: nil, amount: .of("1"), currency: .cny,
                    from: try #require(CalendarDay("2026-01-01")), setBy: "wang.fang",
                    setAt: try moment("2026-01-01T09:00:00+08:00"))),
            .init(
                "p", source: "bank",
                SupplierPaymentMade(
                    paymentId: "O1", supplier: SupplierReference(code: "S1"), paidAt: ahead, amount: .of("100"),
                    currency: .cny, allocations: [PaymentAllocation(invoiceId: "V1", amount: .of("70"))])),
        ])
        try await finance.handle([
            .init("o", source: "tms", OrderPlaced(makeOrder("O1", at: "2099-01-20T10:00:00+08:00")))
        ])
        let ages = try await finance.pool.withTransaction { transaction in
            try (ReferenceQueries.figures + ApprovalQueries.figures).filter { $0.name.hasSuffix("_seconds") }
                .flatMap { try $0.read(transaction) }
        }
        #expect(ages.contains { $0.0 == "supplier-invoice" } && ages.contains { $0.0 == "KS01" })
        #expect(ages.allSatisfy { $0.1 >= 0 })
    }

    @Test("terms may be of a code of another system, of a customer's or a supplier's")
    func terms() async throws {
        func terms(_ role: TermsRole) throws -> TermsAgreed {
            TermsAgreed(
                role: role, code: "C1", codeSource: "tms", kind: .net, days: 10,
                agreedAt: try moment("2026-01-01T10:00:00+08:00"))
        }
        try await finance.handle([
            .init("t", source: "crm", try terms(.customer)), .init("u", source: "crm", try terms(.supplier)),
            .init(
                "i", source: "tms",
                InvoiceIssued(
                    invoiceId: "I2", customer: CustomerCode(code: "C1"), orderIds: [],
                    issuedAt: try moment("2026-01-05T10:00:00+08:00"), amount: .of("100"), currency: .cny)),
        ])
        #expect(
            try await finance.rows("select source, role, code from payment_terms order by role")
                == [["tms", "customer", "C1"], ["tms", "supplier", "C1"]])
        #expect(try await finance.rows("select due_day::text from receivable") == [["2026-01-15"]])
    }

    @Test(
        "a cost that one system has estimated is the same when another says what it came to",
        arguments: [false, true])
    func cost(_ isReversed: Bool) async throws {
        func cost(_ state: CostState, _ amount: String, of source: String?, order: String?) -> CostRecorded {
            let cost = makeCost("K1", order: "O1", state, amount)
            return CostRecorded(
                costId: cost.costId, costSource: source, orderId: cost.orderId, orderSource: order, line: cost.line,
                supplier: cost.supplier, state: state, amount: cost.amount, currency: cost.currency,
                serviceDate: cost.serviceDate)
        }
        let messages: [ServiceFixture.Message] = [
            .init("o", source: "tms", OrderPlaced(makeOrder("O1", [("100", nil)]))),
            .init("e", source: "tms", cost(.estimated, "60", of: nil, order: nil)),
            .init("a", source: "wms", cost(.actual, "70", of: "tms", order: "tms")),
        ]
        for message in isReversed ? messages.reversed() : messages { try await finance.handle([message]) }
        #expect(
            try await finance.rows(
                "select source, order_of, state::text, amount::text, supplier_source from cost")
                == [["tms", nil, "2", "70.0000", "wms"]])
        #expect(try await finance.rows("select source, cost::text from orders") == [["tms", "70.0000"]])
    }
}
