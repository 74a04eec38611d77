import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import TestSupport
import Testing

@testable import CustomerService
@testable import SalesService
@testable import ServiceDeskService
@testable import SupplierService

@Suite("The other services over their tables", .enabled(if: DatabaseFixture.isAvailable, "needs a database"))
struct OtherStoreTests {
    private func completed(_ id: String, onTime: Bool? = nil, damaged: Bool? = nil, delivered: String? = nil) throws
        -> OrderCompleted
    {
        OrderCompleted(
            orderId: id, revision: 1, completedAt: try #require(Timestamp("2026-03-04T10:00:00+08:00")),
            onTime: onTime, damaged: damaged, quantityDelivered: delivered.map { .of($0) })
    }

    @Test("a delivery is judged whichever comes first, order or completion; a customer is asked once in thirty days")
    func deliveries() async throws {
        let definition = try ServiceDeskService.definition(Settings(ServiceDeskService.settings))
        try await ServiceFixture.with(definition) { desk in
            let first = try await desk.handle([.init("d1", try completed("O1", damaged: true))])
            #expect(first.published.isEmpty)
            let asked = try await desk.handle([.init("p1", OrderPlaced(makeOrder("O1")))])
            let survey = try #require(try asked.events(SurveyRequested.self).first)
            #expect(survey.rule == "damaged" && survey.orderId == "O1")
            let spared = try await desk.handle([
                .init("p2", OrderPlaced(makeOrder("O2", promised: "2026-03-03T10:00:00+08:00"))),
                .init("d2", try completed("O2", delivered: "4")),
            ])
            #expect(spared.published.isEmpty)
            let later = try await desk.handle(
                [.init("p3", OrderPlaced(makeOrder("O3"))), .init("d3", try completed("O3", onTime: false))],
                at: "2026-04-05T10:00:00+08:00")
            #expect(try later.events(SurveyRequested.self).map(\.rule) == ["late"])
            #expect(
                try await desk.rows("select sum(completed), sum(late), sum(damaged), sum(short) from performance")
                    == [["3", "2", "1", "1"]])
            // A correction takes back what it corrects.
            let good = OrderCompleted(
                orderId: "O2", revision: 2, completedAt: try #require(Timestamp("2026-03-02T10:00:00+08:00")),
                quantityDelivered: .of("10"))
            try await desk.handle([.init("d4", good)])
            #expect(
                try await desk.rows("select sum(completed), sum(late), sum(damaged), sum(short) from performance")
                    == [["3", "1", "1", "0"]])
        }
    }

    @Test("the share of good deliveries that are asked about is a setting")
    func sampling() async throws {
        let all = try ServiceDeskService.definition(
            Settings(ServiceDeskService.settings, values: ["survey.share": "100", "survey.quiet.days": "0"]))
        try await ServiceFixture.with(all) { desk in
            let outcome = try await desk.handle([
                .init("p1", OrderPlaced(makeOrder("O1"))), .init("d1", try completed("O1", onTime: true)),
                .init("p2", OrderPlaced(makeOrder("O2"))), .init("d2", try completed("O2", onTime: true)),
            ])
            #expect(try outcome.events(SurveyRequested.self).count == 2)
        }
        #expect(throws: Settings.Problem.self) {
            try ServiceDeskService.definition(
                Settings(ServiceDeskService.settings, values: ["survey.share": "101"]))
        }
    }

    @Test("two codes with one valid credit code become one customer, and the others are told")
    func identity() async throws {
        let definition = try customerDefinition()
        try await ServiceFixture.with(definition) { customer in
            let credit = "91350100M000100Y43"
            let first = try await customer.handle([
                .init("1", source: "erp", OrderPlaced(makeOrder("O1", customer: "C1", creditCode: credit)))
            ])
            let registered = try #require(try first.events(CustomerRegistered.self).first)
            let second = try await customer.handle(
                [
                    .init("1", source: "wms", OrderPlaced(makeOrder("O9", customer: "K77", creditCode: credit)))
                ], at: "2026-03-02T11:00:00+08:00")
            let survivor = try #require(
                try second.events(CustomerChanged.self).first { $0.record.customerId == registered.record.customerId })
            #expect(Set(survivor.record.accounts.map(\.code)) == ["C1", "K77"])
            let again = try await customer.handle([
                .init("2", source: "wms", OrderPlaced(makeOrder("O10", customer: "K77", creditCode: credit)))
            ])
            #expect(again.published.isEmpty)
            let shown = try await customer.ask("customers.show", ["code": "K77"])
            #expect(!shown.isEmpty)
        }
    }

    @Test("an odd order alarms its owner once, however often the order comes")
    func oddOrder() async throws {
        try await ServiceFixture.with(SalesService.definition) { sales in
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
    }

    @Test("a change between two cancellations does not take an order up again, whichever comes first")
    func cancelledTwice() async throws {
        let at = try #require(Timestamp("2026-03-04T10:00:00+08:00"))
        try await ServiceFixture.with(SalesService.definition) { sales in
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
    }

    @Test("the bias of a supplier's accruals is learnt from pairs of one cost, and told when it is known")
    func bias() async throws {
        try await ServiceFixture.with(SupplierService.definition) { supplier in
            var messages: [ServiceFixture.Message] = []
            for number in 1...30 {
                messages.append(.init("p\(number)", OrderPlaced(makeOrder("O\(number)", [("200", nil)]))))
                messages.append(.init("a\(number)", makeCost("K\(number)", order: "O\(number)", .accrued, "100")))
                messages.append(.init("b\(number)", makeCost("K\(number)", order: "O\(number)", .actual, "110")))
            }
            try await supplier.handle(messages)
            let outcome = try await supplier.run("bias.evaluate", at: "2026-03-05T23:59:59+08:00")
            let change = try #require(try outcome.events(CostBiasChanged.self).first)
            #expect(change.stage == .accrualToActual)
            #expect(change.ratio > .of("1.05") && change.ratio <= .of("1.1"))
            let again = try await supplier.run("bias.evaluate", at: "2026-03-06T23:59:59+08:00")
            #expect(again.published.isEmpty)
        }
    }
}
