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
}
