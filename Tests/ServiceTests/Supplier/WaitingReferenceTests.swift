import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import SupplierService

@Suite("Costs whose order has not come, at the supplier service", .service(SupplierService.definition))
struct WaitingReferenceTests {
    private let supplier: ServiceFixture

    init() throws { supplier = try .current }

    @Test("a cost waits for its order, once through its states, with who else has the number, until the order comes")
    func costs() async throws {
        try await supplier.handle([
            .init("a", source: "old", OrderPlaced(makeOrder("O1"))),
            .init("b", source: "tms", OrderPlaced(makeOrder("O1"))),
            .init("e", source: "wms", makeCost("K1", order: "O1", .estimated, "60")),
            .init("k", source: "wms", makeCost("K1", order: "O1", .actual, "70")),
            .init("x", source: "wms", makeCost("K2", order: "O2", .actual, "10")),
            .init("y", source: "tms", makeCost("K3", order: "O1", .actual, "80")),
        ])
        // A day begins by the organisation's clocks.
        let asked = try moment("2026-03-05T01:00:00+08:00")
        let waiting = try await supplier.ask("references.waiting", at: asked)
        let references = waiting["references"]
        #expect(references.column("number") == ["O1", "O2"])
        #expect(references.column("source") == ["wms", "wms"])
        #expect(references.column("named_by") == ["cost wms/K1", "cost wms/K2"])
        #expect(references.column("documents") == ["1", "1"])
        #expect(references.column("known_to") == ["old, tms", nil])
        #expect(references.column("ambiguous") == ["t", "f"])
        #expect(references.column("days") == ["2", "2"])
        #expect(waiting["waiting"].column("count") == ["2"])
        // Before the day of the service nothing has been waited for yet.
        let early = try await supplier.ask("references.waiting", at: moment("2026-03-01T09:00:00+08:00"))
        #expect(early["references"].column("days") == ["0", "0"])
        try await supplier.handle([
            .init("c", source: "wms", OrderPlaced(makeOrder("O1"))),
            .init("d", source: "wms", OrderPlaced(makeOrder("O2"))),
        ])
        #expect(try await supplier.ask("references.waiting")["references"].rows.isEmpty)
    }

    @Test("a cost that says whose order it is for waits for none that is there")
    func said() async throws {
        let cost = makeCost("K1", order: "O1", .actual, "70")
        try await supplier.handle([
            .init("o", source: "tms", OrderPlaced(makeOrder("O1"))),
            .init(
                "k", source: "wms",
                CostRecorded(
                    costId: cost.costId, orderId: cost.orderId, orderSource: "tms", line: cost.line,
                    supplier: cost.supplier, state: cost.state, amount: cost.amount, currency: cost.currency,
                    serviceDate: cost.serviceDate)),
        ])
        #expect(try await supplier.ask("references.waiting")["references"].rows.isEmpty)
    }

    @Test("a long list comes page by page")
    func pages() async throws {
        try await supplier.handle(
            (0..<7).map { .init("k\($0)", source: "wms", makeCost("K\($0)", order: "O\($0)", .actual, "70")) })
        var found: [String?] = []
        var after: String?
        repeat {
            let page = try await supplier.ask("references.waiting", ["limit": "3", "after": after ?? ""])["references"]
            found += page.column("number")
            after = page.next
        } while after != nil
        #expect(found == (0..<7).map { "O\($0)" })
    }

    @Test("while somebody looks what was said of a cost, nobody says more: whoever does finds what then has come")
    func looking() async throws {
        let supplier = supplier
        try await supplier.keepingOpen {
            _ = try SettledCostStore.settlements(of: [CostKey(source: "wms", costId: "K1")], $0)
        } meanwhile: {
            await #expect(throws: PostgresError.self) {
                try await supplier.pool.withTransaction {
                    try $0.execute("lock table settled_cost in share row exclusive mode nowait")
                }
            }
        }
    }
}
