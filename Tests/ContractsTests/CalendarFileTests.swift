import Contracts
import Domain
import Testing

@Suite("The file of the working calendar")
struct CalendarFileTests {
    @Test("a year's days are read one by one and by ranges")
    func reads() throws {
        let text = #"""
            {"years": [{"year": 2027, "off": ["2027-01-01", "2027-02-05..2027-02-11"], "worked": ["2027-02-20"],
              "springFestival": "2027-02-06"}]}
            """#
        let year = try #require(try WorkingCalendar.years(json: Array(text.utf8)).first)
        #expect(year.year == 2027)
        #expect(year.off.count == 8)
        #expect(year.worked.map(\.description) == ["2027-02-20"])
        #expect(year.springFestival?.description == "2027-02-06")
    }

    @Test(
        "what is wrong is refused with its path",
        arguments: [
            (#"{"years": []}"#, "$.years"),
            (#"{"years": [{"off": [], "worked": []}]}"#, "$.years[0].year"),
            (#"{"years": [{"year": 2027, "worked": []}]}"#, "$.years[0].off"),
            (#"{"years": [{"year": 2027, "off": ["2027-02-30"], "worked": []}]}"#, "$.years[0].off[0]"),
            (#"{"years": [{"year": 2027, "off": ["2028-01-01"], "worked": []}]}"#, "$.years[0].off[0]"),
            (#"{"years": [{"year": 2027, "off": ["2027-02-11..2027-02-05"], "worked": []}]}"#, "$.years[0].off[0]"),
            (#"{"years": [{"year": 2027, "off": [], "worked": ["2027-02-19"]}]}"#, "$.years[0].worked"),
            (#"{"years": [{"year": 2027, "off": ["2027-02-20"], "worked": ["2027-02-20"]}]}"#, "$.years[0].worked"),
            (#"{"years": [{"year": 2027, "of": [], "off": [], "worked": []}]}"#, "$.years[0].of"),
        ])
    func refuses(_ text: String, _ path: String) {
        let refusal = #expect(throws: Refusal.self) { try WorkingCalendar.years(json: Array(text.utf8)) }
        #expect(refusal?.path == path)
    }
}
