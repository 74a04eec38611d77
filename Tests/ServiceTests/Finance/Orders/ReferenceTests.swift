import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("References over systems", .service(try financeDefinition()))
struct ReferenceTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let customer = CustomerCode(code: "C1", source: "tms")

    /// One order of a TMS, costed and completed by a WMS, billed and paid by an ERP.
    private static func documents() throws -> [ServiceFixture.Message] {
        let cost = makeCost("K1", order: "O1", .actual, "70")
        return [
            .init("o", source: "tms", OrderPlaced(makeOrder("O1", [("100", nil)]))),
            .init(
                "k", source: "wms",
                CostRecorded(
                    costId: cost.costId, orderId: cost.orderId, orderSource: "tms", line: cost.line,
                    supplier: cost.supplier, state: cost.state, amount: cost.amount, currency: cost.currency,
                    serviceDate: cost.serviceDate)),
            .init(
                "d", source: "wms",
                OrderCompleted(
                    orderId: "O1", orderSource: "tms", revision: 1, completedAt: try moment("2026-03-05T09:00:00+08:00")
                )
            ),
            .init(
                "i", source: "erp",
                InvoiceIssued(
                    invoiceId: "I1", customer: Self.customer, orderIds: ["O1"], orderSource: "tms",
                    issuedAt: try moment("2026-03-06T09:00:00+08:00"), dueAt: try moment("2026-04-06T09:00:00+08:00"),
                    amount: .of("100"), currency: .cny)),
            .init(
                "p", source: "erp",
                PaymentReceived(
                    paymentId: "P1", customer: Self.customer, receivedAt: try moment("2026-03-20T09:00:00+08:00"),
                    amount: .of("40"), currency: .cny,
                    allocations: [PaymentAllocation(invoiceId: "I1", amount: .of("40"))])),
        ]
    }

    private static func permutations<Element>(_ elements: [Element]) -> [[Element]] {
        guard elements.count > 1 else { return [elements] }
        return elements.indices.flatMap { index -> [[Element]] in
            var others = elements
            let first = others.remove(at: index)
            return permutations(others).map { [first] + $0 }
        }
    }

    private static func check(_ finance: ServiceFixture, _ order: String) async throws {
        #expect(
            try await finance.rows(
                """
                select known_revenue::text, cost::text, is_completed::text, is_billed::text from orders
                where source = 'tms' and order_id = 'O1'
                """) == [["100.0000", "70.0000", "true", "true"]], "\(order)")
        #expect(
            try await finance.rows("select count(*)::text from orders where source not like 'old%'") == [["1"]],
            "\(order)")
        #expect(
            try await finance.rows(
                """
                select source, customer_code, receivable::text, deposits::text, accepted::text, unbilled::text
                from account_exposure where source not like 'old%' and (receivable, deposits, accepted, unbilled) <> (0, 0, 0, 0)
                """) == [["tms", "C1", "60.0000", "0.0000", "0.0000", "0.0000"]], "\(order)")
    }

    @Test(
        "one order's documents of three systems end in one margin and one exposure, in whatever order they come",
        arguments: [0, 20, 40, 60, 80, 100])
    func everyOrder(_ place: Int) async throws {
        let order = Self.permutations(try Self.documents())[place]
        for message in order { try await finance.handle([message]) }
        // All of it once more, as new messages: nothing is counted twice.
        try await finance.handle(
            order.map { ServiceFixture.Message("again-\($0.id)", source: $0.source, $0.body) })
        try await Self.check(finance, order.map(\.id).joined())
    }

    @Test("the view puts an invoice of another system where its order is")
    func view() async throws {
        let documents = try Self.documents()
        try await finance.handle(Array(documents.reversed()))
        _ = try await finance.pool.withTransaction { transaction in
            try transaction.query("select view_fold(1000)", as: Int.self)
        }
        #expect(
            try await finance.rows(
                """
                select branch, business_line, sum(amount)::text from view_entry where metric = 'receivable'
                group by 1, 2
                """) == [["KS01", "air-freight", "60.0000"]])
    }

    @Test("what a system names as its own stays its own: the same number of another system is another order")
    func ownNumber() async throws {
        try await finance.handle([
            .init("o", source: "tms", OrderPlaced(makeOrder("O1", [("100", nil)]))),
            .init("k", source: "wms", makeCost("K1", order: "O1", .actual, "70")),
        ])
        #expect(
            try await finance.rows("select cost::text from orders where source = 'tms'") == [["0.0000"]])
        let waiting = try #require(try await finance.ask("costs.waiting").first)
        #expect(waiting.rows.map { $0.values[1] } == ["K1"])
    }

    @Test("an order that an invoice names behind another waits with that invoice beside it")
    func behind() async throws {
        try await finance.handle([
            .init("o", source: "tms", OrderPlaced(makeOrder("O1"))),
            .init(
                "i", source: "erp",
                InvoiceIssued(
                    invoiceId: "I1", customer: Self.customer, orderIds: ["O1", "O2"], orderSource: "tms",
                    issuedAt: try moment("2026-03-06T09:00:00+08:00"), dueAt: nil, amount: .of("100"), currency: .cny)),
        ])
        let references = try await finance.ask("references.waiting", ["what": "order"])["references"]
        #expect(references.column("number") == ["O2"] && references.column("documents") == ["1"])
        #expect(references.column("named_by") == ["invoice erp/I1"])
    }

    @Test("every order that a supplier's invoice names is waited for, and is not any more once it has come")
    func behindOfSupplier() async throws {
        try await finance.handle([
            .init("o", source: "tms", OrderPlaced(makeOrder("O1"))),
            .init(
                "s", source: "erp",
                SupplierInvoiceReceived(
                    invoiceId: "SI1", supplier: SupplierReference(code: "S1"), orderIds: ["O1", "O2", "O3"],
                    orderSource: "tms", issuedAt: try moment("2026-03-06T09:00:00+08:00"),
                    dueAt: try moment("2026-04-06T09:00:00+08:00"), amount: .of("70"), currency: .cny)),
        ])
        let references = try await finance.ask("references.waiting", ["what": "order"])["references"]
        #expect(Set(references.column("number")) == ["O2", "O3"] && references.column("documents") == ["1", "1"])
        #expect(references.column("named_by") == ["supplier invoice erp/SI1", "supplier invoice erp/SI1"])
        try await finance.handle([.init("o3", source: "tms", OrderPlaced(makeOrder("O3")))])
        #expect(
            try await finance.ask("references.waiting", ["what": "order"])["references"].column("number") == ["O2"])
    }

    @Test("what is named and has not come waits by kind and age, with who else has the number, until it comes")
    func waiting() async throws {
        try await finance.handle([
            .init("a", source: "old", OrderPlaced(makeOrder("O1"))),
            .init("b", source: "older", OrderPlaced(makeOrder("O1"))),
        ])
        let documents = try Self.documents()
        try await finance.handle(documents.filter { $0.id != "o" && $0.id != "i" })
        func waiting(_ what: String = "all") async throws -> [[String?]] {
            let table = try #require(try await finance.ask("references.waiting", ["what": what]).last)
            let names = ["what", "source", "number", "documents", "named_by", "known_to", "ambiguous"]
            let places = names.compactMap { name in table.columns.firstIndex { $0.name == name } }
            return table.rows.map { row in places.map { row.values[$0] } }.sorted { ($0[0] ?? "") < ($1[0] ?? "") }
        }
        let all = try await waiting()
        #expect(all.map { $0[0] } == ["customer", "invoice", "order"])
        #expect(all.map { $0[1] } == ["tms", "erp", "tms"])
        #expect(all.map { $0[4] } == ["payment erp/P1", "payment erp/P1", "cost wms/K1"])
        #expect(all.map { $0[5] } == ["old, older", nil, "old, older"])
        #expect(try await waiting("order").count == 1)
        let counts = try #require(try await finance.ask("references.waiting").first)
        #expect(counts.rows.count == 3)
        let figures = try await finance.pool.withTransaction(isReadOnly: true) { transaction in
            try finance.definition.figures.map { try $0.read(transaction) }
        }
        #expect(figures.first?.map(\.0) == ["customer", "invoice", "order", "payment", "supplier-invoice"])
        #expect(figures.first?.map(\.1) == [1, 1, 1, 0, 0])
        #expect(figures.last?.allSatisfy { ($0.1 > 0) == !["payment", "supplier-invoice"].contains($0.0) } == true)
        try await finance.handle(documents.filter { $0.id == "o" || $0.id == "i" })
        #expect(try await waiting().isEmpty)
        try await Self.check(finance, "waiting")
    }

    @Test("a supplier's invoice fits the cost that another system has told of it under the code of the first")
    func supplier() async throws {
        let cost = makeCost("K1", order: "O1", .actual, "70")
        try await finance.handle([
            .init(
                "k", source: "wms",
                CostRecorded(
                    costId: cost.costId, orderId: cost.orderId, orderSource: "tms", line: cost.line,
                    supplier: SupplierReference(code: "S1", source: "erp"), state: cost.state,
                    amount: cost.amount, currency: cost.currency, serviceDate: cost.serviceDate)),
            // The same code of the WMS's own is another supplier.
            .init(
                "other", source: "wms",
                CostRecorded(
                    costId: "K2", orderId: cost.orderId, orderSource: "tms", line: cost.line,
                    supplier: SupplierReference(code: "S1"), state: cost.state, amount: .of("500"),
                    currency: cost.currency, serviceDate: cost.serviceDate)),
            .init(
                "i", source: "erp",
                SupplierInvoiceReceived(
                    invoiceId: "SI1", supplier: SupplierReference(code: "S1"), orderIds: ["O1"],
                    orderSource: "tms", issuedAt: try moment("2026-03-06T09:00:00+08:00"),
                    dueAt: try moment("2026-04-06T09:00:00+08:00"), amount: .of("70"), currency: .cny)),
        ])
        let table = try #require(try await finance.ask("payables.list").first)
        let place = try #require(table.columns.firstIndex { $0.name == "match" })
        #expect(table.rows.map { $0.values[place] } == ["matched"])
    }
}
