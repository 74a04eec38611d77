import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite("Deliveries over their tables", .service(try deskDefinition()))
struct DeliveryStoreTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private func completed(_ id: String, onTime: Bool? = nil, damaged: Bool? = nil, delivered: String? = nil) throws
        -> OrderCompleted
    {
        OrderCompleted(
            orderId: id, revision: 1, completedAt: try #require(Timestamp("2026-03-04T10:00:00+08:00")),
            onTime: onTime, damaged: damaged, quantityDelivered: delivered.map { .of($0) })
    }

    @Test("a delivery is judged whichever comes first, order or completion; a customer is asked once in thirty days")
    func deliveries() async throws {
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

    @Test(
        "the share of good deliveries that are asked about is a setting",
        .service(try deskDefinition(["survey.share": "100", "survey.quiet.days": "0"])))
    func sampling() async throws {
        let outcome = try await desk.handle([
            .init("p1", OrderPlaced(makeOrder("O1"))), .init("d1", try completed("O1", onTime: true)),
            .init("p2", OrderPlaced(makeOrder("O2"))), .init("d2", try completed("O2", onTime: true)),
        ])
        #expect(try outcome.events(SurveyRequested.self).count == 2)
        #expect(throws: Settings.Problem.self) {
            try deskDefinition(["survey.share": "101"])
        }
    }

    @Test("while somebody looks whose order is meant, nobody says it: whoever says it finds what then has come")
    func looking() async throws {
        let desk = desk
        try await desk.keepingOpen {
            _ = try SettledOrderStore.meant(by: [OrderKey(source: "wms", orderId: "O1")], $0)
        } meanwhile: {
            await #expect(throws: PostgresError.self) {
                try await desk.pool.withTransaction {
                    try $0.execute("lock table settled_order in share row exclusive mode nowait")
                }
            }
        }
    }
}
