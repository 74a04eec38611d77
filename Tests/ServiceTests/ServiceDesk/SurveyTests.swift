import Contracts
import Domain
import ServiceDeskService
import ServiceKit
import ServiceTestSupport
import Testing

@Suite("Surveys by class", .service(try deskDefinition()))
struct SurveyTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private func time(_ day: String) -> String { "\(day)T10:00:00+08:00" }

    @Test("customers that matter are asked more often, once the service desk has heard of it")
    func surveys() async throws {
        let id = AccountIdentifier.customer(source: "erp", code: "C1")
        func said(_ revision: Int, _ value: String) throws -> CustomerClassified {
            CustomerClassified(
                customerId: id, revision: revision,
                classes: [
                    CustomerClass(
                        dimension: .value, value: value, since: try #require(CalendarDay("2026-03-01")), reason: "?"
                    )
                ], model: 0, classifiedAt: try #require(Timestamp(time("2026-03-01"))))
        }
        try await desk.handle([.init("c2", try said(2, "A")), .init("c1", try said(1, "D"))])
        #expect(try await desk.rows("select classes->>'value' from customer_class") == [["A"]])
        func late(_ order: String) throws -> [ServiceFixture.Message] {
            [
                .init("p\(order)", OrderPlaced(makeOrder(order))),
                .init(
                    "d\(order)",
                    OrderCompleted(
                        orderId: order, revision: 1, completedAt: try #require(Timestamp(time("2026-03-04"))),
                        onTime: false)),
            ]
        }
        let first = try await desk.handle(try late("O1"), at: time("2026-03-04"))
        #expect(try first.events(SurveyRequested.self).count == 1)
        #expect(try first.kinds() == ["survey-requested"] && first.said()[0].content?.node == "KS01")
        let soon = try await desk.handle(try late("O2"), at: time("2026-03-14"))
        #expect(try soon.events(SurveyRequested.self).isEmpty)
        let later = try await desk.handle(try late("O3"), at: time("2026-03-21"))
        #expect(try later.events(SurveyRequested.self).count == 1)
    }
}
