import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite("How often customers are asked", .service(try deskDefinition()))
struct SurveyFatigueTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static func late(
        _ order: String, customer: String, at time: String = "2026-03-02T08:00:00+08:00"
    ) throws -> [ServiceFixture.Message] {
        [
            try SurveySaid.consent(customer, "g\(order)"),
            .init("p\(order)", OrderPlaced(makeOrder(order, customer: customer))),
            .init(
                "d\(order)", OrderCompleted(orderId: order, revision: 1, completedAt: try moment(time), onTime: false)),
        ]
    }

    @Test("four copies at once ask nobody twice")
    func together() async throws {
        let desk = desk
        try await withThrowingTaskGroup(of: Void.self) { group in
            for copy in 1...4 {
                group.addTask {
                    // Each in an order of its own, so that the copies meet on every customer.
                    for place in 0..<12 {
                        let customer = "C\((place * copy * 5) % 7)"
                        _ = try await desk.retrying(try Self.late("O\(copy)-\(place)", customer: customer))
                    }
                }
            }
            try await group.waitForAll()
        }
        let asked = try await desk.rows("select customer_id, count(*)::text from survey group by 1")
        #expect(asked.count == 7 && asked.allSatisfy { $0[1] == "1" })
    }

    @Test("whoever was asked under another code, and before it was known to be the same, is not asked again")
    func merged() async throws {
        let first = try await desk.handle(try Self.late("O1", customer: "C1"))
        #expect(try first.events(SurveyInvited.self).count == 1)
        let record = CustomerRecord(
            customerId: "party", revision: 2, name: "昆山精密机械有限公司", branch: "KS01", salesOwner: "li.wei",
            accounts: [
                AccountHoming(source: "erp", code: "C1", revision: 2),
                AccountHoming(source: "erp", code: "C2", revision: 2),
            ], at: try moment("2026-03-02T11:00:00+08:00"))
        try await desk.handle([.init("m", CustomerRegistered(record))])
        let other = try await desk.handle(try Self.late("O2", customer: "C2"), at: "2026-03-12T10:00:00+08:00")
        #expect(try other.events(SurveyInvited.self).isEmpty)
        let later = try await desk.handle(try Self.late("O3", customer: "C2"), at: "2026-04-02T10:00:00+08:00")
        #expect(try later.events(SurveyInvited.self).count == 1)
    }
}
