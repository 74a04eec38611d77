import Domain
import Testing

/// An organisation that is changed day by day, held as it is on each single day: what a book of its records must answer.
private struct DailyOrganisation {
    struct Node: Equatable {
        var kind: NodeKind
        var parent: String?
    }

    struct Person: Equatable {
        var node: String
        var manager: String?
    }

    static let start = CalendarDay(daysSinceEpoch: 20_454)
    private(set) var nodes: [[String: Node]] = []
    private(set) var persons: [[String: Person]] = []

    /// A group, four divisions, and branches, teams and people that come, move and go.
    init(days: Int, _ random: inout Random) {
        var (nodes, persons): ([String: Node], [String: Person]) = (["G": Node(kind: .group, parent: nil)], [:])
        for number in 0..<4 { nodes["D\(number)"] = Node(kind: .division, parent: "G") }
        var (branches, teams, logins) = (0, 0, 0)
        for _ in 0..<days {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                func any(_ kind: NodeKind) -> String? {
                    nodes.filter { $0.value.kind == kind }.keys.sorted().randomElement(using: &random)
                }
                let somebody = persons.keys.sorted().randomElement(using: &random)
                switch Int.random(in: 0..<8, using: &random) {
                case 0:
                    branches += 1
                    nodes["B\(branches)"] = Node(kind: .branch, parent: any(.division))
                case 1:
                    teams += 1
                    if let branch = any(.branch) { nodes["T\(teams)"] = Node(kind: .team, parent: branch) }
                case 2:
                    // Read before it is written: the two may not overlap.
                    let division = any(.division)
                    if let branch = any(.branch) { nodes[branch]?.parent = division }
                case 3:
                    // Only what is empty is closed.
                    let closed = nodes.keys.sorted().first { id in
                        (nodes[id]?.kind == .branch || nodes[id]?.kind == .team)
                            && !nodes.values.contains { $0.parent == id } && !persons.values.contains { $0.node == id }
                    }
                    // It is not closed on the day on which it came: then it was never there.
                    if let closed, self.nodes.last?[closed] != nil { nodes[closed] = nil }
                case 4, 5:
                    logins += 1
                    // Whoever was there first may be the manager of who came later, so that there is no circle.
                    persons[Self.login(logins)] = Person(
                        node: nodes.keys.sorted().randomElement(using: &random) ?? "G", manager: somebody)
                case 6:
                    guard let somebody else { continue }
                    let earlier = persons.keys.filter { $0 < somebody }.sorted()
                    persons[somebody] = Person(
                        node: nodes.keys.sorted().randomElement(using: &random) ?? "G",
                        manager: earlier.randomElement(using: &random))
                default:
                    guard let somebody, self.persons.last?[somebody] != nil,
                        !persons.values.contains(where: { $0.manager == somebody })
                    else { continue }
                    persons[somebody] = nil
                }
            }
            self.nodes.append(nodes)
            self.persons.append(persons)
        }
    }

    /// So that logins in their order are people in theirs.
    private static func login(_ number: Int) -> String { "p\(1_000 + number)" }

    /// What was the same for some days in a row, with the first of them and the last; the last is open when it is that of
    /// the whole time.
    static func stretches<Value: Equatable>(
        _ days: [[String: Value]]
    ) -> [(key: String, value: Value, from: CalendarDay, until: CalendarDay?)] {
        var stretches: [(key: String, value: Value, from: CalendarDay, until: CalendarDay?)] = []
        for key in Set(days.flatMap(\.keys)).sorted() {
            var first = 0
            for index in days.indices {
                guard index + 1 == days.count || days[index + 1][key] != days[index][key] else { continue }
                if let value = days[index][key] {
                    stretches.append(
                        (
                            key, value, start.adding(days: first),
                            index + 1 == days.count ? nil : start.adding(days: index)
                        ))
                }
                first = index + 1
            }
        }
        return stretches
    }

    var nodeRecords: [NodeRecord] {
        Self.stretches(nodes).map {
            NodeRecord(
                id: $0.key, kind: $0.value.kind, parent: $0.value.parent, from: $0.from, until: $0.until,
                englishName: $0.key)
        }
    }

    var personRecords: [PersonRecord] {
        Self.stretches(persons).map {
            PersonRecord(
                login: $0.key, name: $0.key, node: $0.value.node, manager: $0.value.manager, from: $0.from,
                until: $0.until)
        }
    }
}

/// Random numbers that are the same on every machine.
private struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Organisation with dates, at random")
struct RandomOrganisationTests {
    @Test("a book answers for each day what was so on that day", arguments: [UInt64](1...4))
    func days(seed: UInt64) throws {
        var random = Random(seed: seed)
        let daily = DailyOrganisation(days: 40, &random)
        let book = try OrganisationBook(
            nodes: daily.nodeRecords.shuffled(using: &random), persons: daily.personRecords.shuffled(using: &random))
        for index in daily.nodes.indices {
            let day = DailyOrganisation.start.adding(days: index)
            let (nodes, persons) = (daily.nodes[index], daily.persons[index])
            for id in Set(daily.nodes.flatMap(\.keys)) {
                #expect(book.node(id, on: day)?.parent == nodes[id]?.parent)
                #expect((book.node(id, on: day) != nil) == (nodes[id] != nil))
                #expect(
                    book.members(of: id, on: day).map(\.login) == persons.filter { $0.value.node == id }.keys.sorted())
                let below = Set(book.nodes(below: id, on: day).map(\.id))
                #expect(below == nodes[id].map { _ in Set(nodes.keys.filter { Self.isBelow($0, id, nodes) }) } ?? [])
                // What is below a node has it on its way up, and nothing else has.
                #expect(
                    nodes.keys.allSatisfy { other in
                        book.path(from: other, on: day).dropFirst().contains { $0.id == id } == below.contains(other)
                    })
            }
            for login in Set(daily.persons.flatMap(\.keys)) {
                let person = persons[login]
                #expect(book.person(login, on: day)?.node == person?.node)
                #expect(book.manager(of: login, on: day)?.login == person?.manager)
                #expect(
                    book.managed(by: login, on: day).map(\.login)
                        == persons.filter { $0.value.manager == login }.keys.sorted())
                for kind in [NodeKind.branch, .division] {
                    #expect(
                        book.unit(kind, ofPerson: login, on: day)?.id
                            == person.flatMap { Self.nearest(kind, $0.node, nodes) })
                }
            }
            // Everybody is in one node, and all nodes are below the group or it.
            let all = book.groups(on: day).flatMap { [$0] + book.nodes(below: $0.id, on: day) }
            #expect(all.map(\.id).sorted() == nodes.keys.sorted())
            #expect(all.flatMap { book.members(of: $0.id, on: day) }.map(\.login).sorted() == persons.keys.sorted())
        }
    }

    @Test(
        "one record that is taken away, or ends a day early or late, is refused where it is missed",
        arguments: [UInt64](20...23))
    func broken(seed: UInt64) throws {
        var random = Random(seed: seed)
        let daily = DailyOrganisation(days: 30, &random)
        let (nodes, persons) = (daily.nodeRecords, daily.personRecords)
        for (index, record) in persons.enumerated() where index + 1 < persons.count {
            let next = persons[index + 1]
            guard next.login == record.login, let until = record.until else { continue }
            for shift in [-1, 1] where shift == 1 || record.from < until {
                var changed = persons
                changed[index] = PersonRecord(
                    login: record.login, name: record.name, node: record.node, manager: record.manager,
                    from: record.from, until: until.adding(days: shift))
                let found = Self.faults(nodes, changed).filter { $0.subject == .person && $0.index == index + 1 }
                let expected: OrganisationFault.Reason =
                    shift < 0 ? .gap : record.manager == next.manager ? .loginTwice : .twoManagers
                #expect(found.contains { $0.reason == expected }, "\(record) and \(next)")
            }
        }
        for (index, record) in nodes.enumerated() {
            var left = nodes
            left.remove(at: index)
            let found = Self.faults(left, persons)
            // Whatever was below it, or in it, or came before and after it misses it.
            let day = record.from
            let isMissed =
                daily.nodes[DailyOrganisation.start.days(to: day)].values.contains { $0.parent == record.id }
                || daily.persons[DailyOrganisation.start.days(to: day)].values.contains { $0.node == record.id }
            if isMissed { #expect(!found.isEmpty, "\(record)") }
        }
    }

    @Test(
        "managers are refused exactly when they go in a circle on some day, and the first such day is said",
        arguments: [UInt64](40...79))
    func circles(seed: UInt64) {
        var random = Random(seed: seed)
        let logins = (1...7).map { "p\($0)" }
        // The higher, the more often somebody reports to whoever comes later, without which there is no circle.
        let chance = Double(seed % 5) / 10
        var persons = Dictionary(
            uniqueKeysWithValues: logins.map { ($0, DailyOrganisation.Person(node: "G", manager: nil)) })
        var days: [[String: DailyOrganisation.Person]] = []
        for _ in 0..<12 {
            let moved = logins[Int.random(in: 0..<logins.count, using: &random)]
            let isFree = Double.random(in: 0..<1, using: &random) < chance
            let manager = (isFree ? logins : logins.filter { $0 < moved }).randomElement(using: &random)
            persons[moved] = DailyOrganisation.Person(node: "G", manager: manager)
            days.append(persons)
        }
        let first = days.firstIndex { day in
            logins.contains { login in
                // Whoever is still on the way after as many steps as there are people goes in a circle.
                var next: String? = login
                for _ in 0...logins.count { next = next.flatMap { day[$0]?.manager } }
                return next != nil
            }
        }
        let records = DailyOrganisation.stretches(days).map {
            PersonRecord(
                login: $0.key, name: $0.key, node: $0.value.node, manager: $0.value.manager, from: $0.from,
                until: $0.until)
        }
        let group = NodeRecord(
            id: "G", kind: .group, parent: nil, from: DailyOrganisation.start, englishName: "Group")
        let found = Self.faults([group], records.shuffled(using: &random))
        #expect(found.allSatisfy { $0.reason == .managerCircle })
        #expect(
            found.map { String($0.detail.dropFirst("on ".count).prefix(10)) }.min()
                == first.map { DailyOrganisation.start.adding(days: $0).description })
    }

    private static func faults(_ nodes: [NodeRecord], _ persons: [PersonRecord]) -> [OrganisationFault] {
        do throws(OrganisationRefusal) {
            _ = try OrganisationBook(nodes: nodes, persons: persons)
            return []
        } catch { return error.faults }
    }

    private static func isBelow(_ id: String, _ upper: String, _ nodes: [String: DailyOrganisation.Node]) -> Bool {
        guard let parent = nodes[id]?.parent else { return false }
        return parent == upper || isBelow(parent, upper, nodes)
    }

    private static func nearest(_ kind: NodeKind, _ id: String, _ nodes: [String: DailyOrganisation.Node]) -> String? {
        guard let node = nodes[id] else { return nil }
        return node.kind == kind ? id : node.parent.flatMap { nearest(kind, $0, nodes) }
    }
}
