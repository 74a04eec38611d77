import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Acts under a policy of permissions", .service(try financeDefinition()))
struct ActRuleTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let day = "2026-03-10T10:00:00+08:00"
    /// While the manager is on leave.
    private static let leave = "2026-03-03T10:00:00+08:00"

    private static let lines = """
        {"line": "sees", "role": "executive", "right": "see", "kinds": "*", "scope": "all"},
        {"line": "approves", "role": "executive", "right": "approve", "kinds": ["order", "payable"], "scope": "all"},
        {"line": "executive-acts", "role": "executive", "right": "act", "kinds": ["payable"], "scope": "all"},
        {"line": "branch-sees", "role": "branch-manager", "right": "see", "kinds": ["order"], "scope": "node"},
        {"line": "branch", "role": "branch-manager", "right": "approve", "kinds": ["order"], "scope": "node"},
        {"line": "not-own", "role": "branch-manager", "right": "approve", "kinds": ["order"], "scope": "own",
         "effect": "refuse"},
        {"line": "team-sees", "role": "sales-manager", "right": "see", "kinds": ["order"], "scope": "team"}
        """
    private static let people = """
        {"login": "director", "roles": ["executive"]}, {"login": "zhou.min", "roles": ["executive"]},
        {"login": "zhang.min", "roles": ["branch-manager"]}, {"login": "li.wei", "roles": ["branch-manager"]},
        {"login": "wu.fang", "roles": ["branch-manager"]}, {"login": "chen.li", "roles": ["sales-manager"]}
        """
    private static let delegations = """
        {"delegation": "leave", "of": "zhang.min", "to": "chen.li", "rights": ["see", "approve"], "kinds": ["order"],
         "scope": "node", "from": "2026-03-02", "until": "2026-03-06", "recorded": "2026-03-01", "reason": "leave"},
        {"delegation": "journey", "of": "director", "to": "chen.li", "rights": ["see", "act"], "kinds": ["payable"],
         "scope": "all", "from": "2026-03-02", "until": "2026-03-06", "recorded": "2026-03-01", "reason": "journey"}
        """
    private static let amounts = """
        {"amount": "branch-orders", "role": "branch-manager", "right": "approve", "kinds": ["order"],
         "upTo": "5000.00", "currency": "CNY"},
        {"amount": "every", "role": "executive", "right": "approve", "kinds": ["order"], "upTo": "*"}
        """

    /// Has the organisation, a policy and a limit of credit beyond which orders wait.
    private func begin(amounts: String = amounts) async throws {
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
        let policy = """
            {"version": 7, "lines": [\(Self.lines)], "people": [\(Self.people)],
             "delegations": [\(Self.delegations)], "amounts": [\(amounts)]}
            """
        let said: [any Message] = [
            node("G", .group, nil), node("EAST", .division, "G"), node("KS01", .branch, "EAST"),
            node("SH01", .branch, "EAST"), person("director", "G"), person("zhou.min", "G"),
            person("zhang.min", "KS01"), person("li.wei", "KS01"), person("wu.fang", "SH01"),
            person("chen.li", "KS01"),
            PermissionPolicyChanged(
                version: 7, document: PolicyText.pieces(policy), by: "zhou.min", setAt: now, reason: "授权"),
        ]
        let outcome = try await finance.handle(
            said.enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        #expect(outcome.refused.isEmpty)
        let limit = CreditLimitSet(
            limitId: "L1", customer: CustomerCode(code: "C1"), group: nil, amount: .of("1000"), currency: .cny,
            from: start, setBy: "credit", setAt: now)
        try await finance.handle([.init("l", limit)])
    }

    private func place(_ orders: [(id: String, revenue: String)]) async throws {
        let placed = orders.map { ServiceFixture.Message($0.id, OrderPlaced(makeOrder($0.id, [($0.revenue, "1")]))) }
        let outcome = try await finance.handle(placed)
        #expect(try outcome.events(OrderDecided.self).allSatisfy { $0.decision == .needsApproval })
    }

    private func approve(_ id: String, _ order: String, by person: String) -> ServiceFixture.Message {
        .init(
            id, source: "waybill-cli", typedBy: person,
            DecideOrder(source: "erp", orderId: order, verdict: .approve, reason: "paid", by: person))
    }

    private func decisions() async throws -> [[String?]] {
        try await finance.rows("select order_id, decision from orders order by order_id")
    }

    /// Asks who may do what with a thing, as whoever sees the policy.
    private func explain(
        _ person: String, _ values: [String: String] = [:], at time: String = day
    ) async throws -> [QueryTable] {
        let question = try #require(finance.definition.answered.first { $0.name == CommonQuestions.explain.name })
        let now = try moment(time)
        let given = [
            "person": person, "right": "approve", "kind": "order", "thing": "order", "number": "O1", "source": "erp",
        ].merging(values) { $1 }
        return try await finance.pool.withTransaction(isReadOnly: true) { try question.ask(given, at: now, $0) }
    }

    @Test("who may do what with one order follows from whose it is, and the line that decides is named")
    func explained() async throws {
        try await begin()
        try await place([("O1", "1500")])
        func told(_ person: String, _ values: [String: String] = [:], at time: String = Self.day) async throws -> String
        {
            let decision = try await explain(person, values, at: time)["decision"]
            #expect(decision.column("policy_version") == ["7"])
            return ["is_known", "relation", "outcome", "line", "delegation", "on_behalf_of"].map { column in
                (decision.column(column).first ?? nil) ?? "-"
            }.joined(separator: " ")
        }
        #expect(try await told("zhang.min") == "true same-team full branch - -")
        // The deal is one's own, of another branch, and nobody's that is known.
        #expect(try await told("li.wei") == "true own refused not-own - -")
        #expect(try await told("wu.fang") == "true other-branch refused - - -")
        #expect(try await told("zhang.min", ["number": "O9"]) == "false group refused - - -")
        #expect(try await told("director", ["number": "O9"]) == "false group full approves - -")
        // Whoever stands in for the manager does it in the manager's name, and after the leave not.
        #expect(try await told("chen.li", at: Self.leave) == "true same-team full branch leave zhang.min")
        #expect(try await told("chen.li") == "true same-team refused - - -")
        // A branch, and a customer by its code, are things, too.
        #expect(
            try await told("wu.fang", ["right": "see", "thing": "branch", "number": "SH01"])
                == "true same-branch full branch-sees - -")
        let within = try await explain("zhang.min", ["amount": "5000.00"])["amounts"]
        #expect(within.column("amount") == ["branch-orders"] && within.column("within") == ["yes"])
        #expect(try await explain("zhang.min", ["amount": "5000.01"])["amounts"].column("within") == ["no"])
        #expect(try await explain("li.wei")["amounts"].rows.isEmpty)
        // What another service keeps is asked of that one.
        let refusal = await #expect(throws: Refusal.self) { try await explain("li.wei", ["thing": "complaint"]) }
        #expect(refusal?.path == "parameters.thing" && refusal?.detail.contains("supplier-invoice") == true)
    }

    @Test("while no policy holds nothing is explained")
    func unexplained() async throws {
        #expect(try await explain("li.wei").map(\.rows.count) == [0, 0])
    }

    @Test("of a batch what the policy lets through is done, and what it refuses leaves its neighbours alone")
    func batch() async throws {
        try await begin()
        try await place([("O1", "1500"), ("O2", "6000"), ("O3", "1600"), ("O4", "1700"), ("O5", "5000")])
        let outcome = try await finance.handle(
            [
                approve("1", "O1", by: "zhang.min"), approve("2", "O2", by: "zhang.min"),
                approve("3", "O3", by: "chen.li"), approve("4", "O4", by: "li.wei"),
                approve("5", "O4", by: "wu.fang"), approve("6", "O5", by: "zhang.min"),
                approve("7", "O4", by: "intern"),
            ], at: Self.day)
        #expect(
            outcome.refused.mapValues { "\($0.reason.rawValue) \($0.path)" } == [
                1: "above-authority $.by", 2: "not-authorised $.orderId", 3: "not-authorised $.orderId",
                4: "not-authorised $.orderId", 6: "not-authorised $.orderId",
            ])
        #expect(outcome.refused[1]?.detail.contains("'branch-orders' 5000.00 CNY") == true)
        // Who made the deal does not approve it. To a manager of another branch, who does not see it, it is not there:
        // how near it is would say more.
        #expect(outcome.refused[3]?.detail.contains("line 'not-own' of policy version 7") == true)
        #expect(outcome.refused[4].map { !$0.detail.contains("other-branch") } == true)
        #expect(
            try await decisions() == [
                ["O1", "accepted"], ["O2", "needs-approval"], ["O3", "needs-approval"], ["O4", "needs-approval"],
                ["O5", "accepted"],
            ])
        // The largest is somebody's; and the same command again gets the answer of its time.
        let again = [approve("8", "O2", by: "director"), approve("1", "O1", by: "zhang.min")]
        let second = try await finance.handle(again, at: Self.day)
        #expect(second.refused.isEmpty && second.duplicates == 1)
        #expect(
            try await finance.rows(
                "select message_id, line, amount, policy_version::text, on_behalf_of, kind from act order by act_id")
                == [
                    ["1", "branch", "branch-orders", "7", nil, "order"],
                    ["6", "branch", "branch-orders", "7", nil, "order"],
                    ["8", "approves", "every", "7", nil, "order"],
                ])
    }

    @Test("what a system tells is not asked for a right, and an act without a principal neither")
    func systems() async throws {
        try await begin()
        let limit = CreditLimitSet(
            limitId: "L2", customer: CustomerCode(code: "C1"), group: nil, amount: .of("9000"), currency: .cny,
            from: try #require(CalendarDay("2026-02-01")), setBy: "nobody",
            setAt: try moment("2026-02-01T09:00:00+08:00"))
        let told = try await finance.handle([.init("s", limit)], at: Self.day)
        #expect(told.refused.isEmpty)
        let typed = try await finance.handle([.init("t", typedBy: "zhang.min", limit)], at: Self.day)
        #expect(typed.refused.mapValues(\.reason) == [0: .notAuthorised])
        #expect(typed.refused[0]?.path == "$.customer.code")
    }

    @Test("who has left acts no more, by whatever roles the policy still gives, and neither while there is none")
    func leavers() async throws {
        try await begin()
        try await place([("O1", "1500"), ("O2", "1600")])
        let first = try #require(CalendarDay("2026-01-01"))
        let last = try #require(CalendarDay("2026-03-09"))
        let left = PersonChanged(
            PersonLife(
                login: "zhang.min",
                periods: [
                    PersonPeriod(
                        from: first, until: last,
                        name: "zhang.min", node: "KS01")
                ]), revision: 2, changedAt: try moment("2026-03-02T09:00:00+08:00"), by: "zhou.min")
        try await finance.handle([.init("left", source: "waybill.customer", left)])
        // The last day is still one.
        let still = try await finance.handle([approve("1", "O1", by: "zhang.min")], at: "2026-03-09T10:00:00+08:00")
        #expect(still.refused.isEmpty)
        let gone = try await finance.handle(
            [approve("2", "O2", by: "zhang.min"), approve("3", "O2", by: "director")], at: Self.day)
        #expect(gone.refused.mapValues(\.reason) == [0: .notAuthorised])
        #expect(gone.refused[0]?.detail.contains("'zhang.min' has left: the last day was 2026-03-09") == true)
        #expect(try await decisions() == [["O1", "accepted"], ["O2", "accepted"]])
        try await finance.pool.withTransaction {
            try $0.script("delete from permission_policy; update people_mark set mark = gen_random_uuid()")
        }
        let without = try await finance.handle([approve("4", "O2", by: "zhang.min")], at: Self.day)
        #expect(without.refused[0]?.detail.contains("has left") == true)
    }

    @Test("a deputy approves in the manager's name and up to the manager's amount, and the record says so")
    func deputy() async throws {
        try await begin()
        try await place([("O1", "1500"), ("O2", "6000")])
        let outcome = try await finance.handle(
            [approve("1", "O1", by: "chen.li"), approve("2", "O2", by: "chen.li")], at: Self.leave)
        #expect(outcome.refused.mapValues(\.reason) == [1: .aboveAuthority])
        #expect(
            try await finance.rows("select person, on_behalf_of, delegation, line, amount from act")
                == [["chen.li", "zhang.min", "leave", "branch", "branch-orders"]])
    }

    /// Who may approve each order that waits, as the director is told.
    private func approvers(at time: String) async throws -> [[String?]] {
        let now = try moment(time)
        let question = try #require(finance.definition.queries.first { $0.name == "orders.waiting" })
        let tables = try await finance.pool.withTransaction(isReadOnly: true) { transaction in
            try question.answer([], now: now, asker: .person("director"), transaction)
        }
        let table = try #require(tables.first)
        let places = ["order_id", "may_approve"].compactMap { name in table.columns.firstIndex { $0.name == name } }
        return table.rows.map { row in places.map { row.values[$0] } }.sorted { ($0[0] ?? "") < ($1[0] ?? "") }
    }

    @Test("what waits is listed with those who may approve it by the policy, by day and amount")
    func waiting() async throws {
        try await begin()
        try await place([("O1", "1500"), ("O2", "6000")])
        #expect(
            try await approvers(at: Self.day) == [
                ["O1", "director, zhang.min, zhou.min"], ["O2", "director, zhou.min"],
            ])
        #expect(
            try await approvers(at: Self.leave) == [
                ["O1", "chen.li, director, zhang.min, zhou.min"], ["O2", "director, zhou.min"],
            ])
    }

    @Test("a deputy and whom they stand for are one person, also when the leave is over")
    func twoPeople() async throws {
        try await begin()
        let invoice = SupplierInvoiceReceived(
            invoiceId: "V1", supplier: SupplierReference(code: "S1", name: "Carrier"), orderIds: ["O1"],
            issuedAt: try moment("2026-03-02T10:00:00+08:00"), dueAt: try moment("2026-03-10T10:00:00+08:00"),
            amount: .of("500"), currency: .cny)
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("O1", [("200", nil)]))),
            .init("k", makeCost("K1", order: "O1", .accrued, "100")), .init("v", invoice),
        ])
        func release(_ id: String, _ step: ReleaseStep, by person: String) -> ServiceFixture.Message {
            .init(
                id, source: "waybill-cli", typedBy: person,
                ReleasePayable(source: "erp", invoiceId: "V1", step: step, reason: "agreed", by: person))
        }
        let proposed = try await finance.handle([release("1", .propose, by: "chen.li")], at: Self.leave)
        #expect(proposed.refused.isEmpty)
        #expect(
            try await finance.rows("select person, on_behalf_of, delegation, objects::text from act")
                == [["chen.li", "director", "journey", "{V1}"]])
        let during = try await finance.handle([release("2", .approve, by: "director")], at: Self.leave)
        #expect(during.refused.mapValues(\.reason) == [0: .samePerson])
        let after = try await finance.handle([release("3", .approve, by: "director")], at: Self.day)
        #expect(after.refused.mapValues(\.reason) == [0: .samePerson])
        let other = try await finance.handle([release("4", .approve, by: "zhou.min")], at: Self.day)
        #expect(other.refused.isEmpty)
    }

    @Test("while the policy has no amounts it says who, and the authority file says up to what")
    func withoutAmounts() async throws {
        try await begin(amounts: "")
        try await place([("O1", "1500"), ("O2", "1600")])
        // The manager of the branch by the file of the organisation is somebody else.
        let manager = try await finance.handle([approve("1", "O1", by: "zhang.min")], at: Self.day)
        #expect(manager.refused.mapValues { "\($0.reason.rawValue) \($0.path)" } == [0: "not-authorised $.by"])
        let director = try await finance.handle([approve("2", "O2", by: "finance.director")], at: Self.day)
        #expect(director.refused.mapValues { "\($0.reason.rawValue) \($0.path)" } == [0: "not-authorised $.orderId"])
    }
}
