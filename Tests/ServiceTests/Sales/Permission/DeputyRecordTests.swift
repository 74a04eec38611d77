import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Records of what a deputy did name in whose stead", .service(SalesService.definition))
struct DeputyRecordTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// wu.fang of another branch stands for zhang.min while that one is on leave, and has nothing to say there otherwise.
    private static let policy = """
        {"version": 1, "lines": [
            {"line": "sees", "role": "branch-manager", "right": "see", "kinds": ["customer", "order", "agreement"], "scope": "node"},
            {"line": "acts", "role": "branch-manager", "right": "act", "kinds": ["customer", "agreement"], "scope": "node"},
            {"line": "approves", "role": "branch-manager", "right": "approve", "kinds": ["order"], "scope": "node"}],
         "people": [{"login": "zhang.min", "roles": ["branch-manager"]}, {"login": "wu.fang", "roles": ["branch-manager"]}],
         "delegations": [
            {"delegation": "leave", "of": "zhang.min", "to": "wu.fang", "rights": ["see", "act", "approve"],
             "kinds": ["customer", "order", "agreement"], "scope": "node", "from": "2026-03-01", "until": "2026-03-31",
             "recorded": "2026-02-20", "reason": "leave"}]}
        """

    private func prepare() async throws {
        let start = try #require(CalendarDay("2026-01-01"))
        let now = QuoteSaid.time("2026-03-01")
        func person(_ login: String, _ node: String) -> PersonChanged {
            PersonChanged(
                PersonLife(login: login, periods: [PersonPeriod(from: start, name: login, node: node)]), revision: 1,
                changedAt: now, by: "zhou.min")
        }
        let said: [any Message] = [
            Said.node("G", .group, below: nil), Said.node("EAST", .division, below: "G"),
            Said.node("KS01", .branch, below: "EAST"), Said.node("SH01", .branch, below: "EAST"),
            person("zhang.min", "KS01"), person("li.wei", "KS01"), person("wu.fang", "SH01"),
            PermissionPolicyChanged(
                version: 1, document: PolicyText.pieces(Self.policy), by: "zhou.min", setAt: now, reason: "leave"),
        ]
        let outcome = try await sales.handle(
            said.enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
        try await sales.handle([
            CardSaid.message(CardSaid.card("ALL", [CardSaid.rule("R", "30")])),
            CardSaid.message(CardSaid.card("BUY", [CardSaid.rule("B", "20")], side: .buy)),
            LeadSaid.seller("li.wei"),
            LeadSaid.captured("1", at: "2026-02-27T10:00:00+08:00", email: "a@example.com", branch: "KS01"),
            OpportunitySaid.recorded(OpportunitySaid.terms(on: "2026-02-02", owner: "li.wei")),
            QuoteSaid.step(.requested, on: "2026-03-02"), QuoteSaid.step(.submitted, on: "2026-03-02"),
        ])
    }

    /// Something typed by the deputy.
    private func type(_ id: String, from source: String = "waybill.people", _ body: some Message) async throws {
        let outcome = try await sales.handle([.init(id, source: source, typedBy: "wu.fang", body)])
        #expect(outcome.refused.isEmpty, "\(id): \(outcome.refused)")
    }

    private func history(_ question: String, _ values: [String: String]) async throws -> [String] {
        let table = try await sales.ask(question, values)["history"]
        return zip(table.column("by"), table.column("onBehalfOf")).map { "\($0 ?? "-") for \($1 ?? "-")" }
    }

    @Test("steps of leads, opportunities and quotes; what somebody does by their own right names nobody else")
    func steps() async throws {
        try await prepare()
        let lead = try await sales.onlyLead()
        try await type(
            "l",
            TakeLeadStep(
                leadId: lead, step: .contacted, at: LeadSaid.time("2026-03-02T09:30:00+08:00"), by: "wu.fang"))
        try await type(
            "o", from: "crm",
            OpportunityRecorded(
                OpportunitySaid.terms("O1", 2, on: "2026-03-02T09:30:00+08:00", owner: "li.wei"), by: "wu.fang"))
        try await type(
            "q",
            TakeQuoteStep(
                quoteId: "Q1", step: .approved, at: QuoteSaid.time("2026-03-02T10:00:00+08:00"), by: "wu.fang"))
        #expect(try await history("leads.show", ["leadId": lead]).last == "wu.fang for zhang.min")
        #expect(
            try await history("opportunities.show", ["opportunityId": "O1"]) == ["crm for -", "wu.fang for zhang.min"])
        #expect(
            try await history("quotes.show", ["quoteId": "Q1"]) == [
                "li.wei for -", "li.wei for -", "wu.fang for zhang.min",
            ])
        // Of one's own branch nobody is stood for.
        try await type(
            "own",
            TakeOpportunityStep(
                opportunityId: "O2", step: .opened, company: "Acme Ltd", at: OpportunitySaid.time("2026-03-02"),
                by: "wu.fang"))
        #expect(try await history("opportunities.show", ["opportunityId": "O2"]) == ["wu.fang for -"])
    }
}
