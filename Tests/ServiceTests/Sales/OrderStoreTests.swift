import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Orders of sales over their tables", .service(SalesService.definition))
struct OrderStoreTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    @Test("an odd order alarms its owner once, however often the order comes")
    func oddOrder() async throws {
        var usual: [ServiceFixture.Message] = []
        for number in 1...20 {
            let amount = String(1_000 + number * 7 % 40)
            usual.append(.init("p\(number)", OrderPlaced(makeOrder("O\(number)", [(amount, "800")]))))
        }
        let calm = try await sales.handle(usual)
        #expect(try calm.events(OrderAnomalyRaised.self).isEmpty)
        let odd = OrderPlaced(makeOrder("ODD", [("90000", "800")]))
        let outcome = try await sales.handle([.init("odd", odd)])
        let alert = try #require(try outcome.events(OrderAnomalyRaised.self).first)
        #expect(alert.orderId == "ODD" && alert.owner == "li.wei")
        let changed = OrderChanged(makeOrder("ODD", revision: 2, [("90001", "800")]))
        let again = try await sales.handle([.init("odd", odd), .init("odd2", changed)])
        #expect(try again.events(OrderAnomalyRaised.self).isEmpty)
        #expect(again.duplicates == 1)
    }

    @Test("a change between two cancellations does not take an order up again, whichever comes first")
    func cancelledTwice() async throws {
        let at = try #require(Timestamp("2026-03-04T10:00:00+08:00"))
        for (number, arrival) in [[0, 1, 2], [1, 2, 0], [1, 0, 2], [2, 1, 0]].enumerated() {
            let bodies: [any Contracts.Message] = [
                OrderChanged(makeOrder("C\(number)", revision: 2)),
                OrderCancelled(orderId: "C\(number)", revision: 1, cancelledAt: at),
                OrderCancelled(orderId: "C\(number)", revision: 3, cancelledAt: at),
            ]
            for place in arrival { try await sales.handle([.init("c\(number)-\(place)", bodies[place])]) }
        }
        let rows = try await sales.pool.withTransaction { transaction in
            try transaction.query(
                "select order_id, is_cancelled, revision::bigint from orders order by 1",
                as: (String, Bool, Int64).self)
        }
        #expect(rows.count == 4)
        for (orderId, isCancelled, revision) in rows { #expect(isCancelled && revision == 3, "\(orderId)") }
    }

    private static let kept = """
        select order_id, revision, is_cancelled, content_revision, amount, decision from orders order by 1
        """

    @Test(
        "what a cancelled order holds does not depend on what came first",
        arguments: [[0, 1, 2], [0, 2, 1], [2, 0, 1], [2, 1, 0], [1, 2, 0]])
    func contentOfCancelled(_ arrival: [Int]) async throws {
        let at = try #require(Timestamp("2026-03-04T10:00:00+08:00"))
        let bodies: [any Contracts.Message] = [
            OrderPlaced(makeOrder("O", [("100", "80")])),
            OrderChanged(makeOrder("O", revision: 2, [("200", "80")])),
            OrderCancelled(orderId: "O", revision: 3, cancelledAt: at),
        ]
        for place in arrival { try await sales.handle([.init("\(place)", bodies[place])]) }
        #expect(try await sales.rows(Self.kept) == [["O", "3", "t", "2", "200.0000", nil]])
    }

    @Test("of an order and its cancellation that two copies take in at once neither is lost")
    func atOnce() async throws {
        try await sales.handle([.init("o", OrderPlaced(makeOrder("O", [("100", "80")])))])
        let orders = ["O", "D"].map { id in
            var order = SalesOrder(place: OrderKey(source: "erp", orderId: id))
            order.standing.cancel(2)
            return order
        }
        func write(_ order: SalesOrder) async throws {
            try await sales.pool.withTransaction { transaction in
                // It was looked for before the other copy wrote it.
                try OrderStore.put([order], known: [:], transaction)
            }
        }
        await #expect(throws: PostgresError.self) { try await write(orders[0]) }
        // Its decision alone says nothing of it.
        try await sales.pool.withTransaction { transaction in
            try transaction.queue("insert into orders (source, order_id, decision) values ('erp', 'D', 'accepted')")
        }
        try await write(orders[1])
        #expect(
            try await sales.rows(Self.kept) == [
                ["D", "2", "t", "0", nil, "accepted"], ["O", "1", "f", "1", "100.0000", nil],
            ])
    }
}
