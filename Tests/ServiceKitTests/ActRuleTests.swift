import BrokerLayout
import Contracts
import Domain
import Testing

@testable import ServiceKit

@Suite("What a policy says of acts")
struct ActRuleTests {
    private static let day = CalendarDay(daysSinceEpoch: 20_500)
    private static let start = day.adding(days: -900)

    private static func book() throws -> OrganisationBook {
        func node(_ id: String, _ kind: NodeKind, _ parent: String?) -> NodeRecord {
            NodeRecord(id: id, kind: kind, parent: parent, from: start, englishName: id)
        }
        func person(_ login: String, _ node: String, until: CalendarDay? = nil) -> PersonRecord {
            PersonRecord(login: login, name: login, node: node, from: start, until: until)
        }
        return try OrganisationBook(
            nodes: [
                node("G", .group, nil), node("EAST", .division, "G"), node("SOUTH", .division, "G"),
                node("KS01", .branch, "EAST"), node("SH01", .branch, "EAST"), node("GZ01", .branch, "SOUTH"),
                NodeRecord(
                    id: "MOVED", kind: .branch, parent: "SOUTH", from: start, until: day.adding(days: -10),
                    englishName: "MOVED"),
                NodeRecord(
                    id: "MOVED", kind: .branch, parent: "EAST", from: day.adding(days: -9), englishName: "MOVED"),
            ],
            persons: [
                person("li.wei", "KS01"), person("wu.fang", "KS01"), person("manager", "KS01"), person("head", "EAST"),
                person("director", "G"), person("gone", "KS01", until: day.adding(days: -30)),
            ])
    }

    private func nearness(
        to login: String, of owner: String?, in branch: String?, on day: CalendarDay? = nil
    ) throws -> PermissionRelation {
        var nearness = PermissionNearness(in: try Self.book(), on: Self.day)
        return nearness.relation(to: login, ofOwner: owner, in: branch, on: day)
    }

    @Test("how near something is follows from the organisation of its own day")
    func relations() throws {
        #expect(try nearness(to: "li.wei", of: "li.wei", in: "GZ01") == .own)
        #expect(try nearness(to: "li.wei", of: "wu.fang", in: "GZ01") == .sameTeam)
        #expect(try nearness(to: "li.wei", of: "else", in: "KS01") == .sameBranch)
        #expect(try nearness(to: "li.wei", of: "else", in: "SH01") == .otherBranch)
        #expect(try nearness(to: "li.wei", of: nil, in: "GZ01") == .otherDivision)
        #expect(try nearness(to: "li.wei", of: nil, in: nil) == .group)
        #expect(try nearness(to: "li.wei", of: nil, in: "NOWHERE") == .group)
        #expect(try nearness(to: "head", of: "else", in: "SH01") == .sameBranch)
        #expect(try nearness(to: "nobody", of: nil, in: "KS01") == .otherDivision)
        #expect(try nearness(to: "li.wei", of: nil, in: "MOVED") == .otherBranch)
        #expect(try nearness(to: "li.wei", of: nil, in: "MOVED", on: Self.day.adding(days: -20)) == .otherDivision)
    }

    @Test("what was somebody's who has left is where they were")
    func leavers() throws {
        let nearness = PermissionNearness(in: try Self.book(), on: Self.day)
        #expect(nearness.node(of: "gone") == "KS01" && nearness.node(of: "nobody") == nil)
        #expect(nearness.nodes(above: "MOVED", on: Self.day.adding(days: -20)) == ["MOVED", "SOUTH", "G"])
    }

    @Test(
        "who has left acts no more from the day after the last on; who is there, comes or is unknown is not refused by that"
    )
    func lastDays() throws {
        let book = try Self.book()
        let last = Self.day.adding(days: -30)
        for proof in [ActProof.user, .edge, .word] {
            let gone = Principal(person: "gone", proof: proof, user: nil)
            #expect(book.refusal(ofLeaver: gone, on: last) == nil)
            let refusal = try #require(book.refusal(ofLeaver: gone, on: last.adding(days: 1)))
            #expect(refusal.reason == .notAuthorised && refusal.detail.contains("the last day was \(last)"))
            #expect(
                refusal.path == [.user: "properties.user_id", .edge: Principals.place, .word: "$"][proof])
            for login in ["li.wei", "nobody", BrokerUsers.operator] {
                #expect(
                    book.refusal(ofLeaver: Principal(person: login, proof: proof, user: nil), on: Self.day) == nil)
            }
            // Who only comes is not known yet.
            #expect(book.refusal(ofLeaver: gone, on: Self.start.adding(days: -1)) == nil)
        }
        #expect(book.refusal(ofLeaver: QuestionAsker.person("gone"), on: Self.day)?.path == "$")
        #expect(book.refusal(ofLeaver: QuestionAsker.person("gone"), on: last) == nil)
        #expect(book.refusal(ofLeaver: QuestionAsker.operator, on: Self.day) == nil)
    }

    /// A policy of a branch manager, somebody for the whole group, and a deputy.
    private static let policy = PermissionPolicy(
        version: 7,
        lines: [
            PermissionLine(
                name: "branch", role: .branchManager, right: .approve, kinds: [.order, .credit, .payable], scope: .node),
            PermissionLine(
                name: "not-own", role: .branchManager, right: .approve, kinds: [.order], scope: .own, effect: .refuse),
            PermissionLine(name: "acts", role: .branchManager, right: .act, kinds: [.reference], scope: .node),
            PermissionLine(name: "sees", role: .branchManager, right: .see, kinds: [.order], scope: .division),
            PermissionLine(name: "every", role: .executive, right: .approve, kinds: [.order], scope: .all),
        ],
        people: [
            PermissionHolder(login: "manager", roles: [.branchManager]),
            PermissionHolder(login: "director", roles: [.executive]),
            PermissionHolder(login: "li.wei", roles: [.salesRep]),
        ],
        delegations: [
            PermissionDelegation(
                name: "leave", principal: "manager", deputy: "li.wei", rights: [.approve], kinds: [.order],
                scope: .node, days: DayWindow(from: day, to: day), recorded: day, reason: "leave")
        ])

    private func rule(
        _ body: any Message, by person: String, _ homes: [ActSubjectName: [ActHome]] = [:],
        standIns: [ActStandIn] = []
    ) throws -> ActRuling {
        let act = Act(
            principal: Principal(person: person, proof: .user, user: person), digest: "d", inboxSource: Act.people)
        let envelope = Envelope(id: "1", source: "erp", type: type(of: body).type)
        let asked = try #require(ActAsked(AnyReceived(envelope: envelope, body: body, position: 0, act: act)))
        var rules = ActRules(Self.policy, in: try Self.book(), on: Self.day, standIns)
        return rules.rule(asked, homes)
    }

    private func told(
        _ body: any Message, by person: String, _ homes: [ActSubjectName: [ActHome]] = [:]
    ) throws -> String {
        switch try rule(body, by: person, homes) {
        case .permitted(_, let rule): "\(rule.line ?? "") \(rule.delegation ?? "-") \(rule.onBehalfOf ?? "-")"
        case .denied(let refusal, _): "\(refusal.reason.rawValue) \(refusal.path)"
        }
    }

    private static let decision = DecideOrder(
        source: "erp", orderId: "O1", verdict: .approve, reason: "paid", by: "whoever")
    private static let order = ActSubjectName(.order, source: "erp", "O1")

    @Test("a line of the policy lets through what it reaches, and the record names it")
    func lines() throws {
        let homes = [Self.order: [ActHome(owner: "wu.fang", branch: "KS01")]]
        #expect(try told(Self.decision, by: "manager", homes) == "branch - -")
        #expect(try told(Self.decision, by: "director", homes) == "every - -")
        #expect(try told(Self.decision, by: "wu.fang", homes) == "not-authorised $.orderId")
        let own = [Self.order: [ActHome(owner: "manager", branch: "KS01")]]
        guard case .denied(let refusal, let rule) = try rule(Self.decision, by: "manager", own) else {
            Issue.record("one's own was approved")
            return
        }
        #expect(rule == AuditRule(line: "not-own", policyVersion: 7))
        #expect(refusal.detail.contains("'not-own' of policy version 7") && refusal.detail.contains("'own'"))
        let far = [Self.order: [ActHome(owner: "else", branch: "SH01")]]
        guard case .denied(let other, _) = try self.rule(Self.decision, by: "manager", far) else {
            Issue.record("another branch's was approved")
            return
        }
        #expect(
            other.detail.contains("no line of policy version 7 gives 'manager' to approve 'order' over 'other-branch'"))
    }

    @Test("a deputy acts in the name of whom the right belongs to, never upon what is their own")
    func deputies() throws {
        let homes = [Self.order: [ActHome(owner: "wu.fang", branch: "KS01")]]
        #expect(try told(Self.decision, by: "li.wei", homes) == "branch leave manager")
        let own = [Self.order: [ActHome(owner: "li.wei", branch: "KS01")]]
        #expect(try told(Self.decision, by: "li.wei", own) == "not-authorised $.orderId")
    }

    @Test("what nobody knows is the group's, and what belongs to nobody in particular, too")
    func unknown() throws {
        #expect(try told(Self.decision, by: "manager") == "not-authorised $.orderId")
        #expect(try told(Self.decision, by: "director") == "every - -")
        guard case .denied(let refusal, _) = try rule(Self.decision, by: "manager") else { return }
        #expect(refusal.detail.contains("over 'group'; whose it is is not known here, or not seen by 'manager'"))
        // What is not seen is refused in the same words; what is seen, as near as it is.
        for (home, isTold) in [(ActHome(branch: "GZ01"), false), (ActHome(owner: "else", branch: "SH01"), true)] {
            guard case .denied(let other, _) = try rule(Self.decision, by: "manager", [Self.order: [home]]) else {
                Issue.record("another branch's was approved")
                return
            }
            #expect((other.detail == refusal.detail) == !isTold, "\(other.detail)")
        }
        // References are nobody's, wherever the order is.
        let settle = SettleReference(
            what: .order, source: "wms", number: "O1", meant: "erp", reason: "the same", by: "manager")
        #expect(
            try told(settle, by: "manager", [Self.order: [ActHome(branch: "KS01")]]) == "not-authorised $.number")
    }

    @Test("of several homes the nearest counts, unless something is wholly of each of them")
    func several() throws {
        let homes = [ActHome(owner: "wu.fang", branch: "KS01"), ActHome(owner: "else", branch: "GZ01")]
        let approval = CreditOverrideApproved(
            overrideId: "V1", customer: CustomerCode(code: "C1"), group: nil, amount: FixedDecimal(5), currency: .cny,
            from: Self.day, to: Self.day, approvedBy: "manager", tier: .branchManager,
            approvedAt: try #require(Timestamp("2026-02-16T10:00:00+08:00")))
        #expect(
            try told(approval, by: "manager", [ActSubjectName(.account, source: "erp", "C1"): homes]) == "branch - -")
        let release = ReleasePayable(source: "erp", invoiceId: "I1", step: .approve, by: "manager")
        let invoice = ActSubjectName(.supplierInvoice, source: "erp", "I1")
        #expect(try told(release, by: "manager", [invoice: homes]) == "not-authorised $.invoiceId")
        #expect(try told(release, by: "manager", [invoice: [homes[0]]]) == "branch - -")
    }

    @Test("whoever operates the system may always set a policy, and nothing else by that")
    func operators() throws {
        let set = PermissionPolicySet(document: ["{}"], reason: "locked out", by: BrokerUsers.operator)
        #expect(try told(set, by: BrokerUsers.operator) == "operator - -")
        #expect(try told(set, by: "director") == "not-authorised $")
        #expect(try told(Self.decision, by: BrokerUsers.operator) == "not-authorised $.orderId")
    }

    @Test("who has acted in another's stead counts as both where two people are needed")
    func standIns() throws {
        let homes = [Self.order: [ActHome(owner: "wu.fang", branch: "KS01")]]
        func permit(_ standIns: [ActStandIn]) throws -> ActPermit? {
            guard case .permitted(let permit, _) = try rule(Self.decision, by: "director", homes, standIns: standIns)
            else { return nil }
            return permit
        }
        let stood = ActStandIn(kind: "order", object: "O1", deputy: "wu.fang", principal: "director")
        #expect(try permit([stood]).areOne("wu.fang", "director", on: [Self.day]))
        #expect(try permit([stood]).areOne("director", "wu.fang", on: []))
        #expect(try !permit([]).areOne("wu.fang", "director", on: [Self.day]))
        let other = ActStandIn(kind: "order", object: "O2", deputy: "wu.fang", principal: "director")
        #expect(try !permit([other]).areOne("wu.fang", "director", on: [Self.day]))
        // The delegation of the day makes one of both, whoever has proposed.
        #expect(try permit([]).areOne("manager", "li.wei", on: [Self.day]))
        #expect(try !permit([]).areOne("manager", "li.wei", on: [Self.day.adding(days: 1)]))
        let none: ActPermit? = nil
        #expect(none.areOne("a", "a", on: []) && !none.areOne("a", "b", on: [Self.day]))
    }
}
