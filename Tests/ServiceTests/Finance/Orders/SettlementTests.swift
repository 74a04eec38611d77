import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

/// Documents of three systems of which none says whose numbers it names, until somebody does.
@Suite("References that people settle", .service(try financeDefinition()))
struct SettlementTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let supplier = SupplierReference(code: "S1", source: "erp")

    private static func cost(
        _ state: CostState, _ amount: String, line: Int = 1, orderSource: String? = nil
    ) -> CostRecorded {
        let cost = makeCost("K1", order: "O1", line: line, state, amount)
        return CostRecorded(
            costId: cost.costId, orderId: cost.orderId, orderSource: orderSource, line: line, supplier: supplier,
            state: state, amount: cost.amount, currency: cost.currency, serviceDate: cost.serviceDate)
    }

    private static func invoice(_ orders: [String] = ["O1"]) throws -> InvoiceIssued {
        InvoiceIssued(
            invoiceId: "I1", customer: CustomerCode(code: "C1", source: "tms"), orderIds: orders,
            issuedAt: try moment("2026-03-06T09:00:00+08:00"), dueAt: try moment("2026-04-06T09:00:00+08:00"),
            amount: .of("100"), currency: .cny)
    }

    private static func payment(_ currency: Currency = .cny) throws -> PaymentReceived {
        PaymentReceived(
            paymentId: "P1", customer: CustomerCode(code: "C1", source: "tms"),
            receivedAt: try moment("2026-03-20T09:00:00+08:00"), amount: .of("40"), currency: currency,
            allocations: [PaymentAllocation(invoiceId: "I1", amount: .of("40"))])
    }

    private static func order(_ source: String, _ id: String = "O1") -> ServiceFixture.Message {
        .init("o-\(source)-\(id)", source: source, OrderPlaced(makeOrder(id, [("100", nil)])))
    }

    private static func settle(
        _ id: String, _ what: NamedKind, _ source: String, of meant: String, number: String? = nil,
        by login: String = "finance.director"
    ) -> ServiceFixture.Message {
        .init(
            id, source: "waybill.people", typedBy: login,
            SettleReference(
                what: what, source: source, number: number ?? (what == .order ? "O1" : "I1"), meant: meant,
                reason: "its sender says no source", by: login))
    }

    private static func documents() throws -> [ServiceFixture.Message] {
        [
            order("tms"), .init("k", source: "wms", cost(.actual, "70")),
            .init(
                "d", source: "wms",
                OrderCompleted(orderId: "O1", revision: 1, completedAt: try moment("2026-03-05T09:00:00+08:00"))),
            .init("i", source: "erp", try invoice()), .init("p", source: "bank", try payment()),
            .init(
                "s", source: "erp",
                SupplierInvoiceReceived(
                    invoiceId: "SI1", supplier: SupplierReference(code: "S1"), orderIds: ["O1"],
                    issuedAt: try moment("2026-03-06T09:00:00+08:00"), dueAt: try moment("2026-04-06T09:00:00+08:00"),
                    amount: .of("70"), currency: .cny)),
        ]
    }

    private static func waiting(_ finance: ServiceFixture) async throws -> [String] {
        let references = try await finance.ask("references.waiting")["references"]
        return zip(references.column("source"), references.column("number"))
            .map { "\($0 ?? "")/\($1 ?? "")" }.sorted()
    }

    private static func check(_ finance: ServiceFixture, _ order: String) async throws {
        #expect(
            try await finance.rows(
                """
                select source, known_revenue::text, cost::text, is_completed::text, is_billed::text, billed::text
                from orders where customer_code <> ''
                """) == [["tms", "100.0000", "70.0000", "true", "true", "100.0000"]], "\(order)")
        #expect(
            try await finance.rows(
                """
                select source, customer_code, receivable::text, deposits::text, accepted::text, unbilled::text
                from account_exposure where (receivable, deposits, accepted, unbilled) <> (0, 0, 0, 0)
                """) == [["tms", "C1", "60.0000", "0.0000", "0.0000", "0.0000"]], "\(order)")
        #expect(try await finance.rows("select source, paid::text from receivable") == [["erp", "40.0000"]])
        #expect(try await finance.ask("payables.list")["payables"].column("match") == ["matched"], "\(order)")
        #expect(try await waiting(finance).isEmpty, "\(order)")
    }

    private static func settleAll() -> [ServiceFixture.Message] {
        [
            settle("1", .order, "wms", of: "tms"), settle("2", .order, "erp", of: "tms"),
            settle("3", .invoice, "bank", of: "erp"),
        ]
    }

    @Test(
        "documents that wait are joined by a person's word as if they had said so, in whatever order they came",
        arguments: 0..<6)
    func everyOrder(_ turn: Int) async throws {
        let documents = try Self.documents()
        let arrival = Array(documents[turn...] + documents[..<turn])
        for message in turn.isMultiple(of: 2) ? arrival : arrival.reversed() {
            try await finance.handle([message])
        }
        #expect(try await Self.waiting(finance) == ["bank/I1", "erp/O1", "wms/O1"])
        #expect(
            try await finance.rows("select cost::text, is_billed::text from orders where source = 'tms'")
                == [["0.0000", "false"]])
        for message in turn.isMultiple(of: 2) ? Self.settleAll() : Self.settleAll().reversed() {
            #expect(try await finance.handle([message]).refused.isEmpty)
        }
        try await Self.check(finance, arrival.map(\.id).joined())
        // The same documents as new messages have no second effect.
        let again = try await finance.handle(
            arrival.map { ServiceFixture.Message("again-\($0.id)", source: $0.source, $0.body) })
        #expect(again.refused.isEmpty)
        try await Self.check(finance, "again")
    }

    @Test("the view puts an invoice where the order is that is meant")
    func view() async throws {
        func fold() async throws -> [[String?]] {
            _ = try await finance.pool.withTransaction { transaction in
                try transaction.query("select view_fold(1000)", as: Int.self)
            }
            return try await finance.rows(
                """
                select branch, business_line, sum(amount)::text from view_entry where metric = 'receivable'
                group by 1, 2
                """)
        }
        try await finance.handle(Self.documents())
        #expect(try await fold() == [["-", "-", "100.0000"]])
        try await finance.handle(Self.settleAll())
        #expect(try await fold() == [["KS01", "air-freight", "60.0000"]])
    }

    @Test("what was said of a cost holds for its later states; said otherwise by the cost itself, that holds")
    func states() async throws {
        try await finance.handle([
            Self.order("tms"), Self.order("old"), .init("e", source: "wms", Self.cost(.estimated, "60")),
        ])
        try await finance.handle([Self.settle("1", .order, "wms", of: "tms")])
        let orders = "select source, cost::text from orders where customer_code <> '' order by 1"
        #expect(try await finance.rows(orders) == [["old", "0.0000"], ["tms", "60.0000"]])
        // The same again, as it was said and as it was meant; and a contradiction.
        let again = try await finance.handle([
            .init("f", source: "wms", Self.cost(.estimated, "60")),
            .init("g", source: "wms", Self.cost(.estimated, "60", orderSource: "tms")),
            .init("h", source: "wms", Self.cost(.estimated, "61")),
        ])
        #expect(again.refused.mapValues(\.reason) == [2: .conflictingContent])
        try await finance.handle([.init("a", source: "wms", Self.cost(.actual, "70"))])
        #expect(try await finance.rows(orders) == [["old", "0.0000"], ["tms", "70.0000"]])
        #expect(try await finance.rows("select order_of, order_said from cost") == [["tms", "wms"]])
        #expect(try await Self.waiting(finance).isEmpty)
    }

    @Test("another document that names the number afterwards waits again")
    func afterwards() async throws {
        try await finance.handle([Self.order("tms"), .init("k", source: "wms", Self.cost(.actual, "70"))])
        try await finance.handle([Self.settle("1", .order, "wms", of: "tms")])
        #expect(try await Self.waiting(finance).isEmpty)
        try await finance.handle([.init("l", source: "wms", makeCost("K2", order: "O1", .actual, "5"))])
        #expect(try await Self.waiting(finance) == ["wms/O1"])
        #expect(try await finance.handle([Self.settle("2", .order, "wms", of: "tms")]).refused.isEmpty)
        #expect(try await finance.rows("select cost::text from orders where customer_code <> ''") == [["75.0000"]])
        let settled = try await finance.ask("references.settled")["settled"]
        #expect(settled.column("named_by") == ["cost wms/K2", "cost wms/K1"])
        #expect(settled.column("meant") == ["tms", "tms"])
        #expect(settled.column("settled_by") == ["finance.director", "finance.director"])
        #expect(settled.column("reason").allSatisfy { $0 == "its sender says no source" })
    }

    @Test("an invoice of several orders goes as a whole; what else waits for these goes on waiting")
    func severalOrders() async throws {
        try await finance.handle([
            Self.order("tms"), Self.order("tms", "O2"), .init("i", source: "erp", try Self.invoice(["O1", "O2"])),
            .init("k", source: "erp", makeCost("K2", order: "O2", .actual, "5")),
        ])
        #expect(try await Self.waiting(finance) == ["erp/O1", "erp/O2"])
        #expect(try await finance.handle([Self.settle("1", .order, "erp", of: "tms")]).refused.isEmpty)
        #expect(try await Self.waiting(finance) == ["erp/O2"])
        #expect(
            try await finance.rows(
                "select source, order_id, billed::text, is_billed::text from orders order by 1, 2")
                == [
                    ["erp", "O1", nil, "false"], ["erp", "O2", nil, "false"], ["tms", "O1", "50.0000", "true"],
                    ["tms", "O2", "50.0000", "true"],
                ])
    }

    @Test("what cannot be meant is refused with its reason and leaves everything as it was")
    func refused() async throws {
        try await finance.handle([
            Self.order("tms"), .init("k", source: "wms", Self.cost(.actual, "70")),
            .init("i", source: "tms", try Self.invoice([])),
            .init("p", source: "bank", try Self.payment(try #require(Currency("USD")))),
            Self.order("erp", "O2"),
            .init(
                "j", source: "erp",
                InvoiceIssued(
                    invoiceId: "I2", customer: CustomerCode(code: "C1"), orderIds: ["O1", "O2"],
                    issuedAt: try moment("2026-03-06T09:00:00+08:00"),
                    dueAt: try moment("2026-04-06T09:00:00+08:00"), amount: .of("100"), currency: .cny)),
        ])
        func reason(_ message: ServiceFixture.Message) async throws -> String {
            let refusal = try await finance.handle([message]).refused[0]
            return refusal.map { "\($0.reason.rawValue) \($0.path)" } ?? "done"
        }
        #expect(try await reason(Self.settle("1", .order, "wms", of: "old")) == "not-found $.meant")
        #expect(
            try await reason(Self.settle("2", .order, "wms", of: "tms", number: "O9")) == "not-found $.number")
        #expect(try await reason(Self.settle("3", .order, "tms", of: "wms")) == "wrong-state $.number")
        #expect(try await reason(Self.settle("4", .order, "wms", of: "wms")) == "not-found $.meant")
        #expect(
            try await reason(Self.settle("5", .order, "wms", of: "tms", by: "intern")) == "not-authorised $.by")
        #expect(
            try await reason(Self.settle("6", .invoice, "bank", of: "tms", by: "intern")) == "not-authorised $.by")
        #expect(try await reason(Self.settle("7", .invoice, "bank", of: "tms")) == "currency-mismatch $.meant")
        #expect(try await reason(Self.settle("8", .invoice, "bank", of: "erp")) == "not-found $.meant")
        #expect(try await reason(Self.settle("9", .order, "erp", of: "tms")) == "wrong-state $.number")
        try await finance.handle([
            .init("m", source: "wms", makeCost("K7", order: "O1", line: 7, .actual, "5"))
        ])
        #expect(try await reason(Self.settle("10", .order, "wms", of: "tms")) == "value-not-allowed $.meant")
        #expect(try await finance.ask("references.settled")["settled"].rows.isEmpty)
        #expect(try await finance.rows("select cost::text from orders where source = 'tms'") == [["0.0000"]])
        #expect(try await Self.waiting(finance) == ["bank/I1", "erp/O1", "wms/O1"])
    }

    @Test("of two who settle one number at once, one is done and the other told who has said what")
    func raced() async throws {
        try await finance.handle([
            Self.order("tms"), Self.order("old"), .init("k", source: "wms", Self.cost(.actual, "70")),
        ])
        async let first = finance.retrying([Self.settle("1", .order, "wms", of: "tms")])
        async let second = finance.retrying([Self.settle("2", .order, "wms", of: "old")])
        let outcomes = try await [first, second]
        let refusals = outcomes.compactMap { $0.refused[0] }
        #expect(refusals.count == 1)
        let refusal = try #require(refusals.first)
        #expect(refusal.reason == .wrongState)
        let meant = outcomes[0].refused.isEmpty ? "tms" : "old"
        #expect(refusal.detail.contains("'finance.director' has said that '\(meant)' is meant"))
        #expect(
            try await finance.rows("select source, cost::text from orders where cost <> 0")
                == [[meant, "70.0000"]])
        #expect(try await finance.ask("references.settled")["settled"].column("meant") == [meant])
    }

    @Test("two of one batch are as two one after the other")
    func batch() async throws {
        try await finance.handle([Self.order("tms"), .init("k", source: "wms", Self.cost(.actual, "70"))])
        let outcome = try await finance.handle([
            Self.settle("1", .order, "wms", of: "tms"), Self.settle("2", .order, "wms", of: "tms"),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [1: .wrongState])
        #expect(try await finance.rows("select cost::text from orders where customer_code <> ''") == [["70.0000"]])
    }

    @Test("a dispute and a promise of the invoice go with the payment")
    func others() async throws {
        try await finance.handle([
            .init("i", source: "erp", try Self.invoice([])), .init("p", source: "bank", try Self.payment()),
            .init(
                "d", source: "bank",
                InvoiceDisputed(
                    disputeId: "D1", invoiceId: "I1", openedAt: try moment("2026-03-21T09:00:00+08:00"),
                    amount: .of("20"), currency: .cny, reason: .price)),
        ])
        #expect(try await finance.handle([Self.settle("1", .invoice, "bank", of: "erp")]).refused.isEmpty)
        #expect(try await finance.rows("select source, paid::text from receivable") == [["erp", "40.0000"]])
        #expect(try await finance.rows("select invoice_source from dispute") == [["erp"]])
        let settled = try await finance.ask("references.settled", ["number": "I1"])["settled"]
        #expect(settled.column("documents") == ["2"])
    }
}
