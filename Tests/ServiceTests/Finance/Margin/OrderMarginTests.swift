import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("The margin of orders over its tables", .service(try financeDefinition()))
struct OrderMarginTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let order =
        "select revenue, cost, is_provisional, open_severity, low_raised, negative_raised, decision from orders"

    @Test("a cost that comes before its order waits for it, and counts from then on")
    func costFirst() async throws {
        let early = try await finance.handle([.init("k", makeCost("K1", order: "O1", .actual, "120"))])
        #expect(early.published.isEmpty)
        #expect(try await finance.ask("orders.show", ["orderId": "O1"]).first?.rows.isEmpty == true)
        let outcome = try await finance.handle([.init("p", OrderPlaced(makeOrder("O1", [("100", nil)])))])
        let alert = try #require(try outcome.events(MarginAlertRaised.self).first)
        #expect(alert.severity == .negative)
        #expect(alert.margin == .of("-20"))
        #expect(try outcome.events(OrderDecided.self).map(\.decision) == [.accepted])
    }

    @Test("an actual cost replaces the estimate exactly: alert raised once, cleared once")
    func lateCosts() async throws {
        try await finance.handle([.init("p", OrderPlaced(makeOrder("O1", [("100", nil)])))])
        let estimated = try await finance.handle([.init("k1", makeCost("K1", order: "O1", .estimated, "101"))])
        #expect(try estimated.events(MarginAlertRaised.self).map(\.severity) == [.negative])
        let accrued = try await finance.handle([.init("k2", makeCost("K1", order: "O1", .accrued, "102"))])
        #expect(accrued.published.isEmpty)
        let actual = try await finance.handle([.init("k3", makeCost("K1", order: "O1", .actual, "60"))])
        #expect(try actual.events(MarginAlertCleared.self).map(\.reason) == [.recovered])
        #expect(try actual.events(MarginAlertRaised.self).isEmpty)
        // The estimate that comes late says nothing any more.
        let late = try await finance.handle([.init("k4", makeCost("K1", order: "O1", .estimated, "101"))])
        #expect(late.published.isEmpty && late.refused.isEmpty)
        let row = try await finance.rows(Self.order)
        #expect(row == [["100.0000", "60.0000", "f", nil, "0", "1", "accepted"]])
    }

    @Test("a cancellation that comes before its order leaves nothing in the sums")
    func cancelledFirst() async throws {
        let at = try #require(Timestamp("2026-03-02T12:00:00+08:00"))
        try await finance.handle([.init("x", OrderCancelled(orderId: "O1", revision: 3, cancelledAt: at))])
        let outcome = try await finance.handle([.init("p", OrderPlaced(makeOrder("O1", [("100", "150")])))])
        #expect(try outcome.events(MarginAlertRaised.self).isEmpty)
        #expect(try outcome.events(OrderDecided.self).count == 1)
        #expect(try await finance.rows("select sum(orders), sum(revenue) from account_line_day") == [[nil, nil]])
    }

    @Test("a change that comes after the cancellation of a later revision is still known")
    func changedAfterCancellation() async throws {
        let at = try #require(Timestamp("2026-03-02T12:00:00+08:00"))
        try await finance.handle([.init("p", OrderPlaced(makeOrder("O1", [("100", "80")])))])
        try await finance.handle([.init("x", OrderCancelled(orderId: "O1", revision: 3, cancelledAt: at))])
        let change = OrderChanged(makeOrder("O1", revision: 2, [("70", "60")]))
        try await finance.handle([.init("c", change)])
        #expect(
            try await finance.rows("select revision, content_revision, is_cancelled, revenue from orders")
                == [["3", "2", "t", "70.0000"]])
        #expect(
            try await finance.rows("select sum(orders), sum(revenue) from account_line_day") == [["0", "0.0000"]])
        // The same once more says nothing; other content under the same revision contradicts.
        let outcome = try await finance.handle([
            .init("d", change), .init("e", OrderChanged(makeOrder("O1", revision: 2, [("71", "60")]))),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [1: .conflictingRevision])
    }

    @Test("an equal revision with other content is refused, its neighbours are not")
    func conflicting() async throws {
        try await finance.handle([.init("p", OrderPlaced(makeOrder("O1")))])
        let outcome = try await finance.handle([
            .init("q", OrderPlaced(makeOrder("O1", [("100", "81")]))), .init("r", OrderPlaced(makeOrder("O2"))),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [0: .conflictingRevision])
        #expect(try outcome.events(OrderDecided.self).map(\.orderId) == ["O2"])
        // It is not handled: when it comes again, corrected, under its own id, it has its effect.
        let again = try await finance.handle([.init("q", OrderChanged(makeOrder("O1", revision: 2)))])
        #expect(again.duplicates == 0)
        #expect(try again.events(OrderDecided.self).map(\.revision) == [2])
    }

    @Test("costs are refused when they contradict, or name a line that the order does not have")
    func badCosts() async throws {
        try await finance.handle([.init("p", OrderPlaced(makeOrder("O1", [("100", nil)])))])
        try await finance.handle([.init("k", makeCost("K1", order: "O1", .actual, "50"))])
        let outcome = try await finance.handle([
            .init("l", makeCost("K1", order: "O1", .actual, "51")),
            .init("m", makeCost("K2", order: "O1", line: 7, .actual, "5")),
            .init("n", makeCost("K1", order: "O1", .actual, "50")),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [0: .conflictingContent, 1: .valueNotAllowed])
        #expect(try await finance.rows("select cost from orders") == [["50.0000"]])
    }

    private static let rates =
        #"{"rates":[{"currency":"USD","from":"2020-01-01","cny":"7"},{"currency":"USD","from":"2026-03-03","cny":"8"}]}"#

    @Test(
        "a cost in another currency is converted by the rate of its day; the same currency is left alone",
        .service(try withFile(holding: Self.rates) { try financeDefinition(["finance.rates": $0]) }))
    func currencies() async throws {
        try await finance.handle([
            .init("p", OrderPlaced(makeOrder("O1", [("1000", nil)]))),
            .init("k", makeCost("K1", order: "O1", .actual, "10.25", currency: Currency("USD") ?? .cny)),
        ])
        #expect(try await finance.rows("select cost from orders") == [["82.0000"]])
    }

    @Test("an order shows how far its suppliers' invoices are from what they were expected to be")
    func bias() async throws {
        let now = try #require(Timestamp("2026-03-02T09:00:00+08:00"))
        try await finance.handle([
            .init("p", OrderPlaced(makeOrder("O1", [("100", nil)]))),
            .init("k", makeCost("K1", order: "O1", .accrued, "50")),
            .init(
                "s",
                SupplierRegistered(
                    supplierId: "SUP", revision: 1, name: "Carrier",
                    accounts: [AccountHoming(source: "erp", code: "S1", revision: 1)], at: now)),
            .init(
                "b",
                CostBiasChanged(
                    supplierId: "SUP", serviceItem: "AIR-EXPORT", stage: .accrualToActual, ratio: .of("1.08"),
                    observations: 20, asOf: now)),
        ])
        let tables = try await finance.ask("orders.show", ["orderId": "O1"])
        let bias = try #require(tables.first { $0.name == "bias" })
        #expect(bias.rows.map(\.values) == [["S1", "AIR-EXPORT", "accrual-to-actual", "1.0800", "20"]])
    }

    private static let floor = #"{"rules":[{"businessLine":"customs","from":"2026-03-01","orderFloor":"40"}]}"#

    @Test(
        "a policy by business line and day decides what is low",
        .service(try withFile(holding: Self.floor) { try financeDefinition(["finance.policy": $0]) }))
    func policy() async throws {
        let outcome = try await finance.handle([
            .init("a", OrderPlaced(makeOrder("O1", line: "customs", [("100", "70")]))),
            .init("b", OrderPlaced(makeOrder("O2", line: "air-freight", [("100", "70")]))),
            .init(
                "c",
                OrderPlaced(
                    makeOrder("O3", line: "customs", at: "2026-02-28T09:00:00+08:00", [("100", "70")]))),
        ])
        #expect(try outcome.events(MarginAlertRaised.self).map(\.orderId) == ["O1"])
    }
}
