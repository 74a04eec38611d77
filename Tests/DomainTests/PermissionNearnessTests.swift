import Testing

@testable import Domain

@Suite("How near objects are")
struct PermissionNearnessTests {
    private static let day = CalendarDay(daysSinceEpoch: 20_500)
    private static let start = day.adding(days: -900)

    private static func book() throws -> OrganisationBook {
        func node(
            _ id: String, _ kind: NodeKind, _ parent: String?, from: CalendarDay = start, until: CalendarDay? = nil
        ) -> NodeRecord {
            NodeRecord(id: id, kind: kind, parent: parent, from: from, until: until, englishName: id)
        }
        func person(_ login: String, _ node: String, under manager: String? = nil) -> PersonRecord {
            PersonRecord(login: login, name: login, node: node, manager: manager, from: start)
        }
        return try OrganisationBook(
            nodes: [
                node("G", .group, nil), node("FIN", .centre, "G"), node("EAST", .division, "G"),
                node("SOUTH", .division, "G"), node("KS01", .branch, "EAST"), node("SH01", .branch, "EAST"),
                node("TEAM", .team, "KS01"), node("GZ01", .branch, "SOUTH", until: day.adding(days: -10)),
                node("GZ01", .branch, "EAST", from: day.adding(days: -9)),
            ],
            persons: [
                person("director", "G"), person("clerk", "FIN"), person("head", "EAST", under: "director"),
                person("manager", "KS01", under: "head"), person("li.wei", "TEAM", under: "manager"),
                person("wu.fang", "TEAM", under: "manager"), person("zhao.min", "GZ01", under: "head"),
            ])
    }

    @Test("a right reaches exactly those objects that questions by the same scope show")
    func asSeen() throws {
        let book = try Self.book()
        var nearness = PermissionNearness(in: book, on: Self.day)
        let logins = ["director", "clerk", "head", "manager", "li.wei", "wu.fang", "zhao.min", "stranger"]
        let branches = ["G", "FIN", "EAST", "KS01", "SH01", "TEAM", "GZ01", "NOWHERE", nil]
        let days = [Self.day, Self.day.adding(days: -10), Self.day.adding(days: -9), Self.day.adding(days: -2_000)]
        var reached: [PermissionRelation: Int] = [:]
        for scope in PermissionScope.allCases {
            let policy = PermissionPolicy(
                version: 1,
                lines: [PermissionLine(name: "a", role: .salesRep, right: .see, kinds: [.order], scope: scope)],
                people: logins.map { PermissionHolder(login: $0, roles: [.salesRep]) })
            for login in logins {
                let sight = policy.sight(of: .person(login), .see, .order, in: book, on: Self.day)
                for owner in logins + [nil] {
                    for branch in branches {
                        for day in days {
                            let near = nearness.relation(to: login, ofOwner: owner, in: branch, on: day)
                            let isSeen =
                                sight.isWhole || owner.map(sight.logins.contains) ?? false
                                || branch.map(sight.nodes.contains) ?? false
                                || sight.datedNodes.contains { node in
                                    node.id == branch && node.from.map { $0 <= day } ?? true
                                        && node.until.map { day <= $0 } ?? true
                                }
                            #expect(
                                isSeen == scope.covers(near),
                                "\(scope) of \(login): \(owner ?? "-") \(branch ?? "-") \(day) is \(near)")
                            reached[near, default: 0] += 1
                        }
                    }
                }
            }
        }
        #expect(Set(reached.keys) == Set(PermissionRelation.allCases))
    }
}
