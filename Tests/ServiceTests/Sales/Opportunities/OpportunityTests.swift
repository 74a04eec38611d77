import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = OpportunitySaid

@Suite("Opportunities", .service(SalesService.definition))
struct OpportunityTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static let life = [
        Say.terms("O1", 1, "qualification", on: "2026-01-05", amount: nil),
        Say.terms("O1", 2, "analysis", on: "2026-01-12", amount: 500),
        Say.terms("O1", 3, "proposal", on: "2026-02-02", amount: 1_000),
        Say.terms("O1", 4, "proposal", on: "2026-02-20", state: .lost),
        Say.terms("O1", 5, "negotiation", on: "2026-03-03"),
        Say.terms("O1", 6, "negotiation", on: "2026-03-09", state: .won),
    ]

    /// How each stood and what the funnel is made of, as text.
    private func books() async throws -> [[String?]] {
        try await sales.rows(
            """
            select source, opportunity_id, revision::text, what, changed_at::text from opportunity_change
            union all
            select opportunity_id, state, stage, from_day::text, until_day::text from opportunity_span
            union all
            select opportunity_id, state, stage, entered_on::text, coalesce(left_on::text, '-') from opportunity_visit
            union all
            select grain || ' ' || first_day, branch || owner, state || stage, deals::text || ' ' || without_amount,
                trim_scale(amount)::text || ' ' || trim_scale(margin)
            from funnel_bucket where deals <> 0 or without_amount <> 0 or amount <> 0 or margin <> 0
            order by 1, 2, 3, 4, 5
            """)
    }

    @Test("the same is known in whatever order and however often its revisions come", arguments: 0..<4)
    func order(_ round: Int) async throws {
        let messages = Self.life.map { Say.recorded($0) }
        if round == 0 {
            try await sales.handle(messages)
        } else {
            for message in (messages + messages).shuffled() {
                #expect(try await sales.handle([message]).refused.isEmpty)
            }
        }
        let what = try await sales.rows("select what from opportunity_change order by revision").compactMap { $0[0] }
        #expect(what == ["created", "moved", "moved", "lost", "reopened", "won"])
        let stood = try await sales.rows(
            "select state || ' ' || stage || ' ' || from_day from opportunity_span order by from_day")
        #expect(
            stood.compactMap { $0[0] } == [
                "open qualification 2026-01-05", "open analysis 2026-01-12", "open proposal 2026-02-02",
                "lost proposal 2026-02-20", "open negotiation 2026-03-03", "won negotiation 2026-03-09",
            ])
        for (day, wanted) in [
            ("2026-01-04", [] as [String]), ("2026-01-11", ["open qualification 1 0.00"]),
            ("2026-02-01", ["open analysis 1 500.00"]), ("2026-02-19", ["open proposal 1 1000.00"]),
            ("2026-02-20", ["lost proposal 1 1000.00"]), ("2026-03-08", ["open negotiation 1 1000.00"]),
            ("2026-12-31", ["won negotiation 1 1000.00"]),
        ] {
            #expect(try await funnel(on: day, ["decided": "true"]) == wanted, "\(day)")
        }
    }

    /// The funnel of a day in words.
    private func funnel(on day: String, _ more: [String: String] = [:]) async throws -> [String] {
        let table = try await sales.ask("funnel.on", more.merging(["on": day]) { first, _ in first })["funnel"]
        let columns = ["state", "stage", "deals", "amount"].map { table.column($0) }
        return (0..<table.rows.count).map { row in columns.map { $0[row] ?? "-" }.joined(separator: " ") }
    }

    @Test("a batch leaves the same books as its messages one by one")
    func batch() async throws {
        let messages = Self.life.map { Say.recorded($0) }
        try await sales.handle(messages)
        let together = try await books()
        for message in messages { try await sales.handle([message]) }
        #expect(try await books() == together, "the same again changes nothing")
        try await sales.handle(Self.life.map { Say.recorded($0, from: "other") })
        #expect(
            try await sales.rows("select sum(deals)::text from funnel_bucket where grain = 'year' and state = 'won'")
                == [["2"]])
    }

    @Test("the same revision with other content is refused, and the first stands")
    func conflict() async throws {
        try await sales.handle([Say.recorded(Say.terms(on: "2026-01-05"))])
        let other = try await sales.handle([
            .init("again", source: "crm", OpportunityRecorded(Say.terms(on: "2026-01-05", amount: 7), by: "crm"))
        ])
        #expect(other.refused.mapValues(\.reason) == [0: .conflictingRevision])
        #expect(try await sales.rows("select trim_scale(amount)::text from opportunity") == [["1000"]])
    }

    @Test(
        "a stage that does not exist, and one that was reached without what is asked for, are refused with their place")
    func stages() async throws {
        let unknown = try await sales.handle([Say.recorded(Say.terms("O1", 1, "daydream", on: "2026-01-05"))])
        #expect(unknown.refused.mapValues(\.path) == [0: "$.stage"])
        #expect(unknown.refused.mapValues(\.reason) == [0: .valueNotAllowed])
        let unpriced = try await sales.handle([
            Say.recorded(Say.terms("O2", 1, "negotiation", on: "2026-01-05", amount: nil)),
            Say.recorded(Say.terms("O3", 1, "proposal", on: "2026-01-05", amount: nil)),
            Say.recorded(Say.terms("O4", 1, "qualification", on: "2026-01-05", state: .lost, amount: nil)),
        ])
        #expect(unpriced.refused.mapValues(\.path) == [0: "$.amount"], "proposal is not left without it")
        #expect(try await sales.rows("select opportunity_id from opportunity order by 1") == [["O3"], ["O4"]])
        try await sales.handle([
            .init(
                "stages", source: "waybill",
                SetSalesStages(
                    team: "ocean",
                    stages: [
                        SalesStage(stage: "ask", name: "Asked"),
                        SalesStage(stage: "bid", name: "Bid", needs: ["competitors"]),
                    ], at: Say.time("2026-01-01"), by: "zhao.min"))
        ])
        let own = try await sales.handle([
            Say.recorded(Say.terms("O5", 1, "bid", on: "2026-01-05", team: "ocean")),
            Say.recorded(Say.terms("O6", 1, "proposal", on: "2026-01-05", team: "ocean")),
            Say.recorded(Say.terms("O7", 1, "bid", on: "2026-01-05", state: .won, team: "ocean")),
        ])
        #expect(own.refused.mapValues(\.path) == [1: "$.stage", 2: "$.competitors"])
        let list = try await sales.ask("opportunities.stages")["stages"]
        #expect(list.column("stage").suffix(2) == ["ask", "bid"])
    }

    @Test("closed before created is refused where it is read")
    func times() throws {
        let terms = Say.terms(on: "2026-01-05", created: "2026-01-06")
        let bytes = OpportunityRecorded(terms, by: "crm").encode()
        let refusal = #expect(throws: Refusal.self) {
            _ = try OpportunityRecorded(node: JSONDocument(parsing: bytes).root)
        }
        #expect(refusal?.reason == .contradictoryTimes && refusal?.path == "$.changedAt")
    }

    @Test("people take it step by step; what cannot be is refused and changes nothing")
    func steps() async throws {
        let told = try await sales.handle([
            Say.step(.opened, on: "2026-01-05", company: "Acme Ltd"),
            Say.step(.moved, on: "2026-01-06", stage: "analysis"),
        ])
        #expect(try told.events(OpportunityChanged.self).map(\.what) == ["created", "moved"])
        let early = try await sales.handle([Say.step(.moved, on: "2026-01-07", stage: "proposal")])
        #expect(early.refused.mapValues(\.path) == [0: "$.product"], "analysis asks for product and next step")
        try await sales.handle([
            Say.step(
                .changed, on: "2026-01-08", product: "air-general", amount: 900, currency: .cny,
                next: ("Send the quote", "2026-01-20"))
        ])
        let refused = try await sales.handle([
            Say.step(.won, on: "2026-01-09"), Say.step(.reopened, on: "2026-01-09"),
            Say.step(.opened, on: "2026-01-09"),
            Say.step(.changed, on: "2026-01-07"), Say.step(.won, of: "O9", on: "2026-01-09"),
            Say.step(.changed, on: "2026-01-09", currency: .init("USD")),
        ])
        #expect(
            refused.refused.mapValues(\.reason) == [
                0: .missingField, 1: .wrongState, 2: .wrongState, 3: .contradictoryTimes, 4: .notFound,
                5: .currencyMismatch,
            ])
        try await sales.handle([Say.step(.lost, on: "2026-01-10", reason: .price)])
        let closed = try await sales.handle([Say.step(.moved, on: "2026-01-11", stage: "analysis")])
        #expect(closed.refused.mapValues(\.reason) == [0: .wrongState])
        try await sales.handle([Say.step(.reopened, on: "2026-01-12")])
        let shown = try await sales.ask("opportunities.show", ["opportunityId": "O1"])
        #expect(shown["history"].column("what") == ["created", "moved", "changed", "lost", "reopened"])
        #expect(shown["way"].column("state") == ["open", "open", "lost", "open"])
        #expect(
            shown["opportunity"].column("lossReason") == [nil] && shown["opportunity"].column("amount") == ["900.00"])
    }

    @Test("a lead becomes one with everything that it knows, once; also one that was converted before there were any")
    func leads() async throws {
        try await sales.handle([LeadSaid.seller("li.wei")])
        try await sales.handle([
            LeadSaid.captured("1", company: "Acme Ltd", email: "a@example.com", line: "air", branch: "KS01")
        ])
        let lead = try await sales.onlyLead()
        let told = try await sales.handle([
            LeadSaid.step(lead, .qualified, margin: 1_200),
            LeadSaid.step(lead, .converted, at: "2026-03-02T12:00:00+08:00"),
        ])
        let born = try told.events(OpportunityChanged.self)
        #expect(born.map(\.what) == ["created"] && born.first?.terms.leadId == lead)
        #expect(born.first?.terms.margin == 1_200 && born.first?.terms.company == "Acme Ltd")
        let again = try await sales.handle([LeadSaid.step(lead, .converted, at: "2026-03-03T12:00:00+08:00")])
        #expect(again.refused.mapValues(\.reason) == [0: .wrongState])
        let before = try await books()
        try await sales.run("opportunities.fill", at: "2026-03-04T12:00:00+08:00")
        #expect(try await books() == before, "what is there is not made again")
        for table in ["opportunity", "opportunity_change", "opportunity_span", "opportunity_visit", "funnel_bucket"] {
            try await sales.pool.withTransaction { try $0.execute("delete from \(unsafe: table)") }
        }
        try await sales.run("opportunities.fill", at: "2026-03-05T12:00:00+08:00")
        let kept = try await sales.rows("select opportunity_id, owner, stage, branch, business_line from opportunity")
        #expect(kept == [[lead, "li.wei", "qualification", "KS01", "air"]])
    }
}
