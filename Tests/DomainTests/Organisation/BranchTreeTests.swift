import Domain
import Testing

@Suite("Divisions and branches of a recorded organisation")
struct BranchTreeTests {
    private static func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    private static func book() throws -> OrganisationBook {
        let (start, end, move) = (try day("2026-01-01"), try day("2026-06-30"), try day("2026-07-01"))
        func node(
            _ id: String, _ kind: NodeKind, _ parent: String?, _ from: CalendarDay, _ until: CalendarDay? = nil
        ) -> NodeRecord {
            NodeRecord(id: id, kind: kind, parent: parent, from: from, until: until, englishName: "\(id) Ltd")
        }
        func person(
            _ login: String, _ node: String, _ manager: String?, _ from: CalendarDay, _ until: CalendarDay? = nil
        ) -> PersonRecord {
            PersonRecord(login: login, name: login, node: node, manager: manager, from: from, until: until)
        }
        let handover = try day("2026-04-01")
        return try OrganisationBook(
            nodes: [
                node("G", .group, nil, start), node("EAST", .division, "G", start),
                node("SOUTH", .division, "G", start),
                node("SH01", .branch, "EAST", start, end), node("SH01", .branch, "SOUTH", move),
                node("HQ01", .branch, "G", start), node("T1", .team, "SH01", start),
            ],
            persons: [
                person("boss", "G", nil, start), person("old", "SH01", "boss", start, handover.adding(days: -1)),
                person("new", "SH01", "boss", handover),
                person("rep", "SH01", "old", start, handover.adding(days: -1)), person("rep", "SH01", "new", handover),
                // Reports to headquarters and leads nobody.
                person("clerk", "SH01", "boss", start),
            ])
    }

    @Test("a branch is in the division of each day, and led by who in it has no manager in it")
    func dated() throws {
        let organisation = try Self.book().organisation
        #expect(organisation.divisions.map(\.code) == ["EAST", "G", "SOUTH"] && organisation.name == "G Ltd")
        let stretches = organisation.divisions.flatMap { division -> [[String?]] in
            division.branches.map { branch -> [String?] in
                [division.code, branch.code, branch.manager, branch.from.description, branch.to?.description]
            }
        }
        #expect(
            stretches == [
                ["EAST", "SH01", "old", "2026-01-01", "2026-03-31"],
                ["EAST", "SH01", "new", "2026-04-01", "2026-06-30"],
                ["G", "HQ01", nil, "2026-01-01", nil], ["SOUTH", "SH01", "new", "2026-07-01", nil],
            ])
        let branch = try #require(organisation.branch("SH01", on: try Self.day("2026-05-01")))
        #expect(branch.manager == "new" && branch.name == "SH01 Ltd")
        #expect(organisation.branch("SH01", on: try Self.day("2025-12-31")) == nil)
    }

    @Test(
        "what is booked for a branch on a day when it is not there belongs to the nearest division, and both ways agree"
    )
    func everyDay() throws {
        let organisation = try Self.book().organisation
        for (day, division) in [("1990-01-01", "EAST"), ("2026-06-30", "EAST"), ("2026-07-01", "SOUTH")] {
            let day = try Self.day(day)
            #expect(organisation.division(of: "SH01", on: day) == division)
            let having = organisation.divisions.map(\.code).filter { code in
                organisation.branches(of: code).contains { $0.code == "SH01" && $0.days.contains(day) }
            }
            #expect(having == [division], "\(day)")
        }
        #expect(organisation.division(of: "TYPO", on: try Self.day("2026-06-30")) == nil)
        #expect(Organisation.standard.division(of: "KS01", on: try Self.day("2026-06-30")) == "EAST")
    }
}
