import ArgumentParser
import Client
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
            "policy check F --json", "policy explain F li.wei see order --relation same-team --on 2026-02-16",
            "policy explain F sales-rep see order --relation own --principal a=own --principal b=group",
            "policy explain F a approve order --relation own --amount 5.00 --currency USD --days 3 --line air --node KS01",
            "policy simulate F --against G --json", "policy matrix F --role buyer --csv",
        ])
    func typed(line: String) throws {
        _ = try Waybill.parseAsRoot(line.split(separator: " ").map(String.init))
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
