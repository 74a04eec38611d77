import CaseClocks
import Contracts
import Domain
import ServiceKit
import Testing

@testable import ServiceDeskService

@Suite("Whose the time of a complaint is")
struct ClockRuleTests {
    private func clocks(
        _ history: ComplaintHistory, at minutes: Int, by policies: ClockPolicies, severity: String = "major",
        customerClass: String? = nil
    ) -> ComplaintClocks {
        let facts = ClockSaid.facts(history, severity: severity, customerClass: customerClass)
        var bench = ClockBench(policies, for: [facts])
        return bench.clocks(of: facts, at: clockMinute(minutes))
    }

    private func policies(_ longestWait: String = "") throws -> ClockPolicies {
        try ClockPolicies(
            json: Array(ClockSaid.file(targets: ClockSaid.targets(), longestWait: longestWait).utf8))
    }

    @Test("the time is ours, the customer's and a supplier's, and nobody's once the matter is put right")
    func owners() throws {
        let policy = try policies()
        let history = ClockSaid.history(
            [(.accepted, 10, nil), (.verified, 180, nil), (.reopened, 300, nil)],
            [(.customer, 30, nil), (.resumed, 60, nil), (.supplier, 90, nil), (.resumed, 150, nil)])
        let found = clocks(history, at: 330, by: policy)
        // 30 + 30 + 30 minutes, and from 14:00 to 14:30; noon is no business.
        #expect(found.us == 120 * 60_000_000)
        #expect(found.customer == 30 * 60_000_000 && found.supplier == 60 * 60_000_000)
        #expect(found.owner == .us)
        #expect(found[.resolution].due?.moment == clockMinute(330 + 210 + 15 * 60 + 150))
        #expect(clocks(history, at: 200, by: policy).owner == .nobody)
        #expect(clocks(history, at: 100, by: policy)[.resolution].due == nil, "a supplier is waited for")
    }

    @Test("that somebody has taken it on is no answer: a promise is, a step beyond, and being asked")
    func firstAnswer() throws {
        let policy = try policies()
        let silent = clocks(ClockSaid.history([(.accepted, 10, nil)]), at: 90, by: policy)
        #expect(silent[.firstAnswer].end == nil && silent[.firstAnswer].breached?.moment == clockMinute(60))
        for (history, at) in [
            (ClockSaid.history([(.accepted, 10, 120)]), 10), (ClockSaid.history([(.contained, 20, nil)]), 20),
            (ClockSaid.history([], [(.customer, 15, nil)]), 15),
        ] {
            let found = clocks(history, at: 90, by: policy)[.firstAnswer]
            #expect(found.end == clockMinute(at) && found.used == Int64(at) * 60_000_000 && found.breached == nil)
        }
        let supplier = clocks(ClockSaid.history([], [(.supplier, 15, nil)]), at: 90, by: policy)
        #expect(supplier[.firstAnswer].end == nil && supplier[.firstAnswer].used == 15 * 60_000_000)
    }

    @Test("containment ends with the first state that does no more harm, and goes on when it is reopened")
    func containment() throws {
        let policy = try policies()
        let history = ClockSaid.history(
            [(.contained, 30, nil), (.closed, 60, nil), (.reopened, 90, nil)], [(.customer, 40, nil)])
        let found = clocks(history, at: 120, by: policy)[.containment]
        #expect(found.used == 60 * 60_000_000 && found.end == nil)
        #expect(clocks(history, at: 80, by: policy)[.containment].end == clockMinute(30))
    }

    @Test("a wait is over by its end, or by the longest that the policy lets one last")
    func endlessWait() throws {
        let policy = try policies()
        let bounded = ClockSaid.history([], [(.customer, 30, 60)])
        let found = clocks(bounded, at: 90, by: policy)
        #expect(found.customer == 30 * 60_000_000 && found.us == 60 * 60_000_000 && found.owner == .us)
        let endless = ClockSaid.history([], [(.customer, 30, nil)])
        let bounding = try policies(", \"longestWaitDays\": 1")
        #expect(clocks(endless, at: 30 + 24 * 60, by: bounding).owner == .us)
        #expect(clocks(endless, at: 29 + 24 * 60, by: bounding).owner == .customer)
        #expect(clocks(endless, at: 90 * 24 * 60, by: policy).owner == .customer)
        // What is put right before then needs no end.
        let closed = ClockSaid.history([(.verified, 45, nil)], [(.customer, 30, 60)])
        #expect(clocks(closed, at: 90, by: policy).owner == .nobody)
    }

    @Test("a wait that does not fit does not count, in whatever order it was said")
    func objections() {
        let waits = ClockSaid.history(
            [(.closed, 20, nil)], [(.resumed, 5, nil), (.customer, 30, nil), (.supplier, 10, nil), (.resumed, 25, nil)]
        ).waits
        #expect(waits.entries.map(\.wait.at) == [5, 10, 25, 30].map(clockMinute))
        #expect(waits.entries.map { $0.objection == nil } == [false, true, false, false])
    }

    @Test("priority follows from severity and class; what is not said comes last")
    func priority() throws {
        let policy = try policies().policies[0]
        #expect(policy.priority(severity: "major", class: "A") == 1)
        #expect(policy.priority(severity: "major", class: "D") == 2)
        #expect(policy.priority(severity: "major", class: nil) == 2)
        #expect(policy.priority(severity: "odd", class: "A") == ClockPolicy.lastPriority)
        #expect(policy.target(.resolution, priority: ClockPolicy.lastPriority) == nil)
    }

    @Test("the made-up policy is read back; of several the one of the day holds, the first for what came before")
    func dated() throws {
        let standard = try ClockSaid.standard()
        #expect(standard.policies.count == 1 && standard.agents.isEmpty)
        let made = try #require(CalendarDay("2026-10-10"))
        #expect(standard.policies[0].hours.spans(on: made).count == 2, "a Saturday that is made up for")
        let off = try #require(CalendarDay("2026-10-01"))
        #expect(standard.policies[0].hours.spans(on: off).isEmpty)
        let first = ClockSaid.file(targets: ClockSaid.targets(), from: "2026-03-03")
        let second = ClockSaid.file(targets: ClockSaid.targets(resolution: 2), from: "2026-02-01")
        let policy = try #require(second.firstRange(of: "{\"from\"")).lowerBound
        let end = try #require(second.firstRange(of: "], \"agents\"")).lowerBound
        let both = first.replacing("], \"agents\"", with: ", \(second[policy..<end])], \"agents\"")
        let two = try ClockPolicies(json: Array(both.utf8))
        #expect(two.policies.map(\.from.description) == ["2026-02-01", "2026-03-03"])
        #expect(two.policy(of: clockMinute(0)).from.description == "2026-02-01")
        #expect(two.policy(of: clockMinute(24 * 60)).from.description == "2026-03-03")
        #expect(two.policy(of: clockMinute(-90 * 24 * 60)).from.description == "2026-02-01")
    }

    @Test(
        "a file that is wrong is refused with the path of what is wrong",
        arguments: [
            ("\"from\": \"2020-01-01\"", "\"from\": \"2020-13-01\"", Reason.badTime, "$.policies[0].from"),
            ("Asia/Shanghai", "Asia/Nowhere", .valueNotAllowed, "$.policies[0].zone"),
            ("\"*\": 3", "\"*\": 10", .valueNotAllowed, "$.policies[0].priorities.minor.*"),
            ("\"minor\": {\"*\": 3}", "\"minor\": {}", .missingField, "$.policies[0].priorities.minor"),
            ("\"first-answer\"", "\"first answer\"", .valueNotAllowed, "$.policies[0].targets.1.first answer"),
            ("\"agents\": []", "\"agents\": [{\"login\": \"li.wei\"}]", .missingField, "$.agents[0].capacity"),
        ])
    func wrong(_ found: String, _ written: String, _ reason: Reason, _ path: String) {
        let file = ClockSaid.file(targets: ClockSaid.targets()).replacing(found, with: written)
        let refusal = #expect(throws: Refusal.self) { try ClockPolicies(json: Array(file.utf8)) }
        #expect(refusal?.reason == reason && refusal?.path == path)
    }

    @Test("two policies of one day are refused: which one would hold?")
    func twoAtOnce() throws {
        let file = ClockSaid.file(targets: ClockSaid.targets())
        let policy = try #require(file.firstRange(of: "{\"from\"")).lowerBound
        let end = try #require(file.firstRange(of: "], \"agents\"")).lowerBound
        let twice = file.replacing("], \"agents\"", with: ", \(file[policy..<end])], \"agents\"")
        let refusal = #expect(throws: Refusal.self) { try ClockPolicies(json: Array(twice.utf8)) }
        #expect(refusal?.reason == .duplicateElement && refusal?.path == "$.policies[1].from")
    }

    @Test("each level goes one step further up, along the organisation of the day, past who has left")
    func escalation() throws {
        let (day, later) = (try #require(CalendarDay("2026-03-02")), try #require(CalendarDay("2026-05-02")))
        let from = try #require(CalendarDay("2026-01-01"))
        let known = KnownPeople(
            nodes: [
                (NodeRecord(id: "G", kind: .group, parent: nil, from: from), 1),
                (NodeRecord(id: "D", kind: .division, parent: "G", from: from), 1),
                (NodeRecord(id: "KS01", kind: .branch, parent: "D", from: from), 1),
            ],
            persons: [
                (PersonRecord(login: "agent", name: "a", node: "KS01", manager: "lead", from: from), 1),
                (
                    PersonRecord(
                        login: "lead", name: "l", node: "KS01", manager: "manager", from: from,
                        until: CalendarDay("2026-04-30")), 1
                ),
                (PersonRecord(login: "manager", name: "m", node: "KS01", from: from), 1),
                (PersonRecord(login: "director", name: "d", node: "D", from: from), 1),
            ], policy: .success(nil))
        let escalation = ClockEscalation(known, or: .standard)
        func told(_ agent: String?, on day: CalendarDay) -> [String?] {
            ClockEscalation.levels.map { escalation.told(level: $0, agent: agent, branch: "KS01", on: day) }
        }
        #expect(told("agent", on: day) == ["agent", "lead", "manager", "director"])
        #expect(told("agent", on: later) == ["agent", "manager", "director", "director"])
        #expect(told(nil, on: day) == ["manager", "manager", "director", "director"])
    }
}
