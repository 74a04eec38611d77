import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = CardSaid

@Suite("Stored rate cards", .service(SalesService.definition))
struct CardTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private func price(
        _ quantity: String = "10", on day: String, _ more: [String: String] = [:]
    ) async throws -> [String?] {
        let asked = ["item": "air-kg", "unit": "kg", "quantity": quantity, "on": day].merging(more) { _, last in last }
        let table = try await sales.ask("cards.price", asked)["price"]
        return ["amount", "rule", "level", "reason"].map { table.column($0).first ?? nil }
    }

    @Test("a card is stored whole or not at all; the same again has no effect")
    func stored() async throws {
        let body = Say.card([Say.rule("R", "3.125", minimum: "20"), Say.rule("S", "1", item: "sea-cbm", unit: "cbm")])
        let first = try await sales.handle([Say.message(body)])
        #expect(try first.events(RateCardChanged.self).map(\.added) == [2])
        let again = try await sales.handle([.init("again", source: "crm", body)])
        #expect(again.refused.isEmpty && again.published.isEmpty)
        let wrong = try await sales.handle([
            Say.message(Say.card([Say.rule("R", "4"), Say.rule("T", "4", item: "t")])),
            Say.message(Say.card("OTHER", [Say.rule("T", "4", item: "t"), Say.rule("U", "4", until: "2026-01-31")])),
            Say.message(Say.card([Say.rule("T", "4", item: "t")], side: .buy)),
            Say.message(Say.card([Say.rule("T", "4", item: "t")], group: "key")),
        ])
        #expect(
            wrong.refused.mapValues(\.path) == [0: "$.rules[0].rule", 1: "$.rules[1]", 2: "$.side", 3: "$.group"])
        #expect(Set(wrong.refused.values.map(\.reason)) == [.conflictingContent])
        #expect(try await sales.rows("select card || rule from rate_rule order by 1") == [["PUBLICR"], ["PUBLICS"]])
        #expect(try await price("10", on: "2026-03-01") == ["31.25", "PUBLIC/R", "public", nil])
        #expect(try await price("1", on: "2026-03-01") == ["20.00", "PUBLIC/R", "public", nil])
        #expect(try await price("1", on: "2025-12-31") == [nil, nil, nil, "no-rule"])
        let cards = try await sales.ask("cards.list", ["on": "2026-03-01"])["cards"]
        #expect(cards.column("rules") == ["2"] && cards.column("live") == ["2"] && cards.column("level") == ["public"])
        let rules = try await sales.ask("cards.show", ["card": "PUBLIC", "on": "2026-03-01"])["rules"]
        #expect(rules.column("tariff") == ["0– × 3.125 min 20", "0– × 1"])
    }

    @Test("of what is for the same the database keeps one rule a day, whatever a program would write")
    func constraint() async throws {
        try await sales.handle([Say.message(Say.card([Say.rule("R", "3")]))])
        await #expect(throws: PostgresError.self) {
            try await sales.pool.withTransaction {
                try $0.execute(
                    """
                    insert into rate_rule (card, rule, side, audience, service_item, origin, destination, unit, content, validity,
                        said_by, said_at)
                    select card, 'X', side, audience, service_item, origin, destination, unit, content,
                        daterange('2027-01-01', '2027-01-02'), said_by, said_at from rate_rule
                    """)
            }
        }
    }

    @Test("what takes another's place ends it on the day before, and each day keeps its price")
    func replaced() async throws {
        try await sales.handle([Say.message(Say.card("A", [Say.rule("R", "3")]))])
        let next = Say.card("B", [Say.rule("R", "4", valid: "2026-07-01")], replaces: true)
        #expect(try await sales.handle([Say.message(next)]).events(RateCardChanged.self).map(\.ended) == [1])
        #expect(try await price(on: "2026-06-30") == ["30.00", "A/R", "public", nil])
        #expect(try await price(on: "2026-07-01") == ["40.00", "B/R", "public", nil])
        let end = EndCardRules(
            card: "B", lastDay: Say.day("2026-08-31"), note: "No more", at: Say.time("2026-07-05"), by: "zhao.min")
        #expect(try await sales.handle([Say.message(end)]).events(RateCardChanged.self).map(\.ended) == [1])
        #expect(try await price(on: "2026-09-01") == [nil, nil, nil, "no-rule"])
        let rules = try await sales.ask("cards.show", ["card": "B"])["rules"]
        #expect(rules.column("validUntil") == ["2026-08-31"] && rules.column("note") == ["No more"])
    }

    @Test("a customer's card holds for all its codes; a group is who was said last; buying is another side")
    func audiences() async throws {
        try await sales.pool.withTransaction {
            try $0.execute(
                """
                insert into account (source, code, customer_id, revision) values
                    ('crm', 'C1', 'K1', 1), ('erp', '77', 'K1', 1), ('crm', 'C2', 'K2', 1)
                """)
        }
        try await sales.handle([
            Say.message(Say.card("ALL", [Say.rule("R", "5")])),
            Say.message(Say.card("KEY", [Say.rule("R", "4")], group: "key")),
            Say.message(Say.card("OWN", [Say.rule("R", "3", from: "PVG")], customer: CustomerCode(code: "C1"))),
            Say.message(Say.card("BUY", [Say.rule("R", "2")], side: .buy)),
            Say.message(
                SetPriceGroup(
                    group: "key", customers: [CustomerCode(code: "77", source: "erp")], at: Say.time("2026-01-06"),
                    by: "zhao.min")),
        ])
        let day = "2026-03-01"
        #expect(try await price(on: day)[1] == "ALL/R")
        for code in ["C1", "77", "K1"] {
            #expect(try await price(on: day, ["customer": code, "origin": "PVG"])[1] == "OWN/R", "\(code)")
            #expect(try await price(on: day, ["customer": code, "origin": "SHA"])[1] == "KEY/R", "\(code)")
        }
        #expect(try await price(on: day, ["customer": "C2", "origin": "PVG"])[1] == "ALL/R")
        #expect(try await price(on: day, ["customer": "C1", "side": "buy"])[1] == "BUY/R")
        let outcome = try await sales.handle([
            Say.message(
                SetPriceGroup(
                    group: "key", customers: [CustomerCode(code: "C2")], at: Say.time("2026-01-07"), by: "zhao.min")),
            Say.message(
                SetPriceGroup(
                    group: "key", customers: [CustomerCode(code: "77", source: "erp")], at: Say.time("2026-01-05"),
                    by: "zhao.min")),
            Say.message(
                SetPriceGroup(
                    group: "key", customers: [CustomerCode(code: "C1")], at: Say.time("2099-01-01"), by: "zhao.min")),
        ])
        #expect(
            outcome.refused.mapValues(\.reason) == [1: .contradictoryTimes, 2: .contradictoryTimes],
            "what was said later before holds, and what is dated ahead would hold for ever")
        #expect(try await price(on: day, ["customer": "C2"])[1] == "KEY/R")
        #expect(try await price(on: day, ["customer": "77", "origin": "SHA"])[1] == "ALL/R")
    }

    @Test("what would become of a file is told rule by rule, before anything is stored")
    func preview() async throws {
        try await sales.handle([Say.message(Say.card("A", [Say.rule("R", "3"), Say.rule("S", "3", from: "PVG")]))])
        let parts = [
            Say.card("A", [Say.rule("R", "3"), Say.rule("S", "4", from: "PVG")]),
            Say.card("A", [Say.rule("T", "3"), Say.rule("U", "3", from: "SHA"), Say.rule("V", "3", from: "SHA")]),
        ]
        let lines = try await sales.ask(
            "cards.preview", ["source": "crm"], lines: parts.map { String(decoding: $0.encode(), as: UTF8.self) })[
                "lines"]
        #expect(lines.column("place") == ["0", "1", "2", "3", "4"])
        #expect(lines.column("outcome") == ["same", "refused", "refused", "new", "refused"])
        #expect(lines.column("path")[2] == "$.rules[2]")
        #expect(try await sales.rows("select count(*)::text from rate_rule") == [["2"]])
    }
}
