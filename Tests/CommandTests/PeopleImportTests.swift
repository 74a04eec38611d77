import ArgumentParser
import Contracts
import Domain
import Foundation
import Importing
import Testing

@testable import WaybillCLI

@Suite("A file of people, taken over")
struct PeopleImportTests {
    private static let text = """
        login,node,kind,parent,name,manager,from,until
        ,SH,branch,SOUTH,上海,,2026-07-01,
        ,G,group,,集团,,2026-01-01,
        ,SH,branch,EAST,上海,,2026-01-01,2026-06-30
        rep,SH,,,李娜,boss,2026-01-01,

        """

    private static func read(_ text: String = text) throws -> PeopleFile {
        try PeopleCommand.Check.read(Array(text.utf8), "p.csv").file
    }

    private static func answer(
        _ subject: String, _ key: String, _ outcome: String, path: String, reason: String? = nil, detail: String? = nil,
        revision: String? = nil, other: String? = nil, gone: String? = nil
    ) throws -> PeoplePlan.Answer {
        var row = ["subject": subject, "key": key, "outcome": outcome, "path": path]
        (row["reason"], row["detail"], row["revision"]) = (reason, detail, revision)
        (row["other_from"], row["gone_from"]) = (other, gone)
        return try #require(PeoplePlan.Answer(row))
    }

    private static let time = Timestamp(microsecondsSinceEpoch: 1_772_000_000_000_000)

    @Test("the commands are parsed")
    func parsed() throws {
        let line = ["people", "import", "p.csv", "--dry-run", "--reason", "July", "--json"]
        let command = try #require(try Waybill.parseAsRoot(line) as? PeopleCommand.Import)
        #expect(command.file == "p.csv" && command.dryRun && command.act.json && command.reason == "July")
        let leave = ["people", "leave", "rep", "--last-day", "2026-06-30", "--reason", "left", "--keep-user"]
        #expect(try Waybill.parseAsRoot(leave) is PeopleCommand.Leave)
        #expect(
            try Waybill.parseAsRoot(["organisation", "show", "SH", "--on", "2026-05-03"]) is OrganisationCommand.Show)
        #expect(try Waybill.parseAsRoot(["people", "list", "--all-days", "--node", "SH"]) is PeopleCommand.List)
        let policy = ["policy", "set", "policy.json", "--reason", "first"]
        #expect(try Waybill.parseAsRoot(policy) is PolicyCommand.SetPolicy)
        #expect(try Waybill.parseAsRoot(["policy", "show", "--version", "3"]) is PolicyCommand.Show)
        #expect(throws: (any Error).self) { try Waybill.parseAsRoot(["people", "leave", "rep", "--reason", "left"]) }
    }

    @Test("a node's lines are one life, in the order of its days, whatever the order of the file")
    func lives() throws {
        let plan = PeoplePlan(try Self.read())
        #expect(plan.nodes.map(\.life.node) == ["SH", "G"] && plan.nodes.map(\.lines) == [[4, 2], [3]])
        #expect(plan.nodes[0].life.periods.map(\.parent) == ["EAST", "SOUTH"])
        #expect(plan.persons.map(\.life.login) == ["rep"] && plan.persons[0].lines == [5])
    }

    @Test("what is asked is all of the file, in lines that a question takes")
    func questions() throws {
        var text = "login,node,kind,parent,name,from\n"
        for number in 0..<1_500 { text += "p\(number),SH,,,李娜\(number),2026-01-01\n" }
        let plan = PeoplePlan(try Self.read(text))
        let lines = plan.questions(at: Self.time)
        #expect(lines.count > 2 && lines.allSatisfy { $0.unicodeScalars.count <= 32_768 })
        let bodies = try lines.map { try OrganisationRecorded(node: JSONDocument(parsing: Array($0.utf8)).root) }
        #expect(bodies.flatMap(\.persons).map(\.life.login) == (0..<1_500).map { "p\($0)" })
    }

    @Test("each line says what would become of it, and what is known and not in the file is told")
    func lines() throws {
        let file = try Self.read()
        let plan = PeoplePlan(file)
        let lines = plan.lines(
            [
                try Self.answer(
                    "node", "SH", "changed", path: "$.nodes[0]", revision: "4", other: "2026-07-01", gone: "2026-03-01"),
                try Self.answer("node", "G", "new", path: "$.nodes[1]"),
                try Self.answer(
                    "person", "rep", "refused", path: "$.persons[0].periods[0].manager", reason: "unknown-manager",
                    detail: "there is no person 'boss'"),
            ], file)
        #expect(
            lines.map { [$0.line.map { "\($0)" }, $0.key, $0.outcome.rawValue, $0.reason, $0.column] } == [
                ["4", "SH", "same", nil, nil], ["2", "SH", "changed", nil, nil], [nil, "SH", "changed", nil, nil],
                ["3", "G", "new", nil, nil], ["5", "rep", "refused", "unknown-manager", "manager"],
            ])
    }

    @Test("what goes is new or changed, with the revision in which it was seen, and nothing when all is the same")
    func message() throws {
        let plan = PeoplePlan(try Self.read())
        let answers = [
            try Self.answer("node", "SH", "changed", path: "$.nodes[0]", revision: "4"),
            try Self.answer("node", "G", "same", path: "$.nodes[1]", revision: "2"),
            try Self.answer("person", "rep", "new", path: "$.persons[0]"),
        ]
        let message = try #require(plan.message(answers, at: Self.time, reason: "July", by: "zhou.min"))
        #expect(message.nodes.map(\.life.node) == ["SH"] && message.nodes.map(\.expected) == [4])
        #expect(message.persons.map(\.life.login) == ["rep"] && message.persons.map(\.expected) == [0])
        #expect(message.reason == "July" && message.by == "zhou.min")
        let same = try ["SH", "G"].map { try Self.answer("node", $0, "same", path: "") }
        #expect(plan.message(same, at: Self.time, reason: nil, by: "zhou.min") == nil)
    }

    @Test("a policy goes in pieces, without the spaces between its parts, and is the same again")
    func pieces() throws {
        let long = String(repeating: "𠮷\\\" {,} ", count: 3_000)
        let json = "\u{FEFF}{ \"version\" : 1,\n\t\"lines\": [ ], \"note\": \"\(long)\" }"
        let text = try PolicyText.compact(Array(json.utf8))
        #expect(text.hasPrefix(#"{"version":1,"lines":[],"note":""#) && text.contains("{,} 𠮷"))
        let pieces = PolicyText.pieces(text)
        #expect(pieces.count == 2 && pieces.allSatisfy { $0.unicodeScalars.count <= 16_000 })
        #expect(PolicyText.whole(pieces).hasSameBytes(as: text))
        #expect(throws: Refusal.self) { try PolicyText.compact(Array("{".utf8)) }
        #expect(PolicyText.pieces("").isEmpty)
    }
}
