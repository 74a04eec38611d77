import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SupplierService

@Suite("What a supplier is called, and what it costs", .service(SupplierService.definition))
struct SupplierTests {
    private let supplier: ServiceFixture

    init() throws { supplier = try .current }

    private static func order(_ id: String, _ name: String?) -> OrderPlaced {
        let order = makeOrder(id)
        return OrderPlaced(
            Order(
                orderId: id, revision: 1, customer: order.customer, branch: order.branch,
                businessLine: order.businessLine, placedAt: order.placedAt, currency: order.currency,
                lines: [
                    OrderLine(
                        line: 1, serviceItem: "AIR-EXPORT", quantity: .of("1"), unit: "kg", revenue: .of("1"),
                        supplier: SupplierReference(code: "S1", name: name))
                ]))
    }

    private static func master(
        _ id: String, _ name: String, at day: Int, credit: String? = nil
    ) -> ServiceFixture.Message {
        .init(
            id, at: Timestamp("2026-03-0\(day)T09:00:00+08:00"),
            SupplierReported(code: "S1", name: name, creditCode: credit, branch: "KS01"))
    }

    private static let kept = "select name, coalesce(credit_code, '-') from supplier_account order by code"

    @Test("a master record replaces what an order called the supplier, and is not replaced by it; all are told")
    func masterRecord() async throws {
        let messages = [
            .init("1", Self.order("O1", nil)), .init("2", Self.order("O2", "carier")),
            .init("3", Self.order("O3", "some carrier")), Self.master("4", "Carrier Ltd", at: 2),
            .init("5", Self.order("O4", "carier")),
            // The same name again is nothing new, but it is said later than what comes next.
            Self.master("6", "Carrier Ltd", at: 5), Self.master("7", "Carrier GmbH", at: 4),
            Self.master("8", "Carrier SE", at: 6),
        ]
        var told: [String] = []
        for message in messages {
            for event in try await supplier.handle([message]).events(SupplierRegistered.self) {
                told.append("\(message.id): \(event.name ?? "-"), \(event.revision)")
            }
        }
        #expect(told == ["1: -, 1", "2: carier, 2", "4: Carrier Ltd, 3", "8: Carrier SE, 4"])
        #expect(try await supplier.rows(Self.kept) == [["Carrier SE", "-"]])
    }

    @Test(
        "a supplier is found by any part of its name and by its whole code, and a sign of a pattern is only itself",
        arguments: [
            ("运", ["S1"]), ("OCEAN", ["S1"]), ("100%", ["S1"]), ("S1", ["S1"]), ("%", ["S1"]), ("S", []), ("_", []),
        ])
    func found(_ text: String, _ codes: [String]) async throws {
        _ = try await supplier.handle([Self.master("1", "远洋海运 Ocean 100%", at: 2)])
        #expect(try await supplier.ask("suppliers.list", ["text": text])[0].column("code") == codes)
        #expect(try await supplier.ask("suppliers.list")[0].column("code") == ["S1"])
    }

    @Test("the newest master record counts, in whatever order and in whatever batches they come", arguments: 0..<6)
    func anyOrder(_ round: Int) async throws {
        let messages: [ServiceFixture.Message] = [
            .init("o1", Self.order("O1", "carrier")), .init("o2", Self.order("O2", "carrier")),
            Self.master("m1", "First", at: 1, credit: "91350100M000100Y43"),
            Self.master("m2", "Second", at: 2, credit: "91110000600037341L"),
            Self.master("m3", "Third", at: 3), Self.master("m4", "Second", at: 2),
        ]
        let arrival = round == 0 ? messages : messages.shuffled()
        let middle = 1 + round % 4
        try await supplier.handle(Array(arrival[..<middle]))
        try await supplier.handle(Array(arrival[middle...]))
        #expect(
            try await supplier.rows(Self.kept) == [["Third", "91110000600037341L"]], "\(arrival.map(\.id))")
    }

    @Test("an order shows what it costs by whatever system has told it, and whose order that is")
    func overSystems() async throws {
        let cost = CostRecorded(
            costId: "K1", orderId: "O1", orderSource: "tms", line: 1, supplier: SupplierReference(code: "S1"),
            state: .actual, amount: .of("60"), currency: .cny, serviceDate: try #require(CalendarDay("2026-03-03")))
        try await supplier.handle([
            .init("o", source: "tms", Self.order("O1", "Carrier")), .init("k", source: "wms", cost),
            .init("x", source: "old", Self.order("O1", "Carrier")),
            .init("y", source: "old", makeCost("K9", order: "O1", .actual, "7")),
        ])
        let shown = try await supplier.ask("orders.show", ["orderId": "O1", "source": "tms"])["cost facts"]
        #expect(shown.column("cost_id") == ["K1"] && shown.column("service_item") == ["AIR-EXPORT"])
        let both = try await supplier.ask("orders.show", ["orderId": "O1"])["cost facts"]
        #expect(both.column("cost_id") == ["K9", "K1"] && both.column("order_source") == ["old", "tms"])
        #expect(both.column("source") == ["old", "wms"])
    }

    @Test("of two costs of one name that two copies take in at once, the one that contradicts is refused")
    func racing() async throws {
        let (first, second) = (
            makeCost("K1", order: "O1", .actual, "100"), makeCost("K1", order: "O1", .actual, "90")
        )
        try await supplier.handle([.init("1", first)])
        // This copy has looked for the cost before the other one committed it.
        await #expect {
            try await supplier.pool.withTransaction { transaction in
                try CostStore.put([(source: "erp", body: second)], transaction)
            }
        } throws: { error in
            (error as? PostgresError)?.isRetriable == true
        }
        // So the batch is tried again, and then finds it.
        let outcome = try await supplier.handle([.init("2", second)])
        #expect(outcome.refused.mapValues(\.reason) == [0: .conflictingContent])
        #expect(try await supplier.rows("select amount::text from cost_fact") == [["100.0000"]])
    }
}
