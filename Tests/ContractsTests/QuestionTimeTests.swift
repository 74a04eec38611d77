import Contracts
import Domain
import Testing

@Suite("Days and times that questions take")
struct QuestionTimeTests {
    @Test(
        "a day means its last second by the organisation's clocks, a time itself",
        arguments: [
            ("Asia/Shanghai", "2026-03-02", "2026-03-02T23:59:59+08:00"),
            ("America/New_York", "2026-03-02", "2026-03-02T23:59:59-05:00"),
            ("America/New_York", "2026-03-08", "2026-03-08T23:59:59-04:00"),
            // Set back at midnight: the last second of the day is the one that clocks showed again.
            ("America/Sao_Paulo", "2018-02-17", "2018-02-17T23:59:59-03:00"),
            ("America/New_York", "2026-03-02T10:00:00+08:00", "2026-03-02T10:00:00+08:00"),
        ])
    func moments(_ name: String, _ text: String, _ expected: String) throws {
        let zone = try #require(OrganisationZone(name))
        #expect(QueryInput.time(ofDayOrTime: text, in: zone)?.description == expected)
        #expect(QueryInput.time(ofDayOrTime: "2026-02-30", in: zone) == nil)
    }
}
