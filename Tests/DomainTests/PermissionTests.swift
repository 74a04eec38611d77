import Domain
import Testing

@Suite("Permissions")
struct PermissionTests {
    private let today = CalendarDay(daysSinceEpoch: 20_500)

    private func decide(
        _ policy: PermissionPolicy, _ login: String, _ right: PermissionRight, _ kind: PermissionKind,
        _ relation: PermissionRelation, day: CalendarDay? = nil, others: [String: PermissionRelation] = [:]
    ) -> PermissionDecision {
        policy.decide(
            PermissionRequest(.person(login), right, kind, relation, on: day ?? today, relationsOfOthers: others))
    }

    @Test("each scope holds those before it, and each relation is reached from one scope on")
    func scopes() {
        #expect(PermissionScope.allCases.map(\.reach) == PermissionRelation.allCases)
        for scope in PermissionScope.allCases {
            let covered = PermissionRelation.allCases.filter(scope.covers)
            #expect(covered == Array(PermissionRelation.allCases.prefix(covered.count)))
            #expect(covered.last == scope.reach)
        }
    }

    @Test("what belongs to nobody and to no node is seen as a whole or not at all")
    func owned() {
        let whole: Set<PermissionKind> = [
            .identity, .period, .rate, .supplier, .reference, .message, .setting, .audit,
        ]
        #expect(Set(PermissionKind.allCases.filter { !$0.isOwned }) == whole)
    }

    @Test("what no line allows is refused, and no line is named")
    func nothing() {
        let policy = PermissionPolicy(
            version: 3,
            lines: [PermissionLine(name: "orders", role: .salesRep, right: .see, kinds: [.order], scope: .team)],
            people: [PermissionHolder(login: "li.wei", roles: [.salesRep])])
        let seen = decide(policy, "li.wei", .see, .order, .sameTeam)
        #expect(seen.outcome == .full && seen.line == "orders" && seen.version == 3 && seen.fields.isEmpty)
        for (login, right, kind, relation) in [
            ("li.wei", PermissionRight.see, PermissionKind.order, PermissionRelation.sameBranch),
            ("li.wei", .export, .order, .own), ("li.wei", .see, .customer, .own), ("who", .see, .order, .own),
        ] {
            let decision = decide(policy, login, right, kind, relation)
            #expect(decision.outcome == .refused && decision.line == nil, "\(login) \(right) \(kind) \(relation)")
        }
    }

    @Test("a protected field is told by a line that names it, as far as that line reaches")
    func fields() {
        let policy = PermissionPolicy(
            version: 1,
            lines: [
                PermissionLine(name: "far", role: .salesRep, right: .see, kinds: [.order], scope: .division),
                PermissionLine(
                    name: "near", role: .salesRep, right: .see, kinds: [.order], scope: .own,
                    fields: [.personalData, .margin, .cost]),
                PermissionLine(
                    name: "never", role: .salesRep, right: .see, kinds: [.order], scope: .all, fields: [.cost],
                    effect: .refuse),
            ], people: [PermissionHolder(login: "li.wei", roles: [.salesRep])])
        let own = decide(policy, "li.wei", .see, .order, .own)
        // An order has no personal data, and its cost is refused.
        #expect(own.line == "far" && own.fields.map(\.field) == [.margin] && own.fields.map(\.line) == ["near"])
        let far = decide(policy, "li.wei", .see, .order, .otherBranch)
        #expect(far.outcome == .full && far.fields.isEmpty)
    }

    @Test("beyond the scope totals are told without fields, as far as the line says")
    func totals() {
        let policy = PermissionPolicy(
            version: 1,
            lines: [
                PermissionLine(
                    name: "shared", role: .salesRep, right: .see, kinds: [.customer], scope: .own, fields: [.margin],
                    totals: .group)
            ], people: [PermissionHolder(login: "li.wei", roles: [.salesRep])])
        #expect(decide(policy, "li.wei", .see, .customer, .own).fields.map(\.field) == [.margin])
        let shared = decide(policy, "li.wei", .see, .customer, .otherDivision)
        #expect(shared.outcome == .totals && shared.line == "shared" && shared.fields.isEmpty)
        #expect(decide(policy, "li.wei", .see, .customer, .group).outcome == .refused)
    }

    @Test("what a line refuses no role gives")
    func refusal() {
        let policy = PermissionPolicy(
            version: 1,
            lines: [
                PermissionLine(name: "any", role: .branchManager, right: .approve, kinds: [.expense], scope: .node),
                PermissionLine(
                    name: "not-own", role: .salesRep, right: .approve, scope: .own, effect: .refuse),
            ], people: [PermissionHolder(login: "zhang.min", roles: [.branchManager, .salesRep])])
        let own = decide(policy, "zhang.min", .approve, .expense, .own)
        #expect(own.outcome == .refused && own.line == "not-own")
        #expect(decide(policy, "zhang.min", .approve, .expense, .sameTeam).line == "any")
    }

    @Test("a deputy has what is lent on its days, seen from whose it is, and never what that person has not")
    func delegation() {
        let policy = Self.lending()
        func lent(
            _ relation: PermissionRelation, _ theirs: PermissionRelation?, day: CalendarDay? = nil,
            login: String = "li.wei"
        ) -> PermissionDecision {
            decide(
                policy, login, .see, .order, relation, day: day, others: theirs.map { ["zhang.min": $0] } ?? [:])
        }
        let decision = lent(.otherDivision, .sameBranch)
        #expect(decision.outcome == .full && decision.line == "manager" && decision.delegation == "leave")
        #expect(decision.onBehalfOf == "zhang.min")
        #expect(decision.fields == [.init(field: .margin, line: "manager", onBehalfOf: "zhang.min")])
        // The manager has it no farther than the node, though more was lent; and who is not named lends nothing.
        #expect(lent(.otherDivision, .otherBranch).outcome == .refused)
        #expect(lent(.otherDivision, nil).outcome == .refused)
        #expect(lent(.otherDivision, .sameBranch, day: today.adding(days: 6)).outcome == .refused)
        #expect(lent(.otherDivision, .sameBranch, day: today.adding(days: -1)).outcome == .refused)
        #expect(lent(.otherDivision, .sameBranch, day: today.adding(days: 5)).outcome == .full)
        #expect(lent(.otherDivision, .sameBranch, login: "zhao.lei").outcome == .refused)
        // One's own right is one's own, and the field that is lent says whose it is.
        let own = lent(.own, .sameBranch)
        #expect(own.line == "rep" && own.onBehalfOf == nil && own.delegation == nil)
        #expect(own.fields == [.init(field: .margin, line: "manager", onBehalfOf: "zhang.min")])
    }

    @Test("what is refused to the deputy is not lent either, and who has gone has nothing")
    func deputyRefused() {
        let refusing = PermissionLine(
            name: "not-own", role: .salesRep, right: .see, kinds: [.order], scope: .own, effect: .refuse)
        let policy = Self.lending(refusing)
        let decision = decide(policy, "li.wei", .see, .order, .own, others: ["zhang.min": .sameBranch])
        #expect(decision.outcome == .refused && decision.line == "not-own" && decision.onBehalfOf == nil)
        let gone = PermissionPolicy(version: 1, lines: policy.lines, people: [], delegations: policy.delegations)
        #expect(
            decide(gone, "li.wei", .see, .order, .otherDivision, others: ["zhang.min": .own]).outcome == .refused)
    }

    private static func lending(_ more: PermissionLine...) -> PermissionPolicy {
        let today = CalendarDay(daysSinceEpoch: 20_500)
        return PermissionPolicy(
            version: 1,
            lines: [
                PermissionLine(name: "rep", role: .salesRep, right: .see, kinds: [.order], scope: .own),
                PermissionLine(
                    name: "manager", role: .branchManager, right: .see, kinds: [.order], scope: .node,
                    fields: [.cost, .margin]),
            ] + more,
            people: [
                PermissionHolder(login: "li.wei", roles: [.salesRep]),
                PermissionHolder(login: "zhang.min", roles: [.branchManager]),
            ],
            delegations: [
                PermissionDelegation(
                    name: "leave", principal: "zhang.min", deputy: "li.wei", rights: [.see], kinds: [.order],
                    scope: .all, fields: [.margin], days: DayWindow(from: today, to: today.adding(days: 5)),
                    recorded: today, reason: "annual leave")
            ])
    }
}
