import Domain
import Testing

@Suite("What somebody sees of a kind, as sets")
struct PermissionSightTests {
    private static func day(_ text: String) -> CalendarDay { CalendarDay(text) ?? CalendarDay(daysSinceEpoch: 0) }
    private static let start = day("2026-01-01")
    private static let moved = day("2026-07-01")
    private static let today = day("2026-07-15")

    /// Two divisions and a branch that moves from the first to the second on 1 July.
    private static func book() throws -> OrganisationBook {
        try OrganisationBook(
            nodes: [
                NodeRecord(id: "WL", kind: .group, parent: nil, from: start, englishName: "Group"),
                NodeRecord(id: "EAST", kind: .division, parent: "WL", from: start, englishName: "East"),
                NodeRecord(id: "WEST", kind: .division, parent: "WL", from: start, englishName: "West"),
                NodeRecord(id: "KS01", kind: .branch, parent: "EAST", from: start, englishName: "Kunshan"),
                NodeRecord(
                    id: "NJ01", kind: .branch, parent: "EAST", from: start, until: day("2026-06-30"),
                    englishName: "Nanjing"),
                NodeRecord(id: "NJ01", kind: .branch, parent: "WEST", from: moved, englishName: "Nanjing"),
                NodeRecord(id: "KS01-A", kind: .team, parent: "KS01", from: start, englishName: "Sales A"),
            ],
            persons: [
                person("head.east", "EAST"), person("head.west", "WEST"),
                person("manager.ks01", "KS01", under: "head.east"), person("lead", "KS01-A", under: "manager.ks01"),
                person("li.wei", "KS01-A", under: "lead"), person("afar", "NJ01", under: "lead"),
                person("clerk", "WL"),
            ])
    }

    private static func person(_ login: String, _ node: String, under manager: String? = nil) -> PersonRecord {
        PersonRecord(login: login, name: login, node: node, manager: manager, from: start)
    }

    private static let policy = PermissionPolicy(
        version: 7,
        lines: [
            PermissionLine(
                name: "rep", role: .salesRep, right: .see, kinds: [.order], scope: .own, fields: [.margin],
                totals: .group),
            PermissionLine(
                name: "team", role: .salesManager, right: .see, kinds: [.order], scope: .team, fields: [.margin]),
            PermissionLine(
                name: "branch", role: .branchManager, right: .see, kinds: [.order, .rate], scope: .node,
                fields: [.cost, .margin]),
            PermissionLine(name: "division", role: .divisionHead, right: .see, kinds: [.order], scope: .division),
            PermissionLine(name: "buyer", role: .buyer, right: .see, kinds: [.order, .rate], scope: .group),
            PermissionLine(name: "clerk", role: .financeClerk, right: .see, kinds: [.order, .rate], scope: .all),
            PermissionLine(
                name: "not-own", role: .auditor, right: .see, kinds: [.order], scope: .team, effect: .refuse),
        ],
        people: [
            PermissionHolder(login: "li.wei", roles: [.salesRep]),
            PermissionHolder(login: "lead", roles: [.salesManager]),
            PermissionHolder(login: "manager.ks01", roles: [.branchManager]),
            PermissionHolder(login: "head.east", roles: [.divisionHead]),
            PermissionHolder(login: "head.west", roles: [.divisionHead]),
            PermissionHolder(login: "buyer", roles: [.buyer]), PermissionHolder(login: "clerk", roles: [.financeClerk]),
            PermissionHolder(login: "afar", roles: [.financeClerk, .auditor]),
        ],
        delegations: [
            PermissionDelegation(
                name: "leave", principal: "manager.ks01", deputy: "li.wei", rights: [.see], kinds: [.order],
                scope: .team, fields: [.cost], days: DayWindow(from: day("2026-08-01"), to: day("2026-08-09")),
                recorded: today, reason: "annual leave")
        ])

    private func sight(
        _ login: String, _ kind: PermissionKind = .order, on day: CalendarDay = today,
        within: PermissionScope? = nil, asTotals: Bool = false
    ) throws -> PermissionSight {
        Self.policy.sight(
            of: .person(login), .see, kind, in: try Self.book(), on: day, within: within, asTotals: asTotals)
    }

    @Test("one's own, the team with whom one manages, the node with what lies below")
    func near() throws {
        let own = try sight("li.wei")
        #expect(own.logins == ["li.wei"] && own.nodes.isEmpty && own.datedNodes.isEmpty && !own.isWhole)
        #expect(own.fields == [.margin] && own.grounds.map(\.line) == ["rep"] && own.version == 7)
        let team = try sight("lead")
        #expect(team.logins == ["afar", "lead", "li.wei"] && team.nodes.isEmpty && team.fields == [.margin])
        let node = try sight("manager.ks01")
        #expect(node.logins == ["lead", "manager.ks01"] && node.nodes == ["KS01", "KS01-A"])
        #expect(node.datedNodes.isEmpty && node.fields == [.cost, .margin])
    }

    @Test("a branch that moves shows the earlier objects to the division that it was of, the later ones to the other")
    func moves() throws {
        let east = try sight("head.east")
        #expect(east.nodes == ["EAST", "KS01", "KS01-A"] && east.fields.isEmpty)
        #expect(east.datedNodes.map(\.id) == ["NJ01"])
        // Before its first day it is where it was on that day.
        #expect(east.datedNodes[0].from == nil && east.datedNodes[0].until == Self.day("2026-06-30"))
        let west = try sight("head.west")
        #expect(west.nodes == ["WEST"] && west.datedNodes.map(\.id) == ["NJ01"])
        #expect(west.datedNodes[0].from == Self.moved && west.datedNodes[0].until == nil)
    }

    @Test("the group is every division, and all is the whole; what belongs to nobody needs the whole")
    func far() throws {
        let group = try sight("buyer")
        #expect(!group.isWhole && group.nodes == ["EAST", "KS01", "KS01-A", "NJ01", "WEST"])
        #expect(try sight("clerk").isEverything && sight("clerk", .rate).isEverything)
        for login in ["buyer", "manager.ks01", "li.wei", "nobody"] {
            let rate = try sight(login, .rate)
            #expect(rate.isNothing && rate.refusing == nil, "\(login)")
        }
    }

    @Test("totals reach farther, without protected fields")
    func totals() throws {
        let totals = try sight("li.wei", asTotals: true)
        #expect(totals.nodes == ["EAST", "KS01", "KS01-A", "NJ01", "WEST"] && totals.fields.isEmpty)
        #expect(try sight("lead", asTotals: true) == sight("lead"))
    }

    @Test("what is asked for narrows, and gives back the fields that are told so near")
    func within() throws {
        #expect(try sight("manager.ks01", within: .own).logins == ["manager.ks01"])
        #expect(try sight("clerk", within: .own).logins == ["clerk"])
        #expect(try sight("li.wei", within: .group) == sight("li.wei"))
        #expect(try sight("clerk", .rate, within: .own).isEverything)
        let own = try sight("li.wei", within: .own, asTotals: true)
        #expect(own.fields == [.margin] && own.logins == ["li.wei"])
    }

    @Test("what is lent adds as far as it is lent, on its days; fields are those of both")
    func lent() throws {
        let leave = try sight("li.wei", on: Self.day("2026-08-09"))
        #expect(leave.logins == ["lead", "li.wei", "manager.ks01"] && leave.nodes.isEmpty)
        // The margin is not lent, and the cost is not one's own.
        #expect(leave.fields.isEmpty)
        #expect(leave.grounds.map(\.line) == ["rep", "branch"])
        #expect(leave.grounds.map(\.onBehalfOf) == [nil, "manager.ks01"])
        #expect(try sight("li.wei", on: Self.day("2026-08-10")).grounds.map(\.line) == ["rep"])
    }

    @Test("what a line takes is hidden from what others give; all of it is nothing, and the line is named")
    func taken() throws {
        let sight = try sight("afar")
        #expect(sight.isWhole && !sight.isEverything && sight.hiddenLogins == ["afar"] && sight.hiddenNodes.isEmpty)
        let nothing = try self.sight("afar", within: .team)
        #expect(nothing.isNothing && nothing.refusing == "not-own")
    }

    @Test("what is exported is seen as well: no farther, and without the fields that one of both does not give")
    func exported() throws {
        func line(
            _ name: String, _ role: PermissionRole, _ right: PermissionRight, _ scope: PermissionScope,
            _ fields: [PermissionField] = []
        ) -> PermissionLine {
            PermissionLine(name: name, role: role, right: right, kinds: [.order], scope: scope, fields: fields)
        }
        func lent(
            _ name: String, to deputy: String, _ rights: [PermissionRight], on day: CalendarDay
        ) -> PermissionDelegation {
            PermissionDelegation(
                name: name, principal: "manager.ks01", deputy: deputy, rights: rights, kinds: [.order], scope: .node,
                fields: [.margin], days: DayWindow(from: day, to: day), recorded: Self.today, reason: "annual leave")
        }
        let later = Self.today.adding(days: 1)
        let policy = PermissionPolicy(
            version: 1,
            lines: [
                line("sees", .branchManager, .see, .node, [.cost, .margin]),
                line("takes-out", .branchManager, .export, .node, [.margin]), line("rep", .salesRep, .see, .own),
                line("near", .salesManager, .see, .team), line("far", .salesManager, .export, .all),
                line("whole", .financeClerk, .see, .all, [.cost, .margin]),
            ],
            people: [
                PermissionHolder(login: "manager.ks01", roles: [.branchManager]),
                PermissionHolder(login: "li.wei", roles: [.salesRep]),
                PermissionHolder(login: "lead", roles: [.salesManager]),
                PermissionHolder(login: "clerk", roles: [.financeClerk]),
            ],
            delegations: [
                lent("half", to: "li.wei", [.export], on: Self.today),
                lent("of all", to: "clerk", [.export], on: Self.today),
                lent("both", to: "li.wei", [.see, .export], on: later),
            ])
        func exported(_ login: String, on day: CalendarDay = Self.today) throws -> PermissionSight {
            policy.sight(of: .person(login), .export, .order, in: try Self.book(), on: day)
        }
        let manager = try exported("manager.ks01")
        #expect(manager.nodes == ["KS01", "KS01-A"] && manager.fields == [.margin])
        #expect(manager.grounds.map(\.line) == ["takes-out"])
        let lead = try exported("lead")
        #expect(lead.logins == ["afar", "lead", "li.wei"] && !lead.isWhole && lead.nodes.isEmpty)
        // Who sees a part is not lent to take out more than that.
        #expect(try exported("li.wei").isNothing)
        #expect(try exported("li.wei", on: later).nodes == ["KS01", "KS01-A"])
        let clerk = try exported("clerk")
        #expect(clerk.nodes == ["KS01", "KS01-A"] && clerk.fields == [.margin] && !clerk.isWhole)
        #expect(clerk.grounds.map(\.onBehalfOf) == ["manager.ks01"])
        #expect(try exported("clerk", on: later).isNothing)
    }

    // MARK: Of any organisation and policy

    @Test("what the sets hold is what is decided object by object", arguments: 0..<60)
    func agree(_ seed: Int) throws {
        var draw = Draw(state: UInt64(seed))
        let (book, logins, branches) = try Self.organisation(&draw)
        let policy = Self.policy(logins, &draw)
        for login in logins {
            for kind in [PermissionKind.order, .rate] {
                let sight = policy.sight(of: .person(login), .see, kind, in: book, on: Self.today)
                let totals = policy.sight(of: .person(login), .see, kind, in: book, on: Self.today, asTotals: true)
                let isExact = !policy.lines.contains { $0.effect == .refuse } || policy.delegations.isEmpty
                for _ in 0..<30 {
                    let object = Object(
                        owner: Bool.random(using: &draw) ? logins.randomElement(using: &draw) : nil,
                        branch: Int.random(in: 0..<8, using: &draw) > 0 ? branches.randomElement(using: &draw) : nil,
                        day: Self.start.adding(days: Int.random(in: 0...300, using: &draw)))
                    func relation(_ login: String) -> PermissionRelation {
                        kind.isOwned ? object.relation(to: login, in: book, on: Self.today) : .group
                    }
                    let decision = policy.decide(
                        PermissionRequest(
                            .person(login), .see, kind, relation(login), on: Self.today,
                            relationsOfOthers: Dictionary(uniqueKeysWithValues: logins.map { ($0, relation($0)) })))
                    let isSeen = kind.isOwned ? object.isSeen(by: sight) : !sight.isNothing
                    let why = Comment(rawValue: "\(login) \(kind) \(object) \(decision)")
                    #expect(isExact ? isSeen == (decision.outcome == .full) : !isSeen || decision.outcome == .full, why)
                    if isSeen { #expect(Set(sight.fields).isSubset(of: decision.fields.map(\.field)), why) }
                    let isTold = kind.isOwned ? object.isSeen(by: totals) : !totals.isNothing
                    let mayTell = decision.outcome != .refused
                    #expect(isExact ? isTold == mayTell : !isTold || mayTell, why)
                }
            }
        }
    }

    private struct Object: CustomStringConvertible {
        let owner: String?
        let branch: String?
        let day: CalendarDay

        var description: String { "\(owner ?? "-") \(branch ?? "-") \(day)" }

        /// How near it is to somebody, as one would look it up.
        func relation(to login: String, in book: OrganisationBook, on today: CalendarDay) -> PermissionRelation {
            if owner == login { return .own }
            let me = book.person(login, on: today)
            if let owner, let them = book.person(owner, on: today), them.node == me?.node || them.manager == login {
                return .sameTeam
            }
            let path = branch.map { book.path(from: $0, on: day) } ?? []
            func isDivision(_ node: NodeRecord) -> Bool { node.kind == .division || node.kind == .centre }
            if let me {
                if path.contains(where: { $0.id == me.node }) { return .sameBranch }
                let mine = book.path(from: me.node, on: today).first(where: isDivision)?.id
                if let mine, path.contains(where: { $0.id == mine }) { return .otherBranch }
            }
            return path.contains(where: isDivision) ? .otherDivision : .group
        }

        func isSeen(by sight: PermissionSight) -> Bool {
            func lies(_ nodes: [PermissionSight.Node]) -> Bool {
                nodes.contains {
                    $0.id == branch && ($0.from.map { $0 <= day } ?? true) && ($0.until.map { day <= $0 } ?? true)
                }
            }
            let isHidden = owner.map(sight.hiddenLogins.contains) ?? false || lies(sight.hiddenNodes)
            let isSeen =
                sight.isWhole || owner.map(sight.logins.contains) ?? false
                || branch.map(sight.nodes.contains) ?? false || lies(sight.datedNodes)
            return isSeen && !isHidden
        }
    }

    /// Numbers from a seed, so that what has failed once fails again.
    private struct Draw: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static func organisation(
        _ draw: inout Draw
    ) throws -> (book: OrganisationBook, logins: [String], branches: [String]) {
        let above = ["WL", "D1", "D2", "C1"]
        var nodes = [NodeRecord(id: "WL", kind: .group, parent: nil, from: start, englishName: "WL")]
        for id in above.dropFirst() {
            nodes.append(
                NodeRecord(
                    id: id, kind: id == "C1" ? .centre : .division, parent: "WL", from: start, englishName: id))
        }
        let branches = (1...5).map { "B\($0)" }
        for id in branches {
            let change = start.adding(days: Int.random(in: 1...250, using: &draw))
            for (from, until) in [(start, change.adding(days: -1)), (change, nil as CalendarDay?)] {
                nodes.append(
                    NodeRecord(
                        id: id, kind: .branch, parent: above.randomElement(using: &draw), from: from, until: until,
                        englishName: id))
            }
        }
        nodes.append(NodeRecord(id: "T1", kind: .team, parent: "B1", from: start, englishName: "T1"))
        let logins = (1...6).map { "p\($0)" }
        let persons = logins.enumerated().map { place, login in
            PersonRecord(
                login: login, name: login, node: (above + branches + ["T1"]).randomElement(using: &draw) ?? "WL",
                manager: place > 0 && Bool.random(using: &draw) ? logins[Int.random(in: 0..<place, using: &draw)] : nil,
                from: start)
        }
        return (try OrganisationBook(nodes: nodes, persons: persons), logins, above + branches + ["T1", "elsewhere"])
    }

    private static func policy(_ logins: [String], _ draw: inout Draw) -> PermissionPolicy {
        let roles: [PermissionRole] = [.salesRep, .branchManager, .auditor]
        func some(_ fields: [PermissionField]) -> [PermissionField] {
            fields.filter { _ in Bool.random(using: &draw) }
        }
        let lines = (0..<Int.random(in: 1...6, using: &draw)).map { number in
            let isRefusal = Int.random(in: 0..<5, using: &draw) == 0
            return PermissionLine(
                name: "L\(number)", role: roles.randomElement(using: &draw) ?? .salesRep, right: .see,
                kinds: [.order, .rate], scope: PermissionScope.allCases.randomElement(using: &draw) ?? .own,
                fields: some([.cost, .margin, .purchaseRate]),
                totals: isRefusal || Bool.random(using: &draw)
                    ? nil : PermissionScope.allCases.randomElement(using: &draw),
                effect: isRefusal ? .refuse : .allow)
        }
        let people = logins.map { login in
            PermissionHolder(login: login, roles: roles.filter { _ in Bool.random(using: &draw) })
        }
        let delegations = (0..<Int.random(in: 0...2, using: &draw)).map { number in
            PermissionDelegation(
                name: "D\(number)", principal: logins.randomElement(using: &draw) ?? "p1",
                deputy: logins.randomElement(using: &draw) ?? "p2", rights: [.see], kinds: [.order, .rate],
                scope: PermissionScope.allCases.randomElement(using: &draw) ?? .own, fields: some([.cost, .margin]),
                days: DayWindow(from: today, to: today.adding(days: 3)), recorded: today, reason: "leave")
        }
        return PermissionPolicy(version: 1, lines: lines, people: people, delegations: delegations)
    }
}
