import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService

@Suite("Who is one customer, over its tables", .service(try customerDefinition()))
struct IdentityTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    @Test("two codes with one valid credit code become one customer, and the others are told")
    func identity() async throws {
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
