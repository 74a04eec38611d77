import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = OpportunitySaid

@Suite("The funnel", .service(SalesService.definition))
struct FunnelTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// The funnel of a day in words, by currency.
    private func funnel(on day: String, _ more: [String: String] = [:]) async throws -> [String] {
        let table = try await sales.ask("funnel.on", more.merging(["on": day]) { first, _ in first })["funnel"]
        let columns = ["stage", "deals", "amount", "currency"].map { table.column($0) }
        return (0..<table.rows.count).map { row in columns.map { $0[row] ?? "-" }.joined(separator: " ") }
    }

    @Test("on random lives it is what the spans say one by one, on any day, and amounts of currencies are never added")
    func random() async throws {
        var chance = SystemRandomNumberGenerator()
        let stages = ["qualification", "analysis", "proposal", "negotiation"]
        var messages: [ServiceFixture.Message] = []
        for number in 0..<60 {
            var day = Say.day("2025-06-01").adding(days: Int.random(in: 0..<250, using: &chance))
            let created = day.description
            for revision in 1...Int.random(in: 1...6, using: &chance) {
                let state = [OpportunityState.open, .open, .open, .won, .lost].randomElement(using: &chance) ?? .open
                messages.append(
                    Say.recorded(
                        Say.terms(
                            "R\(number)", revision, stages.randomElement(using: &chance) ?? "proposal",
                            on: day.description, state: state,
                            owner: ["li.wei", "zhao.min", nil].randomElement(using: &chance) ?? nil,
                            branch: ["KS01", "SH01", nil].randomElement(using: &chance) ?? nil,
                            amount: FixedDecimal(units: Int128(Int.random(in: 1..<9_000_000, using: &chance))),
                            currency: [Currency.cny, .init("USD")].randomElement(using: &chance) ?? .cny,
                            created: created)))
                day = day.adding(days: Int.random(in: 0..<60, using: &chance))
            }
        }
        for message in messages.shuffled(using: &chance) { try await sales.handle([message]) }
        for offset in stride(from: 0, to: 600, by: 23) {
            let day = Say.day("2025-05-25").adding(days: offset).description
            let wanted = try await sales.rows(
                """
                select stage || ' ' || count(*) || ' ' || sum(amount)::text || ' ' || currency from opportunity_span
                where state = 'open' and from_day <= date '\(day)' and until_day > date '\(day)'
                group by stage, currency
                """
            ).compactMap { $0[0] }.map(Self.plain)
            #expect(try await funnel(on: day).map(Self.plain).sorted() == wanted.sorted(), "\(day)")
        }
    }

    /// The same with its amount written in one way.
    private static func plain(_ line: String) -> String {
        line.split(separator: " ").map { FixedDecimal(String($0))?.moneyText ?? String($0) }.joined(separator: " ")
    }

    @Test("at a node it is that of the organisation as it was on that day")
    func nodes() async throws {
        func node(_ node: String, _ kind: OrganisationKind, _ periods: [(String, String?, String?)])
            -> ServiceFixture.Message
        {
            .init(
                "n-\(node)",
                OrganisationChanged(
                    NodeLife(
                        node: node,
                        periods: periods.map { from, until, parent in
                            NodePeriod(
                                from: Say.day(from), until: until.map(Say.day), kind: kind, parent: parent, name: node,
                                purpose: .business)
                        }), revision: 1, changedAt: Say.time("2026-01-01")))
        }
        try await sales.handle([
            node("G", .group, [("2026-01-01", nil, nil)]), node("EAST", .division, [("2026-01-01", nil, "G")]),
            node("SOUTH", .division, [("2026-01-01", nil, "G")]),
            node("KS01", .branch, [("2026-01-01", "2026-03-31", "EAST"), ("2026-04-01", nil, "SOUTH")]),
            .init("p", Said.person("chen.jie", in: "KS01")),
            Say.recorded(Say.terms("O1", on: "2026-02-01")),
            Say.recorded(Say.terms("O2", on: "2026-02-02", owner: "chen.jie", branch: nil)),
            Say.recorded(Say.terms("O3", on: "2026-02-02", owner: "nobody", branch: nil)),
        ])
        #expect(try await funnel(on: "2026-03-31", ["node": "EAST"]) == ["qualification 2 2000.00 CNY"])
        #expect(try await funnel(on: "2026-03-31", ["node": "SOUTH"]) == [])
        #expect(try await funnel(on: "2026-04-01", ["node": "EAST"]) == [])
        #expect(try await funnel(on: "2026-04-01", ["node": "SOUTH"]) == ["qualification 2 2000.00 CNY"])
        #expect(try await funnel(on: "2026-04-01") == ["qualification 3 3000.00 CNY"])
    }

    @Test("what has changed since a day, and nothing of what came back to where it was")
    func changes() async throws {
        try await sales.handle([
            Say.recorded(Say.terms("O1", 1, "analysis", on: "2026-01-05", amount: 500)),
            Say.recorded(Say.terms("O1", 2, "proposal", on: "2026-02-03", amount: 700, close: "2026-08-31")),
            Say.recorded(Say.terms("O2", 1, on: "2026-02-04")),
            Say.recorded(Say.terms("O3", 1, "proposal", on: "2026-01-05")),
            Say.recorded(Say.terms("O3", 2, "proposal", on: "2026-02-05", state: .won)),
            Say.recorded(Say.terms("O4", 1, on: "2026-01-05")),
            Say.recorded(Say.terms("O4", 2, on: "2026-02-03", amount: 5)),
            Say.recorded(Say.terms("O4", 3, on: "2026-02-04")),
            Say.recorded(Say.terms("O5", 1, on: "2026-01-05")),
        ])
        // The second is a Monday: without a day the end of the Sunday before is meant.
        for values in [["on": "2026-02-06", "since": "2026-02-01"], ["on": "2026-02-06"]] {
            let table = try await sales.ask("funnel.changes", values)["changes"]
            #expect(table.column("opportunityId") == ["O1", "O2", "O3"])
            #expect(table.column("what") == ["advanced raised later", "entered", "won"])
            #expect(table.column("amountBefore") == ["500.00", nil, "1000.00"])
        }
        let won = try await sales.ask("funnel.changes", ["on": "2026-02-06", "what": "won"])["changes"]
        #expect(won.column("opportunityId") == ["O3"])
    }

    @Test("conversion by who came in, with what is still open; what stays too long by its own kind")
    func conversion() async throws {
        var messages: [ServiceFixture.Message] = []
        for number in 1...40 {
            let (id, line) = ("C\(number)", number % 2 == 0 ? "air" : "sea")
            // Air leaves its first stage after two days, sea after twenty.
            let left = Say.day("2026-01-05").adding(days: line == "air" ? 2 : 20).description
            messages.append(Say.recorded(Say.terms(id, 1, on: "2026-01-05", line: line)))
            messages.append(
                Say.recorded(
                    number <= 10
                        ? Say.terms(id, 2, on: left, state: .lost, line: line)
                        : Say.terms(id, 2, "analysis", on: left, line: line)))
        }
        for line in ["air", "sea"] {
            messages.append(
                Say.recorded(Say.terms("Z-\(line)", 1, on: "2026-02-01", line: line, created: "2026-02-01")))
        }
        try await sales.handle(messages)
        let now = Say.time("2026-02-11")
        let table = try await sales.ask("funnel.conversion", ["to": "2026-01-31"], at: now)["conversion"]
        #expect(table.column("stage") == ["qualification", "analysis"])
        #expect(table.column("entered") == ["40", "30"] && table.column("open") == ["0", "30"])
        #expect(FixedDecimal(table.column("conversion")[0] ?? "") == FixedDecimal("0.75"))
        #expect(table.column("medianDays") == ["2", nil] && table.column("p90Days") == ["20", nil])
        try await sales.run("opportunities.learn", at: "2026-02-10T23:59:59+08:00")
        let stalled = try await sales.ask("opportunities.stalled", at: now)["stalled"]
        #expect(stalled.column("opportunityId") == ["Z-air"], "ten days are long for air and not for sea")
        #expect(stalled.column("comparedWith") == ["air"] && stalled.column("mostDays") == ["2"])
    }

    @Test("two branches see what is theirs, of opportunities and of the sums alike")
    func scopes() async throws {
        for side in Side.allCases {
            try await sales.handle([
                Say.recorded(Say.terms("O\(side.number)", on: "2026-01-05", owner: side.seller, branch: side.branch))
            ])
        }
        let pool = try await sales.enforceScopes()
        let tables = Dictionary(
            uniqueKeysWithValues: [
                "opportunity", "opportunity_change", "opportunity_span", "opportunity_visit", "funnel_bucket",
            ].map { ($0, "true") })
        #expect(try await sales.undivided(tables, among: Side.allCases.map(\.asBranch), by: pool) == [])
        #expect(try await sales.undivided(tables, among: Side.allCases.map(\.asSeller), by: pool) == [])
    }
}
