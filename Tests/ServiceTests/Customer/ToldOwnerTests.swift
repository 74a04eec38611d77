import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import CustomerService

@Suite("Who looks after customers, as sales says", .service(try customerDefinition()))
struct ToldOwnerTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private typealias Fixture = CustomerFixture
    private typealias Period = (from: String, until: String?, login: String?, branch: String?)

    /// What sales tells of a customer.
    private static func told(
        _ id: String, _ revision: Int, source: String = "erp", code: String = "C1", line: String? = nil,
        _ periods: [Period]
    ) throws -> ServiceFixture.Message {
        .init(
            id, source: "waybill.sales",
            OwnershipChanged(
                source: source, code: code, businessLine: line, revision: revision,
                periods: try periods.map { period in
                    OwnershipPeriod(
                        from: try #require(CalendarDay(period.from)),
                        until: try period.until.map { try #require(CalendarDay($0)) }, ground: .assigned,
                        branch: period.branch,
                        owners: [
                            CustomerOwner(login: period.login, share: 60), CustomerOwner(login: "other", share: 40),
                        ])
                }, changedAt: try moment("2026-03-02T09:00:00+08:00")))
    }

    private static func changed(_ outcome: ServiceFixture.Outcome) throws -> [CustomerRecord] {
        try outcome.events(CustomerChanged.self).map(\.record)
    }

    private static func order(_ id: String, owner: String) -> OrderPlaced {
        let order = makeOrder(id)
        return OrderPlaced(
            Order(
                orderId: id, revision: 1, customer: order.customer, branch: order.branch,
                businessLine: order.businessLine, placedAt: order.placedAt, currency: .cny, salesOwner: owner,
                lines: order.lines))
    }

    @Test("it stands above orders and corrections by its highest revision; when it ends, these count again")
    func revisions() async throws {
        try await customer.handle([.init("o1", Self.order("O1", owner: "li.wei"))])
        let first = try Self.changed(
            try await customer.handle([try Self.told("s2", 2, [("2026-03-01", nil, "sun.li", "SH01")])]))
        #expect(first.map(\.salesOwner) == ["sun.li"] && first.map(\.branch) == ["SH01"])
        #expect(first[0].byRecord?.salesOwner == "li.wei" && first[0].byRecord?.branch == "KS01")
        // The same again, what was said before it, and what is said of one line.
        let again = try await customer.handle([
            try Self.told("s2 again", 2, [("2026-03-01", nil, "sun.li", "SH01")]),
            try Self.told("s1", 1, [("2026-01-01", nil, "zhao.min", nil)]),
            try Self.told("s3", 9, line: "rail", [("2026-01-01", nil, "zhao.min", nil)]),
        ])
        #expect(again.published.isEmpty)
        let corrected = try Self.changed(
            try await customer.handle([
                .init(
                    "k", source: "waybill-cli", at: Fixture.time(100),
                    CorrectCustomer(
                        customerId: Fixture.party("C1"), field: .salesOwner, value: "wang.fang", reason: "it says so",
                        by: "he.lan"))
            ]))
        #expect(corrected.map(\.salesOwner) == ["sun.li"] && corrected[0].byRecord?.salesOwner == "wang.fang")
        // Orders that go on naming somebody else take nothing back.
        let orders = (2...12).map { ServiceFixture.Message("o\($0)", Self.order("O\($0)", owner: "zhao.min")) }
        #expect(try Self.changed(try await customer.handle(orders)).allSatisfy { $0.salesOwner == "sun.li" })
        let ended = try Self.changed(try await customer.handle([try Self.told("s4", 3, [])]))
        #expect(ended.map(\.salesOwner) == ["wang.fang"] && ended.map(\.branch) == ["KS01"])
        #expect(ended[0].byRecord != nil)
        #expect(
            try await customer.rows("select sales_owner, told_sales_owner, is_told::text from account")
                == [["zhao.min", nil, "true"]])
    }

    @Test("what comes before the customer counts from the customer's first record on, and nobody is nobody again")
    func before() async throws {
        try await customer.handle([try Self.told("s1", 1, [("2026-03-01", nil, "sun.li", nil)])])
        let founded = try await customer.handle([Fixture.report("C1", name: "昆山C1有限公司", at: 1)])
        let record = try #require(try founded.events(CustomerRegistered.self).first?.record)
        #expect(record.salesOwner == "sun.li" && record.branch == "KS01" && record.byRecord?.salesOwner == nil)
        let ended = try Self.changed(try await customer.handle([try Self.told("s2", 2, [])]))
        #expect(ended.map(\.salesOwner) == [nil] && ended[0].byRecord?.branch == "KS01")
    }

    @Test("what is said of a later day counts from that day on, and is told once")
    func days() async throws {
        try await customer.handle([.init("o1", Self.order("O1", owner: "li.wei"))])
        let at = try await customer.handle([
            try Self.told(
                "s1", 1,
                [("2026-03-05", "2026-03-08", "sun.li", nil), ("2026-03-09", "2026-03-10", "zhao.min", "SH01")])
        ])
        #expect(try Self.changed(at).map(\.salesOwner) == ["li.wei"])
        var owners: [String?] = []
        for day in 3...12 {
            let end = "2026-03-\(day < 10 ? "0" : "")\(day)T23:59:59+08:00"
            let turned = try await customer.run("owners.turn", at: end)
            owners += try Self.changed(turned).map { "\(day) \($0.salesOwner ?? "-") \($0.branch ?? "-")" }
        }
        #expect(owners == ["4 sun.li KS01", "8 zhao.min SH01", "10 li.wei KS01"])
    }

    @Test("of a merged customer the word of sales counts before orders of other codes, which leave without its owner")
    func merged() async throws {
        let (one, other) = (Fixture.party("A"), Fixture.party("B", source: "wms"))
        try await customer.handle([
            Fixture.report("A", name: "昆山飞力达精密电子有限公司", at: 1), Fixture.report("B", source: "wms", name: "飞力达", at: 2),
            try Self.told("s1", 1, code: "A", [("2026-03-01", nil, "sun.li", nil)]),
        ])
        let merged = try Self.changed(
            try await customer.handle([
                .init(
                    "m", source: "waybill-cli", at: Fixture.time(100),
                    MergeParties(parties: [one, other], expected: [], reason: "one licence", by: "li.wei"))
            ]))
        #expect(merged.last { $0.mergedInto == nil }?.salesOwner == "sun.li")
        let apart = try Self.changed(
            try await customer.handle([
                .init(
                    "u", source: "waybill-cli", at: Fixture.time(200),
                    UnmergeParties(parties: [other], reason: "two companies", by: "li.wei"))
            ]))
        let left = try #require(apart.last { $0.customerId == other })
        #expect(left.salesOwner == nil && left.byRecord != nil && left.accounts.map(\.code) == ["B"])
        #expect(apart.last { $0.customerId == one }?.salesOwner == "sun.li")
    }

    @Test("who looks after a customer now sees it, and who did before no more; orders stay with who sold them")
    func scope() async throws {
        for side in Side.allCases { try await customer.handle([.init("o\(side.number)", OrderPlaced(side.order()))]) }
        try await customer.handle([
            try Self.told("s1", 1, [("2026-03-01", nil, Side.there.seller, Side.there.branch)])
        ])
        let pool = try await customer.enforceScopes()
        func seen(_ statement: String, _ asker: ScopedAsker) async throws -> [String] {
            try await customer.see(as: asker, by: pool) {
                try $0.query(SQL(stringLiteral: statement), as: String.self)
            }
        }
        for (mine, former) in [
            (Side.there.asSeller, Side.here.asSeller), (Side.there.asBranch, Side.here.asBranch),
        ] {
            #expect(try await seen("select code from account order by 1", mine) == ["C1", "C2"])
            #expect(try await seen("select code from account", former) == [])
            #expect(try await seen("select customer_id from customer", mine).count == 2)
            #expect(try await seen("select order_id from value_order", former) == ["O1"])
        }
    }
}
