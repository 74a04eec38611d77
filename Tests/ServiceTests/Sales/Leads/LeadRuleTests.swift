import Contracts
import Domain
import PartyMatching
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Whose touch a capture is")
struct LeadIntakePolicyTests {
    private static func key(_ text: String) -> LeadKey { LeadKey(kind: .email, value: text) }

    /// Which captures are together, each with the keys that are given.
    private static func together(_ captures: [(name: String, keys: [String])]) -> Set<Set<String>> {
        var intake = LeadIntakePolicy(keys: [:], firstAt: [:])
        let time = LeadSaid.time("2026-03-02T10:00:00+08:00")
        let touches = captures.map { intake.take(named: $0.name, keys: $0.keys.map(key), at: time) }
        var leads: [String: Set<String>] = [:]
        for (capture, touch) in zip(captures, touches) {
            leads[intake.lead(of: touch), default: []].insert(capture.name)
        }
        return Set(leads.values)
    }

    @Test(
        "one that ties two leads makes them one, and which are together does not depend on the order", arguments: 0..<20
    )
    func order(_ round: Int) {
        let captures = [
            (name: "1", keys: ["a"]), (name: "2", keys: ["b"]), (name: "3", keys: ["c"]),
            (name: "4", keys: ["a", "b"]),
            (name: "5", keys: []), (name: "6", keys: ["d", "c"]), (name: "7", keys: ["e"]),
        ]
        let found = Self.together(round == 0 ? captures : captures.shuffled())
        #expect(found == [["1", "2", "4"], ["3", "6"], ["5"], ["7"]])
    }

    @Test("a lead that is there gives the name")
    func known() {
        let time = LeadSaid.time("2026-03-02T10:00:00+08:00")
        var intake = LeadIntakePolicy(keys: [Self.key("b"): "old"], firstAt: ["old": time])
        let first = intake.take(named: "new", keys: [Self.key("a")], at: LeadSaid.time("2026-01-01T10:00:00+08:00"))
        let tie = intake.take(named: "tie", keys: [Self.key("a"), Self.key("b")], at: time)
        #expect(intake.lead(of: first) == "old" && intake.lead(of: tie) == "old")
        #expect(intake.merged == ["new"] && tie.joinedBy == .email && first.own == "new")
    }

    @Test(
        "what is the same however it is written",
        arguments: [
            (ContactKey.email(" Wang.Fang@Example.COM "), "wang.fang@example.com"),
            (ContactKey.email("ｗａｎｇ＠example.com"), "wang@example.com"), (ContactKey.email("no address"), nil),
            (ContactKey.phone("+86 138-0013-8000"), "13800138000"), (ContactKey.phone("13800138000"), "13800138000"),
            (ContactKey.phone("0512-5771 1234"), "051257711234"), (ContactKey.phone("5771 1234"), nil),
            (ContactKey.phone("000 0000 0000"), nil),
            (ContactKey.company("昆山精工电子有限公司"), "昆山精工电子"),
            (ContactKey.company("Acme Robotics Co., Ltd."), "ACME ROBOTICS"),
            (ContactKey.company("ACME ROBOTICS"), "ACME ROBOTICS"), (ContactKey.company("有限公司"), nil),
        ])
    func keys(_ found: String?, _ expected: String?) { #expect(found == expected) }
}

@Suite("The clock of the first contact")
struct LeadClockTests {
    @Test(
        "it runs from nine to six on working days",
        arguments: [
            ("2026-03-02T10:00:00+08:00", 60, "2026-03-02T11:00:00+08:00"),
            // A Monday's evening goes on on Tuesday, a Friday's on Monday.
            ("2026-03-02T17:30:00+08:00", 60, "2026-03-03T09:30:00+08:00"),
            ("2026-03-06T17:59:00+08:00", 120, "2026-03-09T10:59:00+08:00"),
            ("2026-03-07T12:00:00+08:00", 60, "2026-03-09T10:00:00+08:00"),
            ("2026-03-02T17:00:00+08:00", 60, "2026-03-02T18:00:00+08:00"),
            // The first week of October is off.
            ("2026-09-30T17:30:00+08:00", 60, "2026-10-08T09:30:00+08:00"),
        ])
    func runs(_ start: String, _ minutes: Int, _ end: String) {
        let (start, end) = (LeadSaid.time(start), LeadSaid.time(end))
        #expect(LeadClock.time(minutes, after: start).microsecondsSinceEpoch == end.microsecondsSinceEpoch)
        #expect(LeadClock.minutes(from: start, to: end) == minutes)
        #expect(LeadClock.minutes(from: end, to: start) == 0)
    }
}

@Suite("Who is given a lead")
struct LeadAssignmentPolicyTests {
    private static let now = LeadSaid.time("2026-03-02T10:00:00+08:00")

    private static func seller(
        _ login: String, _ open: Int, of capacity: Int, lines: Set<String> = [], given: String? = nil
    ) -> LeadSeller {
        LeadSeller(
            login: login, capacity: capacity, lines: lines, branches: [], claimsPerDay: 10, open: open,
            lastGiven: given.map(LeadSaid.time))
    }

    @Test("whoever looks after the customer comes first, whatever this person has")
    func account() {
        var rule = LeadAssignmentPolicy([Self.seller("li.wei", 5, of: 5), Self.seller("chen.jie", 0, of: 5)])
        let given = rule.assign(owner: "li.wei", line: nil, branch: nil, at: Self.now)
        #expect(given?.login == "li.wei" && given?.ground == .account)
    }

    @Test("then who knows the business and has room, the least loaded first, and nobody else")
    func skill() {
        var rule = LeadAssignmentPolicy([
            Self.seller("a", 4, of: 10, lines: ["air"]), Self.seller("b", 3, of: 10, lines: ["air"]),
            Self.seller("c", 0, of: 10, lines: ["sea"]), Self.seller("d", 1, of: 1),
        ])
        var given: [String?] = []
        for _ in 0..<3 { given.append(rule.assign(owner: nil, line: "air", branch: nil, at: Self.now)?.login) }
        #expect(
            given == ["b", "a", "b"], "the loads are 4 and 3; each one given counts, and of equals who waited longer")
        #expect(rule.assign(owner: nil, line: "road", branch: nil, at: Self.now) == nil)
        #expect(rule.assign(owner: nil, line: "sea", branch: nil, except: ["c"], at: Self.now) == nil)
    }

    @Test("equal ones take turns: of a hundred leads each of four has twenty-five")
    func fair() {
        var rule = LeadAssignmentPolicy(["a", "b", "c", "d"].map { Self.seller($0, 0, of: 30) })
        var counts: [String: Int] = [:]
        for second in 0..<100 {
            if let given = rule.assign(owner: nil, line: nil, branch: nil, at: Self.now.adding(seconds: Int64(second)))
            {
                counts[given.login, default: 0] += 1
            }
        }
        #expect(counts == ["a": 25, "b": 25, "c": 25, "d": 25])
    }
}
