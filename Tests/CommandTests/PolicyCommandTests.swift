import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Testing

@testable import WaybillCLI

@Suite("The command about permissions")
struct PolicyCommandTests {
    private static let demo = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("deploy/permissions/demo.json").path

    private func file(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("policy-\(UUID().uuidString).json")
            .path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test(
        "its parts are typed as the page says",
        arguments: [
            "policy check F --json", "policy check F --organisation",
            "policy explain li.wei see order --relation same-team --file F --on 2026-02-16",
            "policy explain sales-rep see order --file F --relation own --principal a=own --principal b=group",
            "policy explain a approve order --relation own --amount 5.00 --currency USD --days 3 --line air --node KS01",
            "policy explain operator administer setting", "policy explain li.wei see order TMS-1 --source tms --json",
            "policy explain li.wei see customer C-1 --source erp", "policy explain li.wei act opportunity X",
            "policy explain zhou.min approve credit C-1 --source erp --amount 60000.00",
            "policy simulate F --against G --json", "policy simulate F", "policy matrix F --role buyer --csv",
        ])
    func typed(line: String) throws {
        _ = try Waybill.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    @Test(
        "what says itself how near a thing is, goes with no number of one, and a number of a system with no other",
        arguments: [
            "policy explain a see order TMS-1", "policy explain a see order TMS-1 --source tms --relation own",
            "policy explain a see order TMS-1 --source tms --file F", "policy explain a see setting X",
            "policy explain a see order --source tms --relation own", "policy explain a see lead L --line air",
        ])
    func mistyped(line: String) throws {
        #expect(throws: (any Error).self) {
            try Waybill.parseAsRoot(line.split(separator: " ").map(String.init))
        }
    }

    @Test("a thing is asked of the service that keeps whose it is, as what the policy has it")
    func things() throws {
        func thing(_ word: String, _ isOfSource: Bool = false) throws -> ExplainedThing {
            try ExplainedThing.of(word, isOfSource: isOfSource)
        }
        #expect(try thing("order") == ExplainedThing(subject: .order, kind: .order, service: .finance))
        #expect(try thing("customer") == ExplainedThing(subject: .customer, kind: .customer, service: .customer))
        #expect(try thing("customer", true) == ExplainedThing(subject: .account, kind: .customer, service: .customer))
        #expect(try thing("credit", true) == ExplainedThing(subject: .account, kind: .credit, service: .finance))
        #expect(try thing("opportunity").source == "waybill.sales" && !thing("opportunity").needsSource)
        #expect(try thing("quote").kind == .order && thing("margin-alert") == thing("alert"))
        #expect(throws: ClientError.self) { try thing("setting") }
        // Whatever an act may be about is asked of somebody, but for what its name alone says.
        let asked = Set(ExplainedThing.all.map(\.subject))
        #expect(ActSubject.allCases.filter { !asked.contains($0) } == [.group, .branch, .account])
    }

    @Test("the policy that holds is put together of the parts in which it is told")
    func holding() throws {
        let text = try String(contentsOfFile: Self.demo, encoding: .utf8)
        let half = text.index(text.startIndex, offsetBy: text.count / 2)
        func tables(_ parts: [String]) -> [QueryTable] {
            [
                QueryTable("policy", [QueryColumn("version")], rows: [["1"]]),
                QueryTable(
                    "document", [QueryColumn("part"), QueryColumn("text")],
                    rows: parts.enumerated().map { [String($0.offset), $0.element] }),
            ]
        }
        let day = try #require(CalendarDay("2026-03-02"))
        let held = try PolicyFiles.holding(tables([String(text[..<half]), String(text[half...])]))
        #expect(try held == PolicyFiles.sound(Self.demo, on: day))
        // Without one there is nothing to compare with, and what cannot be read here is no policy.
        #expect(throws: ClientError.self) { try PolicyFiles.holding(tables([])) }
        #expect(throws: ClientError.self) { try PolicyFiles.holding(tables(["{"])) }
    }

    @Test("what cannot be read is told, and what the lines come to only once they can")
    func faults() throws {
        let day = try #require(CalendarDay("2026-03-02"))
        let unread = try file(#"{"version": 1, "lines": [{"line": "a", "role": "king", "right": "look"}]}"#)
        defer { try? FileManager.default.removeItem(atPath: unread) }
        #expect(
            try PolicyFiles.read(unread, on: day).faults.map(\.path) == [
                "$.lines[0].role", "$.lines[0].right", "$.lines[0].kinds", "$.lines[0].scope",
            ])
        let read = try file(
            #"{"version": 1, "lines": [{"line": "a", "role": "buyer", "right": "act", "kinds": "*", "scope": "own"}]}"#)
        defer { try? FileManager.default.removeItem(atPath: read) }
        let reasons = try PolicyFiles.read(read, on: day).faults.map(\.reason)
        #expect(reasons.first == "not-seen" && reasons.contains("nobody-approves"))
        // No answer is given by a policy that would be refused.
        let error = #expect(throws: ClientError.self) { try PolicyFiles.sound(read, on: day) }
        #expect(error?.code == .refused && error?.description.contains("not-seen at $.lines[0].scope") == true)
        #expect(try PolicyFiles.sound(Self.demo, on: day).version == 1)
    }

    @Test("a day and a word are read as what they can only mean, or refused")
    func words() throws {
        #expect(try PolicyFiles.day("2026-03-02") == CalendarDay("2026-03-02"))
        #expect(throws: ClientError.self) { try PolicyFiles.day("tomorrow") }
        #expect(try PolicyFiles.word("same-team", "relation", PermissionRelation.self) == .sameTeam)
        #expect(throws: ClientError.self) { try PolicyFiles.word("near", "relation", PermissionRelation.self) }
    }

    @Test("its names are compared with the organisation: who is not there or has left, and nodes that there are not")
    func names() throws {
        let day = try #require(CalendarDay("2026-03-02"))
        func person(_ login: String, _ from: String, _ until: String? = nil) -> [String: String] {
            var row = ["login": login, "node": "KS01", "valid_from": from]
            row["valid_until"] = until
            return row
        }
        let persons = [
            person("li.wei", "2025-01-01"), person("lead", "2025-01-01", "2026-03-01"), person("new", "2026-04-01"),
        ].compactMap(PolicyNames.person)
        let nodes = [
            ["node": "G", "kind": "group", "valid_from": "2025-01-01"],
            ["node": "KS01", "kind": "branch", "parent": "G", "valid_from": "2025-01-01"],
            ["node": "SH01", "kind": "branch", "parent": "G", "valid_from": "2025-01-01", "valid_until": "2026-03-01"],
            ["node": "GZ01", "kind": "branch", "parent": "G", "valid_from": "2026-07-01"],
        ].compactMap(PolicyNames.node)
        #expect(persons.count == 3 && nodes.count == 4)
        let policy = PermissionPolicy(
            version: 1, lines: [],
            people: ["li.wei", "lead", "new", "typo"].map { PermissionHolder(login: $0, roles: [.salesRep]) },
            amounts: [
                PermissionAmount(
                    name: "a", role: .branchManager, right: .approve, kinds: [.order], upTo: nil,
                    nodes: ["KS01", "SH01", "GZ01", "XX01"])
            ])
        let found = PolicyNames.findings(policy, nodes, persons, on: day)
        #expect(
            found.map(\.path) == [
                "$.people[1].login", "$.people[3].login", "$.amounts[0].nodes[1]", "$.amounts[0].nodes[3]",
            ])
        #expect(found.allSatisfy { $0.reason == .notFound } && found[0].detail.contains("2026-03-01"))
        // While nothing is recorded there is nothing to compare with.
        #expect(PolicyNames.findings(policy, [], [], on: day).isEmpty)
    }

    @Test("a field that is told by somebody else's rights says whose they are")
    func fields() throws {
        let day = try #require(CalendarDay("2026-02-16"))
        let decision = try PolicyFiles.sound(Self.demo, on: day).decide(
            PermissionRequest(
                .person("lead.ks01"), .see, .order, .sameBranch, on: day,
                relationsOfOthers: ["manager.ks01": .sameBranch]))
        #expect(decision.toldFields == "margin (manager.ks01)")
        #expect(decision.onBehalfOf == "manager.ks01")
    }
}
