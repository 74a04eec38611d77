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

    @Test("an order of a line of business that nobody knows is taken, counted and listed; a known one is not")
    func unknownLines() async throws {
        for (place, line) in ["air-freight", "airfreight", "air freight", "airfreight"].enumerated() {
            let outcome = try await customer.handle([
                .init("\(place)", OrderPlaced(makeOrder("O\(place)", customer: "C\(place)", line: line)))
            ])
            #expect(outcome.refused.isEmpty)
        }
        // Two in one batch, with another branch that nobody knows.
        try await customer.handle([
            .init("a", OrderPlaced(makeOrder("OA", line: "airfreight"))),
            .init("b", OrderPlaced(makeOrder("OB", line: "by hand"))),
            .init("c", OrderPlaced(makeOrder("OC", line: "airfreight"))),
        ])
        let listed = try await customer.ask("lines.unknown")["unknown lines"]
        #expect(listed.column("businessLine") == ["airfreight", "air freight", "by hand"])
        #expect(listed.column("orders") == ["4", "1", "1"])
    }

    @Test("where the group's file names no lines of business, none is unknown")
    func noLines() throws {
        let file = """
            {"name": "Group", "divisions": [{"code": "EAST", "name": "East", "branches": []}]}
            """
        let named = try Organisation(json: Array(file.utf8))
        #expect(named.businessLines.isEmpty && named.knows(line: "airfreight"))
        let other = try Organisation(json: Array(file.dropLast().utf8) + Array(#", "businessLines": ["road"]}"#.utf8))
        #expect(other.businessLines == ["road"] && !other.knows(line: "airfreight"))
        for (lines, place) in [(#""road""#, ""), ("[1]", "[0]"), (#"["road", ""]"#, "[1]")] {
            let text = String(file.dropLast()) + ", \"businessLines\": \(lines)}"
            let refusal = #expect(throws: Refusal.self) { try Organisation(json: Array(text.utf8)) }
            #expect(refusal?.path == "$.businessLines\(place)")
        }
    }
}
