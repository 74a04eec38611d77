import CaseClocks
import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite("What is done next, and by whom")
struct DeskRuleTests {
    private let agents = [
        DeskAgent(login: "all", categories: [], branches: [], capacity: 4),
        DeskAgent(login: "damage", categories: [.damage], branches: [], capacity: 4),
        DeskAgent(login: "full", categories: [.delay], branches: ["KS01"], capacity: 0),
        DeskAgent(login: "shanghai", categories: [.delay], branches: ["SH01"], capacity: 4),
    ]

    @Test("a complaint goes to who knows it, takes the branch's and has least; who knows everything stays free")
    func assignment() {
        var rule = DeskAssignment(agents, open: [:])
        #expect(rule.assign(category: .damage, branch: "KS01") == "damage")
        #expect(rule.assign(category: .damage, branch: "KS01") == "all")
        #expect(rule.assign(category: .delay, branch: "SH01") == "shanghai")
        #expect(rule.assign(category: .delay, branch: "KS01") == "all")
        var loaded = DeskAssignment(agents, open: ["all": 4, "damage": 3])
        #expect(loaded.assign(category: .damage, branch: nil) == "damage")
        #expect(loaded.assign(category: .damage, branch: nil) == nil, "nobody has room")
        #expect(loaded.assign(category: .loss, branch: nil) == nil, "nobody with room knows it")
    }

    private func item(
        _ history: ComplaintHistory, at minutes: Int, _ id: String = "CP1", customerClass: String? = nil,
        severity: String = "major"
    ) throws -> DeskQueue.Item? {
        let facts = ClockSaid.facts(history, id, severity: severity, customerClass: customerClass)
        var bench = ClockBench(try ClockSaid.standard(), for: [facts])
        return DeskQueue.item(
            facts, bench.clocks(of: facts, at: clockMinute(minutes)), at: clockMinute(minutes))
    }

    @Test("what is to be done follows from promises first, then from the clocks")
    func deeds() throws {
        func what(_ history: ComplaintHistory, at minutes: Int) throws -> String? {
            try item(history, at: minutes).map { "\($0.deed.rawValue) \($0.urgency.word)" }
        }
        #expect(try what(ClockSaid.history([]), at: 10) == "answer clock-soon")
        #expect(try what(ClockSaid.history([(.accepted, 10, 300)]), at: 60) == "contain running")
        #expect(try what(ClockSaid.history([(.accepted, 10, 100)]), at: 60) == "tell promise-soon")
        #expect(try what(ClockSaid.history([(.accepted, 10, 50)]), at: 60) == "tell promise-broken")
        #expect(try what(ClockSaid.history([]), at: 200) == "answer clock-breached")
        #expect(try what(ClockSaid.history([(.contained, 10, nil)]), at: 60) == "resolve running")
        #expect(try what(ClockSaid.history([], [(.customer, 10, nil)]), at: 60) == "ask waiting")
        #expect(try what(ClockSaid.history([(.verified, 10, nil)]), at: 60) == "close running")
        #expect(try what(ClockSaid.history([(.closed, 10, nil)]), at: 60) == nil)
    }

    @Test("the queue goes by promise, by clock and by what the customer is worth")
    func order() throws {
        let running = ClockSaid.history([(.contained, 10, nil)])
        let items = try [
            item(running, at: 60, "minor", severity: "minor"), item(running, at: 60, "usual"),
            item(running, at: 60, "worth", customerClass: "B"),
            item(ClockSaid.history([(.accepted, 10, 50)]), at: 60, "promised", severity: "minor"),
            item(ClockSaid.history([], [(.customer, 10, nil)]), at: 60, "waiting", severity: "critical"),
        ].compactMap(\.self)
        #expect(
            items.sorted(by: DeskQueue.precedes).map(\.facts.key.complaintId) == [
                "promised", "worth", "usual", "minor", "waiting",
            ])
    }

    @Test("causes are told by how often they come, each with what lies before it")
    func causes() throws {
        let complaints = try ["damage", "delay", "damage", "loss"].enumerated().map { place, category in
            let facts = ComplaintFacts(
                key: ComplaintKey(source: "erp", complaintId: "\(place)"), customerCode: "C1", customerSource: nil,
                customerId: "K1", category: category, severity: "major", customerClass: nil, branch: nil, agent: nil,
                history: ClockSaid.history([]))
            var bench = ClockBench(try ClockSaid.standard(), for: [facts])
            return (facts: facts, clocks: bench.clocks(of: facts, at: clockMinute(10)))
        }
        let found = DeskLoad.causes(complaints)
        #expect(found.map(\.category) == ["damage", "delay", "loss"])
        #expect(found.map(\.share) == [.of("0.5"), .of("0.25"), .of("0.25")])
        #expect(found.map(\.cumulative) == [.of("0.5"), .of("0.75"), .of("1")])
    }
}

@Suite(
    "The queue and the load of the desk, over its tables",
    .service(
        try withFile(
            holding: ClockSaid.file(
                targets: ClockSaid.targets(),
                agents: """
                    {"login": "li.wei", "categories": ["damage"], "branches": [], "capacity": 2},
                    {"login": "wu.fang", "categories": [], "branches": [], "capacity": 9}
                    """)
        ) { try deskDefinition(["servicedesk.clocks": $0]) }))
struct DeskTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private func at(_ minutes: Int) -> String { clockMinute(minutes).inOffset(minutes: 480).description }

    @Test("complaints are given by skill and load, and whoever takes one on has it")
    func assigned() async throws {
        var told: [String?] = []
        for (place, category) in [ComplaintCategory.damage, .delay, .damage, .damage].enumerated() {
            let outcome = try await desk.handle(
                [.init("c\(place)", ClockSaid.complaint("CP\(place)", category: category, at: place))])
            told += try outcome.said().map { $0.content?.owner }
        }
        #expect(told == ["li.wei", "wu.fang", "wu.fang", "wu.fang"], "whoever gets one hears of it")
        func agents() async throws -> [[String?]] {
            try await desk.rows("select agent from complaint order by complaint_id")
        }
        // The third goes to whoever has less for what they may have.
        #expect(try await agents() == [["li.wei"], ["wu.fang"], ["wu.fang"], ["wu.fang"]])
        let taken = try await desk.handle([
            .init("s", ClockSaid.step("S", .accepted, at: 30, of: "CP3", by: "zhao.min"))
        ])
        #expect(try taken.said().map { $0.content?.owner } == ["zhao.min"])
        #expect(try await agents().last == ["zhao.min"])
        let next = try await desk.ask("desk.next", ["agent": "wu.fang", "at": at(30)])["queue"]
        #expect(next.column("complaint_id") == ["CP1", "CP2"] && next.column("place") == ["1", "2"])
        #expect(next.column("deed") == ["answer", "answer"] && next.column("agent") == ["wu.fang", "wu.fang"])
        #expect(try await desk.ask("desk.next", ["free": "true"])["queue"].rows.isEmpty)
    }

    @Test(
        "a leaver's complaints go to the manager when the day is over, also when a step comes later; closed ones stay")
    func leaver() async throws {
        let last = clockMinute(0).day()
        try await desk.handle([
            .init("n1", source: "waybill.customer", node("G", .group, nil)),
            .init("n2", source: "waybill.customer", node("KS01", .branch, "G")),
            .init("p1", source: "waybill.customer", person("wang.fang", nil)),
            .init("p2", source: "waybill.customer", person("zhao.min", "wang.fang", until: last)),
            .init("c0", ClockSaid.complaint("CP0")), .init("c1", ClockSaid.complaint("CP1")),
            .init("s0", ClockSaid.step("S0", .accepted, at: 10, of: "CP0", by: "zhao.min")),
            .init("s1", ClockSaid.step("S1", .accepted, at: 10, of: "CP1", by: "zhao.min")),
            .init("s2", ClockSaid.step("S2", .closed, at: 20, of: "CP1", by: "zhao.min")),
        ])
        func agents() async throws -> [[String?]] {
            try await desk.rows("select agent from complaint order by complaint_id")
        }
        #expect(try await agents() == [["zhao.min"], ["zhao.min"]])
        try await desk.run("desk.turn", at: "\(last.adding(days: -1))T23:59:59+08:00")
        #expect(try await agents() == [["zhao.min"], ["zhao.min"]])
        let told = try await desk.run("desk.turn", at: "\(last)T23:59:59+08:00")
        #expect(try told.said().map { $0.content?.owner } == ["wang.fang"], "whoever gets one hears of it")
        #expect(try await agents() == [["wang.fang"], ["zhao.min"]])
        // A step of somebody else on a later day does not give it back to who took it on.
        try await desk.handle(
            [.init("s3", ClockSaid.step("S3", .contained, at: 24 * 60, of: "CP0", by: "wang.fang"))],
            at: "\(last.adding(days: 1))T23:00:00+08:00")
        #expect(try await agents()[0] == ["wang.fang"])
    }

    @Test("who gets a leaver's complaint hears of the promise that is about to break; the customer hears nothing new")
    func leaversPromise() async throws {
        let last = clockMinute(0).day()
        try await desk.handle([
            .init("n1", source: "waybill.customer", node("G", .group, nil)),
            .init("n2", source: "waybill.customer", node("KS01", .branch, "G")),
            .init("p1", source: "waybill.customer", person("wang.fang", nil)),
            .init("p2", source: "waybill.customer", person("zhao.min", "wang.fang", until: last)),
            .init("c0", ClockSaid.complaint("CP0")),
            .init("s0", ClockSaid.step("S0", .accepted, at: 10, of: "CP0", by: "zhao.min", promise: 1_000)),
        ])
        let warned = try await desk.run("complaints.status", payload: "erp\nCP0", at: at(760)).said()
        #expect(warned.map(\.kind) == ["complaint-promise-due"] && warned.map { $0.content?.owner } == ["zhao.min"])
        let passed = try await desk.run("desk.turn", at: "\(last)T23:59:59+08:00")
        let told = try passed.said().filter { $0.kind == "complaint-promise-due" }
        #expect(told.map(\.id) == warned.map(\.id) && told.map { $0.content?.owner } == ["wang.fang"])
        #expect(told.map(\.isChange) == [true])
        #expect(try passed.events(ComplaintStatusChanged.self).isEmpty)
    }

    private static let start = CalendarDay(daysSinceEpoch: 20_000)

    private func node(_ node: String, _ kind: OrganisationKind, _ parent: String?) -> OrganisationChanged {
        OrganisationChanged(
            NodeLife(
                node: node,
                periods: [
                    NodePeriod(
                        from: Self.start, kind: kind, parent: parent, name: node, purpose: .business)
                ]), revision: 1, changedAt: clockMinute(0))
    }

    private func person(_ login: String, _ manager: String?, until last: CalendarDay? = nil) -> PersonChanged {
        PersonChanged(
            PersonLife(
                login: login,
                periods: [
                    PersonPeriod(from: Self.start, until: last, name: login, node: "KS01", manager: manager)
                ]), revision: 1, changedAt: clockMinute(0), by: "zhou.min")
    }

    @Test("a supervisor sees who has how much, how old it is, what is up within two hours, and the causes")
    func load() async throws {
        try await desk.handle([
            .init("c0", ClockSaid.complaint("CP0")), .init("c1", ClockSaid.complaint("CP1", category: .delay, at: 1)),
            .init("c2", ClockSaid.complaint("CP2", category: .delay, at: -3 * 24 * 60)),
            .init("w", ClockSaid.wait("W", .customer, at: 5, of: "CP1")),
        ])
        let found = try await desk.ask("desk.load", ["at": at(30)])
        let agents = found["agents"]
        #expect(agents.column("agent").compactMap(\.self).sorted() == ["li.wei", "wu.fang"])
        #expect(agents.column("open").compactMap { $0.flatMap { Int($0) } }.reduce(0, +) == 3)
        #expect(agents.column("waiting").compactMap { $0.flatMap { Int($0) } }.reduce(0, +) == 1)
        #expect(found["ages"].column("open") == ["2", "0", "1", "0", "0"])
        // The first answer of the first is due at ten; that of the third, of Friday, has been up since.
        let soon = found["up within two hours"]
        #expect(soon.column("complaint_id") == ["CP0"] && soon.column("what") == ["first-answer"])
        #expect(soon.column("due_at").first.flatMap { $0 }.flatMap { Timestamp($0)?.moment } == clockMinute(60))
        #expect(found["causes"].column("category") == ["delay", "damage"])
        #expect(found["causes"].column("share") == ["0.6667", "0.3333"])
        #expect(found["causes"].column("cumulative") == ["0.6667", "1"])
    }
}
