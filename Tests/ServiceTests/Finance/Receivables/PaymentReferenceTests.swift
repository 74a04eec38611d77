import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import FinanceService

/// Payments of a bank of which an ERP says what goes back and what is allocated later.
@Suite("Payments of other systems", .service(try financeDefinition()))
struct PaymentReferenceTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let customer = CustomerCode(code: "C1", source: "tms")

    private static func payment(_ source: String, _ amount: String, for part: String) throws -> ServiceFixture.Message {
        .init(
            "p-\(source)", source: source,
            PaymentReceived(
                paymentId: "P1", customer: customer, receivedAt: try moment("2026-01-20T10:00:00+08:00"),
                amount: .of(amount), currency: .cny,
                allocations: [PaymentAllocation(invoiceId: "I1", invoiceSource: "tms", amount: .of(part))]))
    }

    private static func back(
        _ id: String, _ amount: String, of source: String?, payment: String = "P1", currency: Currency = .cny
    ) throws -> ServiceFixture.Message {
        .init(
            "r-\(id)", source: "erp",
            PaymentReturned(
                returnId: id, paymentId: payment, paymentSource: source,
                returnedAt: try moment("2026-02-10T10:00:00+08:00"), amount: .of(amount), currency: currency,
                reason: .bounced))
    }

    private static func later(_ source: String, _ amount: String, of payments: String?) throws -> ServiceFixture.Message
    {
        .init(
            "a-\(source)", source: source,
            PaymentAllocated(
                allocationId: "A1", paymentId: "P1", paymentSource: payments, allocatedAt: try moment(Collect.at),
                allocations: [PaymentAllocation(invoiceId: "I1", invoiceSource: "tms", amount: .of(amount))]))
    }

    private static func documents(naming source: String?) throws -> [ServiceFixture.Message] {
        [
            .init(
                "i", source: "tms",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: [],
                    issuedAt: try moment("2026-01-05T10:00:00+08:00"), dueAt: try moment("2026-02-04T10:00:00+08:00"),
                    amount: .of("100"), currency: .cny)),
            try payment("bank", "60", for: "50"),
            // An allocation of one number by the bank itself and by the ERP, both of one payment.
            try later("bank", "2", of: nil), try later("erp", "8", of: source), try back("R1", "15", of: source),
        ]
    }

    private static func check(
        _ finance: ServiceFixture, paid: String, onAccount: String = "0.0000", _ order: String
    ) async throws {
        #expect(
            try await finance.rows("select source, paid::text from receivable") == [["tms", paid]], "\(order)")
        #expect(
            try await finance.rows(
                """
                select document_source, allocation_source, allocation_id, applied::text from payment_allocation
                where allocation_id <> '' order by kind, allocation_source
                """) == [
                    ["bank", "bank", "A1", "2.0000"], ["bank", "erp", "A1", "8.0000"],
                    ["erp", "bank", "P1", "-15.0000"],
                ], "\(order)")
        #expect(
            try await finance.rows(
                "select source, payment_id, customer_source from customer_payment where kind = 'return'")
                == [["erp", "R1", "tms"]], "\(order)")
        #expect(
            try await finance.rows(
                """
                select e.source, e.customer_code, (e.receivable + r.paid)::text, e.deposits::text
                from account_exposure e cross join receivable r where (e.receivable, e.deposits) <> (0, 0)
                """) == [["tms", "C1", "100.0000", onAccount]], "\(order)")
        let what = try await finance.ask("references.waiting")["references"].column("what")
        #expect(!what.contains("payment"), "\(order)")
    }

    @Test(
        "what one system says of another's payment counts for it, in whatever order and however often it comes",
        arguments: [0, 1, 2, 3, 4, 5], [false, true])
    func everyOrder(_ first: Int, _ isReversed: Bool) async throws {
        // The ERP has a payment of that number of its own, of which nothing goes back.
        let documents = try Self.documents(naming: "bank") + [Self.payment("erp", "7", for: "7")]
        let rotated = Array(documents[first...] + documents[..<first])
        let order = isReversed ? rotated.reversed() : rotated
        let place = order.map(\.id).joined(separator: " ")
        for message in order {
            let outcome = try await finance.handle([message])
            #expect(outcome.refused.isEmpty, "\(place)")
        }
        try await Self.check(finance, paid: "52.0000", place)
        let again = order.map { ServiceFixture.Message("again-\($0.id)", source: $0.source, $0.body) }
        #expect(try await finance.handle(again).refused.isEmpty, "\(place)")
        try await Self.check(finance, paid: "52.0000", "again \(place)")
    }

    private func waiting() async throws -> [[String?]] {
        let references = try await finance.ask("references.waiting", ["what": "payment"])["references"]
        let columns = ["source", "number", "documents", "named_by", "known_to"].map(references.column)
        return references.rows.indices.map { row in columns.map { $0[row] } }
    }

    private static func settle(
        _ id: String, of meant: String, number: String = "P1", by login: String = "finance.director"
    ) -> ServiceFixture.Message {
        .init(
            id, source: "waybill.people", typedBy: login,
            SettlePaymentReference(
                source: "erp", number: number, meant: meant, reason: "its sender says no source", by: login))
    }

    @Test(
        "what says no source waits visibly with who else has the number, until its payment comes or somebody says whose"
    )
    func asked() async throws {
        try await finance.handle(try Self.documents(naming: nil) + [Self.payment("crm", "9", for: "1")])
        #expect(try await waiting() == [["erp", "P1", "2", "allocation erp/A1", "bank, crm"]])
        let counts = try await finance.ask("references.waiting")["waiting"]
        #expect(counts.column("what").contains("payment"))
        // Nothing is guessed: the invoice is paid what the two payments say themselves.
        #expect(try await finance.rows("select paid::text from receivable") == [["53.0000"]])
        func reason(_ message: ServiceFixture.Message) async throws -> String {
            let refusal = try await finance.handle([message]).refused[0]
            return refusal.map { "\($0.reason.rawValue) \($0.path)" } ?? "done"
        }
        #expect(try await reason(Self.settle("1", of: "old")) == "not-found $.meant")
        #expect(try await reason(Self.settle("2", of: "bank", by: "intern")) == "not-authorised $.by")
        #expect(try await reason(Self.settle("3", of: "bank", number: "P9")) == "not-found $.number")
        // Fifteen of nine cannot have gone back.
        #expect(try await reason(Self.settle("4", of: "crm")) == "over-allocated $.meant")
        #expect(try await waiting().count == 1)
        #expect(try await reason(Self.settle("5", of: "bank")) == "done")
        try await Self.check(finance, paid: "46.0000", onAccount: "8.0000", "settled")
        #expect(try await waiting().isEmpty)
        #expect(try await reason(Self.settle("6", of: "bank")) == "wrong-state $.number")
        let settled = try await finance.ask("references.settled")["settled"]
        #expect(settled.column("what") == ["payment"] && settled.column("documents") == ["2"])
        // What was said of them stays said when they come again.
        let again = try await finance.handle([
            .init("again-r", source: "erp", try Self.back("R1", "15", of: nil).body),
            .init("again-a", source: "erp", try Self.later("erp", "8", of: nil).body),
        ])
        #expect(again.refused.isEmpty)
        try await Self.check(finance, paid: "46.0000", onAccount: "8.0000", "settled and again")
    }

    @Test("a return in another currency than the payment that is meant is refused to who says so")
    func currency() async throws {
        try await finance.handle([
            try Self.payment("bank", "60", for: "50"),
            try Self.back("R2", "5", of: nil, currency: try #require(Currency("USD"))),
        ])
        let outcome = try await finance.handle([Self.settle("1", of: "bank")])
        #expect(outcome.refused.mapValues(\.reason) == [0: .currencyMismatch])
        #expect(try await waiting() == [["erp", "P1", "1", "return erp/R2", "bank"]])
    }

    @Test("a person who names a payment of another system is told when there is none")
    func typed() async throws {
        try await finance.handle([try Self.payment("bank", "60", for: "50")])
        func type(_ id: String, of source: String?) throws -> ServiceFixture.Message {
            .init(id, source: "erp", typedBy: "li.wei", try Self.back(id, "5", of: source).body)
        }
        let outcome = try await finance.handle([try type("R3", of: nil), try type("R4", of: "bank")])
        #expect(outcome.refused.mapValues(\.path) == [0: "$.paymentId"])
        func allocate(_ id: String, _ source: String?, _ invoice: String) throws -> ServiceFixture.Message {
            .init(
                id, source: "erp", typedBy: "li.wei",
                PaymentAllocated(
                    allocationId: id, paymentId: "P1", paymentSource: source, allocatedAt: try moment(Collect.at),
                    allocations: [PaymentAllocation(invoiceId: invoice, amount: .of("1"))], by: "li.wei"))
        }
        try await finance.handle([.init("i", try Collect.invoice("I2", "10"))])
        let allocated = try await finance.handle([
            try allocate("A1", nil, "I2"), try allocate("A2", "bank", "TYPO"), try allocate("A3", "bank", "I2"),
        ])
        #expect(
            allocated.refused.mapValues(\.path) == [0: "$.paymentId", 1: "$.allocations[0].invoiceId"])
        #expect(try await finance.rows("select paid::text from receivable where invoice_id = 'I2'") == [["1.0000"]])
    }

    @Test("for how many days something is waited for is told by the service's clock")
    func days() async throws {
        try await finance.handle([Self.payment("bank", "60", for: "50")])
        let now = try moment("2026-01-30T11:00:00+08:00")
        let references = try await finance.ask("references.waiting", ["what": "customer"], at: now)["references"]
        #expect(references.column("number") == ["C1"] && references.column("days") == ["10"])
    }
}
