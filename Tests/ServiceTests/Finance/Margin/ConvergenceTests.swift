import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Simulation
import Testing

@testable import FinanceService

@Suite("Margins end the same however their messages come", .services)
struct ConvergenceTests {
    @Test(
        "any order of arrival, with duplicates and in batches of any size, ends in the same rows to the cent",
        arguments: 1...6)
    func shuffled(_ seed: UInt64) async throws {
        let start = try #require(CalendarDay("2026-01-05"))
        let group = SimulatedGroup(seed: 7, orders: 120, days: 20, start: start, source: "erp")
        var messages: [ServiceFixture.Message] = []
        for simulated in group.messages() {
            let root = try JSONDocument(parsing: Array(simulated.line.utf8)).root
            guard let type = root["type"]?.string, let id = root["id"]?.string, let data = root["data"] else {
                continue
            }
            let body: (any Message)? =
                switch type {
                case "order.placed.v1": try OrderPlaced(node: data)
                case "order.changed.v1": try OrderChanged(node: data)
                case "order.cancelled.v1": try OrderCancelled(node: data)
                case "cost.recorded.v1": try CostRecorded(node: data)
                default: nil
                }
            if let body { messages.append(.init(id, body)) }
        }
        #expect(messages.count > 120)
        let plain = try await Self.ending(messages, batches: 50)
        var generator = SystemRandomNumberGenerator()
        _ = seed
        let mixed = try await Self.ending(
            (messages + messages.prefix(60)).shuffled(using: &generator), batches: Int.random(in: 1...90))
        #expect(plain == mixed)
    }

    @Test(
        "four copies at once end in the same rows as one: what meets at the same moment is not lost", arguments: 1...3)
    func concurrent(_ run: Int) async throws {
        var orders: [ServiceFixture.Message] = []
        var costs: [ServiceFixture.Message] = []
        for number in 1...60 {
            orders.append(.init("p\(number)", OrderPlaced(makeOrder("O\(number)", [("100", nil)]))))
            for (place, state) in CostState.allCases.enumerated() {
                costs.append(
                    .init(
                        "k\(number)-\(place)", makeCost("K\(number)", order: "O\(number)", state, "\(90 + place * 7)")))
            }
        }
        let plain = try await Self.ending(orders + costs, batches: 40)
        // Orders and their costs side by side, so that they meet.
        let mixed = zip(orders + orders + orders, costs.shuffled()).flatMap { [$0, $1] }
        #expect(try await Self.ending(mixed, batches: 2, copies: 4) == plain)
    }

    private static func ending(
        _ messages: [ServiceFixture.Message], batches size: Int, copies: Int = 1
    ) async throws -> [[String?]] {
        let finance = try await ServiceFixture.make(financeDefinition())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for copy in 0..<copies {
                let share = messages.enumerated().filter { $0.offset % copies == copy }.map(\.element)
                group.addTask {
                    var rest = share[...]
                    while !rest.isEmpty {
                        let outcome = try await finance.retrying(Array(rest.prefix(size)))
                        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
                        rest = rest.dropFirst(size)
                    }
                }
            }
            try await group.waitForAll()
        }
        return try await finance.rows(
            """
            select order_id, revision::text, is_cancelled::text, revenue::text, cost::text, open_severity from orders
            union all
            select source || code || business_line || day, orders::text, currency, revenue::text, cost::text, null
            from account_line_day where orders <> 0 or revenue <> 0 or cost <> 0
            order by 1, 2, 3, 4, 5
            """)
    }
}
