import Domain
import Testing

@Suite("Checks of a policy")
struct PermissionCheckTests {
    private static let today = CalendarDay(daysSinceEpoch: 20_500)

    /// What makes a policy whole, so that a test adds what it is about: an executive who sees and approves everything.
    private static let whole = [
        PermissionLine(name: "sees", role: .executive, right: .see, scope: .all, fields: PermissionField.allCases),
        PermissionLine(
            name: "approves", role: .executive, right: .approve, kinds: PermissionKind.allCases.filter(\.needsApproval),
            scope: .all),
    ]

    private func findings(
        _ more: [PermissionLine], people: [PermissionHolder] = [], delegations: [PermissionDelegation] = []
    ) -> [String] {
        PermissionPolicy(version: 1, lines: Self.whole + more, people: people, delegations: delegations)
            .findings(on: Self.today).map { "\($0.reason.rawValue) \($0.path)" }
    }

    private func line(
        _ name: String, _ right: PermissionRight = .see, _ kinds: [PermissionKind]? = [.order],
        _ scope: PermissionScope = .own, fields: [PermissionField] = [], totals: PermissionScope? = nil,
        effect: PermissionLine.Effect = .allow, role: PermissionRole = .salesRep
    ) -> PermissionLine {
        PermissionLine(
            name: name, role: role, right: right, kinds: kinds, scope: scope, fields: fields, totals: totals,
            effect: effect)
    }

    @Test("a policy in which each line matters has no findings")
    func sound() {
        #expect(findings([]) == [])
        #expect(
            findings([
                line("a", .see, [.order, .customer], .team, fields: [.margin], totals: .group), line("b", .act),
                line("c", .see, [.order], .node, effect: .allow),
                line("d", .see, [.order], .own, fields: [.margin], effect: .refuse),
            ]) == [])
    }

    @Test("a name twice is told with its place")
    func twice() {
        #expect(findings([line("sees")]) == ["duplicate-element $.lines[2].line"])
        let people = [
            PermissionHolder(login: "a", roles: [.executive]), PermissionHolder(login: "a", roles: [.executive]),
        ]
        #expect(findings([], people: people) == ["duplicate-element $.people[1].login"])
    }

    @Test("fields and totals belong to what tells something")
    func misplaced() {
        #expect(findings([line("a"), line("b", .act, fields: [.cost])]) == ["value-not-allowed $.lines[3].fields"])
        #expect(findings([line("a"), line("b", .act, totals: .all)]) == ["value-not-allowed $.lines[3].totals"])
        #expect(
            findings([line("a", .see, [.order], .team), line("b", totals: .all, effect: .refuse)])
                == ["value-not-allowed $.lines[3].totals"])
    }

    @Test("lines, kinds, fields and totals without which nothing changes are told, of two the same the later one")
    func neverMatters() {
        #expect(findings([line("a"), line("b")]) == ["never-matters $.lines[3]"])
        #expect(findings([line("a"), line("b", .see, [.order], .team)]) == ["never-matters $.lines[2]"])
        #expect(
            findings([line("a", .see, [.order], .team), line("b", .see, [.customer, .order])])
                == ["never-matters $.lines[3].kinds[1]"])
        #expect(findings([line("a", fields: [.margin, .personalData])]) == ["never-matters $.lines[2].fields[1]"])
        #expect(findings([line("a", .see, [.rate], .all, fields: [.cost])]) == ["never-matters $.lines[2].fields[0]"])
        #expect(findings([line("a", .see, [.order], .team, totals: .own)]) == ["never-matters $.lines[2].totals"])
        #expect(findings([line("a", .export, [.order], effect: .refuse)]) == ["never-matters $.lines[2]"])
        // Two that together say what a third says.
        #expect(
            findings([
                line("a", .see, [.order], .team), line("b", .see, [.order], .own, fields: [.cost]),
                line("c", .see, [.order], .own, fields: [.cost, .margin]),
                line("d", .see, [.order], .team, fields: [.margin]),
            ]) == ["never-matters $.lines[2]", "never-matters $.lines[4]"])
    }

    @Test("what belongs to nobody and to no node only the scope of everything reaches, of a line and of what is lent")
    func reachedByAllAlone() {
        #expect(findings([line("a", .see, [.rate, .supplier], .group)]) == ["never-matters $.lines[2]"])
        #expect(
            findings([line("a", .see, [.order, .rate, .customer, .supplier], .node, fields: [.cost], totals: .group)])
                == ["never-matters $.lines[2].kinds[1]", "never-matters $.lines[2].kinds[3]"])
        #expect(findings([line("a", .see, [.rate], .all), line("b", .see, [.order], .own)]) == [])
        // Totals that reach everything are told, and a line of every kind names none.
        #expect(findings([line("a", .see, [.supplier], .own, totals: .all)]) == [])
        #expect(findings([line("a", .see, nil, .node)]) == [])
        #expect(
            findings([line("a", .see, [.rate], .all), line("b", .see, [.rate], .own, effect: .refuse)])
                == ["never-matters $.lines[3]"])
        // Who sees a part of the rest acts upon nothing of it.
        #expect(
            findings([line("a", .see, [.order], .team), line("b", .act, [.order, .rate], .team)])
                == ["never-matters $.lines[3].kinds[1]"])
        let people = [
            PermissionHolder(login: "boss", roles: [.executive]), PermissionHolder(login: "rep", roles: [.salesRep]),
        ]
        func lent(_ kinds: [PermissionKind], _ scope: PermissionScope) -> [String] {
            findings(
                [line("a")], people: people,
                delegations: [
                    PermissionDelegation(
                        name: "d", principal: "boss", deputy: "rep", rights: [.see, .approve], kinds: kinds,
                        scope: scope, days: DayWindow(from: Self.today, to: Self.today), recorded: Self.today,
                        reason: "leave")
                ])
        }
        #expect(lent([.order, .period], .group) == ["never-matters $.delegations[0].kinds[1]"])
        #expect(lent([.order, .period], .all) == [])
    }

    @Test("what one line of a role gives and another takes is a contradiction")
    func contradictions() {
        #expect(
            findings([
                line("a", .see, [.order], .team), line("b", .approve, [.order], .own),
                line("c", .approve, [.order], .own, effect: .refuse),
            ]) == ["contradictory-lines $.lines[3]"])
        // To take what is one's own out of a wider right is none.
        #expect(
            findings([
                line("a", .see, [.order], .team), line("b", .approve, [.order], .team),
                line("c", .approve, [.order], .own, effect: .refuse),
            ]) == [])
    }

    @Test("nobody acts on what they do not see, nor exports a field that they do not see")
    func notSeen() {
        #expect(
            findings([line("a", .see, [.order], .own), line("b", .act, [.order], .team)])
                == ["not-seen $.lines[3].scope"])
        #expect(
            findings([line("a", .see, [.order], .own), line("b", .export, [.order], .own, fields: [.cost])])
                == ["not-seen $.lines[3].fields"])
    }

    @Test("a policy that lets nobody approve what needs it is refused, kind by kind")
    func nobodyApproves() {
        let alone = PermissionPolicy(version: 1, lines: [Self.whole[0]])
        let kinds = PermissionKind.allCases.filter(\.needsApproval)
        #expect(alone.findings(on: Self.today).map(\.reason) == kinds.map { _ in .nobodyApproves })
        // One's own is no second person's yes.
        let own = PermissionLine(
            name: "own", role: .executive, right: .approve, kinds: kinds.filter(\.isOwned), scope: .own)
        let ownOnly = PermissionPolicy(version: 1, lines: [Self.whole[0], own])
        #expect(ownOnly.findings(on: Self.today).map(\.path) == kinds.map { _ in "$.lines" })
        // A role may, and nobody has it.
        let clerk = [PermissionHolder(login: "a", roles: [.salesRep])]
        #expect(findings([line("a")], people: clerk) == kinds.map { _ in "nobody-approves $.people" })
    }

    @Test("roles of people are roles that something is written for")
    func people() {
        let people = [PermissionHolder(login: "a", roles: [.executive, .buyer])]
        #expect(findings([], people: people) == ["never-matters $.people[0].roles[1]"])
    }

    @Test("delegations: of what is held, no wider, to somebody else, from the day it is written down on")
    func delegations() {
        let people = [
            PermissionHolder(login: "boss", roles: [.executive]), PermissionHolder(login: "rep", roles: [.salesRep]),
            PermissionHolder(login: "auditor", roles: [.auditor]),
        ]
        let lines = [
            line("team", .see, [.order], .team, fields: [.margin]),
            line("looks", .see, [.order], .all, role: .auditor), line("acts", .act, [.order], .team),
            line("helps", .act, [.order], .own, role: .auditor), line("no", .act, [.order], .own, effect: .refuse),
        ]
        func told(
            _ principal: String = "rep", _ deputy: String = "boss", rights: [PermissionRight] = [.see],
            kinds: [PermissionKind] = [.order], scope: PermissionScope = .team, fields: [PermissionField] = [],
            from: Int = 0, until: Int = 5, recorded: Int = 0
        ) -> [String] {
            let delegation = PermissionDelegation(
                name: "d", principal: principal, deputy: deputy, rights: rights, kinds: kinds, scope: scope,
                fields: fields,
                days: DayWindow(from: Self.today.adding(days: from), to: Self.today.adding(days: until)),
                recorded: Self.today.adding(days: recorded), reason: "leave")
            return findings(lines, people: people, delegations: [delegation])
        }
        #expect(told(fields: [.margin]) == [])
        #expect(told(from: 3, until: 3) == [])
        #expect(told(from: -1) == ["contradictory-times $.delegations[0].from"])
        #expect(told(from: -1, recorded: -2) == [])
        #expect(told(until: -1) == ["contradictory-times $.delegations[0].until"])
        #expect(told(from: 2, recorded: 1) == ["contradictory-times $.delegations[0].recorded"])
        #expect(told("rep", "rep") == ["same-person $.delegations[0].to"])
        #expect(told("rep", "nobody") == ["not-found $.delegations[0].to"])
        #expect(told("nobody", "rep") == ["not-found $.delegations[0].of"])
        #expect(told(kinds: [.order, .rate]) == ["not-held $.delegations[0].kinds[1]"])
        #expect(told(rights: [.approve]) == ["not-held $.delegations[0].kinds[0]"])
        #expect(told("rep", "auditor", rights: [.act], scope: .team) == [])
        #expect(told("boss", "rep", rights: [.approve], scope: .all) == ["not-seen $.delegations[0].rights"])
        #expect(told("boss", "rep", rights: [.see, .approve], scope: .all) == [])
        #expect(told(scope: .node) == ["wider-than-held $.delegations[0].scope"])
        #expect(told(fields: [.margin, .cost]) == ["not-held $.delegations[0].fields[1]"])
    }

    @Test("what is lent to somebody who may never use it never matters")
    func uselessDelegation() {
        let delegation = PermissionDelegation(
            name: "d", principal: "boss", deputy: "auditor", rights: [.approve], kinds: [.order], scope: .all,
            days: DayWindow(from: Self.today, to: Self.today), recorded: Self.today, reason: "leave")
        let people = [
            PermissionHolder(login: "boss", roles: [.executive]), PermissionHolder(login: "auditor", roles: [.auditor]),
        ]
        let lines = [
            line("looks", .see, nil, .all, role: .auditor),
            line("never", .approve, nil, .all, effect: .refuse, role: .auditor),
        ]
        #expect(findings(lines, people: people, delegations: [delegation]) == ["never-matters $.delegations[0]"])
    }
}
