import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

/// Documents of two kinds may have one number, and be of one moment: no list loses one of them where a page ends.
@Suite("Lists with one number twice", .service(try financeDefinition()))
struct PageKeyTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let at = "2026-01-20T10:00:00+08:00"

    /// A list as it is told at once, and a row a page.
    private func told(
        _ question: String, _ table: String, _ values: [String: String] = [:]
    ) async throws -> (whole: [[String?]], rows: [[String?]]) {
        let whole = try await finance.ask(question, values.merging(["limit": "2000"]) { $1 })[table]
        var rows: [[String?]] = []
        var after = ""
        repeat {
            let page = try await finance.ask(question, values.merging(["limit": "1", "after": after]) { $1 })[table]
            rows += page.rows.map(\.values)
            after = page.next ?? ""
        } while !after.isEmpty && rows.count < 50
        return (whole.rows.map(\.values), rows)
    }

    @Test("a payment and a credit note of one number and moment both stand on the statement and on account")
    func oneNumber() async throws {
        let outcome = try await finance.handle([
            .init("1", try Collect.invoice("I1", "100")),
            .init("2", try Collect.payment("P0", "100", for: [("I1", "100")], at: "2026-01-15T10:00:00+08:00")),
            .init("3", try Collect.payment("D1", "30", at: Self.at)),
            .init("4", try Collect.note("D1", "I1", "20", at: Self.at)),
        ])
        #expect(outcome.refused.isEmpty)
        let statement = try await told("receivables.statement", "statement", ["customer": "C1"])
        #expect(statement.rows == statement.whole && statement.rows.count == 4)
        let lines = try await finance.ask("receivables.statement", ["customer": "C1"])["statement"]
        #expect(lines.column("kind") == ["invoice", "payment", "credit-note", "payment"])
        // Each has the balance after itself, not after both.
        #expect(lines.column("balance") == ["100.00", "0.00", "-20.00", "-50.00"])
        let cash = try await told("receivables.unallocated", "cash on account")
        #expect(cash.rows == cash.whole && cash.rows.count == 2)
    }

    @Test("what is rounded of two invoices by one payment stands twice")
    func roundings() async throws {
        let outcome = try await finance.handle([
            .init("1", try Collect.invoice("I1", "100.0033")), .init("2", try Collect.invoice("I2", "200.0044")),
            .init("3", try Collect.payment("P1", "300", for: [("I1", "100"), ("I2", "200")], at: Self.at)),
        ])
        #expect(outcome.refused.isEmpty)
        let statement = try await told("receivables.statement", "statement", ["customer": "C1"])
        #expect(statement.rows == statement.whole && statement.rows.count == 5)
        #expect(statement.rows.filter { $0[1] == "rounding" }.count == 2)
    }

    @Test("a payment for one number of two systems waits twice, as a customer's and as ours")
    func waiting() async throws {
        let allocations = ["erp", "wms"].map {
            PaymentAllocation(invoiceId: "X1", invoiceSource: $0 == "erp" ? nil : $0, amount: .of("5"))
        }
        let outcome = try await finance.handle([
            .init(
                "1",
                PaymentReceived(
                    paymentId: "P1", customer: CustomerCode(code: "C1"), receivedAt: try moment(Self.at),
                    amount: .of("10"), currency: .cny, allocations: allocations)),
            .init(
                "2",
                SupplierPaymentMade(
                    paymentId: "Z1", supplier: SupplierReference(code: "S1", name: "Carrier"),
                    paidAt: try moment(Self.at), amount: .of("10"), currency: .cny, allocations: allocations)),
        ])
        #expect(outcome.refused.isEmpty)
        let ours = try await told("receivables.waiting", "payments that wait for an invoice")
        #expect(ours.rows == ours.whole && ours.rows.count == 2)
        let theirs = try await told(
            "payables.list", "supplier payments that wait for an invoice or were set aside")
        #expect(theirs.rows == theirs.whole && theirs.rows.count == 2)
    }

    @Test("an invoice of a thousand orders takes the list of invoices from nobody")
    func manyOrders() async throws {
        let orders = (1...1_000).map { "3f2b6c1e-9a4d-4e57-8c1b-\(String(100_000_000_000 + $0))" }
        let outcome = try await finance.handle([
            .init(
                "1",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: orders,
                    issuedAt: try moment(Self.at), dueAt: try moment(Self.at), amount: .of("100"), currency: .cny))
        ])
        #expect(outcome.refused.isEmpty)
        let tables = try await finance.ask("receivables.invoices")
        let read = try QueryReply(json: QueryReply.answered(tables, asOf: moment(Self.at)).encode()).tables
        #expect(read["invoices"].column("orders").first??.hasSuffix("more characters)") == true)
        #expect(read["invoices"].column("invoice_id") == ["I1"])
    }

    @Test("two customers with one code have two limits, each by the system that gave it the code")
    func limits() async throws {
        for source in ["erp", "crm"] {
            try await finance.handle([
                .init(
                    "r-\(source)", source: "waybill.customer",
                    CustomerRegistered(
                        CustomerRecord(
                            customerId: "of \(source)", revision: 1, name: source,
                            accounts: [AccountHoming(source: source, code: "C1", revision: 1)],
                            at: try moment("2026-01-01T09:00:00+08:00")))),
                .init(
                    "l-\(source)", source: source,
                    CreditLimitSet(
                        limitId: "L1", customer: CustomerCode(code: "C1"), amount: .of("1000"), currency: .cny,
                        from: try #require(CalendarDay("2026-01-01")), setBy: "wang.fang",
                        setAt: try moment("2026-01-01T09:00:00+08:00"))),
            ])
        }
        let limits = try await told("credit.limits", "limits", ["asOf": "2026-02-01"])
        #expect(limits.rows == limits.whole)
        #expect(limits.rows.map { $0[1] } == ["crm/C1", "erp/C1"])
    }
}
