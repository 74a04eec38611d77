import Domain
import Testing

private let firstDay = CalendarDay(daysSinceEpoch: 20_454)
private let dayCount = 40
private let lastDay = firstDay.adding(days: dayCount - 1)
private let allDivisions = ["D1", "D2", "D3"]
private let allBranches = (1...6).map { "B\($0)" }

/// What the parts of a group see is what the whole sees: over organisations that change day by day, objects of any day, and
/// questions asked on any day.
@Suite("What the parts see, and the whole")
struct PermissionPartsTests {
    /// Something with an owner, a branch and a day, and what it is worth.
    private struct Object {
        let owner: String?
        let branch: String
        let day: CalendarDay
        let worth: Int
    }

    /// A group whose branches move between three divisions, each with a head that stays; every branch has a manager, a team and
    /// two people of it.
    private struct Group {
        let nodes: [NodeRecord]
        let persons: [PersonRecord]
        let objects: [Object]

        init(_ draw: inout Draw) {
            func node(
                _ id: String, _ kind: NodeKind, _ parent: String?, _ from: CalendarDay, _ until: CalendarDay? = nil
            )
                -> NodeRecord
            { NodeRecord(id: id, kind: kind, parent: parent, from: from, until: until, englishName: id) }
            func person(_ login: String, _ node: String, under manager: String? = nil) -> PersonRecord {
                PersonRecord(login: login, name: login, node: node, manager: manager, from: firstDay)
            }
            var nodes = [node("G", .group, nil, firstDay)] + allDivisions.map { node($0, .division, "G", firstDay) }
            var persons = [person("whole", "G")] + allDivisions.map { person("head.\($0)", $0, under: "whole") }
            for branch in allBranches {
                // From day to day in one division, and in another one from the next stretch on.
                let cuts = Set(
                    (0..<Int.random(in: 0...3, using: &draw)).map { _ in Int.random(in: 1..<dayCount, using: &draw) })
                var from = 0
                for cut in cuts.sorted() + [dayCount] {
                    nodes.append(
                        node(
                            branch, .branch, allDivisions.randomElement(using: &draw), firstDay.adding(days: from),
                            cut == dayCount ? nil : firstDay.adding(days: cut - 1)))
                    from = cut
                }
                nodes.append(node("\(branch)-T", .team, branch, firstDay))
                persons.append(person("manager.\(branch)", branch))
                for number in 1...2 {
                    persons.append(person("\(number).\(branch)", "\(branch)-T", under: "manager.\(branch)"))
                }
            }
            self.nodes = nodes
            self.persons = persons
            objects = (0..<200).map { _ in
                let branch = allBranches.randomElement(using: &draw) ?? "B1"
                return Object(
                    owner: Bool.random(using: &draw) ? "\(Int.random(in: 1...2, using: &draw)).\(branch)" : nil,
                    branch: Int.random(in: 0..<10, using: &draw) == 0 ? "nowhere" : branch,
                    day: firstDay.adding(days: Int.random(in: 0..<dayCount, using: &draw)),
                    worth: Int.random(in: -500...5_000, using: &draw))
            }
        }

        var book: OrganisationBook { get throws { try OrganisationBook(nodes: nodes, persons: persons) } }

        /// What was known on a day of all days: what comes later had not been said.
        func known(on day: CalendarDay) throws -> OrganisationBook {
            try OrganisationBook(
                nodes: nodes.filter { $0.from <= day }.map { record in
                    NodeRecord(
                        id: record.id, kind: record.kind, parent: record.parent, from: record.from,
                        until: record.until.flatMap { $0 < day ? $0 : nil }, englishName: record.id)
                }, persons: persons)
        }
    }

    private static let policy = PermissionPolicy(
        version: 1,
        lines: [
            PermissionLine(name: "rep", role: .salesRep, right: .see, kinds: [.order], scope: .own, totals: .division),
            PermissionLine(name: "branch", role: .branchManager, right: .see, kinds: [.order], scope: .node),
            PermissionLine(name: "head", role: .divisionHead, right: .see, kinds: [.order], scope: .division),
            PermissionLine(name: "buyer", role: .buyer, right: .see, kinds: [.order], scope: .group),
            PermissionLine(name: "whole", role: .executive, right: .see, kinds: [.order], scope: .all),
        ],
        people: [
            PermissionHolder(login: "whole", roles: [.executive]), PermissionHolder(login: "group", roles: [.buyer]),
        ] + allDivisions.map { PermissionHolder(login: "head.\($0)", roles: [.divisionHead]) }
            + allBranches.map { PermissionHolder(login: "manager.\($0)", roles: [.branchManager]) }
            + allBranches.flatMap { branch in
                (1...2).map { PermissionHolder(login: "\($0).\(branch)", roles: [.salesRep]) }
            })

    /// The places of the objects that somebody sees.
    private func seen(
        _ login: String, _ objects: [Object], _ book: OrganisationBook, on day: CalendarDay,
        within: PermissionScope? = nil, asTotals: Bool = false
    ) -> Set<Int> {
        let sight = Self.policy.sight(
            of: .person(login), .see, .order, in: book, on: day, within: within, asTotals: asTotals)
        return Set(
            objects.indices.filter { place in
                let object = objects[place]
                return sight.isWhole || object.owner.map(sight.logins.contains) ?? false
                    || sight.nodes.contains(object.branch)
                    || sight.datedNodes.contains { node in
                        node.id == object.branch && (node.from.map { $0 <= object.day } ?? true)
                            && (node.until.map { object.day <= $0 } ?? true)
                    }
            })
    }

    private func worth(_ places: Set<Int>, _ objects: [Object]) -> Int { places.reduce(0) { $0 + objects[$1].worth } }

    @Test("each object is of one division, and the divisions together are the group", arguments: [UInt64](1...12))
    func divisions(seed: UInt64) throws {
        var draw = Draw(state: seed)
        let group = Group(&draw)
        let book = try group.book
        for day in [firstDay, firstDay.adding(days: 19), lastDay] {
            let heads = allDivisions.map { seen("head.\($0)", group.objects, book, on: day) }
            let all = seen("group", group.objects, book, on: day)
            #expect(heads.reduce(0) { $0 + $1.count } == all.count, "an object is seen by two heads, or by none")
            #expect(heads.reduce(Set()) { $0.union($1) } == all)
            #expect(heads.reduce(0) { $0 + worth($1, group.objects) } == worth(all, group.objects))
            // What no division has is seen with the whole alone.
            let whole = seen("whole", group.objects, book, on: day)
            let outside = group.objects.indices.filter { group.objects[$0].branch == "nowhere" }
            #expect(whole == Set(group.objects.indices) && whole.subtracting(all) == Set(outside))
        }
    }

    @Test(
        "branches and their people are the parts of what is theirs, by owner and by branch",
        arguments: [UInt64](20...31))
    func branches(seed: UInt64) throws {
        var draw = Draw(state: seed)
        let group = Group(&draw)
        let book = try group.book
        for branch in allBranches {
            let manager = seen("manager.\(branch)", group.objects, book, on: lastDay)
            let people = (1...2).map { seen("\($0).\(branch)", group.objects, book, on: lastDay) }
            #expect(people[0].isDisjoint(with: people[1]))
            // A manager has the branch with whatever is not anybody's, and what those who report have anywhere.
            let own = group.objects.indices.filter { place in
                group.objects[place].branch == branch
                    || [1, 2].contains { group.objects[place].owner == "\($0).\(branch)" }
            }
            #expect(manager == Set(own))
            #expect(people.allSatisfy { manager.isSuperset(of: $0) })
            let nobodys = manager.subtracting(people[0]).subtracting(people[1])
            #expect(nobodys.allSatisfy { group.objects[$0].owner == nil })
            #expect(
                worth(manager, group.objects)
                    == (people + [nobodys]).reduce(0) { $0 + worth($1, group.objects) })
        }
    }

    @Test(
        "what is narrowed is what is seen and that near, each scope holding the one before",
        arguments: [UInt64](40...47))
    func within(seed: UInt64) throws {
        var draw = Draw(state: seed)
        let group = Group(&draw)
        let book = try group.book
        for login in ["whole", "group", "head.D1", "manager.B1", "1.B1"] {
            for asTotals in [false, true] {
                let all = seen(login, group.objects, book, on: lastDay, asTotals: asTotals)
                var before = Set<Int>()
                for scope in PermissionScope.allCases {
                    let narrowed = seen(
                        login, group.objects, book, on: lastDay, within: scope, asTotals: asTotals)
                    #expect(narrowed.isSuperset(of: before) && narrowed.isSubset(of: all), "\(login) \(scope)")
                    before = narrowed
                }
                #expect(before == all, "\(login)")
            }
        }
    }

    @Test("a move changes nothing of the days before it, whenever that is asked", arguments: [UInt64](60...67))
    func moves(seed: UInt64) throws {
        var draw = Draw(state: seed)
        let group = Group(&draw)
        let book = try group.book
        for offset in stride(from: 0, to: dayCount, by: 7) {
            let day = firstDay.adding(days: offset)
            let known = try group.known(on: day)
            let past = group.objects.filter { $0.day <= day }
            for division in allDivisions {
                let then = seen("head.\(division)", past, known, on: day)
                #expect(then == seen("head.\(division)", past, book, on: day), "\(division) on \(day)")
                #expect(then == seen("head.\(division)", past, book, on: lastDay), "\(division) of \(day), asked later")
            }
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
}
