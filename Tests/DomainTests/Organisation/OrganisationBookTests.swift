import Domain
import Testing

/// A day of 2026 by month and day.
private func day(_ month: Int, _ day: Int) -> CalendarDay {
    CalendarDay(year: 2026, month: month, day: day) ?? CalendarDay(daysSinceEpoch: 0)
}

/// A node, named by its code, from January on.
private func node(
    _ id: String, _ kind: NodeKind, _ parent: String? = nil, from: CalendarDay = day(1, 1), until: CalendarDay? = nil
) -> NodeRecord {
    NodeRecord(id: id, kind: kind, parent: parent, from: from, until: until, chineseName: "机构", englishName: id)
}

/// A person, named by the login, from January on.
private func person(
    _ login: String, _ node: String, under manager: String? = nil, from: CalendarDay = day(1, 1),
    until: CalendarDay? = nil, number: String? = nil
) -> PersonRecord {
    PersonRecord(
        login: login, name: login, node: node, position: "销售", manager: manager, from: from, until: until,
        externalId: number)
}

@Suite("Organisation with dates")
struct OrganisationBookTests {
    /// A group of two divisions and a centre; the branch SH moves from EAST to SOUTH on 1 July.
    private static let nodes = [
        node("G", .group), node("EAST", .division, "G"), node("SOUTH", .division, "G"), node("FIN", .centre, "G"),
        node("SH", .branch, "EAST", until: day(6, 30)), node("SH", .branch, "SOUTH", from: day(7, 1)),
        node("SZ", .branch, "SOUTH"), node("SH-AIR", .team, "SH"),
    ]
    private static let persons = [
        person("boss", "G"), person("east", "EAST", under: "boss"), person("south", "SOUTH", under: "boss"),
        person("clerk", "FIN", under: "boss"), person("sh", "SH", under: "east", until: day(6, 30)),
        person("sh", "SH", under: "south", from: day(7, 1)), person("rep", "SH-AIR", under: "sh", until: day(9, 30)),
    ]

    private func faults(
        _ nodes: [NodeRecord] = OrganisationBookTests.nodes, _ persons: [PersonRecord] = OrganisationBookTests.persons
    ) -> [OrganisationFault] {
        do throws(OrganisationRefusal) {
            _ = try OrganisationBook(nodes: nodes, persons: persons)
            return []
        } catch { return error.faults }
    }

    /// The codes and places of what is wrong.
    private func told(
        _ nodes: [NodeRecord] = OrganisationBookTests.nodes, _ persons: [PersonRecord] = OrganisationBookTests.persons
    ) -> [String] {
        faults(nodes, persons).map { "\($0.reason.rawValue) \($0.path)" }
    }

    @Test("a branch belongs to its division of the day, and so do its team and its people")
    func asOf() throws {
        let book = try OrganisationBook(nodes: Self.nodes, persons: Self.persons)
        for (day, division, manager) in [(day(6, 30), "EAST", "east"), (day(7, 1), "SOUTH", "south")] {
            #expect(book.unit(.division, ofNode: "SH", on: day)?.id == division)
            #expect(book.unit(.division, ofPerson: "rep", on: day)?.id == division)
            #expect(book.unit(.branch, ofPerson: "rep", on: day)?.id == "SH")
            #expect(book.path(from: "SH-AIR", on: day).map(\.id) == ["SH-AIR", "SH", division, "G"])
            #expect(book.manager(of: "sh", on: day)?.login == manager)
            #expect(book.managed(by: manager, on: day).map(\.login) == ["sh"])
            #expect(book.nodes(below: division, on: day).map(\.id).prefix(2) == ["SH", "SH-AIR"])
        }
        #expect(book.nodes(below: "SOUTH", on: day(7, 1)).map(\.id) == ["SH", "SH-AIR", "SZ"])
        #expect(book.nodes(below: "EAST", on: day(7, 1)).isEmpty)
        #expect(book.groups(on: day(7, 1)).map(\.id) == ["G"])
        #expect(book.managed(by: "boss", on: day(7, 1)).map(\.login) == ["clerk", "east", "south"])
    }

    @Test("nobody and nothing is there before the first day and after the last, and headquarters is no branch")
    func outside() throws {
        let book = try OrganisationBook(nodes: Self.nodes, persons: Self.persons)
        let before = day(1, 1).adding(days: -1)
        #expect(book.node("SH", on: before) == nil && book.path(from: "SH", on: before).isEmpty)
        #expect(book.person("rep", on: day(9, 30)) != nil && book.person("rep", on: day(10, 1)) == nil)
        #expect(book.members(of: "SH-AIR", on: day(9, 30)).map(\.login) == ["rep"])
        #expect(book.members(of: "SH-AIR", on: day(10, 1)).isEmpty)
        #expect(book.unit(.branch, ofPerson: "clerk", on: day(5, 3)) == nil)
        #expect(book.unit(.centre, ofPerson: "clerk", on: day(5, 3))?.id == "FIN")
        #expect(book.manager(of: "boss", on: day(5, 3)) == nil)
        #expect(book.unit(.branch, ofPerson: "stranger", on: day(5, 3)) == nil)
    }

    @Test("a node without one above it on each of its days is an orphan; only a group stands at the top")
    func orphans() {
        #expect(told([node("G", .group), node("B", .branch)], []) == ["orphan nodes[1].parent"])
        #expect(told([node("G", .group), node("B", .branch, "X")], []) == ["orphan nodes[1].parent"])
        // The division is closed in June, its branch is not.
        let closed = [
            node("G", .group), node("D", .division, "G", until: day(6, 30)), node("B", .branch, "D"),
        ]
        #expect(told(closed, []) == ["orphan nodes[2].parent"])
        #expect(faults(closed, []).first?.detail.contains("2026-07-01") == true)
        // A division of two records, one after the other, is there all the time.
        #expect(told([node("G", .group), node("D", .division, "G", from: day(2, 1))], []).isEmpty)
        #expect(
            told([node("G", .group, from: day(2, 1)), node("D", .division, "G")], []) == ["orphan nodes[1].parent"])
    }

    @Test("what is smaller is not above what is larger, on any day")
    func levels() {
        #expect(
            told([node("G", .group), node("B", .branch, "G"), node("D", .division, "B")], [])
                == ["wrong-level nodes[2].parent"])
        // Only from July on is the node above it no division.
        let later = [
            node("G", .group), node("D", .division, "G", until: day(6, 30)), node("D", .team, "G", from: day(7, 1)),
        ]
        #expect(told(later + [node("B", .branch, "D")], []) == ["wrong-level nodes[3].parent"])
        #expect(told(later + [node("B", .branch, "D", until: day(6, 30))], []).isEmpty)
    }

    @Test("a circle of nodes is found on its first day, with the way around it")
    func cycles() {
        let nodes = [
            node("G", .group), node("A", .division, "G", until: day(6, 30)), node("A", .division, "C", from: day(7, 1)),
            node("B", .division, "A"), node("C", .division, "B"), node("BELOW", .branch, "C"),
        ]
        #expect(told(nodes, []) == ["cycle nodes[2].parent"])
        #expect(faults(nodes, []).first?.detail == "on 2026-07-01 it is above itself: A → C → B → A")
        #expect(told([node("G", .group), node("A", .team, "A")], []) == ["cycle nodes[1].parent"])
        // What would be a circle if both held on one day is none.
        let turned = [
            node("G", .group), node("A", .division, "G", until: day(6, 30)), node("A", .division, "B", from: day(7, 1)),
            node("B", .division, "A", until: day(6, 30)), node("B", .division, "G", from: day(7, 1)),
        ]
        #expect(told(turned, []).isEmpty)
    }

    @Test("managers in a circle are found on its first day; nobody manages themselves")
    func managers() {
        let circle = [
            person("a", "G", under: "b"), person("b", "G", until: day(3, 1)),
            person("b", "G", under: "c", from: day(3, 2)),
            person("c", "G", under: "a"),
        ]
        #expect(told([node("G", .group)], circle) == ["manager-circle persons[2].manager"])
        #expect(
            faults([node("G", .group)], circle).first?.detail
                == "on 2026-03-02 the managers go in a circle: b → c → a → b")
        #expect(told([node("G", .group)], [person("a", "G", under: "a")]) == ["manager-circle persons[0].manager"])
        #expect(told([node("G", .group)], [person("a", "G", under: "x")]) == ["unknown-manager persons[0].manager"])
        let left = [person("a", "G", under: "b"), person("b", "G", until: day(3, 1))]
        #expect(told([node("G", .group)], left) == ["manager-away persons[0].manager"])
        #expect(faults([node("G", .group)], left).first?.detail.contains("2026-03-02") == true)
    }

    @Test("two managers on one day, a login twice, and a login of two persons are told apart")
    func twice() {
        let people = [person("m", "G"), person("n", "G")]
        func told(_ first: PersonRecord, _ second: PersonRecord) -> [String] {
            self.told([node("G", .group), node("B", .branch, "G")], people + [first, second])
        }
        #expect(
            told(person("a", "G", under: "m", until: day(7, 1)), person("a", "G", under: "n", from: day(7, 1)))
                == ["two-managers persons[3].manager"])
        #expect(
            told(person("a", "G", under: "m"), person("a", "G", from: day(7, 1)))
                == ["two-managers persons[3].manager"])
        #expect(
            told(person("a", "G", under: "m"), person("a", "B", under: "m", from: day(7, 1)))
                == ["login-twice persons[3].login"])
        // The days do not meet, and still it is another person's login.
        #expect(
            told(
                person("a", "G", until: day(6, 30), number: "1"), person("a", "G", from: day(8, 1), number: "2"))
                == ["login-twice persons[3].login"])
        #expect(
            told(person("a", "G", number: "1"), person("b", "G", number: "1")) == [
                "external-id-twice persons[3].externalId"
            ])
        // One day after another is once.
        #expect(
            told(person("a", "G", under: "m", until: day(6, 30)), person("a", "B", under: "n", from: day(7, 1))).isEmpty
        )
    }

    @Test("a life has no gap and no overlap, in whatever order its records come")
    func lives() {
        let (early, late) = (node("B", .branch, "G", until: day(6, 29)), node("B", .branch, "G", from: day(7, 1)))
        #expect(told([node("G", .group), early, late], []) == ["gap-in-life nodes[2].from"])
        #expect(told([late, node("G", .group), early], []) == ["gap-in-life nodes[0].from"])
        #expect(
            faults([node("G", .group), early, late], []).first?.detail
                == "'B' has no record from 2026-06-30 to 2026-06-30")
        #expect(
            told([node("G", .group)], [person("a", "G", until: day(3, 1)), person("a", "G", from: day(3, 3))])
                == ["gap-in-life persons[1].from"])
        #expect(
            told([node("G", .group), node("B", .branch, "G"), node("B", .branch, "G", from: day(7, 1))], [])
                == ["node-twice nodes[2].from"])
        // A short record within a long one hides no gap behind the long one's end, and makes none.
        let within = [
            person("a", "G", until: day(6, 30)), person("a", "G", from: day(2, 1), until: day(2, 2)),
            person("a", "G", from: day(7, 1)),
        ]
        #expect(told([node("G", .group)], within) == ["login-twice persons[1].login"])
    }

    @Test("a person is in a node on every day, and none is closed while somebody is in it")
    func nodesOfPersons() {
        let nodes = [node("G", .group), node("B", .branch, "G", from: day(2, 1), until: day(6, 30))]
        func told(_ person: PersonRecord) -> [String] { self.told(nodes, [person]) }
        #expect(told(person("a", "")) == ["no-node persons[0].node"])
        #expect(told(person("a", "X")) == ["no-node persons[0].node"])
        #expect(told(person("a", "B", until: day(3, 1))) == ["no-node persons[0].node"])
        #expect(told(person("a", "B", from: day(2, 1))) == ["node-closed persons[0].node"])
        #expect(faults(nodes, [person("a", "B", from: day(2, 1))]).first?.detail.contains("2026-07-01") == true)
        #expect(told(person("a", "B", from: day(2, 1), until: day(6, 30))).isEmpty)
    }

    @Test("names with control characters, identifiers that hold what nobody sees, and no names are refused")
    func texts() {
        func name(_ text: String) -> [String] {
            told([node("G", .group)], [PersonRecord(login: "a", name: text, node: "G", from: day(1, 1))])
        }
        for text in ["王\u{0}伟", "王\n伟", "\u{202E}王伟", "a\u{7F}"] {
            #expect(name(text) == ["control-characters persons[0].name"], "\(text.unicodeScalars.map(\.value))")
        }
        #expect(name("") == ["no-name persons[0].name"])
        for text in ["王伟", "Zoë", "葛\u{E0100}城"] { #expect(name(text).isEmpty, "\(text)") }
        func login(_ text: String) -> [String] { told([node("G", .group)], [person(text, "G")]) }
        for text in ["", "a ", "a\u{200B}", "e\u{301}"] {
            #expect(login(text).first == "bad-identifier persons[0].login")
        }
        #expect(login("a\u{7}").first == "control-characters persons[0].login")
        #expect(
            told([NodeRecord(id: "G", kind: .group, parent: nil, from: day(1, 1))], []) == ["no-name nodes[0].name"])
        #expect(
            told([NodeRecord(id: "G", kind: .group, parent: nil, from: day(1, 1), chineseName: "集\u{1}团")], [])
                == ["control-characters nodes[0].chineseName"])
    }

    @Test("a record that ends before it begins holds on no day")
    func periods() {
        #expect(
            told([node("G", .group, from: day(2, 1), until: day(1, 31))], [person("a", "G")])
                == ["empty-period nodes[0].until", "no-node persons[0].node"])
        #expect(told([node("G", .group, from: day(2, 1), until: day(2, 1))], []).isEmpty)
    }

    @Test("everything that is wrong is told at once, nodes first, in the order of the records")
    func all() {
        let refused = told(
            [node("B", .branch, "X"), node("G", .group), node("C", .branch)],
            [person("a", ""), person("b", "G", under: "x")])
        #expect(
            refused == [
                "orphan nodes[0].parent", "orphan nodes[2].parent", "no-node persons[0].node",
                "unknown-manager persons[1].manager",
            ])
        let refusal = #expect(throws: OrganisationRefusal.self) {
            try OrganisationBook(nodes: [node("B", .branch, "X"), node("C", .branch, "X")], persons: [])
        }
        #expect(refusal?.description == "orphan (nodes[0].parent): there is no node 'X' (and 1 more)")
    }
}
