import Contracts
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Domain
@testable import ServiceKit

@Suite("The zone of a service")
struct ZoneSettingTests {
    private func settings(_ zone: String?) async throws -> Settings {
        try await Settings(Setting.common, environment: zone.map { ["WAYBILL_ZONE": $0] } ?? [:])
    }

    @Test("it is China's unless another is set, and a name that is none is said with the setting's")
    func setting() async throws {
        #expect(try await settings(nil).zone() == .standard)
        #expect(try await settings("").zone() == .standard)
        #expect(try await settings("America/New_York").zone().name == "America/New_York")
        for name in ["Asia/Shangai", "GMT+8", "8"] {
            let given = try await settings(name)
            let problem = #expect(throws: Settings.Problem.self) { try given.zone() }
            #expect(problem?.description.hasPrefix("WAYBILL_ZONE is '\(name)': there is no such time zone") == true)
            #expect(throws: Settings.Problem.self) { try given.chooseZone() }
        }
    }

    @Test("a process does not change its zone")
    func settled() async throws {
        #expect(OrganisationZone.current == .standard)
        let other = try await settings("America/New_York")
        let problem = #expect(throws: Settings.Problem.self) { try other.chooseZone() }
        #expect(problem?.description.contains("this process goes by Asia/Shanghai") == true)
    }

    @Test("a daily task is due with the last microsecond of each day of the zone, however long the day is")
    func daily() throws {
        func ends(_ name: String, from: String, _ count: Int) throws -> [String] {
            let zone = try #require(OrganisationZone(name))
            var time = try #require(Timestamp(from))
            return (0..<count).map { _ in
                time = ScheduledTask.Recurrence.everyDay.next(after: time, in: zone)
                return time.description
            }
        }
        #expect(
            try ends("America/New_York", from: "2026-03-07T12:00:00Z", 3) == [
                "2026-03-07T23:59:59.999999-05:00", "2026-03-08T23:59:59.999999-04:00",
                "2026-03-09T23:59:59.999999-04:00",
            ])
        // Samoa went from the 29th of December 2011 to the 31st.
        #expect(
            try ends("Pacific/Apia", from: "2011-12-29T12:00:00Z", 3) == [
                "2011-12-29T23:59:59.999999-10:00", "2011-12-31T23:59:59.999999+14:00",
                "2012-01-01T23:59:59.999999+14:00",
            ])
    }
}

@Suite(
    "The zone of a schema", .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct SchemaZoneTests {
    private static let now = Timestamp("2026-03-04T12:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)

    private func zone(_ name: String) throws -> OrganisationZone { try #require(OrganisationZone(name)) }

    /// A schema with the host's tables; of an installation that was there before it knew of zones, or new.
    private func with(isOld: Bool = false, _ body: (PostgresPool) async throws -> Void) async throws {
        try await DatabaseFixture.withSchema { database in
            let own = Migrator(
                schema: database.schema, component: "supplier",
                migrations: [Migration(number: 1, name: "own", sql: "create table own (n integer)")],
                logger: TestServers.quiet)
            func host(_ count: Int) -> Migrator {
                Migrator(
                    schema: database.schema, component: "host", migrations: Array(Schema.hostMigrations.prefix(count)),
                    logger: TestServers.quiet)
            }
            let before = Schema.hostMigrations.prefix { $0.name != "zone" }.count
            let steps = isOld ? [host(before), own, host(.max)] : [host(.max), own]
            for migrator in steps { _ = try await migrator.migrate(database.configuration()) }
            try await body(try database.pool())
        }
    }

    @Test("whoever starts first writes its zone down, and nobody starts in another")
    func settled() async throws {
        try await with { pool in
            let newYork = try zone("America/New_York")
            try await SchemaZone.check(newYork, in: "supplier", at: Self.now, pool)
            try await SchemaZone.check(newYork, in: "supplier", at: Self.now, pool)
            let problem = await #expect(throws: UnsafeSetUp.self) {
                try await SchemaZone.check(.standard, in: "supplier", at: Self.now, pool)
            }
            #expect(
                problem?.description.hasPrefix(
                    "the days in the schema 'supplier' are those of America/New_York, and WAYBILL_ZONE is 'Asia/Shanghai'"
                )
                    == true)
        }
    }

    @Test("what was booked before there was a setting was booked by China's days")
    func old() async throws {
        try await with(isOld: true) { pool in
            try await SchemaZone.check(.standard, in: "supplier", at: Self.now, pool)
            await #expect(throws: UnsafeSetUp.self) {
                try await SchemaZone.check(try zone("UTC"), in: "supplier", at: Self.now, pool)
            }
        }
    }

    @Test("of two copies that begin at once in two zones one starts")
    func race() async throws {
        try await with { pool in
            let zones = [try zone("UTC"), try zone("America/New_York"), .standard]
            let booked = try await withThrowingTaskGroup(of: String.self) { group in
                for zone in zones {
                    group.addTask { try await pool.withTransaction { try SchemaZone.settle(zone, $0) } }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(booked.count == 1)
        }
    }

    @Test("a database that tells a zone's days otherwise than the build, or knows no such zone, is said")
    func difference() async throws {
        try await with { pool in
            for name in [
                "Asia/Shanghai", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC",
            ] {
                #expect(try await SchemaZone.difference(from: zone(name), at: Self.now, pool) == nil, "\(name)")
            }
            let wrong = OrganisationZone("Asia/Shanghai", offset: 32_400)
            let found = try await SchemaZone.difference(from: wrong, at: Self.now, pool)
            #expect(found?.contains("32400 s east of UTC to this build, and 28800 s to the database") == true)
            let unknown = OrganisationZone("Nowhere/City", offset: 0)
            let problem = await #expect(throws: UnsafeSetUp.self) {
                try await SchemaZone.check(unknown, in: "supplier", at: Self.now, pool)
            }
            #expect(
                problem?.description.contains("the database knows no time zone 'Nowhere/City' (WAYBILL_ZONE)") == true)
        }
    }

    @Test(
        "rules and statements tell the same days",
        arguments: ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"])
    func sameDays(_ name: String) async throws {
        let zone = try zone(name)
        var instants: [Timestamp] = []
        for month in 0..<240 {
            let first = try #require(CalendarDay(year: 2010 + month / 12, month: month % 12 + 1, day: 1))
            let begin = zone.beginning(of: first)
            instants += [begin.adding(microseconds: -1), begin, begin.adding(seconds: Int64(month) * 7_919)]
        }
        instants += zone.changes(in: 946_684_800..<1_900_000_000).flatMap { change in
            [-1, 0, 1].map { Timestamp(microsecondsSinceEpoch: (change.at + $0) * 1_000_000) }
        }
        let asked = instants
        try await with { pool in
            let told = try await pool.withTransaction(isReadOnly: true) { transaction in
                try transaction.query(
                    """
                    select \(SQL.day(of: "k.at", in: zone)) from unnest(\(asked)) with ordinality as k(at, place)
                    order by k.place
                    """, as: CalendarDay.self)
            }
            #expect(told == asked.map { $0.day(in: zone) })
        }
    }

    @Test("what lies within days is asked of the organisation's")
    func within() async throws {
        try await with { pool in
            let days = try await pool.withTransaction(isReadOnly: true) { transaction in
                try transaction.query(
                    "select \(SQL.day(of: "timestamptz '2026-03-02 15:59:59.999999+00'")), \(SQL.day(of: "timestamptz '2026-03-02 16:00+00'"))",
                    as: (CalendarDay, CalendarDay).self)
            }
            #expect(days.first?.0.description == "2026-03-02" && days.first?.1.description == "2026-03-03")
        }
    }
}
