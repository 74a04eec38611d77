import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("What becomes of leads", .service(SalesService.definition))
struct LeadLifeTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// One lead of a seller.
    private func lead(_ sellers: [ServiceFixture.Message] = [LeadSaid.seller("li.wei")]) async throws -> String {
        try await sales.handle(sellers)
        try await sales.handle([LeadSaid.captured("1", email: "a@example.com")])
        return try await sales.onlyLead()
    }

    private let standing = "select state, coalesce(owner, '-'), coalesce(reason, '-') from lead"

    @Test("from the first contact to an opportunity, once, with what it took")
    func converted() async throws {
        let lead = try await lead()
        let outcome = try await sales.handle([
            LeadSaid.step(lead, .contacted, at: "2026-03-02T10:40:00+08:00"),
            LeadSaid.step(lead, .qualified, at: "2026-03-03T09:00:00+08:00", margin: 12_000),
            LeadSaid.step(lead, .converted, at: "2026-03-04T09:00:00+08:00"),
        ])
        let told = try outcome.events(LeadChanged.self)
        #expect(told.map(\.state) == [.contacted, .qualified, .converted] && told.map(\.revision) == [2, 3, 4])
        #expect(told.last?.opportunityId == lead && told.last?.expectedMargin == 12_000)
        #expect(try await sales.rows("select contact_minutes::text from lead") == [["40"]])
        let again = try await sales.handle([LeadSaid.step(lead, .converted, at: "2026-03-05T09:00:00+08:00")])
        #expect(again.refused.mapValues(\.reason) == [0: .wrongState])
        let nobody = try await sales.handle([LeadSaid.step("nobody", .contacted)])
        #expect(nobody.refused.mapValues(\.path) == [0: "$.leadId"])
    }

    @Test("the pool: a reason, a time for others first, and so many a day")
    func pool() async throws {
        let lead = try await lead([LeadSaid.seller("li.wei"), LeadSaid.seller("chen.jie", capacity: 0, claims: 1)])
        try await sales.handle([LeadSaid.step(lead, .recycled, reason: .noTime)])
        #expect(try await sales.rows(standing) == [["pool", "-", "no-time"]])
        let former = try await sales.handle([LeadSaid.step(lead, .claimed, at: "2026-03-09T10:59:00+08:00")])
        #expect(former.refused.mapValues(\.reason) == [0: .wrongState])
        try await sales.handle([LeadSaid.step(lead, .claimed, by: "chen.jie", at: "2026-03-02T12:00:00+08:00")])
        #expect(try await sales.rows(standing) == [["assigned", "chen.jie", "-"]])
        try await sales.handle([
            LeadSaid.step(lead, .recycled, by: "chen.jie", at: "2026-03-02T12:10:00+08:00", reason: .noTime)
        ])
        try await sales.handle([LeadSaid.seller("li.wei", capacity: 0, at: "2026-03-02T12:20:00+08:00")])
        try await sales.handle([LeadSaid.captured("2", email: "b@example.com")])
        let other = try await sales.rows("select lead_id from lead where email = 'b@example.com'").first?.first ?? nil
        let second = try await sales.handle([
            LeadSaid.step(other ?? "", .claimed, by: "chen.jie", at: "2026-03-02T13:00:00+08:00")
        ])
        #expect(second.refused.mapValues(\.reason) == [0: .wrongState], "one a day")
        let next = try await sales.handle([
            LeadSaid.step(other ?? "", .claimed, by: "chen.jie", at: "2026-03-03T00:00:00+08:00")
        ])
        #expect(next.refused.isEmpty, "the next day begins at midnight on the organisation's clocks")
    }

    @Test("the clock: reminded after an hour, given to another after two, told those above after four")
    func clock() async throws {
        try await sales.handle([
            .init("g", Said.node("G", .group, below: nil)), .init("n", Said.node("KS01", .branch, below: "G")),
            .init("p1", Said.person("li.wei", under: "zhao.min")),
            .init("p2", Said.person("chen.jie", under: "zhao.min")), .init("p3", Said.person("zhao.min")),
        ])
        let lead = try await lead([LeadSaid.seller("chen.jie"), LeadSaid.seller("li.wei")])
        func clock(_ time: String) async throws -> [String] {
            try await sales.run("leads.clock", at: time).said().map { "\($0.kind) \($0.content?.owner ?? "-")" }
        }
        #expect(try await clock("2026-03-02T10:59:00+08:00") == [])
        #expect(try await clock("2026-03-02T11:00:00+08:00") == ["lead-due chen.jie"])
        let moved = try await sales.run("leads.clock", at: "2026-03-02T12:00:00+08:00")
        #expect(try moved.events(LeadChanged.self).map(\.owner) == ["li.wei"])
        #expect(try moved.kinds() == ["lead-assigned", "lead-taken"])
        #expect(try await clock("2026-03-02T14:00:00+08:00") == ["lead-escalated li.wei"])
        #expect(
            try await sales.rows("select what from lead_event order by revision")
                == [["captured"], ["reminded"], ["reassigned"], ["escalated"]])
        // What was spoken with goes no further.
        try await sales.handle([LeadSaid.step(lead, .contacted, at: "2026-03-02T14:30:00+08:00")])
        let after = try await sales.run("leads.clock", at: "2026-03-03T14:30:00+08:00")
        #expect(after.published.isEmpty)
        // Until nothing is done about it for thirty days.
        try await sales.run("leads.clock", at: "2026-04-01T14:30:00+08:00")
        #expect(try await sales.rows(standing) == [["pool", "-", "stale"]])
    }

    /// A branch, with who takes leads in it under one manager.
    private static let people: [ServiceFixture.Message] = [
        .init("g", Said.node("G", .group, below: nil)), .init("n", Said.node("KS01", .branch, below: "G")),
        .init("p1", Said.person("li.wei", under: "zhao.min")), .init("p2", Said.person("chen.jie", under: "zhao.min")),
        .init("p3", Said.person("zhao.min")),
    ]

    @Test("who is to speak with a lead hears of it, then the next one, then the manager, until somebody has")
    func said() async throws {
        try await sales.handle(Self.people)
        try await sales.handle([LeadSaid.seller("chen.jie"), LeadSaid.seller("li.wei")])
        let given = try await sales.handle([
            LeadSaid.captured("1", company: "昆山精密", email: "a@example.com", branch: "KS01")
        ])
        let lead = try await sales.onlyLead()
        let first = try #require(try given.said().first)
        #expect(try given.kinds() == ["lead-assigned"] && first.content?.owner == "chen.jie")
        #expect(first.content?.about == NoticeObject(kind: "lead", identifier: lead))
        #expect(first.content?.node == "KS01" && first.fact("company") == "昆山精密")
        #expect(first.content?.next == "waybill leads step \(lead) contacted")
        func moment(_ time: Timestamp?) -> String? { time?.inOffset(minutes: 480).description }
        // The manager hears of it when the clock says so, and not before.
        #expect(moment(first.content?.dueAt) == moment(LeadSaid.time("2026-03-02T14:00:00+08:00")))
        #expect(
            moment(first.fact("speak-by").flatMap { Timestamp($0) })
                == moment(LeadSaid.time("2026-03-02T12:00:00+08:00")))
        let again = try await sales.handle([
            LeadSaid.captured("2", from: "fair", at: "2026-03-02T10:10:00+08:00", email: "a@example.com")
        ])
        #expect(try again.kinds() == ["lead-again"] && again.said()[0].content?.owner == "chen.jie")
        #expect(try again.said()[0].content?.expiresAt != nil && again.said()[0].cause == "fair-2")
        let due = try await sales.run("leads.clock", at: "2026-03-02T11:00:00+08:00")
        #expect(try due.kinds() == ["lead-due"] && due.said()[0].isChange && due.said()[0].id == first.id)
        #expect(try due.said()[0].content?.severity == .urgent && due.said()[0].revision > first.revision)
        let moved = try await sales.run("leads.clock", at: "2026-03-02T12:00:00+08:00")
        #expect(try moved.kinds() == ["lead-assigned", "lead-taken"])
        #expect(try moved.said().map { $0.content?.owner } == ["li.wei", "chen.jie"])
        #expect(try moved.said()[1].fact("new-owner") == "li.wei" && moved.said()[0].id == first.id)
        let late = try await sales.run("leads.clock", at: "2026-03-02T14:00:00+08:00")
        let escalated = try #require(try late.said().first)
        #expect(try late.kinds() == ["lead-escalated"] && escalated.id == first.id)
        #expect(escalated.content?.owner == "li.wei" && escalated.content?.alsoTo == ["zhao.min"])
        #expect(escalated.content?.dueAt == nil)
        let spoken = try await sales.handle([
            LeadSaid.step(lead, .contacted, at: "2026-03-02T14:30:00+08:00"),
            LeadSaid.step(lead, .qualified, at: "2026-03-02T14:40:00+08:00", margin: 12_000),
        ])
        #expect(try spoken.kinds() == ["cleared"] && spoken.said()[0].id == first.id)
        #expect(try spoken.said()[0].revision > escalated.revision)
        let after = try await sales.handle([LeadSaid.step(lead, .converted, at: "2026-03-02T15:30:00+08:00")])
        #expect(try after.kinds().isEmpty)
    }

    @Test("a lead that nobody has room for is nobody's until it is escalated: then it is the branch's")
    func saidOfPool() async throws {
        try await sales.handle(Self.people)
        try await sales.handle([LeadSaid.seller("li.wei")])
        try await sales.handle([LeadSaid.captured("1", email: "a@example.com", branch: "KS01")])
        let late = try await sales.run("leads.clock", at: "2026-03-03T09:00:00+08:00")
        #expect(try late.kinds() == ["lead-due", "cleared", "lead-taken", "lead-escalated"])
        let last = try #require(try late.said().last)
        #expect(last.content?.owner == nil && last.content?.node == "KS01" && last.content?.alsoTo == ["zhao.min"])
        #expect(last.fact("former-owner") == "li.wei")
        let lead = try await sales.onlyLead()
        let claimed = try await sales.handle([
            LeadSaid.step(lead, .claimed, by: "chen.jie", at: "2026-03-03T09:10:00+08:00")
        ])
        #expect(try claimed.kinds() == ["lead-assigned"] && claimed.said()[0].content?.owner == "chen.jie")
        #expect(try claimed.said()[0].id == last.id && claimed.said()[0].revision > last.revision)
    }

    @Test("nobody else has room: into the pool, and those above whoever had it are told")
    func alone() async throws {
        try await sales.handle([
            .init("g", Said.node("G", .group, below: nil)), .init("n", Said.node("KS01", .branch, below: "G")),
            .init("p1", Said.person("li.wei", under: "zhao.min")),
            .init("p3", Said.person("zhao.min")),
        ])
        _ = try await lead()
        let told = try await sales.run("leads.clock", at: "2026-03-03T09:00:00+08:00").said()
        #expect(try await sales.rows(standing) == [["pool", "-", "not-contacted"]])
        #expect(told.filter { $0.kind == "lead-escalated" }.map { $0.content?.alsoTo } == [["zhao.min"]])
    }

    @Test("who leaves leaves the leads to who acts for them")
    func leaver() async throws {
        try await sales.handle([
            .init("g", Said.node("G", .group, below: nil)), .init("n", Said.node("KS01", .branch, below: "G")),
            .init("p3", Said.person("zhao.min")),
            .init("p1", Said.person("li.wei", under: "zhao.min", until: "2026-03-05")),
        ])
        _ = try await lead()
        try await sales.run("leads.turn", at: "2026-03-05T23:59:59+08:00")
        #expect(try await sales.rows("select owner from lead") == [["zhao.min"]])
    }

    @Test("what is said later of who takes leads stands, whichever comes first", arguments: [false, true])
    func sellers(_ turned: Bool) async throws {
        let words = [
            LeadSaid.seller("li.wei", capacity: 1, at: "2026-03-01T09:00:00+08:00"),
            LeadSaid.seller("li.wei", capacity: 7, lines: ["air"], at: "2026-03-01T10:00:00+08:00"),
        ]
        for word in turned ? words.reversed() : words { try await sales.handle([word]) }
        let told = try await sales.ask("leads.sellers")["sellers"]
        #expect(told.column("capacity") == ["7"] && told.column("lines") == ["air"])
    }

    @Test("the questions tell a lead with its touches and history, and the figures by source")
    func questions() async throws {
        let lead = try await lead()
        try await sales.handle([
            LeadSaid.captured(
                "2", from: "fair", at: "2026-03-02T10:10:00+08:00", email: "a@example.com", attributes: [("size", "9")]),
            LeadSaid.captured("3", phone: "13800138000"),
        ])
        try await sales.handle([LeadSaid.step(lead, .contacted, at: "2026-03-02T10:30:00+08:00")])
        try await sales.handle([LeadSaid.step(lead, .converted, at: "2026-03-03T10:30:00+08:00")])
        let shown = try await sales.ask("leads.show", ["leadId": lead])
        #expect(shown["lead"].column("state") == ["converted"] && shown["lead"].column("touches") == ["2"])
        #expect(shown["touches"].column("ground") == [nil, "email"])
        #expect(shown["touches"].column("attributes") == [nil, "size=9"])
        #expect(shown["history"].column("what") == ["captured", "contacted", "converted"])
        #expect(try await sales.ask("leads.list")["leads"].column("state") == ["assigned"])
        #expect(try await sales.ask("leads.list", ["state": "all"])["leads"].rows.count == 2)
        let figures = try await sales.ask("leads.figures")
        #expect(figures["sources"].column("source") == ["site", "fair"])
        #expect(figures["sources"].column("captures") == ["2", "1"])
        #expect(figures["sources"].column("converted") == ["1", "0"])
        // Wilson's interval of one of two.
        #expect(
            figures["sources"].column("low").first == "0.0945" && figures["sources"].column("high").first == "0.9055")
    }

    @Test("who may see what: of two sellers each sees their own and the pool, and nobody else's")
    func scope() async throws {
        try await sales.handle([LeadSaid.seller("li.wei", capacity: 1), LeadSaid.seller("chen.jie", capacity: 1)])
        try await sales.handle((1...3).map { LeadSaid.captured("\($0)", email: "\($0)@example.com") })
        let owners: SQL = "select coalesce(owner, '-') from lead order by 1"
        let pool = try await sales.enforceScopes()
        for login in ["li.wei", "chen.jie"] {
            let seen = try await sales.see(as: ScopedAsker(logins: [login]), by: pool) {
                try $0.query(owners, as: String.self)
            }
            #expect(seen == ["-", login])
        }
    }
}
