import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import FinanceService
@testable import SalesService
@testable import ServiceDeskService
@testable import ServiceKit
@testable import Simulation
@testable import SupplierService

/// Merges and unmerges as the other services see them: whatever order the messages come in, and however often, each
/// service's figures are those of the parties as they are, to the cent.
@Suite("Merges in all five services", .services)
struct MergeConvergenceTests {
    private typealias Fixture = CustomerFixture
    private static let sources = ["erp", "wms", "tms"]

    /// Something that came in from outside, and which account it is of.
    private struct Inbound {
        let message: ServiceFixture.Message
        let account: String
        var revenue = 0
        var billed = 0
        var completed = 0
    }

    private func inbound(_ random: inout RandomSource) throws -> [Inbound] {
        var all: [Inbound] = []
        for number in 0..<60 {
            let (source, code) = (Self.sources[number % 3], "C\(random.below(5))")
            let account = "\(source)/\(code)"
            let cents = 10_000 + random.below(900_000)
            let revenue = "\(cents / 100).\(String(format: "%02d", cents % 100))"
            let order = makeOrder("O\(number)", customer: code, [(revenue, "80.55")])
            all.append(
                Inbound(
                    message: .init("p\(number)", source: source, OrderPlaced(order)), account: account, revenue: cents))
            if number % 3 == 0 {
                all.append(
                    Inbound(
                        message: .init(
                            "d\(number)", source: source,
                            OrderCompleted(
                                orderId: "O\(number)", revision: 1,
                                completedAt: try #require(Timestamp("2026-03-04T10:00:00+08:00")), onTime: true)),
                        account: account, completed: 1))
            }
            if number % 4 == 0 {
                all.append(
                    Inbound(
                        message: .init(
                            "i\(number)", source: source,
                            InvoiceIssued(
                                invoiceId: "I\(number)", customer: CustomerCode(code: code), orderIds: ["O\(number)"],
                                issuedAt: try #require(Timestamp("2026-03-05T10:00:00+08:00")),
                                dueAt: Timestamp("2026-04-05T10:00:00+08:00"), amount: .of(revenue),
                                currency: .cny)), account: account, billed: cents))
            }
        }
        return all
    }

    private func events(
        _ outcome: ServiceFixture.Outcome, _ number: inout Int
    ) throws -> [ServiceFixture.Message] {
        try outcome.published.map { envelope, data in
            number += 1
            let node = try JSONDocument(parsing: data).root
            let body: any Contracts.Message =
                switch envelope.type {
                case CustomerRegistered.type: try CustomerRegistered(node: node)
                case CustomerChanged.type: try CustomerChanged(node: node)
                case CustomersMerged.type: try CustomersMerged(node: node)
                case CustomersUnmerged.type: try CustomersUnmerged(node: node)
                default: try IdentityDecided(node: node)
                }
            return .init("e\(number)", source: "waybill.customer", body)
        }
    }

    /// What each party's figures must be: those of its accounts.
    private func sums(
        _ homes: [String: String], _ all: [Inbound], _ amount: (Inbound) -> Int
    ) -> [String: Int] {
        var sums: [String: Int] = [:]
        for one in all where amount(one) != 0 { sums[homes[one.account] ?? "?", default: 0] += amount(one) }
        return sums
    }

    private func replay(
        _ definition: ServiceDefinition, _ messages: [ServiceFixture.Message], _ statement: String,
        _ expected: [String: Int], _ random: inout RandomSource
    ) async throws {
        let types = Set(definition.handlers.flatMap { $0.types.keys })
        var mine = messages.filter { types.contains(type(of: $0.body).type) }
        mine += mine.filter { _ in random.happens(0.2) }
        mine.shuffle(using: &random)
        var rest = mine[...]
        let service = try await ServiceFixture.make(definition)
        while !rest.isEmpty {
            let batch = Array(rest.prefix(1 + random.below(15)))
            _ = try await service.retrying(batch)
            rest = rest.dropFirst(batch.count)
        }
        var found: [String: Int] = [:]
        for row in try await service.rows(statement) {
            if let party = row[0], let sum = row[1].flatMap({ Int($0) }) { found[party] = sum }
        }
        #expect(found == expected, "\(definition.name)")
    }

    @Test(
        "merge, unmerge and replay in random order give the same figures in all services",
        arguments: [21, 22] as [UInt64])
    func converges(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let all = try inbound(&random)
        var (untilMerge, afterwards): ([ServiceFixture.Message], [ServiceFixture.Message]) = ([], [])
        let customer = try await ServiceFixture.make(ServiceName.customer.definition())
        var number = 0
        let half = all.count / 2
        untilMerge += try events(try await customer.handle(all[..<half].map(\.message)), &number)
        let parties = [("erp", "C0"), ("wms", "C1"), ("tms", "C2"), ("erp", "C3")].map {
            Fixture.party($0.1, source: $0.0)
        }
        let merge = try await customer.handle([
            .init(
                "m", source: "waybill-cli", at: Fixture.time(1),
                MergeParties(parties: parties, reason: "one licence", by: "li.wei"))
        ])
        #expect(merge.refused.isEmpty)
        untilMerge += try events(merge, &number)
        // Orders go on coming while it is merged.
        untilMerge += try events(try await customer.handle(all[half...].map(\.message)), &number)
        let merged = try await customer.memberships()
        for (place, party) in parties.filter({ $0 != merged["erp/C0"] }).enumerated() {
            let unmerge = try await customer.handle([
                .init(
                    "u\(place)", source: "waybill-cli", at: Fixture.time(2 + place),
                    UnmergeParties(parties: [party], reason: "four", by: "li.wei"))
            ])
            #expect(unmerge.refused.isEmpty)
            afterwards += try events(unmerge, &number)
        }
        let final = try await customer.memberships()
        // Without any decision: what it must have come back to.
        let undecided = try await ServiceFixture.make(ServiceName.customer.definition())
        try await undecided.handle(all.map(\.message))
        let before = try await undecided.memberships()
        #expect(Set(merged.values).count == Set(before.values).count - 3)
        #expect(final == before)
        for (homes, told) in [(merged, untilMerge), (final, untilMerge + afterwards)] {
            let messages = all.map(\.message) + told
            try await replay(
                SalesService.definition, messages,
                """
                select a.customer_id, (sum(o.amount) * 100)::bigint from orders o
                join account a on a.source = o.source and a.code = o.customer_code where not o.is_cancelled group by 1
                """, sums(homes, all, \.revenue), &random)
            try await replay(
                try ServiceDeskService.definition(Settings(ServiceDeskService.settings)), messages,
                """
                select a.customer_id, sum(p.completed) from performance p
                join account a on a.source = p.source and a.code = p.customer_code group by 1
                """, sums(homes, all, \.completed), &random)
            let finance = try FinanceService.definition(Settings(FinanceService.settings))
            try await replay(
                finance, messages,
                """
                select a.customer_id, (sum(d.revenue) * 100)::bigint from account_line_day d
                join account a using (source, code) group by 1
                """, sums(homes, all, \.revenue), &random)
            try await replay(
                finance, messages,
                """
                select a.customer_id, (sum(e.receivable) * 100)::bigint from account_exposure e
                join account a on a.source = e.source and a.code = e.customer_code
                group by 1 having sum(e.receivable) <> 0
                """, sums(homes, all, \.billed), &random)
            // The supplier service knows customers by name only; which of them are merged it knows all the same.
            var standing: [String: Int] = [:]
            for party in Set(homes.values) { standing[party] = 1 }
            try await replay(
                SupplierService.definition, messages,
                "select customer_id, 1 from customer_party where merged_into is null", standing, &random)
        }
    }

    @Test("what was set for a customer holds for whoever it is merged into, and goes with it when it leaves")
    func settingsFollow() async throws {
        func record(_ id: String, _ revision: Int, _ codes: [(String, Int)], into: String? = nil) throws
            -> CustomerChanged
        {
            CustomerChanged(
                CustomerRecord(
                    customerId: id, revision: revision,
                    accounts: codes.map { AccountHoming(source: "erp", code: $0.0, revision: $0.1) }, mergedInto: into,
                    at: try #require(Timestamp("2026-03-02T09:00:00+08:00"))))
        }
        let (a, b) = (Fixture.party("A"), Fixture.party("B"))
        let finance = try await ServiceFixture.make(ServiceName.finance.definition())
        func decision(_ id: String, _ code: String) async throws -> OrderDecided? {
            try await finance.handle([.init(id, OrderPlaced(makeOrder(id, customer: code)))])
                .events(OrderDecided.self).first
        }
        #expect(try await decision("O1", "A")?.decision == .accepted)
        #expect(try await decision("O2", "B")?.decision == .accepted)
        #expect(
            try await finance.rows("select own_id from account order by code") == [[a], [b]])
        let set = try await finance.handle([
            .init(
                "s", source: "waybill-cli",
                SetAcceptance(
                    customerId: b, businessLine: "air-freight", level: .stopped, reason: "does not pay",
                    owner: "li.wei", plan: "wait", from: CalendarDay("2026-03-02"),
                    until: try #require(CalendarDay("2026-03-20")), by: "manager.ks01"))
        ])
        #expect(set.refused.isEmpty)
        #expect(try await decision("O3", "A")?.decision == .accepted)
        try await finance.handle([
            .init("m1", try record(a, 2, [("A", 1), ("B", 2)])), .init("m2", try record(b, 2, [], into: a)),
        ])
        #expect(try await decision("O4", "A")?.decision == .refused)
        #expect(try await decision("O5", "B")?.decision == .refused)
        try await finance.handle([
            .init("m3", try record(a, 3, [("A", 1)])), .init("m4", try record(b, 3, [("B", 3)])),
        ])
        #expect(try await decision("O6", "A")?.decision == .accepted)
        #expect(try await decision("O7", "B")?.decision == .refused)
    }
}
