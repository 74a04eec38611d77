import Foundation
import Testing

@testable import Domain

@Suite("The organisation's zone")
struct ZoneTests {
    private func zone(_ name: String) throws -> OrganisationZone { try #require(OrganisationZone(name)) }
    private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }
    private func shown(_ text: String) throws -> Int64 { try time(text + "Z").microsecondsSinceEpoch }

    @Test(
        "a name is one of IANA's, in full and as it is written",
        arguments: [
            "", "Nowhere/City", "asia/shanghai", "Asia/Shanghai ", "GMT+8", "UTC+8", "+08:00", "EST", "CST", "Shanghai",
            "../etc/localtime", "Asia/Shanghai'", "/",
        ])
    func unknown(_ name: String) { #expect(OrganisationZone(name) == nil) }

    @Test(
        "days begin and end by the zone's clocks",
        arguments: [
            ("Asia/Shanghai", "2026-03-02T15:59:59.999999Z", "2026-03-02"),
            ("Asia/Shanghai", "2026-03-02T16:00:00Z", "2026-03-03"),
            ("America/New_York", "2026-03-02T04:59:59.999999Z", "2026-03-01"),
            ("America/New_York", "2026-03-02T05:00:00Z", "2026-03-02"),
            // In summer time an hour earlier.
            ("America/New_York", "2026-07-02T03:59:59Z", "2026-07-01"),
            ("America/New_York", "2026-07-02T04:00:00Z", "2026-07-02"),
            ("Asia/Kathmandu", "2026-03-02T18:14:59Z", "2026-03-02"),
            ("Asia/Kathmandu", "2026-03-02T18:15:00Z", "2026-03-03"),
            ("UTC", "2026-03-02T23:59:59Z", "2026-03-02"), ("Pacific/Kiritimati", "2026-03-02T10:00:00Z", "2026-03-03"),
        ])
    func days(_ name: String, _ instant: String, _ day: String) throws {
        let (zone, instant) = (try zone(name), try time(instant))
        #expect(instant.day(in: zone).description == day)
        let (begin, end) = (zone.beginning(of: instant.day(in: zone)), zone.end(of: instant.day(in: zone)))
        #expect(begin <= instant && instant <= end)
        #expect(begin.adding(microseconds: -1).day(in: zone) < begin.day(in: zone))
        #expect(end.adding(microseconds: 1).day(in: zone) > end.day(in: zone))
    }

    @Test("a day in which clocks change is shorter or longer, and one that a place has skipped is none")
    func changes() throws {
        func hours(_ name: String, _ text: String) throws -> Double {
            let (zone, day) = (try zone(name), try day(text))
            let length = zone.end(of: day).microsecondsSinceEpoch + 1 - zone.beginning(of: day).microsecondsSinceEpoch
            return Double(length) / 3_600_000_000
        }
        #expect(try hours("Europe/Berlin", "2026-03-29") == 23)
        #expect(try hours("Europe/Berlin", "2026-10-25") == 25)
        #expect(try hours("Europe/Berlin", "2026-10-26") == 24)
        #expect(try hours("Asia/Shanghai", "2026-10-25") == 24)
        // Clocks were set forward at midnight: the day began at one o'clock.
        #expect(try zone("America/Sao_Paulo").beginning(of: try day("2018-11-04")) == time("2018-11-04T01:00:00-02:00"))
        #expect(try hours("Pacific/Apia", "2011-12-30") == 0)
        #expect(try time("2011-12-30T09:59:59Z").day(in: try zone("Pacific/Apia")).description == "2011-12-29")
        #expect(try time("2011-12-30T10:00:00Z").day(in: try zone("Pacific/Apia")).description == "2011-12-31")
    }

    @Test("an instant is written as clocks show it")
    func written() throws {
        let zone = try zone("America/New_York")
        #expect(try time("2026-03-02T10:00:00+08:00").inZone(zone).description == "2026-03-01T21:00:00-05:00")
        #expect(try time("2026-07-02T10:00:00.5Z").inZone(zone).description == "2026-07-02T06:00:00.5-04:00")
        #expect(try time("2026-07-02T10:00:00Z").inZone(try self.zone("UTC")).description == "2026-07-02T10:00:00Z")
        #expect(try time("2026-07-02T02:00:00Z").inZone().description == "2026-07-02T10:00:00+08:00")
    }

    @Test("what clocks show is one instant, two where they are set back, none where they are set forward over it")
    func instants() throws {
        let zone = try zone("America/New_York")
        func instants(_ text: String) throws -> [String] { zone.instants(showing: try shown(text)).map(\.description) }
        #expect(try instants("2026-03-02T09:30:00.25") == ["2026-03-02T09:30:00.25-05:00"])
        #expect(try instants("2026-11-01T01:30:00") == ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"])
        #expect(try instants("2026-03-08T02:30:00").isEmpty)
        // As if clocks had not been set forward.
        #expect(zone.instant(showing: try shown("2026-03-08T02:30:00")).description == "2026-03-08T03:30:00-04:00")
        #expect(zone.instant(showing: try shown("2026-11-01T01:30:00")).description == "2026-11-01T01:30:00-04:00")
    }

    @Test("the same time of another day is by the clock, however many hours lie between")
    func sameTime() throws {
        let berlin = try zone("Europe/Berlin")
        let issued = try time("2026-03-01T17:00:00+01:00")
        #expect(berlin.sameTime(as: issued, daysLater: 30).description == "2026-03-31T17:00:00+02:00")
        #expect(berlin.sameTime(as: issued, daysLater: -1).description == "2026-02-28T17:00:00+01:00")
        let shanghai = OrganisationZone.standard.sameTime(as: issued, daysLater: 30)
        #expect(shanghai.microsecondsSinceEpoch == issued.adding(seconds: 30 * 86_400).microsecondsSinceEpoch)
    }

    @Test(
        "offsets are those of the system's zones in every year and on both sides of every change",
        arguments: [
            "Asia/Shanghai", "America/New_York", "Europe/Dublin", "Africa/Casablanca", "America/Argentina/Tucuman",
            "America/Boa_Vista", "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll",
            "Africa/Monrovia",
        ])
    func offsets(_ name: String) throws {
        let (zone, system) = (try zone(name), try #require(TimeZone(identifier: name)))
        let end = Int64(try day("2199-12-31").daysSinceEpoch) * 86_400
        let changes = zone.changes(in: 0..<end).flatMap { [$0.at - 1, $0.at] }
        for seconds in changes + stride(from: 0, to: end, by: 40_009 * 60) {
            #expect(
                zone.offset(at: seconds)
                    == Int64(system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))), "\(seconds)")
        }
    }

    @Test("the zone of the process is settled by whoever asks first, and no other can be chosen after that")
    func settled() throws {
        #expect(OrganisationZone.current == .standard)
        #expect(!OrganisationZone.choose(try zone("America/New_York")))
        #expect(OrganisationZone.current.name == "Asia/Shanghai")
        #expect(OrganisationZone.choose(.standard))
    }
}
