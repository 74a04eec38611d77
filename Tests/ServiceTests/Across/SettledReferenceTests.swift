import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import ServiceKit

/// An order of a TMS that an ERP bills and a WMS costs and delivers, of which neither says whose order it is: somebody says so
/// in finance, and every service that keeps such documents joins them.
@Suite("References settled in all services", .services)
struct SettledReferenceTests {
    private typealias Message = ServiceFixture.Message

    private static func documents() throws -> [Message] {
        [
            .init("o", source: "tms", OrderPlaced(makeOrder("O1", [("100", nil)]))),
            .init(
                "i", source: "erp",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1", source: "tms"), orderIds: ["O1"],
                    issuedAt: try moment("2026-03-06T09:00:00+08:00"), dueAt: try moment("2026-04-06T09:00:00+08:00"),
                    amount: .of("100"), currency: .cny)),
            .init("e", source: "wms", makeCost("K1", order: "O1", .estimated, "60")),
            .init("k", source: "wms", makeCost("K1", order: "O1", .actual, "70")),
            .init(
                "d", source: "wms",
                OrderCompleted(orderId: "O1", revision: 1, completedAt: try moment("2026-03-05T09:00:00+08:00"))),
        ]
    }

    private static func settle(_ source: String) -> Message {
        .init(
            "s-\(source)", source: "waybill.people", typedBy: "finance.director",
            SettleReference(
                what: .order, source: source, number: "O1", meant: "tms", reason: "no source said",
                by: "finance.director"))
    }

    private static func orders<Element>(of elements: [Element]) -> [[Element]] {
        guard elements.count > 1 else { return [elements] }
        return elements.indices.flatMap { index -> [[Element]] in
            var others = elements
            let first = others.remove(at: index)
            return orders(of: others).map { [first] + $0 }
        }
    }

    /// What finance tells the others.
    private static func told(_ outcomes: [ServiceFixture.Outcome]) throws -> [Message] {
        try outcomes.flatMap { try $0.events(OrderReferenceSettled.self) }.enumerated()
            .map { Message("t\($0)", source: "waybill.finance", $1) }
    }

    private static func take(_ messages: [Message], into service: ServiceFixture) async throws {
        let types = Set(service.definition.handlers.flatMap { $0.types.keys })
        for message in messages where types.contains(type(of: message.body).type) {
            let outcome = try await service.handle([message])
            #expect(outcome.refused.isEmpty, "\(message.id)")
        }
    }

    private static func finance(_ documents: [Message]) async throws -> [Message] {
        let finance = try await ServiceFixture.make(ServiceName.finance.definition())
        for message in documents { try await finance.handle([message]) }
        var outcomes: [ServiceFixture.Outcome] = []
        for source in ["wms", "erp"] { outcomes.append(try await finance.handle([settle(source)])) }
        #expect(outcomes.allSatisfy { $0.refused.isEmpty })
        #expect(
            try await finance.rows(
                """
                select source, known_revenue::text, cost::text, is_completed::text, is_billed::text from orders
                where customer_code <> ''
                """) == [["tms", "100.0000", "70.0000", "true", "true"]], "\(documents.map(\.id))")
        #expect(try await finance.ask("references.waiting")["references"].rows.isEmpty)
        return try told(outcomes)
    }

    private static func check(_ supplier: ServiceFixture, _ order: [Message]) async throws {
        #expect(
            try await supplier.rows("select state, order_source, order_id from cost_fact order by 1")
                == [["actual", "tms", "O1"], ["estimated", "tms", "O1"]], "\(order.map(\.id))")
        #expect(try await supplier.ask("references.waiting")["references"].rows.isEmpty, "\(order.map(\.id))")
    }

    @Test(
        "order, bill and cost end in one margin, one pair of a supplier's costs and one delivery, however they come",
        arguments: stride(from: 0, to: 120, by: 17).map { $0 })
    func everyOrder(_ place: Int) async throws {
        let order = Self.orders(of: try Self.documents())[place]
        let events = try await Self.finance(order)
        #expect(events.count == 2)
        // What was settled may come before, among and after the documents themselves.
        let arrival = Array(order[..<(place % 6)] + events + order[(place % 6)...])
        let supplier = try await ServiceFixture.make(ServiceName.supplier.definition())
        try await Self.take(arrival, into: supplier)
        try await Self.check(supplier, arrival)
        // And once more, as new messages.
        try await Self.take(
            arrival.map { Message("again-\($0.id)", source: $0.source, $0.body) }, into: supplier)
        try await Self.check(supplier, arrival)
        let desk = try await ServiceFixture.make(ServiceName.servicedesk.definition())
        try await Self.take(arrival, into: desk)
        try await Self.take(arrival.map { Message("again-\($0.id)", source: $0.source, $0.body) }, into: desk)
        #expect(
            try await desk.rows("select source, order_id, done_revision::text from delivery")
                == [["tms", "O1", "1"]], "\(arrival.map(\.id))")
        #expect(
            try await desk.rows("select source, sum(completed)::text from performance group by 1")
                == [["tms", "1"]], "\(arrival.map(\.id))")
        #expect(try await desk.ask("references.waiting")["references"].rows.isEmpty)
    }

    @Test("until somebody has said so each of them waits, and each says so")
    func unsettled() async throws {
        let documents = try Self.documents()
        for name in [ServiceName.finance, .supplier, .servicedesk] {
            let service = try await ServiceFixture.make(name.definition())
            try await Self.take(documents, into: service)
            let references = try await service.ask("references.waiting", ["what": "order"])["references"]
            #expect(
                references.column("source").compactMap(\.self).sorted()
                    == (name == .finance ? ["erp", "wms"] : ["wms"]), "\(name)")
            #expect(references.column("known_to").allSatisfy { $0 == "tms" }, "\(name)")
        }
    }

    @Test("two settle at once while the cost's later state comes: one is done, and the cost counts once, in one place")
    func raced() async throws {
        let finance = try await ServiceFixture.make(ServiceName.finance.definition())
        let documents = try Self.documents()
        try await finance.handle(documents.filter { $0.id != "k" })
        try await finance.handle([.init("x", source: "old", OrderPlaced(makeOrder("O1", [("100", nil)])))])
        func settle(_ meant: String) -> Message {
            .init(
                "s-\(meant)", source: "waybill.people", typedBy: "finance.director",
                SettleReference(
                    what: .order, source: "wms", number: "O1", meant: meant, reason: "as I know",
                    by: "finance.director"))
        }
        async let one = finance.retrying([settle("tms")])
        async let other = finance.retrying([settle("old")])
        async let later = finance.retrying(documents.filter { $0.id == "k" })
        let (first, second, cost) = try await (one, other, later)
        #expect(cost.refused.isEmpty)
        let refused = [first, second].filter { !$0.refused.isEmpty }
        #expect(refused.count == 1)
        #expect(refused.first?.refused[0]?.reason == .wrongState)
        let meant = first.refused.isEmpty ? "tms" : "old"
        #expect(
            try await finance.rows("select source, cost::text from orders where cost <> 0")
                == [[meant, "70.0000"]])
        #expect(try await finance.ask("references.settled")["settled"].column("meant") == [meant])
    }

    @Test("a backup, which reads every table in one transaction, keeps nobody waiting")
    func backup() async throws {
        let told = Message(
            "t", source: "waybill.finance",
            OrderReferenceSettled(
                source: "wms", orderId: "O1", meant: "tms",
                documents: [
                    NamingDocument(kind: .cost, source: "wms", number: "K1"),
                    NamingDocument(kind: .completion, source: "wms", number: "O1"),
                ], by: "finance.director", settledAt: try moment("2026-03-07T09:00:00+08:00")))
        let documents = try Self.documents()
        let supplier = try await ServiceFixture.make(ServiceName.supplier.definition())
        try await Self.take(documents, into: supplier)
        try await supplier.keepingOpen {
            try $0.execute("lock table settled_cost in access share mode")
        } meanwhile: {
            try await Self.take([told], into: supplier)
        }
        try await Self.check(supplier, documents)
        let desk = try await ServiceFixture.make(ServiceName.servicedesk.definition())
        try await Self.take(documents, into: desk)
        try await desk.keepingOpen {
            try $0.execute("lock table settled_order in access share mode")
        } meanwhile: {
            try await Self.take([told], into: desk)
        }
        #expect(try await desk.rows("select source, order_id from delivery") == [["tms", "O1"]])
    }
}
