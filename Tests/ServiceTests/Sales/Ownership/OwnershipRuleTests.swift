import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Who looks after a customer on a day")
struct OwnershipRuleTests {
    private static func rules(_ persons: [PersonRecord] = []) -> OwnershipRules {
        OwnershipRules(LeaverRules(OrganisationBook(known: [], persons)))
    }

    private static func person(
        _ login: String, under manager: String? = nil, in node: String = "KS01", until: String? = nil
    ) -> PersonRecord {
        PersonRecord(
            login: login, name: login, node: node, manager: manager, from: ownershipDay("2026-01-01"),
            until: until.map(ownershipDay))
    }

    private static func assignment(
        _ id: String, _ line: String? = nil, from: String, until: String? = nil, _ owners: [(String, FixedDecimal)],
        branch: String? = nil, said: Int64 = 0
    ) -> OwnershipAssignment {
        OwnershipAssignment(
            key: AssignmentKey(source: "crm", identifier: id), businessLine: line,
            days: DayStretch(from: ownershipDay(from), until: until.map(ownershipDay)),
            owners: owners.map { OwnershipShare(login: $0.0, share: $0.1) }, branch: branch,
            assignedAt: Timestamp(microsecondsSinceEpoch: said))
    }

    private static func handover(
        _ id: String, _ from: String, _ to: String, on day: String, until: String? = nil, isWhole: Bool = true,
        said: Int64 = 0
    ) -> OwnershipHandover {
        OwnershipHandover(
            key: HandoverKey(source: "crm", identifier: id), fromLogin: from, toLogin: to, isWhole: isWhole,
            days: DayStretch(from: ownershipDay(day), until: until.map(ownershipDay)),
            handedAt: Timestamp(microsecondsSinceEpoch: said))
    }

    private static func word(_ owner: String, on day: String, _ branch: String? = "KS01") -> OwnershipWord {
        OwnershipWord(day: ownershipDay(day), owner: owner, branch: branch)
    }

    /// Who it is on a day, with the ground: `assigned li.wei 100`.
    private static func told(
        _ facts: OwnershipFacts, _ line: String = "air", on day: String, _ persons: [PersonRecord] = []
    ) -> String? {
        guard
            let life = rules(persons).lives(facts)[line],
            let stretch = life.first(where: { $0.days.contains(ownershipDay(day)) })
        else { return nil }
        let owners = stretch.owners.map { owner in
            "\(owner.login ?? "nobody") \(owner.share)" + (owner.handedFrom.map { " from \($0)" } ?? "")
                + (owner.actingFor.map { " for \($0)" } ?? "")
        }
        return "\(stretch.ground.rawValue) " + owners.joined(separator: ", ")
    }

    @Test("what is said more closely comes before what is said at large")
    func grounds() {
        var facts = OwnershipFacts(records: [Self.word("record", on: "2026-02-01")])
        #expect(Self.told(facts, "*", on: "2026-01-01") == "record record 100")
        facts.orders["air"] = [Self.word("first", on: "2026-03-01"), Self.word("second", on: "2026-04-01")]
        #expect(Self.told(facts, on: "2026-02-28") == "record record 100")
        #expect(Self.told(facts, on: "2026-03-31") == "order first 100")
        #expect(Self.told(facts, on: "2026-04-01") == "order second 100")
        facts.assignments = [Self.assignment("1", "sea", from: "2026-05-01", [("other", 100)])]
        #expect(Self.told(facts, on: "2026-05-01") == "inherited other 100")
        #expect(Self.told(facts, "sea", on: "2026-04-30") == "record record 100")
        facts.assignments.append(Self.assignment("2", from: "2026-05-02", [("all", 100)]))
        #expect(Self.told(facts, on: "2026-05-02") == "assigned all 100")
        facts.assignments.append(
            Self.assignment("3", "air", from: "2026-05-01", until: "2026-05-31", [("a", 60), ("b", 40)]))
        #expect(Self.told(facts, on: "2026-05-31") == "assigned a 60, b 40")
        #expect(Self.told(facts, on: "2026-06-01") == "assigned all 100")
        #expect(Self.told(facts, "sea", on: "2026-06-01") == "assigned other 100")
    }

    @Test("of assignments the latest by its first day holds, of one day that said last")
    func latest() {
        let facts = OwnershipFacts(assignments: [
            Self.assignment("1", "air", from: "2026-05-01", [("old", 100)], said: 9),
            Self.assignment("3", "air", from: "2026-06-01", [("wrong", 100)], said: 1),
            Self.assignment("2", "air", from: "2026-06-01", [("right", 100)], said: 2),
        ])
        #expect(Self.told(facts, on: "2026-05-31") == "assigned old 100")
        #expect(Self.told(facts, on: "2026-06-01") == "assigned right 100")
    }

    @Test("an assignment without a branch has that of the orders, or of the record")
    func branch() {
        var facts = OwnershipFacts(
            assignments: [Self.assignment("1", from: "2026-05-01", [("a", 100)])],
            records: [Self.word("r", on: "2026-01-01", "SH01")])
        func branch(_ line: String) -> String? {
            Self.rules().lives(facts)[line]?.last?.branch
        }
        #expect(branch("*") == "SH01")
        facts.orders["air"] = [Self.word("x", on: "2026-05-05", "KS02")]
        #expect(branch("air") == "KS02" && branch("*") == "SH01")
        facts.assignments = [Self.assignment("1", from: "2026-05-01", [("a", 100)], branch: "DG01")]
        #expect(branch("air") == "DG01")
    }

    @Test("a handover takes what came before it, and orders that go on naming the same; a later assignment stands")
    func handovers() {
        var facts = OwnershipFacts(
            assignments: [Self.assignment("1", "air", from: "2026-02-01", [("a", 60), ("b", 40)])],
            handovers: [Self.handover("h", "a", "c", on: "2026-03-01", until: "2026-05-31")])
        facts.orders["sea"] = [Self.word("a", on: "2026-04-01")]
        #expect(Self.told(facts, on: "2026-02-28") == "assigned a 60, b 40")
        #expect(Self.told(facts, on: "2026-03-01") == "assigned c 60 from a, b 40")
        #expect(Self.told(facts, on: "2026-06-01") == "assigned a 60, b 40")
        #expect(Self.told(facts, "sea", on: "2026-04-02") == "inherited c 60 from a, b 40")
        facts.assignments = [Self.assignment("2", "air", from: "2026-04-01", [("a", 100)])]
        #expect(Self.told(facts, on: "2026-04-01") == "assigned a 100")
        facts.assignments = []
        #expect(Self.told(facts, "sea", on: "2026-04-01") == "order c 100 from a")
    }

    @Test("handovers go on from one to the next, and back; each is used once")
    func chains() {
        var facts = OwnershipFacts(
            handovers: [
                Self.handover("1", "a", "b", on: "2026-03-01"), Self.handover("2", "b", "c", on: "2026-04-01"),
                Self.handover("3", "c", "a", on: "2026-05-01"), Self.handover("0", "a", "x", on: "2026-06-01"),
            ], records: [Self.word("a", on: "2026-01-01")])
        let days = ["2026-02-28", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"]
        #expect(
            days.map { Self.told(facts, "*", on: $0) } == [
                "record a 100", "record b 100 from a", "record c 100 from a", "record a 100", "record x 100 from a",
            ])
        // Two that give to one another on one day end somewhere.
        facts.handovers = [
            Self.handover("1", "a", "b", on: "2026-03-01"), Self.handover("2", "b", "a", on: "2026-03-01"),
        ]
        #expect(Self.told(facts, "*", on: "2026-03-01") == "record a 100")
        // Of one day that of some customers comes before that of all.
        facts.handovers = [
            Self.handover("1", "a", "b", on: "2026-03-01", said: 9),
            Self.handover("2", "a", "c", on: "2026-03-01", isWhole: false),
        ]
        #expect(Self.told(facts, "*", on: "2026-03-01") == "record c 100 from a")
    }

    @Test("whoever has left is followed to the manager of that day, the next one up, whoever leads the node, or nobody")
    func leavers() {
        let facts = OwnershipFacts(records: [Self.word("rep", on: "2026-01-01")])
        func told(on day: String, _ persons: [PersonRecord]) -> String? { Self.told(facts, "*", on: day, persons) }
        let rep = Self.person("rep", under: "manager", until: "2026-06-30")
        let stays = [rep, Self.person("manager", under: "head", in: "G"), Self.person("head", in: "G")]
        #expect(told(on: "2026-06-30", stays) == "record rep 100")
        #expect(told(on: "2026-07-01", stays) == "record manager 100 for rep")
        let both = [
            rep, Self.person("manager", under: "head", in: "G", until: "2026-08-31"), Self.person("head", in: "G"),
        ]
        #expect(told(on: "2026-08-31", both) == "record manager 100 for rep")
        #expect(told(on: "2026-09-01", both) == "record head 100 for rep")
        let alone = [Self.person("rep", until: "2026-06-30"), Self.person("lead", under: "head")]
        #expect(told(on: "2026-07-01", alone) == "record lead 100 for rep")
        #expect(told(on: "2026-07-01", alone + [Self.person("other", under: "head")]) == "record nobody 100 for rep")
        #expect(
            told(on: "2026-07-01", alone + [Self.person("other", under: "lead")]) == "record lead 100 for rep")
        #expect(told(on: "2026-07-01", [Self.person("rep", until: "2026-06-30")]) == "record nobody 100 for rep")
        // Whom the organisation does not know is not said to have left.
        #expect(told(on: "2026-07-01", []) == "record rep 100")
    }

    @Test("what is handed over to somebody who leaves goes on to who acts for that one")
    func both() {
        let facts = OwnershipFacts(
            handovers: [Self.handover("1", "a", "b", on: "2026-03-01")], records: [Self.word("a", on: "2026-01-01")])
        let persons = [Self.person("b", under: "m", until: "2026-06-30"), Self.person("m")]
        #expect(Self.told(facts, "*", on: "2026-06-30", persons) == "record b 100 from a")
        #expect(Self.told(facts, "*", on: "2026-07-01", persons) == "record m 100 from a for b")
    }

    @Test("a line is handed over anew by who gets it, from whom, or for days on which it was not")
    func handsOver() {
        func life(_ handovers: [OwnershipHandover], _ orders: [OwnershipWord] = []) -> [OwnershipStretch] {
            var facts = OwnershipFacts(handovers: handovers)
            facts.orders["air"] = [Self.word("a", on: "2026-01-01")] + orders
            return Self.rules().lives(facts)["air"] ?? []
        }
        let (none, one) = (life([]), life([Self.handover("1", "a", "b", on: "2026-03-01")]))
        #expect(OwnershipRules.handsOver(one, after: none) && OwnershipRules.handsOver(one, after: []))
        #expect(!OwnershipRules.handsOver(one, after: one) && !OwnershipRules.handsOver(none, after: one))
        let sold = life(
            [Self.handover("1", "a", "b", on: "2026-03-01")], [Self.word("c", on: "2026-04-01")])
        #expect(sold != one && !OwnershipRules.handsOver(sold, after: one))
        let briefly = life([Self.handover("1", "a", "b", on: "2026-03-01", until: "2026-03-31")])
        #expect(!OwnershipRules.handsOver(briefly, after: one) && OwnershipRules.handsOver(one, after: briefly))
        let further = life([
            Self.handover("1", "a", "b", on: "2026-03-01"), Self.handover("2", "b", "c", on: "2026-03-09"),
        ])
        #expect(OwnershipRules.handsOver(further, after: one))
        #expect(OwnershipRules.handsOver(life([Self.handover("1", "a", "c", on: "2026-03-01")]), after: one))
    }

    @Test("shares of one person by the same way are one share")
    func merged() {
        let facts = OwnershipFacts(
            assignments: [
                Self.assignment(
                    "1", from: "2026-02-01", [("a", .of("33.3333")), ("b", .of("33.3333")), ("c", .of("33.3334"))])
            ],
            handovers: [
                Self.handover("1", "a", "c", on: "2026-03-01"), Self.handover("2", "b", "c", on: "2026-03-01"),
            ])
        #expect(
            Self.told(facts, "*", on: "2026-03-01") == "assigned c 33.3334, c 33.3333 from a, c 33.3333 from b")
        let same = OwnershipFacts(
            assignments: [Self.assignment("1", from: "2026-02-01", [("a", 60), ("b", 40)])])
        let persons = [
            Self.person("a", under: "m", until: "2026-02-28"), Self.person("b", under: "m"), Self.person("m"),
        ]
        #expect(Self.told(same, "*", on: "2026-03-01", persons) == "assigned m 60 for a, b 40")
    }
}
