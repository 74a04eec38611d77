import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Who looks after customers, over the tables of sales", .service(SalesService.definition))
struct OwnershipTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static let organisation: [ServiceFixture.Message] = [
        .init("n1", Said.node("G", .group, below: nil)), .init("n2", Said.node("EAST", .division, below: "G")),
        .init("n3", Said.node("KS01", .branch, below: "EAST")), .init("n4", Said.node("SH01", .branch, below: "G")),
        .init("p1", Said.person("boss", in: "G")), .init("p2", Said.person("manager", under: "boss")),
        .init("p3", Said.person("zhao.min", under: "manager")), .init("p4", Said.person("sun.li", under: "manager")),
    ]

    /// Who looks after a customer on a day, line by line: `air-freight sun.li 100 assigned KS01 EAST`.
    private func shown(_ values: [String: String], at time: String = "2026-03-02T10:00:00+08:00") async throws
        -> [String]
    {
        let table = try await sales.ask("ownership.show", values, at: try moment(time))["owners"]
        let columns = ["businessLine", "owner", "share", "ground", "branch", "division", "actingFor"].map(table.column)
        return table.rows.indices.map { row in columns.compactMap { $0[row] }.joined(separator: " ") }
    }

    @Test("by its record, its orders and assignments, each from its day, with branch and division")
    func grounds() async throws {
        try await sales.handle(Self.organisation)
        try await sales.handle([
            .init("r", CustomerRegistered(Said.record(owner: "zhao.min", on: "2026-01-10"))),
            .init("o", OrderPlaced(Said.order("O1", "zhao.min", on: "2026-02-01"))),
            .init(
                "a",
                Said.assigned(
                    "A1", line: "air-freight", from: "2026-03-01", "sun.li=66.6667 zhao.min=33.3333", branch: "SH01")),
        ])
        #expect(
            try await shown(["customer": "C1", "on": "2026-02-28"]) == [
                "* zhao.min 100 record", "air-freight zhao.min 100 order KS01 EAST",
            ])
        #expect(
            try await shown(["customer": "K-C1", "line": "air-freight"]) == [
                "air-freight sun.li 66.6667 assigned SH01", "air-freight zhao.min 33.3333 assigned SH01",
            ])
        #expect(
            try await shown(["customer": "C1", "line": "rail"])
                == ["* sun.li 66.6667 inherited SH01", "* zhao.min 33.3333 inherited SH01"])
        #expect(try await shown(["customer": "C1", "on": "2026-01-01", "line": "rail"]) == ["* zhao.min 100 record"])
        let history = try await shown(["customer": "C1", "line": "air-freight", "history": "true"])
        #expect(history.count == 4)
    }

    @Test("what people mistype is refused with its place; what a system says of somebody unknown is kept")
    func refusals() async throws {
        try await sales.handle(Self.organisation)
        try await sales.handle([
            .init("l", Said.person("zhao.min", revision: 2, under: "manager", until: "2026-03-31"))
        ])
        let outcome = try await sales.handle([
            .init("1", typedBy: "manager", Said.assigned("A1", from: "2026-03-01", "sun.li=50 nobody=50")),
            .init("2", typedBy: "manager", Said.assigned("A2", from: "2026-04-01", "zhao.min")),
            .init("3", typedBy: "manager", Said.assigned("A3", from: "2026-03-31", "zhao.min")),
            .init("4", typedBy: "manager", Said.handedOver("H1", from: "gone", to: "typo", on: "2026-04-01")),
            .init("5", source: "crm", Said.assigned("A5", from: "2026-03-01", "nobody")),
        ])
        #expect(
            outcome.refused.mapValues { "\($0.reason.rawValue) \($0.path)" } == [
                0: "not-found $.owners[1].login", 1: "wrong-state $.owners[0].login", 3: "not-found $.toLogin",
            ])
        let kept = try await sales.rows("select source, assignment_id from ownership_assignment order by 2")
        #expect(kept == [["erp", "A3"], ["crm", "A5"]])
        let again = try await sales.handle([
            .init("6", Said.assigned("A3", from: "2026-03-30", "zhao.min")),
            .init("7", Said.assigned("A3", from: "2026-03-31", "zhao.min")),
            .init("8", Said.assigned("A3", revision: 2, from: "2026-03-31", "zhao.min", withdrawn: true)),
        ])
        #expect(again.refused.mapValues(\.reason) == [0: .conflictingRevision])
        #expect(try await shown(["customer": "C1", "source": "erp", "on": "2026-03-31"]).isEmpty)
    }

    @Test("what is open goes with a handover on its day, and others are told")
    func handover() async throws {
        try await sales.handle([
            .init("r", CustomerRegistered(Said.record(owner: "zhao.min", on: "2026-01-10"))),
            .init("o", OrderPlaced(Said.order("O1", "zhao.min", on: "2026-02-01"))),
        ])
        let handed = try await sales.handle([
            .init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-10"))
        ])
        let told = try handed.events(OwnershipChanged.self)
        #expect(told.map(\.businessLine) == [nil, "air-freight"])
        #expect(told.map { $0.periods.map(\.from.description) } == [["2026-03-10"], ["2026-03-10"]])
        #expect(told.allSatisfy { $0.revision == 1 && $0.periods[0].owners[0].handedFrom == "zhao.min" })
        #expect(try handed.kinds() == ["owner-changed", "owner-changed"])
        #expect(try handed.said().allSatisfy { $0.content?.owner == "sun.li" && $0.fact("handed-from") == "zhao.min" })
        let items = try await sales.ask(
            "ownership.items", ["login": "zhao.min"], at: try moment("2026-03-09T10:00:00+08:00"))
        #expect(items["customers"].column("businessLine") == ["*", "air-freight"])
        try await sales.run("ownership.turn", at: "2026-03-09T23:59:59+08:00")
        let handovers = try await sales.ask(
            "ownership.handovers", ["login": "sun.li"], at: try moment("2026-03-11T10:00:00+08:00"))["handovers"]
        #expect(handovers.column("customers") == ["1"])
        // Orders that go on naming who had it before do not, either.
        let later = try await sales.handle([
            .init("o2", OrderPlaced(Said.order("O2", "zhao.min", on: "2026-03-12")))
        ])
        #expect(try later.events(OwnershipChanged.self).isEmpty)
        #expect(try await shown(["customer": "C1", "on": "2026-03-12"]).allSatisfy { $0.contains("sun.li 100") })
        let withdrawn = try await sales.handle(
            [
                .init(
                    "w",
                    Said.handedOver(
                        "H1", revision: 2, from: "zhao.min", to: "sun.li", on: "2026-03-10", withdrawn: true))
            ], at: "2026-03-13T10:00:00+08:00")
        #expect(try withdrawn.events(OwnershipChanged.self).map(\.periods.count) == [0, 0])
        #expect(
            try withdrawn.said().map(\.id) == handed.said().map(\.id) && withdrawn.kinds() == ["cleared", "cleared"])
    }

    @Test("a record that repeats what sales has said changes nothing, and what it says of its own counts")
    func repeated() async throws {
        func record(_ revision: Int, says login: String, on day: String) -> CustomerRecord {
            CustomerRecord(
                customerId: "K-C1", revision: revision, name: "C1 Ltd", salesOwner: "sun.li",
                accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                byRecord: RecordedHome(salesOwner: login),
                at: Timestamp("\(day)T09:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0))
        }
        try await sales.handle([.init("r1", CustomerRegistered(Said.record(owner: "zhao.min", on: "2026-01-10")))])
        let handed = try await sales.handle([
            .init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-02-01"))
        ])
        #expect(try handed.events(OwnershipChanged.self).map(\.periods.count) == [1])
        let repeated = try await sales.handle([
            .init("r2", CustomerChanged(record(2, says: "zhao.min", on: "2026-02-01")))
        ])
        #expect(try repeated.events(OwnershipChanged.self).isEmpty)
        #expect(try await shown(["customer": "C1"]) == ["* sun.li 100 record"])
        let other = try await sales.handle([
            .init("r3", CustomerChanged(record(3, says: "wang.fang", on: "2026-03-01")))
        ])
        let until = try other.events(OwnershipChanged.self).map { $0.periods.map(\.until?.description) }
        #expect(until == [["2026-02-28"]])
        #expect(try await shown(["customer": "C1"]) == ["* wang.fang 100 record"])
    }

    @Test("a leaver's customers go to the manager, visibly, until they are assigned")
    func leaver() async throws {
        try await sales.handle(Self.organisation)
        try await sales.handle([
            .init("r", CustomerRegistered(Said.record(owner: "zhao.min", branch: "KS01", on: "2026-01-10"))),
            .init("r2", CustomerRegistered(Said.record("C2", owner: "sun.li", branch: "SH01", on: "2026-01-10"))),
        ])
        let leaving = try await sales.handle([
            .init("l", Said.person("zhao.min", revision: 2, under: "manager", until: "2026-03-05"))
        ])
        let left = try #require(try leaving.said().first { $0.kind == "owner-left" })
        #expect(left.content?.owner == "manager" && left.fact("acting-for") == "zhao.min")
        #expect(left.fact("from") == "2026-03-06" && left.content?.severity == .attention)
        try await sales.run("ownership.turn", at: "2026-03-05T23:59:59+08:00")
        #expect(try await shown(["customer": "C1", "on": "2026-03-05"]) == ["* zhao.min 100 record KS01 EAST"])
        #expect(
            try await shown(["customer": "C1", "on": "2026-03-06"]) == ["* manager 100 record KS01 EAST zhao.min"])
        func listed(_ values: [String: String]) async throws -> [String?] {
            try await sales.ask(
                "ownership.list", values.merging(["on": "2026-03-06"]) { first, _ in first })["owners"].column("code")
        }
        for values in [["state": "waiting"], ["owner": "manager"], ["leaver": "zhao.min"]] {
            #expect(try await listed(values) == ["C1"], "\(values)")
        }
        #expect(try await listed(["node": "EAST"]) == ["C1", "C2"])
        #expect(try await listed(["node": "SH01"]) == ["C2"])
        #expect(try await listed(["state": "nobody"]).isEmpty)
        // The manager leaves as well, and there is nobody above.
        try await sales.handle(
            [
                .init("m", Said.person("manager", revision: 2, under: nil, until: "2026-03-06")),
                .init("s", Said.person("sun.li", revision: 2, in: "SH01", under: "boss")),
            ], at: "2026-03-07T10:00:00+08:00")
        #expect(try await shown(["customer": "C1", "on": "2026-03-07"]) == ["* 100 record KS01 EAST zhao.min"])
        #expect(
            try await sales.ask("ownership.list", ["state": "nobody", "on": "2026-03-07"])["owners"].rows.count == 1)
        let assigned = try await sales.handle(
            [.init("a", Said.assigned("A1", from: "2026-03-07", "sun.li"))], at: "2026-03-07T11:00:00+08:00")
        let changed = try assigned.said().filter { $0.id == left.id }
        #expect(changed.map(\.kind) == ["owner-changed"] && changed.map { $0.content?.owner } == ["sun.li"])
        let waiting = try await sales.figures()["ownership_waiting"]
        #expect(waiting?.isEmpty == true)
    }

    @Test("what was there before is worked out, and the owner of an anomaly is who looks after the customer that day")
    func fill() async throws {
        try await sales.handle(
            (1...20).map { number in
                .init("o\(number)", OrderPlaced(Said.order("O\(number)", "li.wei", on: "2026-01-05")))
            })
        try await sales.pool.withTransaction { transaction in
            try transaction.queue("delete from ownership")
            try transaction.queue("delete from ownership_order")
        }
        try await sales.run(OwnershipSettlement.fillTask, at: "2026-03-02T10:00:00+08:00")
        #expect(
            try await sales.rows("select code, business_line, owner, ground from ownership order by 1") == [
                ["C1", "air-freight", "li.wei", "order"]
            ])
        try await sales.handle([.init("a", Said.assigned("A1", line: "air-freight", from: "2026-02-01", "sun.li"))])
        let odd = makeOrder("ODD", at: "2026-03-02T09:00:00+08:00", [("90000", "800")])
        let outcome = try await sales.handle([.init("odd", OrderPlaced(odd))])
        #expect(try outcome.events(OrderAnomalyRaised.self).map(\.owner) == ["sun.li"])
        try await sales.handle([.init("a2", Said.assigned("A2", line: "air-freight", from: "2026-03-02", "zhao.min"))])
        #expect(try await sales.rows("select owner from anomaly") == [["zhao.min"]])
    }
}
