import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = ProductSaid

@Suite("Products", .service(SalesService.definition))
struct ProductTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// Handles what is said on the days on which it is.
    @discardableResult
    private func handle(_ messages: [ServiceFixture.Message]) async throws -> ServiceFixture.Outcome {
        try await sales.handle(messages, at: "2026-01-06T10:00:00+08:00")
    }

    /// Proposed by one, approved by another.
    private func hold(_ terms: ProductTerms...) async throws {
        for terms in terms {
            let outcome = try await handle([Say.proposed(terms), Say.decided(terms)])
            #expect(outcome.refused.isEmpty, "\(terms.code)")
        }
    }

    @Test("the group's own lines are there, each made of what is there, and none can be sold without rules")
    func seed() async throws {
        let tables = try await sales.ask("products.list", ["on": "2026-03-01"])
        let products = tables["products"]
        #expect(products.rows.count == 47)
        #expect(Set(products.column("isValid")) == ["false"])
        let missing = products.column("missing").compactMap { $0 }.joined(separator: "; ")
        #expect(!missing.contains("not-in-force") && !missing.contains("no-measure"))
        #expect(missing.contains("pallet-day: no-sell-rule; pallet-day: no-cost-rule"))
        let vmi = try await sales.ask("products.show", ["code": "vmi", "on": "2026-03-01"])
        #expect(vmi["product"].column("nameInChinese") == ["供应商管理库存（VMI）"])
        #expect(vmi["parts"].column("code").contains("pallet-day"))
        #expect(vmi["versions"].column("proposedBy") == ["waybill"])
    }

    @Test(
        "a version holds when another than its author has approved it; who proposed it, and what was decided, is refused"
    )
    func approval() async throws {
        let unit = Say.unit("U1")
        let proposed = try await handle([Say.proposed(unit)])
        #expect(try proposed.events(ProductChanged.self).map(\.state) == [.proposed])
        #expect(try await shown("U1", .unit)["product"].column("isValid") == ["false"])
        let waiting = try await sales.ask("products.list")["proposals"]
        #expect(waiting.column("code") == ["U1"] && waiting.column("proposedBy") == ["zhao.min"])
        let own = try await handle([Say.decided(unit, by: "zhao.min")])
        #expect(own.refused.mapValues(\.reason) == [0: .samePerson])
        let early = try await handle([Say.decided(unit, on: "2026-01-04")])
        #expect(early.refused.mapValues(\.reason) == [0: .contradictoryTimes])
        let approved = try await handle([Say.decided(unit)])
        #expect(try approved.events(ProductChanged.self).map(\.decidedBy) == ["wang.fang"])
        #expect(try await shown("U1", .unit)["product"].column("isValid") == ["true"])
        let twice = try await handle([Say.decided(unit, .refused, by: "li.wei"), Say.decided(Say.unit("U1", 2))])
        #expect(twice.refused.mapValues(\.reason) == [0: .wrongState, 1: .notFound])
    }

    @Test("a later version holds from no day that is over by our own clock, whatever day its approval says of itself")
    func backdated() async throws {
        try await hold(Say.unit("U1"))
        let next = Say.unit("U1", 2, measure: "Second", from: "2026-01-06")
        try await sales.handle([Say.proposed(next), Say.decided(next)], at: "2026-02-10T10:00:00+08:00")
        #expect(try await shown("U1", .unit, on: "2026-02-09")["product"].column("measure") == ["Done in time"])
        #expect(try await shown("U1", .unit, on: "2026-02-10")["product"].column("measure") == ["Second"])
    }

    private func shown(_ code: String, _ level: ProductLevel, on day: String = "2026-03-01") async throws
        -> [QueryTable]
    {
        try await sales.ask("products.show", ["code": code, "level": level.rawValue, "on": day])
    }

    @Test("versions come one after the other and are never changed; the same again has no effect")
    func versions() async throws {
        try await hold(Say.unit("U1"))
        let again = try await handle([Say.proposed(Say.unit("U1"), on: "2026-01-09")])
        #expect(again.refused.isEmpty && again.published.isEmpty)
        let wrong = try await handle([
            Say.proposed(Say.unit("U1", 1, measure: "Otherwise"), on: "2026-01-10"),
            Say.proposed(Say.unit("U1", 3)), Say.proposed(Say.unit("U1", 2, from: "2025-12-31")),
        ])
        #expect(
            wrong.refused.mapValues(\.reason) == [
                0: .conflictingRevision, 1: .conflictingRevision, 2: .contradictoryTimes,
            ])
        try await handle([Say.proposed(Say.unit("U1", 2, measure: "Otherwise", from: "2026-02-01"))])
        let third = try await handle([Say.proposed(Say.unit("U1", 3))])
        #expect(third.refused.mapValues(\.reason) == [0: .wrongState], "the second is not decided")
        try await handle([Say.decided(Say.unit("U1", 2), .refused)])
        try await hold(Say.unit("U1", 3, measure: "Third", from: "2026-02-01"))
        let unit = try await shown("U1", .unit)
        #expect(unit["product"].column("measure") == ["Third"])
        #expect(unit["versions"].column("state") == ["approved", "refused", "approved"])
        #expect(try await shown("U1", .unit, on: "2026-01-31")["product"].column("measure") == ["Done in time"])
    }

    @Test("a part that there is not is refused with its place, also when it was retired before the decision")
    func parts() async throws {
        try await hold(Say.unit("U1"))
        let missing = try await handle([Say.proposed(Say.item("I1", of: ["U1", "U9"]))])
        #expect(missing.refused.mapValues(\.path) == [0: "$.parts[1].code"])
        #expect(missing.refused.mapValues(\.reason) == [0: .notFound])
        let item = Say.item("I1", of: ["U1"], from: "2026-02-01")
        try await handle([Say.proposed(item)])
        try await hold(Say.unit("U1", 2, from: "2026-02-01", retired: true))
        let late = try await handle([Say.decided(item)])
        #expect(late.refused.mapValues(\.path) == [0: "$.parts[0].code"])
    }

    @Test("where something is used, and what could be sold no more without it")
    func used() async throws {
        try await hold(
            Say.unit("U1"), Say.unit("U2", measure: nil), Say.item("I1", of: ["U1"]), Say.item("I2", of: ["U1", "U2"]),
            Say.product("P1", of: ["I1"]), Say.product("P2", of: ["I2"]))
        let users = try await sales.ask("products.used", ["code": "U1", "level": "unit", "on": "2026-03-01"])["users"]
        #expect(users.column("code") == ["I1", "I2", "P1", "P2"])
        #expect(users.column("through") == ["U1", "U1", "I1", "I2"])
        #expect(users.column("isValid") == ["true", "false", "true", "false"])
        #expect(users.column("breaks") == ["true", "false", "true", "false"], "what cannot be sold breaks no more")
        try await hold(Say.unit("U1", 2, from: "2026-04-01", retired: true))
        #expect(try await shown("P1", .product, on: "2026-03-31")["product"].column("isValid") == ["true"])
        let broken = try await shown("P1", .product, on: "2026-04-01")
        #expect(broken["product"].column("isValid") == ["false"] && broken["findings"].column("finding") == ["retired"])
    }
}
