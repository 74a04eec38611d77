import Contracts
import Domain
import Foundation
import Testing

@Suite("The file of permissions")
struct PermissionPolicyFileTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appendingPathComponent(path)))
    }

    @Test("lines, people and delegations are read as they are written")
    func reads() throws {
        let text = #"""
            {"version": 7, "lines": [
              {"line": "sees", "role": "sales-rep", "right": "see", "kinds": ["order", "customer"], "scope": "own",
               "fields": ["margin"], "totals": "group"},
              {"line": "never", "role": "auditor", "right": "act", "kinds": "*", "scope": "all", "effect": "refuse"}],
             "people": [{"login": "li.wei", "roles": ["sales-rep"]}, {"login": "zhang.min", "roles": ["sales-manager"]}],
             "delegations": [{"delegation": "leave", "of": "li.wei", "to": "zhang.min", "rights": ["see"],
               "kinds": ["order"], "scope": "own", "fields": ["margin"], "from": "2026-03-02", "until": "2026-03-06",
               "recorded": "2026-03-01", "reason": "假期"}]}
            """#
        let file = try PermissionPolicyFile(json: Array(text.utf8))
        #expect(file.faults.isEmpty)
        let sees = PermissionLine(
            name: "sees", role: .salesRep, right: .see, kinds: [.order, .customer], scope: .own, fields: [.margin],
            totals: .group)
        let never = PermissionLine(name: "never", role: .auditor, right: .act, scope: .all, effect: .refuse)
        let from = try #require(CalendarDay("2026-03-02"))
        let leave = PermissionDelegation(
            name: "leave", principal: "li.wei", deputy: "zhang.min", rights: [.see], kinds: [.order], scope: .own,
            fields: [.margin], days: DayWindow(from: from, to: from.adding(days: 4)), recorded: from.adding(days: -1),
            reason: "假期")
        #expect(
            file.policy
                == PermissionPolicy(
                    version: 7, lines: [sees, never],
                    people: [
                        PermissionHolder(login: "li.wei", roles: [.salesRep]),
                        PermissionHolder(login: "zhang.min", roles: [.salesManager]),
                    ], delegations: [leave]))
    }

    private static let line = #""line": "a", "role": "buyer", "right": "see", "kinds": ["rate"], "scope": "own""#
    private static let lent = #"""
        "delegation": "d", "of": "a", "to": "b", "rights": ["see"], "kinds": ["rate"], "scope": "own",
        "from": "2026-03-02", "until": "2026-03-03", "recorded": "2026-03-01"
        """#

    @Test(
        "what is wrong is told with reason and path",
        arguments: [
            (#"{"version": 1}"#, "missing-field $.lines"),
            (#"{"version": 1, "lines": []}"#, "too-few-elements $.lines"),
            (#"{"version": 1, "lines": {}}"#, "wrong-type $.lines"),
            (#"{"version": 1, "lines": ["see"]}"#, "wrong-type $.lines[0]"),
            (#"{"version": 0, "lines": [{\#(line)}]}"#, "missing-field $.version"),
            (#"{"version": 1, "lines": [{\#(line)}], "peopel": []}"#, "value-not-allowed $.peopel"),
            (#"{"version": 1, "lines": [{\#(line), "scop": "all"}]}"#, "value-not-allowed $.lines[0].scop"),
            (#"{"version": 1, "lines": [{\#(line), "fields": ["weight"]}]}"#, "value-not-allowed $.lines[0].fields[0]"),
            (#"{"version": 1, "lines": [{\#(line), "fields": "cost"}]}"#, "wrong-type $.lines[0].fields"),
            (
                #"{"version": 1, "lines": [{\#(line), "fields": ["cost", "cost"]}]}"#,
                "duplicate-element $.lines[0].fields[1]"
            ),
            (#"{"version": 1, "lines": [{\#(line), "effect": "maybe"}]}"#, "value-not-allowed $.lines[0].effect"),
            (#"{"version": 1, "lines": [{\#(line), "totals": 3}]}"#, "wrong-type $.lines[0].totals"),
            (
                #"{"version": 1, "lines": [{"line": "", "role": "buyer", "right": "see", "kinds": "*", "scope": "own"}]}"#,
                "text-too-short $.lines[0].line"
            ),
            (
                #"{"version": 1, "lines": [{\#(line)}], "people": [{"login": "Li Wei", "roles": ["buyer"]}]}"#,
                "value-not-allowed $.people[0].login"
            ),
            (
                #"{"version": 1, "lines": [{\#(line)}], "people": [{"login": "a\u0007", "roles": ["buyer"]}]}"#,
                "unseen-character $.people[0].login"
            ),
            (
                #"{"version": 1, "lines": [{\#(line)}], "people": [{"login": "a", "roles": []}]}"#,
                "too-few-elements $.people[0].roles"
            ),
            (
                #"{"version": 1, "lines": [{\#(line)}], "delegations": [{\#(lent)}]}"#,
                "missing-field $.delegations[0].reason"
            ),
            (
                #"{"version": 1, "lines": [{\#(line)}], "delegations": [{\#(lent), "reason": " "}]}"#,
                "text-too-short $.delegations[0].reason"
            ),
        ])
    func faults(_ text: String, _ wanted: String) throws {
        let told: [String]
        do {
            told = try PermissionPolicyFile(json: Array(text.utf8)).faults.map { "\($0.reason.rawValue) \($0.path)" }
        } catch {
            told = ["\(error.reason.rawValue) \(error.path)"]
        }
        #expect(told == [wanted])
    }

    @Test("amounts are read as they are written")
    func amounts() throws {
        let text = #"""
            {"version": 1, "lines": [{\#(Self.line)}], "amounts": [
              {"amount": "a", "role": "branch-manager", "right": "approve", "kinds": ["order", "credit"], "upTo": "50000",
               "currency": "CNY", "days": 30, "businessLines": ["air-freight"], "nodes": ["KS01", "EAST"]},
              {"amount": "b", "role": "executive", "right": "approve", "kinds": ["order"], "upTo": "*"}]}
            """#
        let file = try PermissionPolicyFile(json: Array(text.utf8))
        #expect(file.faults.map(\.description) == [])
        #expect(
            file.policy.amounts == [
                PermissionAmount(
                    name: "a", role: .branchManager, right: .approve, kinds: [.order, .credit],
                    upTo: Money(FixedDecimal(50_000), .cny), days: 30, businessLines: ["air-freight"],
                    nodes: ["KS01", "EAST"]),
                PermissionAmount(name: "b", role: .executive, right: .approve, kinds: [.order], upTo: nil),
            ])
    }

    @Test(
        "what is wrong with an amount is told with reason and path",
        arguments: [
            (#""days": 1"#, "missing-field $.amounts[0].upTo"),
            (#""upTo": 5, "currency": "CNY""#, "wrong-type $.amounts[0].upTo"),
            (#""upTo": "much", "currency": "CNY""#, "not-a-decimal $.amounts[0].upTo"),
            (#""upTo": "0.00", "currency": "CNY""#, "negative-amount $.amounts[0].upTo"),
            (#""upTo": "5""#, "missing-field $.amounts[0].currency"),
            (#""upTo": "5", "currency": "XYZ""#, "unknown-currency $.amounts[0].currency"),
            (#""upTo": "*", "currency": "CNY""#, "value-not-allowed $.amounts[0].currency"),
            (#""upTo": "*", "days": 0"#, "value-not-allowed $.amounts[0].days"),
            (#""upTo": "*", "nodes": []"#, "too-few-elements $.amounts[0].nodes"),
            (#""upTo": "*", "nodes": ["A", "A"]"#, "duplicate-element $.amounts[0].nodes[1]"),
            (#""upTo": "*", "businessLines": [7]"#, "wrong-type $.amounts[0].businessLines[0]"),
            (#""upTo": "*", "upto": "5""#, "value-not-allowed $.amounts[0].upto"),
            (
                #""role": "buyer", "right": "act", "kinds": ["supplier"], "upTo": "*""#,
                "value-not-allowed $.amounts[0].kinds[0]"
            ),
        ])
    func amountFaults(_ text: String, _ wanted: String) throws {
        let whose = text.contains("role") ? "" : #""role": "executive", "right": "approve", "kinds": ["order"], "#
        let json = "{\"version\": 1, \"lines\": [{\(Self.line)}], \"amounts\": [{\"amount\": \"a\", \(whose)\(text)}]}"
        let told = try PermissionPolicyFile(json: Array(json.utf8)).faults.map { "\($0.reason.rawValue) \($0.path)" }
        #expect(told == [wanted])
    }

    @Test("all that is wrong is told at once")
    func allAtOnce() throws {
        let text = #"""
            {"version": 1, "lines": [
              {"line": "a", "role": "king", "right": "look", "kinds": ["order", "moon"], "scope": "own"},
              {"line": "b", "role": "buyer", "right": "see", "kinds": ["order"], "scope": "far"}]}
            """#
        let paths = try PermissionPolicyFile(json: Array(text.utf8)).faults.map(\.path)
        #expect(paths == ["$.lines[0].role", "$.lines[0].right", "$.lines[0].kinds[1]", "$.lines[1].scope"])
    }

    @Test("what is no object, or holds what nobody sees, is no policy")
    func noPolicy() {
        #expect(throws: Refusal.self) { try PermissionPolicyFile(json: Array("[]".utf8)) }
        #expect(throws: Refusal.self) { try PermissionPolicyFile(json: Array("{".utf8)) }
        #expect(throws: Refusal.self) { try PermissionPolicyFile(json: Array("{\"version\u{200B}\": 1}".utf8)) }
    }

    @Test("more lines than one can look through are refused")
    func tooMany() throws {
        func faults(_ count: Int) throws -> [String] {
            let lines = Array(repeating: "{\(Self.line)}", count: count).joined(separator: ",")
            return try PermissionPolicyFile(json: Array("{\"version\": 1, \"lines\": [\(lines)]}".utf8)).faults
                .map { "\($0.reason.rawValue) \($0.path)" }
        }
        #expect(try faults(PermissionPolicyFile.most + 1) == ["too-many-elements $.lines"])
        let many = PermissionPolicyFile.mostOfOneRight
        #expect(try faults(many) == [])
        #expect(try faults(many + 3) == ["too-many-elements $.lines[\(many)]"])
    }

    @Test("nothing is wrong with the policy of the demo, and all roles have lines and people in it")
    func demo() throws {
        let file = try PermissionPolicyFile(json: try Self.bytes("deploy/permissions/demo.json"))
        #expect(file.faults.isEmpty)
        let day = try #require(CalendarDay("2026-03-02"))
        #expect(file.policy.findings(on: day).map(\.description) == [])
        #expect(Set(file.policy.lines.map(\.role)) == Set(PermissionRole.allCases))
        #expect(Set(file.policy.people.flatMap(\.roles)) == Set(PermissionRole.allCases))
    }

    @Test("the schema has the words that are read")
    func schema() throws {
        let schema = try JSONDocument(parsing: try Self.bytes("deploy/permissions/policy.schema.json")).root
        let parts = try #require(schema["$defs"])
        func words(_ name: String) -> [String] { parts[name]?["enum"]?.elements.compactMap(\.string) ?? [] }
        #expect(words("role") == PermissionRole.allCases.map(\.rawValue))
        #expect(words("right") == PermissionRight.allCases.map(\.rawValue))
        #expect(words("kind") == PermissionKind.allCases.map(\.rawValue))
        #expect(words("scope") == PermissionScope.allCases.map(\.rawValue))
        #expect(words("field") == PermissionField.allCases.map(\.rawValue))
        let line = parts["line"]?["properties"]
        #expect(
            line?["effect"]?["enum"]?.elements.compactMap(\.string) == PermissionLine.Effect.allCases.map(\.rawValue))
    }
}
