import ArgumentParser
import Client
import Domain
import Foundation
import Importing
import Testing

@testable import WaybillCLI

@Suite("A file of people, checked")
struct PeopleCommandTests {
    private static let good = """
        login,node,kind,parent,name,manager,from,until
        ,G,group,,集团,,2026-01-01,
        ,EAST,division,G,华东,,2026-01-01,
        ,SOUTH,division,G,华南,,2026-01-01,
        ,SH,branch,EAST,上海,,2026-01-01,2026-06-30
        ,SH,branch,SOUTH,上海,,2026-07-01,
        boss,G,,,王伟,,2026-01-01,
        rep,SH,,,李娜,boss,2026-01-01,

        """

    private func report(_ text: String, _ day: String) throws -> PeopleReport {
        PeopleReport(
            try PeopleCommand.Check.read(Array(text.utf8), "p.csv").file, on: try #require(CalendarDay(day)))
    }

    private func json(_ text: String, _ day: String) throws -> [String: [[String: Any]]] {
        let text = try report(text, day).text(as: .json, .standard, style: .current)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [[String: Any]]])
    }

    @Test("the command is parsed, and a day that is none is refused")
    func parsed() throws {
        let line = ["people", "check", "p.csv", "--as-of", "2026-07-01", "--json"]
        let command = try #require(try Waybill.parseAsRoot(line) as? PeopleCommand.Check)
        #expect(command.file == "p.csv" && command.asOf == "2026-07-01" && command.json)
        #expect(throws: (any Error).self) { try Waybill.parseAsRoot(["people", "check", "p.csv", "--as-of", "July"]) }
        #expect(throws: (any Error).self) { try Waybill.parseAsRoot(["people", "check"]) }
    }

    @Test("a leaver's account of the console is closed where its database is known")
    func console() {
        func known(_ environment: [String: String], _ files: [String] = []) -> Bool {
            ConsoleProgram.isKnown(Surroundings(environment), exists: files.contains)
        }
        #expect(known(["WAYBILL_HOME": "/nowhere", "WAYBILL_POSTGRES_URL_CONSOLE": "postgres://console@db/waybill"]))
        #expect(known(["WAYBILL_HOME": "/nowhere"], ["/nowhere/secrets/postgres-console.url"]))
        #expect(!known(["WAYBILL_HOME": "/nowhere"]))
        #expect(!known(["WAYBILL_HOME": "/nowhere", "WAYBILL_POSTGRES_URL_CONSOLE": ""]))
    }

    @Test(
        "whoever lets somebody or a program in, or out, says why",
        arguments: [
            "console user add li.wei 李伟 --make --why new", "console user password li.wei --why lost",
            "console user link li.wei --why lost", "console user close li.wei --why left",
            "console token add li.wei reports --days 30 --why reports",
            "console token remove --partner acme shop --why over",
        ])
    func recorded(line: String) throws {
        _ = try Waybill.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    @Test("the organisation is told as it is on the day, each node before what is below it, and who is in it")
    func asOf() throws {
        for (day, division) in [("2026-06-30", "EAST"), ("2026-07-01", "SOUTH")] {
            let found = try json(Self.good, day)
            #expect(found["faults"]?.isEmpty == true)
            #expect(found["check"]?.first?["asOf"] as? String == day)
            #expect(found["check"]?.first?["lines"] as? Int == 7 && found["check"]?.first?["nodes"] as? Int == 4)
            let nodes = try #require(found["organisation"])
            #expect(
                nodes.compactMap { $0["node"] as? String }
                    == (division == "EAST" ? ["G", "EAST", "SH", "SOUTH"] : ["G", "EAST", "SOUTH", "SH"]))
            let branch = try #require(nodes.first { $0["node"] as? String == "SH" })
            #expect(branch["division"] as? String == division && branch["people"] as? Int == 1)
            #expect(nodes.first?["people"] as? Int == 1 && nodes.first?["peopleBelow"] as? Int == 1)
            let person = try #require(found["people"]?.first { $0["login"] as? String == "rep" })
            #expect(person["branch"] as? String == "SH" && person["division"] as? String == division)
            #expect(person["manager"] as? String == "boss" && person["name"] as? String == "李娜")
        }
        let before = try json(Self.good, "2025-12-31")
        #expect(before["organisation"]?.isEmpty == true && before["people"]?.isEmpty == true)
    }

    @Test("a file with a fault tells the fault by its line, and no organisation")
    func faults() throws {
        let text = Self.good + "x,SH,,,\u{1B}[2J,ghost,2026-01-01,\n"
        let found = try json(text, "2026-07-01")
        #expect(found["organisation"]?.isEmpty == true && found["people"]?.isEmpty == true)
        #expect(found["faults"]?.compactMap { $0["reason"] as? String } == ["control-characters", "unknown-manager"])
        #expect(found["faults"]?.compactMap { $0["line"] as? Int } == [9, 9])
        let shown = try report(text, "2026-07-01").text(as: .text, .standard)
        #expect(shown.contains("line 9, manager: unknown-manager: there is no person 'ghost'\n"))
        // What a stranger wrote does nothing to the terminal.
        #expect(!shown.contains("\u{1B}"))
    }

    @Test("more people than a table of an answer carries are all told")
    func many() throws {
        let people = (1...2_500).map { "p\($0),SH,,,P,boss,2026-01-01,\n" }.joined()
        let found = try json(Self.good + people, "2026-07-01")
        #expect(found["people"]?.count == 2_502 && found["more"] == nil)
    }
}
