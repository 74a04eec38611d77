import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService

@Suite("An alert that people close", .services)
struct ClosedAlertTests {
    private static func raised(_ id: String) throws -> MarginAlertRaised {
        MarginAlertRaised(
            alertId: id, level: .order, severity: .negative, orderId: "O1", source: "erp", customerId: "K1",
            customerCode: "C1", businessLine: "air", branch: "KS01", salesOwner: "li.wei", revenue: .of("100"),
            cost: .of("120"), margin: .of("-20"), marginRate: .of("-0.2"), threshold: .of("0.05"), currency: .cny,
            provisional: false, causes: ["cost-above-revenue"], raisedAt: try moment("2026-03-02T10:00:00+08:00"))
    }

    private static func closed(_ id: String) throws -> MarginAlertClosed {
        MarginAlertClosed(
            MarginAlertReference(
                alertId: id, level: .order, severity: .negative, orderId: "O1", source: "erp", customerId: "K1",
                customerCode: "C1", businessLine: "air", branch: "KS01", salesOwner: "li.wei"),
            outcome: .accepted, reason: .strategic, note: nil, by: "zhao.min",
            closedAt: try moment("2026-03-03T10:00:00+08:00"))
    }

    @Test(
        "it stands no more at the customer, whichever comes first",
        arguments: [[0, 1], [1, 0]])
    func everywhere(_ order: [Int]) async throws {
        let messages: [any Message] = [try Self.raised("A1"), try Self.closed("A1")]
        let customer = try await ServiceFixture.make(ServiceName.customer.definition())
        for place in order { try await customer.handle([.init("m\(place)", messages[place])]) }
        #expect(
            try await customer.rows("select cleared_at is not null from margin_alert_replica") == [["t"]])
    }
}
