import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Simulation
import TestSupport
import Testing

@testable import CustomerService

@Suite("The book of the organisation and its people", .service(try customerDefinition()))
struct PeopleTests {
    private typealias Fixture = PeopleFixture

    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private func places() async throws -> [String: String?] {
        let list = try await customer.ask("people.list", ["on": "2026-07-01"])["people"]
        return Dictionary(uniqueKeysWithValues: zip(list.column("login").map { $0 ?? "" }, list.column("division")))
    }

    @Test("what is right together is taken over together, told with a revision, and asked as of a day")
    func taken() async throws {
        let outcome = try await customer.handle([try Fixture.whole()])
        #expect(outcome.refused.isEmpty)
        let nodes = try outcome.events(OrganisationChanged.self)
        #expect(Set(nodes.map(\.life.node)) == ["G", "EAST", "SOUTH", "SH01"] && nodes.allSatisfy { $0.revision == 1 })
        #expect(
            try outcome.events(PersonChanged.self).map(\.life.login).sorted() == ["li.wei", "wang.fang", "zhao.min"])

        // From July on the branch is in the other division.
        let moved = try await customer.handle([
            Fixture.said(
                "m1", at: 1,
                nodes: [
                    try Fixture.node(
                        "SH01", .branch, ("EAST", "2026-01-01", "2026-06-30"), ("SOUTH", "2026-07-01", nil))
                ])
        ])
        #expect(moved.refused.isEmpty)
        #expect(try moved.events(OrganisationChanged.self).map(\.revision) == [2])
        for (day, division) in [("2026-05-03", "EAST"), ("2026-06-30", "EAST"), ("2026-07-01", "SOUTH")] {
            let shown = try await customer.ask("organisation.show", ["node": "SH01", "on": day])
            #expect(shown["node"].column("division") == [division], "\(day)")
            #expect(shown["above"].column("node") == [division, "G"])
            let people = try await customer.ask("people.list", ["on": day, "node": division])["people"]
            #expect(
                people.column("login") == ["wang.fang", "zhao.min"] && people.column("branch") == ["SH01", "SH01"])
        }
        let tree = try await customer.ask("organisation.list", ["on": "2026-07-01"])["organisation"]
        #expect(tree.column("node") == ["G", "EAST", "SOUTH", "SH01"])
        #expect(tree.column("people") == ["1", "0", "0", "2"] && tree.column("people_below") == ["2", "0", "2", "0"])
        let person = try await customer.ask("people.show", ["login": "zhao.min", "on": "2026-05-03"])
        #expect(person["managers"].column("login") == ["wang.fang", "li.wei"])
        #expect(person["words"].column("source") == ["hr"] && person["life"].rows.count == 1)
        #expect(
            try await customer.ask("people.show", ["login": "wang.fang", "on": "2026-05-03"])["manages"].column("login")
                == ["zhao.min"])
        #expect(try await customer.ask("organisation.list", ["on": "2025-12-31"])["organisation"].rows.isEmpty)
        #expect(try await customer.ask("organisation.list", ["allDays": "true"])["organisation"].rows.count == 5)
    }

    /// What is said of the organisation, and why it is refused.
    private static func contradictions() throws -> [(
        name: String, nodes: [RecordedNode], persons: [RecordedPerson], reason: Reason, path: String
    )] {
        [
            (
                "a circle",
                [try Fixture.node("EAST", .division, ("SOUTH", "2026-01-01", nil))]
                    + [try Fixture.node("SOUTH", .division, ("EAST", "2026-01-01", nil))], [], .cycle,
                "$.nodes[0].periods[0].parent"
            ),
            (
                "an orphan", [try Fixture.node("HK01", .branch, ("WEST", "2026-01-01", nil))], [], .orphan,
                "$.nodes[0].periods[0].parent"
            ),
            (
                "a branch whose division ends",
                [try Fixture.node("EAST", .division, ("G", "2026-01-01", "2026-06-30"))],
                [], .orphan, "$.nodes[0].periods"
            ),
            (
                "a node that is closed with people in it",
                [try Fixture.node("SH01", .branch, ("EAST", "2026-01-01", "2026-06-30"))], [], .nodeClosed,
                "$.nodes[0].periods"
            ),
            (
                "a gap",
                [try Fixture.node("SH01", .branch, ("EAST", "2026-01-01", "2026-06-30"), ("EAST", "2026-07-02", nil))],
                [], .gapInLife, "$.nodes[0].periods[1].from"
            ),
            (
                "two managers at once", [],
                [
                    try Fixture.person(
                        "zhao.min", ("SH01", "wang.fang", "2026-01-01", nil), ("SH01", "li.wei", "2026-07-01", nil))
                ], .twoManagers, "$.persons[0].periods[1].manager"
            ),
            (
                "a login twice", [],
                [
                    try Fixture.person("zhao.min", ("SH01", nil, "2026-01-01", nil), ("G", nil, "2026-07-01", nil))
                ], .loginTwice, "$.persons[0].login"
            ),
            (
                "a number twice", [],
                [try Fixture.person("zhao.min2", ("SH01", nil, "2026-01-01", nil), number: "1003")],
                .externalIdTwice, "$.persons[0].periods"
            ),
            (
                "a person in no node", [], [try Fixture.person("he.jun", ("NOWHERE", nil, "2026-01-01", nil))], .noNode,
                "$.persons[0].periods[0].node"
            ),
            (
                "an unknown manager", [], [try Fixture.person("he.jun", ("SH01", "nobody", "2026-01-01", nil))],
                .unknownManager, "$.persons[0].periods[0].manager"
            ),
            (
                "a manager who leaves", [],
                [try Fixture.person("wang.fang", ("SH01", "li.wei", "2026-01-01", "2026-06-30"), number: "1002")],
                .managerAway, "$.persons[0].periods"
            ),
            (
                "managers in a circle", [],
                [try Fixture.person("li.wei", ("G", "zhao.min", "2026-01-01", nil), number: "1001")], .managerCircle,
                "$.persons[0].periods[0].manager"
            ),
            (
                "control characters", [],
                [try Fixture.person("he.jun", ("SH01", nil, "2026-01-01", nil), name: "何\u{202E}军")], .controlCharacter,
                "$.persons[0].periods[0].name"
            ),
            (
                "no name", [try Fixture.node("HK01", .branch, ("EAST", "2026-01-01", nil), name: "")], [], .noName,
                "$.nodes[0].periods[0].name"
            ),
            (
                "an end before its beginning",
                [try Fixture.node("HK01", .branch, ("EAST", "2026-07-01", "2026-06-30"))],
                [], .emptyPeriod, "$.nodes[0].periods[0].until"
            ),
            (
                "a division below a branch", [try Fixture.node("WEST", .division, ("SH01", "2026-01-01", nil))], [],
                .wrongLevel, "$.nodes[0].periods[0].parent"
            ),
            (
                "one right and one wrong", [try Fixture.node("WEST", .division, ("G", "2026-01-01", nil))],
                [try Fixture.person("he.jun", ("NOWHERE", nil, "2026-01-01", nil))], .noNode,
                "$.persons[0].periods[0].node"
            ),
        ]
    }

    @Test("what contradicts itself is refused with reason and place, nothing of it is done, and its neighbours go on")
    func contradictions() async throws {
        try await customer.handle([try Fixture.whole()])
        let before = try await customer.rows(
            "select node, valid_from, revision from organisation_node union all "
                + "select login, valid_from, revision from organisation_person order by 1, 2")
        for (place, (name, nodes, persons, reason, path)) in try Self.contradictions().enumerated() {
            let outcome = try await customer.handle([
                Fixture.said("c\(place)", at: place + 1, nodes: nodes, persons: persons)
            ])
            #expect(outcome.refused[0]?.reason == reason, "\(name): \(outcome.refused)")
            #expect(outcome.refused[0]?.path == path, "\(name)")
            #expect(outcome.published.isEmpty, "\(name)")
        }
        let after = try await customer.rows(
            "select node, valid_from, revision from organisation_node union all "
                + "select login, valid_from, revision from organisation_person order by 1, 2")
        #expect(before == after)
        // Among others that are right only the wrong one is refused, wherever it stands.
        let mixed = try await customer.handle([
            Fixture.said("n1", at: 100, nodes: [try Fixture.node("T1", .team, ("SH01", "2026-01-01", nil))]),
            Fixture.said("n2", at: 101, nodes: [try Fixture.node("T2", .team, ("TYPO", "2026-01-01", nil))]),
            Fixture.said(
                "n3", at: 102, persons: [try Fixture.person("he.jun", ("T1", "wang.fang", "2026-01-01", nil))]),
        ])
        #expect(mixed.refused.mapValues(\.reason) == [1: .orphan] && mixed.published.count == 2)
    }

    @Test(
        "messages of one batch need no order among themselves, and what is in more than one of them may be right together",
        arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]])
    func together(_ order: [Int]) async throws {
        try await customer.handle([try Fixture.whole()])
        // A branch is closed, its people go to a new one, and a new division is above it.
        let messages = [
            Fixture.said("t0", at: 1, nodes: [try Fixture.node("SH01", .branch, ("EAST", "2026-01-01", "2026-06-30"))]),
            Fixture.said(
                "t1", at: 2,
                persons: [
                    try Fixture.person(
                        "zhao.min", ("SH01", "wang.fang", "2026-01-01", "2026-06-30"),
                        ("SH02", "wang.fang", "2026-07-01", nil), number: "1003"),
                    try Fixture.person(
                        "wang.fang", ("SH01", "li.wei", "2026-01-01", "2026-06-30"),
                        ("SH02", "li.wei", "2026-07-01", nil), number: "1002"),
                ]),
            Fixture.said("t2", at: 3, nodes: [try Fixture.node("SH02", .branch, ("RIVER", "2026-07-01", nil))]),
            Fixture.said("t3", at: 4, nodes: [try Fixture.node("RIVER", .division, ("G", "2026-07-01", nil))]),
        ]
        let outcome = try await customer.handle(order.map { messages[$0] })
        #expect(outcome.refused.isEmpty)
        #expect(try await places() == ["li.wei": nil, "wang.fang": "RIVER", "zhao.min": "RIVER"])
    }

    @Test(
        "the same again changes nothing, what was written down before is passed over, and what contradicts is refused")
    func again() async throws {
        try await customer.handle([try Fixture.whole()])
        let same = try await customer.handle([try Fixture.whole(at: 50)])
        #expect(same.refused.isEmpty && same.published.isEmpty)
        let teams = { (parent: String) in try Fixture.node("T1", .team, (parent, "2026-01-01", nil)) }
        try await customer.handle([Fixture.said("a1", at: 60, nodes: [try teams("SH01")])])
        // Of another system, and later on its way.
        let late = try await customer.handle([
            Fixture.said("a2", at: 59, nodes: [try teams("EAST")]),
            // What was said again holds from then on.
            Fixture.said(
                "a3", at: 40, persons: [try Fixture.person("zhao.min", ("G", nil, "2026-01-01", nil), number: "1003")]),
        ])
        #expect(late.refused.isEmpty && late.published.isEmpty)
        let contradicting = try await customer.handle([Fixture.said("a4", at: 60, nodes: [try teams("EAST")])])
        #expect(contradicting.refused.mapValues(\.reason) == [0: .conflictingContent])
        // Who types it is told that it is not done.
        let typed = try await customer.handle([
            Fixture.said("a5", at: 59, typedBy: "zhou.min", nodes: [try teams("EAST")]),
            Fixture.said(
                "a6", at: 70, typedBy: "zhou.min",
                nodes: [try Fixture.node("T1", .team, ("EAST", "2026-01-01", nil), expected: 2)]),
        ])
        #expect(typed.refused.mapValues(\.reason) == [0: .staleRevision, 1: .staleRevision])
        #expect(typed.refused[1]?.path == "$.nodes[0].expected")
        let seen = try await customer.handle([
            Fixture.said(
                "a7", at: 71, typedBy: "zhou.min",
                nodes: [try Fixture.node("T1", .team, ("EAST", "2026-01-01", nil), expected: 1)])
        ])
        #expect(seen.refused.isEmpty)
        #expect(try seen.events(OrganisationChanged.self).map { [$0.by, "\($0.revision)"] } == [["zhou.min", "2"]])
        let ahead = try await customer.handle([
            .init(
                "a8", source: "hr",
                OrganisationRecorded(
                    nodes: [try teams("SH01")], recordedAt: ServiceClock.wallClock().adding(seconds: 200_000)))
        ])
        #expect(ahead.refused[0]?.path == "$.recordedAt")
    }

    @Test("who leaves is gone after the last day, and whom they manage goes to their own manager")
    func leaves() async throws {
        try await customer.handle([try Fixture.whole()])
        let outcome = try await customer.handle([
            try Fixture.left("l1", "wang.fang", after: "2026-06-30", at: 1, typedBy: "zhou.min")
        ])
        #expect(outcome.refused.isEmpty)
        let told = try outcome.events(PersonChanged.self)
        #expect(told.map(\.life.login) == ["wang.fang", "zhao.min"])
        #expect(told[0].life.periods.map(\.until?.description) == ["2026-06-30"])
        #expect(told[1].life.periods.map(\.manager) == ["wang.fang", "li.wei"])
        #expect(try await places() == ["li.wei": nil, "zhao.min": "EAST"])
        let again = try await customer.handle([try Fixture.left("l2", "wang.fang", after: "2026-06-30", at: 2)])
        #expect(again.refused.isEmpty && again.published.isEmpty)
        let wrong = try await customer.handle([
            try Fixture.left("l3", "nobody", after: "2026-06-30", at: 3),
            try Fixture.left("l4", "zhao.min", after: "2025-12-31", at: 4),
            try Fixture.left("l5", "wang.fang", after: "2026-07-31", at: 5),
        ])
        #expect(
            wrong.refused.mapValues { "\($0.reason.rawValue) \($0.path)" } == [
                0: "not-found $.login", 1: "contradictory-times $.lastDay", 2: "wrong-state $.lastDay",
            ])
        // The last one at the top: whom they manage has no manager then.
        let top = try await customer.handle([try Fixture.left("l6", "li.wei", after: "2026-12-31", at: 6)])
        #expect(top.refused.isEmpty)
        let after = try await customer.ask("people.show", ["login": "zhao.min", "on": "2027-01-01"])
        #expect(after["person"].column("manager") == [nil] && after["life"].rows.count == 3)
    }

    @Test("a file is judged as one message before anything is taken over, node by node and person by person")
    func preview() async throws {
        try await customer.handle([try Fixture.whole()])
        func lines(_ node: String) throws -> [String] {
            [
                OrganisationRecorded(
                    nodes: [
                        try Fixture.node(
                            "SH01", .branch, ("EAST", "2026-01-01", "2026-06-30"), ("SOUTH", "2026-07-01", nil)),
                        try Fixture.node("G", .group, (nil, "2026-01-01", nil)),
                        try Fixture.node("HK01", .branch, ("SOUTH", "2026-03-01", nil)),
                    ], recordedAt: Fixture.time(1)),
                OrganisationRecorded(
                    persons: [
                        try Fixture.person("zhao.min", ("SH01", "wang.fang", "2026-01-01", nil), number: "1003"),
                        try Fixture.person("he.jun", (node, nil, "2026-03-01", nil)),
                    ], recordedAt: Fixture.time(1)),
            ].map { String(decoding: $0.encode(), as: UTF8.self) }
        }
        // What one line needs another one brings.
        let right = try await customer.ask("people.preview", lines: try lines("HK01"))["lines"]
        #expect(right.column("outcome") == ["changed", "same", "new", "same", "new"])
        #expect(right.column("revision") == ["1", "1", nil, "1", nil])
        #expect(right.column("other_from") == ["2026-01-01 2026-07-01", nil, nil, nil, nil])
        let wrong = try await customer.ask("people.preview", lines: try lines("HK99"))["lines"]
        #expect(wrong.column("outcome") == ["changed", "same", "new", "same", "refused"])
        #expect(wrong.column("reason").last == "no-node" && wrong.column("path").last == "$.persons[1].periods[0].node")
        let gone = try await customer.ask(
            "people.preview",
            lines: [
                String(
                    decoding: OrganisationRecorded(
                        nodes: [try Fixture.node("SOUTH", .division, ("G", "2026-02-01", nil))],
                        recordedAt: Fixture.time(1)
                    ).encode(), as: UTF8.self)
            ])["lines"]
        #expect(gone.column("other_from") == ["2026-02-01"] && gone.column("gone_from") == ["2026-01-01"])
        #expect(try await customer.rows("select count(*) from people_word") == [["7"]])
    }

    // MARK: Who may do what

    private static let approvals = PermissionKind.allCases.filter(\.needsApproval).map { "\"\($0.rawValue)\"" }
        .joined(separator: ",")

    private static func policy(_ version: Int, administers role: String = "operator", people: String = "") -> String {
        """
        {"version": \(version), "lines": [
            {"line": "sees", "role": "executive", "right": "see", "kinds": "*", "scope": "all"},
            {"line": "approves", "role": "executive", "right": "approve", "kinds": [\(approvals)], "scope": "all"},
            {"line": "looks", "role": "\(role)", "right": "see", "kinds": ["setting"], "scope": "all"},
            {"line": "sets", "role": "\(role)", "right": "administer", "kinds": ["setting"], "scope": "all"}
        ]\(people)}
        """
    }

    private func set(_ id: String, _ text: String) -> ServiceFixture.Message {
        .init(
            id, source: "waybill-cli", typedBy: "waybill-operator",
            PermissionPolicySet(document: PolicyText.pieces(text), reason: "授权", by: "waybill-operator"))
    }

    @Test("a policy follows one of a lower version, is told whole, and one that nobody could change again is refused")
    func policies() async throws {
        let first = try await customer.handle([set("p1", Self.policy(3))])
        #expect(first.refused.isEmpty)
        let told = try #require(try first.events(PermissionPolicyChanged.self).first)
        #expect(told.version == 3 && told.by == "waybill-operator")
        let roles = ",\"people\": [{\"login\": \"li.wei\", \"roles\": [\"executive\"]}]"
        let outcome = try await customer.handle([
            set("p2", Self.policy(3)),
            set("p3", Self.policy(3, administers: "data-steward")),
            set("p4", Self.policy(2)),
            set("p5", "{\"version\": 4, \"lines\": []}"),
            set("p6", Self.policy(4).replacing("\"administer\"", with: "\"export\"")),
            set("p7", Self.policy(4, people: roles)),
            set("p8", Self.policy(4).replacing("\"approve\"", with: "\"act\"")),
            set("p9", "no policy"), set("p10", Self.policy(100_000_004)),
        ])
        #expect(
            outcome.refused.mapValues { "\($0.reason.rawValue) \($0.path)" } == [
                1: "conflicting-content $.document.version", 2: "stale-revision $.document.version",
                3: "too-few-elements $.document.lines", 4: "nobody-administers $.document.lines",
                5: "nobody-administers $.document.people", 6: "nobody-approves $.document.lines",
                7: "not-json $.document", 8: "value-not-allowed $.document.version",
            ])
        #expect(outcome.published.isEmpty)
        let both = ",\"people\": [{\"login\": \"li.wei\", \"roles\": [\"executive\", \"operator\"]}]"
        let next = try await customer.handle([set("p10", Self.policy(7, people: both))])
        #expect(next.refused.isEmpty)
        let shown = try await customer.ask("policy.show")
        #expect(shown["policy"].column("version") == ["7"] && shown["policy"].column("people") == ["1"])
        #expect(shown["versions"].column("version") == ["7", "3"])
        let text = shown["document"].column("text").compactMap(\.self).joined()
        let holding = try await customer.pool.withTransaction { try PeopleReplica.known($0).policy }
        #expect(try PermissionPolicyFile(json: Array(text.utf8)).policy == holding)
        #expect(try await customer.ask("policy.show", ["version": "3"])["policy"].column("people") == ["0"])
        #expect(
            try await customer.ask("people.show", ["login": "li.wei"])["roles"].column("role") == [
                "executive", "operator",
            ])
    }

    @Test("an amount for a node that there is not is refused with its place, once an organisation is recorded")
    func policyNodes() async throws {
        func policy(_ version: Int, node: String) -> String {
            Self.policy(version).replacing(
                "\n]",
                with: """
                    ,
                    {"line": "b-sees", "role": "branch-manager", "right": "see", "kinds": ["order"], "scope": "node"},
                    {"line": "b", "role": "branch-manager", "right": "approve", "kinds": ["order"], "scope": "node"}],
                    "amounts": [
                    {"amount": "every", "role": "executive", "right": "approve", "kinds": ["order"], "upTo": "*"},
                    {"amount": "branch", "role": "branch-manager", "right": "approve", "kinds": ["order"],
                     "upTo": "100.00", "currency": "CNY", "nodes": ["\(node)"]}]
                    """)
        }
        // Until then the branches of the file hold.
        #expect(try await customer.handle([set("p1", policy(1, node: "XX01"))]).refused.isEmpty)
        #expect(try await customer.handle([try Fixture.whole()]).refused.isEmpty)
        let outcome = try await customer.handle([
            set("p2", policy(2, node: "XX01")), set("p3", policy(2, node: "SH01")),
        ])
        #expect(
            outcome.refused.mapValues { "\($0.reason.rawValue) \($0.path)" } == [
                0: "not-found $.document.amounts[1].nodes[0]"
            ])
        #expect(try outcome.events(PermissionPolicyChanged.self).map(\.version) == [2])
    }

    @Test("every code by which an organisation or a policy is refused is one of messages, too")
    func codes() {
        for reason in OrganisationFault.Reason.allCases where reason != .controlCharacters {
            #expect(Reason(reason).rawValue == reason.rawValue)
        }
        for reason in PermissionFinding.Reason.allCases { #expect(Reason(rawValue: reason.rawValue) != nil) }
    }
}
