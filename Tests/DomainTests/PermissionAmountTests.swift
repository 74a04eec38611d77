import Domain
import Testing

@Suite("Amounts of a policy")
struct PermissionAmountTests {
    private let today = CalendarDay(daysSinceEpoch: 20_500)

    private static let lines = [
        PermissionLine(name: "sees", role: .executive, right: .see, scope: .all, fields: PermissionField.allCases),
        PermissionLine(
            name: "approves", role: .executive, right: .approve, kinds: PermissionKind.allCases.filter(\.needsApproval),
            scope: .all),
        PermissionLine(name: "branch-sees", role: .branchManager, right: .see, kinds: [.order], scope: .node),
        PermissionLine(name: "branch", role: .branchManager, right: .approve, kinds: [.order], scope: .node),
        PermissionLine(name: "team-sees", role: .salesManager, right: .see, kinds: [.order], scope: .team),
        PermissionLine(name: "team", role: .salesManager, right: .approve, kinds: [.order], scope: .team),
    ]
    private static let people = [
        PermissionHolder(login: "director", roles: [.executive]),
        PermissionHolder(login: "zhang.min", roles: [.branchManager]),
        PermissionHolder(login: "li.wei", roles: [.salesManager]),
        PermissionHolder(login: "both", roles: [.salesManager, .branchManager]),
    ]

    private static func amount(
        _ name: String, _ role: PermissionRole, _ upTo: Int?, currency: Currency = .cny, days: Int? = nil,
        lines: [String] = [], nodes: [String] = [], kinds: [PermissionKind] = [.order]
    ) -> PermissionAmount {
        PermissionAmount(
            name: name, role: role, right: .approve, kinds: kinds,
            upTo: upTo.map { Money(FixedDecimal($0), currency) }, days: days, businessLines: lines, nodes: nodes)
    }

    private static let standard = [
        amount("team", .salesManager, 5_000), amount("team-air", .salesManager, 20_000, lines: ["air"]),
        amount("branch", .branchManager, 50_000), amount("every", .executive, nil),
    ]

    private func policy(
        _ amounts: [PermissionAmount] = standard, delegations: [PermissionDelegation] = [], version: Int = 1
    ) -> PermissionPolicy {
        PermissionPolicy(
            version: version, lines: Self.lines, people: Self.people, delegations: delegations, amounts: amounts)
    }

    private func reach(
        _ policy: PermissionPolicy, _ login: String, _ amount: Int, _ relation: PermissionRelation = .sameTeam,
        days: Int? = nil, of business: PermissionBusiness = PermissionBusiness(),
        others: [String: PermissionRelation] = [:]
    ) -> String {
        let request = PermissionRequest(
            .person(login), .approve, .order, relation, on: today, relationsOfOthers: others)
        let measure = PermissionMeasure(amount: Money(FixedDecimal(amount), .cny), days: days)
        switch policy.grants(request, of: business).reach(measure, RateTable([]), on: today) {
        case .within(let grant, let amount): return "\(grant.onBehalfOf ?? "own") \(amount?.name ?? "any")"
        case .beyond(let amounts): return "beyond \(amounts.map(\.name).joined(separator: " "))"
        case .noRate: return "no rate"
        }
    }

    @Test("the amount is the most that may be done, to the last cent")
    func most() {
        let policy = policy()
        #expect(reach(policy, "zhang.min", 50_000) == "own branch")
        #expect(reach(policy, "zhang.min", 50_001) == "beyond branch")
        #expect(reach(policy, "director", 1_000_000_000, .otherDivision) == "own every")
        #expect(reach(policy, "nobody", 1) == "beyond ")
    }

    @Test("an amount counts as far as the lines of its role reach, and the highest of several")
    func roles() {
        let policy = policy()
        #expect(reach(policy, "both", 40_000, .sameTeam) == "own branch")
        #expect(reach(policy, "both", 4_000, .sameTeam) == "own team")
        // As a manager of a team alone: beyond the team there is no right, whatever the amount.
        #expect(reach(policy, "li.wei", 1, .sameBranch) == "beyond ")
        #expect(reach(policy, "both", 40_000, .otherBranch) == "beyond ")
    }

    @Test("an amount for a line of business or a node is for nothing else")
    func conditions() {
        let air = PermissionBusiness(line: "air", nodes: ["KS01", "EAST"])
        #expect(reach(policy(), "li.wei", 20_000, of: air) == "own team-air")
        #expect(reach(policy(), "li.wei", 20_000, of: PermissionBusiness(line: "road")) == "beyond team")
        #expect(reach(policy(), "li.wei", 20_000) == "beyond team")
        let east = policy(Self.standard + [Self.amount("east", .salesManager, 30_000, nodes: ["EAST"])])
        #expect(reach(east, "li.wei", 30_000, of: air) == "own east")
        #expect(reach(east, "li.wei", 30_000, of: PermissionBusiness(nodes: ["SOUTH"])) == "beyond team")
    }

    @Test("days bound what holds for days, and nothing else")
    func days() {
        let policy = policy([
            Self.amount("branch", .branchManager, 50_000, days: 30), Self.amount("e", .executive, nil),
        ])
        #expect(reach(policy, "zhang.min", 1, days: 30) == "own branch")
        #expect(reach(policy, "zhang.min", 1, days: 31) == "beyond branch")
        #expect(reach(policy, "zhang.min", 1) == "own branch")
        #expect(reach(policy, "director", 1, days: 10_000) == "own e")
    }

    @Test("another currency is compared by the rate of the day, and without one nothing is let through")
    func currencies() throws {
        let policy = policy([Self.amount("branch", .branchManager, 10_000, currency: try #require(Currency("USD")))])
        let request = PermissionRequest(.person("zhang.min"), .approve, .order, .sameTeam, on: today)
        let grants = policy.grants(request, of: PermissionBusiness())
        let usd = try #require(Currency("USD"))
        let rates = RateTable([.init(currency: usd, from: today, rate: try #require(ExchangeRate("7")))])
        func reach(_ amount: Int, _ rates: RateTable) -> PermissionReach {
            grants.reach(PermissionMeasure(amount: Money(FixedDecimal(amount), .cny)), rates, on: today)
        }
        #expect(reach(70_000, rates) == .within(try #require(grants.first), policy.amounts[0]))
        #expect(reach(70_001, rates) == .beyond(policy.amounts))
        #expect(reach(1, RateTable([])) == .noRate)
        #expect(grants.reach(PermissionMeasure(), RateTable([]), on: today) == .within(try #require(grants.first), nil))
    }

    @Test("without amounts for it, whoever may do it may do it whatever it comes to")
    func unmeasured() {
        #expect(reach(policy([]), "zhang.min", 1_000_000) == "own any")
    }

    @Test("a deputy has the amounts of whose right it is, and only where that right reaches")
    func deputies() {
        let leave = PermissionDelegation(
            name: "leave", principal: "zhang.min", deputy: "li.wei", rights: [.see, .approve], kinds: [.order],
            scope: .node, days: DayWindow(from: today, to: today.adding(days: 5)), recorded: today, reason: "leave")
        let policy = policy(delegations: [leave])
        #expect(reach(policy, "li.wei", 4_000, others: ["zhang.min": .sameTeam]) == "own team")
        #expect(reach(policy, "li.wei", 40_000, others: ["zhang.min": .sameTeam]) == "zhang.min branch")
        #expect(reach(policy, "li.wei", 60_000, others: ["zhang.min": .sameTeam]) == "beyond team branch")
        #expect(reach(policy, "li.wei", 1, .otherDivision, others: ["zhang.min": .otherDivision]) == "beyond ")
        // Who stands for somebody counts as the same person: what is their own somebody else approves.
        let owner = PermissionPolicy(
            version: 1, lines: Self.lines.filter { $0.name != "team" }, people: Self.people, delegations: [leave],
            amounts: Self.standard)
        #expect(reach(owner, "li.wei", 1, .sameTeam, others: ["zhang.min": .sameTeam]) == "zhang.min branch")
        #expect(reach(owner, "li.wei", 1, .own, others: ["zhang.min": .sameTeam]) == "beyond ")
        let decision = owner.decide(
            PermissionRequest(
                .person("li.wei"), .approve, .order, .own, on: today, relationsOfOthers: ["zhang.min": .sameTeam]))
        #expect(decision.outcome == .refused)
    }

    @Test("two people count as one while one stands for the other in such matters")
    func one() {
        let leave = PermissionDelegation(
            name: "leave", principal: "zhang.min", deputy: "li.wei", rights: [.approve], kinds: [.order],
            scope: .node, days: DayWindow(from: today, to: today), recorded: today, reason: "leave")
        let policy = policy(delegations: [leave])
        #expect(policy.areOne("li.wei", "zhang.min", .order, on: [today]))
        #expect(policy.areOne("zhang.min", "li.wei", .order, on: [today.adding(days: 3), today]))
        #expect(!policy.areOne("zhang.min", "li.wei", .order, on: [today.adding(days: 1)]))
        #expect(!policy.areOne("zhang.min", "li.wei", .payable, on: [today]))
        #expect(!policy.areOne("zhang.min", "director", .order, on: [today]))
        #expect(policy.areOne("director", "director", .payable, on: []))
    }

    // MARK: Checks

    private func findings(_ amounts: [PermissionAmount]) -> [String] {
        policy(amounts).findings(on: today).map { "\($0.reason.rawValue) \($0.path)" }
    }

    @Test("amounts of which each matters, and one without bound, have no findings")
    func sound() {
        #expect(findings([]) == [])
        #expect(findings(Self.standard) == [])
    }

    @Test("that nobody may approve the largest amounts is told, with what there is")
    func largest() {
        let bounded = [
            Self.amount("team", .salesManager, 5_000), Self.amount("branch", .branchManager, 50_000),
            Self.amount("top", .executive, 1_000_000),
        ]
        #expect(findings(bounded) == ["nobody-approves $.amounts"])
        let detail = policy(bounded).findings(on: today).first?.detail ?? ""
        #expect(detail.contains("approve 'order'") && detail.contains("'top' 1000000.00 CNY"))
        // Without bound for one line of business is not without bound.
        #expect(
            findings(bounded + [Self.amount("air", .executive, nil, lines: ["air"])]) == ["nobody-approves $.amounts"])
        #expect(findings(bounded + [Self.amount("every", .executive, nil)]) == ["never-matters $.amounts[2]"])
        // A role may, and nobody has it.
        let without = PermissionPolicy(
            version: 1,
            lines: Self.lines + [
                PermissionLine(name: "c-sees", role: .creditManager, right: .see, scope: .all),
                PermissionLine(name: "c", role: .creditManager, right: .approve, kinds: [.order], scope: .all),
            ], people: Self.people,
            amounts: bounded + [Self.amount("credit", .creditManager, nil)])
        #expect(without.findings(on: today).map(\.path) == ["$.people"])
    }

    @Test("a role that may do what is measured has an amount")
    func noAmount() {
        #expect(
            findings([Self.amount("every", .executive, nil)]) == [
                "no-amount $.lines[3].kinds[0]", "no-amount $.lines[5].kinds[0]",
            ])
    }

    @Test("an amount without effect is told: of what the role may not do, or of what another one gives as well")
    func withoutEffect() {
        func more(_ amounts: PermissionAmount...) -> [String] { findings(Self.standard + amounts) }
        #expect(more(Self.amount("buys", .buyer, 1)) == ["never-matters $.amounts[4]"])
        #expect(more(Self.amount("again", .salesManager, 5_000)) == ["never-matters $.amounts[4]"])
        #expect(more(Self.amount("less", .salesManager, 4_000, lines: ["road"])) == ["never-matters $.amounts[4]"])
        #expect(
            more(Self.amount("wider", .salesManager, 20_000)) == [
                "never-matters $.amounts[0]", "never-matters $.amounts[1]",
            ])
        #expect(more(Self.amount("longer", .salesManager, 9_000, days: 3)) == [])
        #expect(more(Self.amount("team", .salesManager, 9_000, days: 3)) == ["duplicate-element $.amounts[4].amount"])
        let half = Self.amount("half", .executive, nil, kinds: [.order, .marginAlert])
        #expect(findings(Self.standard.dropLast() + [half]).contains("never-matters $.amounts[3].kinds[1]"))
        let seen = PermissionAmount(name: "s", role: .executive, right: .see, kinds: [.order], upTo: nil)
        #expect(findings(Self.standard + [seen]) == ["value-not-allowed $.amounts[4].right"])
    }

    @Test("what another policy would let do more or less is told by role")
    func changes() {
        let thought = policy([
            Self.amount("team", .salesManager, 6_000), Self.amount("branch", .branchManager, 50_000, days: 9),
            Self.amount("every", .executive, nil),
        ])
        func told(_ role: PermissionRole, _ new: PermissionPolicy, _ old: PermissionPolicy) -> [String] {
            new.amountChanges(for: role, against: old).map { change in
                "\(change.kind.rawValue)\(change.gains ? " gains" : "")\(change.loses ? " loses" : "")"
            }
        }
        #expect(told(.salesManager, thought, policy()) == ["order gains loses"])
        #expect(told(.branchManager, thought, policy()) == ["order loses"])
        #expect(told(.branchManager, policy(), thought) == ["order gains"])
        #expect(told(.executive, thought, policy()) == [])
        #expect(told(.branchManager, policy([]), policy()) == ["order gains"])
        // Who may not do it at all gains nothing.
        #expect(told(.buyer, policy([]), policy()) == [])
        #expect(told(.executive, policy([]), policy()) == [])
    }
}
