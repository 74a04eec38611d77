import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Finance's records of what a deputy did name in whose stead", .service(try financeDefinition()))
struct DeputyRecordTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    /// wu.fang of another branch stands for zhang.min while that one is on leave, and has nothing to say there otherwise.
    private static let policy = """
        {"version": 1, "lines": [
            {"line": "sees", "role": "branch-manager", "right": "see", "kinds": ["order", "margin-alert", "acceptance"], "scope": "node"},
            {"line": "acts", "role": "branch-manager", "right": "act", "kinds": ["margin-alert"], "scope": "node"},
            {"line": "approves", "role": "branch-manager", "right": "approve", "kinds": ["order", "acceptance"], "scope": "node"},
            {"line": "approves-all", "role": "executive", "right": "approve", "kinds": ["order", "acceptance"], "scope": "all"}],
         "people": [{"login": "zhang.min", "roles": ["branch-manager"]}, {"login": "wu.fang", "roles": ["branch-manager"]},
            {"login": "director", "roles": ["executive"]}],
         "delegations": [
            {"delegation": "leave", "of": "zhang.min", "to": "wu.fang", "rights": ["see", "act", "approve"],
             "kinds": ["order", "margin-alert", "acceptance"], "scope": "node", "from": "2026-03-01", "until": "2026-03-31",
             "recorded": "2026-02-20", "reason": "leave"}],
         "amounts": [
            {"amount": "branch", "role": "branch-manager", "right": "approve", "kinds": ["order", "acceptance"],
             "upTo": "5000.00", "currency": "CNY", "days": 30},
            {"amount": "every", "role": "executive", "right": "approve", "kinds": ["order", "acceptance"], "upTo": "*"}]}
        """

    @Test("what is diagnosed of an alert, and an acceptance that is set")
    func records() async throws {
        let start = try #require(CalendarDay("2026-01-01"))
        let now = try moment("2026-03-01T09:00:00+08:00")
        func node(_ node: String, _ kind: OrganisationKind, _ parent: String?) -> OrganisationChanged {
            OrganisationChanged(
                NodeLife(
                    node: node,
                    periods: [NodePeriod(from: start, kind: kind, parent: parent, name: node, purpose: .business)]),
                revision: 1, changedAt: now)
        }
        func person(_ login: String, _ node: String) -> PersonChanged {
            PersonChanged(
                PersonLife(login: login, periods: [PersonPeriod(from: start, name: login, node: node)]), revision: 1,
                changedAt: now, by: "zhou.min")
        }
        let said: [any Message] = [
            node("G", .group, nil), node("EAST", .division, "G"), node("KS01", .branch, "EAST"),
            node("SH01", .branch, "EAST"), person("director", "G"), person("zhang.min", "KS01"),
            person("li.wei", "KS01"), person("wu.fang", "SH01"),
            PermissionPolicyChanged(
                version: 1, document: PolicyText.pieces(Self.policy), by: "zhou.min", setAt: now, reason: "leave"),
            CustomerRegistered(Side.here.record),
        ]
        let outcome = try await finance.handle(
            said.enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
        try await finance.handle([.init("o", OrderPlaced(Side.here.order()))])
        let alert = try #require(try await finance.rows("select alert_id from alert where level = 'order'").first?[0])
        let typed: [any Message] = [
            DiagnoseAlert(
                alertId: alert, reason: .cost, plan: "ask another carrier",
                recoverBy: try #require(CalendarDay("2026-03-20")), by: "wu.fang"),
            SetAcceptance(
                customerId: Side.here.party, businessLine: "air-freight", level: .needsApproval, reason: "new prices",
                owner: "li.wei", until: try #require(CalendarDay("2026-03-20")), by: "wu.fang"),
        ]
        let done = try await finance.handle(
            typed.enumerated().map { .init("t\($0)", source: "waybill.people", typedBy: "wu.fang", $1) },
            at: "2026-03-03T10:00:00+08:00")
        #expect(done.refused.isEmpty, "\(done.refused)")
        #expect(
            try await finance.rows("select diagnosed_by, diagnosed_on_behalf_of from alert where level = 'order'")
                == [["wu.fang", "zhang.min"]])
        #expect(
            try await finance.rows("select set_by, on_behalf_of from acceptance_setting") == [["wu.fang", "zhang.min"]])
        let shown = try await finance.ask("alerts.show", ["alertId": alert])["alert"]
        #expect(shown.column("diagnosed_on_behalf_of") == ["zhang.min"])
    }
}
