import Domain
import Testing

@Suite("Organisation")
struct OrganisationTests {
    @Test("the standard group has five divisions and 34 branches")
    func organisation() {
        #expect(Organisation.standard.divisions.count == 5)
        #expect(Organisation.standard.branches.count == 34)
        #expect(Set(Organisation.standard.branches.map(\.code)).count == 34)
        #expect(Organisation.standard.branch("XX99", on: CalendarDay(daysSinceEpoch: 20_000)) == nil)
    }

    @Test("a line of business is known by its bytes, and any is where none is named")
    func lines() {
        let group = Organisation(name: "Group", divisions: [], businessLines: ["air-freight", "caf\u{E9}"])
        #expect(group.knows(line: "air-freight") && group.knows(line: "caf\u{E9}"))
        #expect(!group.knows(line: "airfreight") && !group.knows(line: "cafe\u{301}") && !group.knows(line: ""))
        #expect(Organisation(name: "Group", divisions: []).knows(line: "airfreight"))
    }
}
