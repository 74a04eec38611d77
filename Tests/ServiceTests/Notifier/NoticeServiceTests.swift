import Channels
import Contracts
import Domain
import NotifierService
import Postgres
import ServiceTestSupport
import Simulation
import Testing

@testable import ServiceKit

@Suite("Notices over the notifier's tables", .service(NotifierService.definition(book: ChannelBook())))
struct NoticeServiceTests {
    private let notifier: ServiceFixture

    init() throws { notifier = try .current }

    private func told() async throws -> [[String?]] {
        try await notifier.rows("select notice_id, login, role from recipient where until is null order by 1, 2")
    }

    private func mine(
        _ login: String, _ state: String = "open", notice: String? = nil, at time: String = "2026-03-02T10:00:00+08:00"
    ) async throws -> [QueryTable] {
        let query = try #require(notifier.definition.queries.first { $0.name == "notices.mine" })
        let now = try moment(time)
        return try await notifier.pool.withTransaction(isReadOnly: true) { transaction in
            try query.answer(
                [QueryParameter(name: "state", value: state), QueryParameter(name: "notice", value: notice ?? "")],
                now: now,
                asker: .person(login), transaction)
        }
    }

    @Test(
        "the highest revision stands, in whatever order raising, changing and clearing come, and however often",
        arguments: Array(1...8) as [UInt64])
    func order(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let at = try moment("2026-03-02T09:00:00+08:00")
        let messages: [any Message] = [
            NoticeRaised(try NotifiedPeople.notice("a", revision: 1)),
            NoticeChanged(try NotifiedPeople.notice("a", revision: 3, severity: .urgent, owner: "wang.min")),
            NoticeCleared(noticeId: "a", revision: 2, reason: "paid", clearedAt: at),
            NoticeRaised(try NotifiedPeople.notice("b", revision: 5)),
            NoticeCleared(noticeId: "b", revision: 5, reason: "paid", clearedAt: at),
            NoticeCleared(noticeId: "c", revision: 1, reason: "paid", clearedAt: at),
        ]
        for (place, body) in (messages + messages).shuffled(&random).enumerated() {
            try await notifier.handle([.init("m\(place)", source: "waybill.finance", body)])
        }
        #expect(
            try await notifier.rows(
                "select notice_id, revision > cleared_revision, severity, owner from notice where revision > 0 order by 1"
            )
                == [["a", "t", "2", "wang.min"], ["b", "f", "1", "li.wei"]])
        #expect(try await told().filter { $0[0] == "a" } == [["a", "wang.min", "owner"]])
        #expect(try await mine("wang.min")["notices"].column("notice_id") == ["a"])
        #expect(try await mine("li.wei")["notices"].rows.isEmpty)
    }

    @Test("the manager is told once the deadline is over, and not when it was cleared before")
    func deadline() async throws {
        try await notifier.handle(
            try NotifiedPeople.told().enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        let due = try moment("2026-03-03T18:00:00+08:00")
        _ = try await notifier.notices([
            try NotifiedPeople.notice("a", dueAt: due), try NotifiedPeople.notice("b", dueAt: due),
        ])
        #expect(try await told() == [["a", "li.wei", "owner"], ["b", "li.wei", "owner"]])
        #expect(
            try await notifier.rows("select task, key from schedule where task = 'notices.due' order by key")
                == [["notices.due", "a"], ["notices.due", "b"]])
        let at = try moment("2026-03-03T09:00:00+08:00")
        _ = try await notifier.notices(
            cleared: [NoticeCleared(noticeId: "b", revision: 2, reason: "paid", clearedAt: at)],
            at: "2026-03-03T09:00:00+08:00")
        for id in ["a", "b"] { try await notifier.run("notices.due", key: id, at: "2026-03-03T18:00:00+08:00") }
        #expect(
            try await told()
                == [["a", "chen.fang", "manager"], ["a", "li.wei", "owner"], ["b", "li.wei", "owner"]])
    }

    @Test("who leaves is told no more, and whoever answers for it then is; the operator is counted")
    func leaving() async throws {
        try await notifier.handle(
            try NotifiedPeople.told().enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        _ = try await notifier.notices([try NotifiedPeople.notice("a")])
        try await notifier.run("notices.people", at: "2026-03-02T10:00:05+08:00")
        #expect(try await told() == [["a", "li.wei", "owner"]])
        let at = try moment("2026-03-02T11:00:00+08:00")
        let yesterday = try #require(CalendarDay("2026-03-01"))
        func leave(_ login: String, _ node: String, _ manager: String?) async throws {
            try await notifier.handle([
                .init(
                    "leave \(login)", source: "waybill.customer",
                    NotifiedPeople.person(
                        NotifiedPeople.record(login, in: node, under: manager, until: yesterday), 2, at))
            ])
            try await notifier.run("notices.people", at: "2026-03-02T11:00:05+08:00")
        }
        try await leave("li.wei", "KS01", "chen.fang")
        #expect(try await told() == [["a", "chen.fang", "manager"]])
        try await leave("chen.fang", "KS01", "boss")
        // Who is left in the branch leads it.
        #expect(try await told() == [["a", "wang.min", "manager"]])
        try await leave("wang.min", "KS01", "chen.fang")
        try await leave("boss", "G", nil)
        try await leave("clerk", "G", "boss")
        #expect(try await told() == [["a", "waybill-operator", "operator"]])
        let figures = try await notifier.figures()["notices_without_owner"] ?? []
        #expect(Dictionary(uniqueKeysWithValues: figures.map { ($0.0, $0.1) }) == ["manager": 0, "operator": 1])
    }

    @Test("what is read, put off and done is each person's own; of a notice of somebody else nothing is said")
    func marks() async throws {
        _ = try await notifier.notices([
            try NotifiedPeople.notice("a", alsoTo: ["wang.min"]), try NotifiedPeople.notice("b"),
        ])
        let refused = try await notifier.says(
            "wang.min", MarkNotices(noticeIds: ["a", "b"], mark: .read, by: "wang.min"))
        #expect(refused.refused[0]?.reason == .notFound && refused.refused[0]?.path == "$.noticeIds[1]")
        #expect(try await mine("wang.min", "unread")["notices"].column("notice_id") == ["a"])
        try await notifier.says("wang.min", MarkNotices(noticeIds: ["a"], mark: .read, channel: "mail", by: "wang.min"))
        #expect(try await mine("wang.min", "unread")["notices"].rows.isEmpty)
        #expect(try await mine("wang.min")["notices"].column("notice_id") == ["a"])
        #expect(try await mine("li.wei", "unread")["notices"].column("notice_id") == ["a", "b"])
        let until = try moment("2026-03-02T12:00:00+08:00")
        try await notifier.says(
            "li.wei", MarkNotices(noticeIds: ["a", "b"], mark: .snoozed, until: until, by: "li.wei"))
        #expect(try await mine("li.wei")["notices"].rows.isEmpty)
        #expect(try await mine("li.wei", "later")["notices"].column("notice_id") == ["a", "b"])
        try await notifier.says(
            "li.wei", MarkNotices(noticeIds: ["b"], mark: .done, by: "li.wei"), at: "2026-03-02T10:05:00+08:00")
        #expect(try await mine("li.wei", "done")["notices"].column("notice_id") == ["b"])
        let woken = try #require(
            try await notifier.rows("select key, payload from schedule where task = 'notices.wake' and payload = 'a'")
                .first)
        #expect(woken == ["a li.wei", "a"])
        try await notifier.pool.withTransaction { transaction in
            let task = notifier.definition.tasks.first { $0.name == "notices.wake" }
            var effects = Effects(now: until, source: "waybill.notifier", wallClock: until)
            try task?.handle(
                [.init(task: "notices.wake", key: "a li.wei", due: until, payload: "a")], transaction, &effects)
        }
        #expect(
            try await mine("li.wei", "unread", at: "2026-03-02T12:00:00+08:00")["notices"].column("notice_id") == ["a"])
        #expect(
            try await notifier.rows("select notice_id, login, occasion from recipient order by 1, 2")
                == [["a", "li.wei", "2"], ["a", "wang.min", "1"], ["b", "li.wei", "1"]])
    }

    @Test(
        "what was cleared and is open again is told anew, and so is what has become worse; what stands otherwise is not"
    )
    func again() async throws {
        func occasions() async throws -> [String?] {
            try await notifier.rows("select occasion from recipient where notice_id = 'a'").map { $0[0] }
        }
        _ = try await notifier.notices([try NotifiedPeople.notice("a", revision: 1)])
        _ = try await notifier.notices(changed: [try NotifiedPeople.notice("a", revision: 2)])
        #expect(try await occasions() == ["1"])
        _ = try await notifier.notices(changed: [try NotifiedPeople.notice("a", revision: 3, severity: .critical)])
        #expect(try await occasions() == ["2"])
        _ = try await notifier.notices(changed: [try NotifiedPeople.notice("a", revision: 4, severity: .urgent)])
        _ = try await notifier.notices(changed: [try NotifiedPeople.notice("a", revision: 5, severity: .critical)])
        #expect(try await occasions() == ["2"])
        let at = try moment("2026-03-02T09:30:00+08:00")
        try await notifier.says("li.wei", MarkNotices(noticeIds: ["a"], mark: .done, by: "li.wei"))
        _ = try await notifier.notices(cleared: [
            NoticeCleared(noticeId: "a", revision: 6, reason: "good again", clearedAt: at)
        ])
        _ = try await notifier.notices([try NotifiedPeople.notice("a", revision: 7)], at: "2026-03-02T11:00:00+08:00")
        #expect(try await occasions() == ["3"])
        #expect(try await mine("li.wei", "unread")["notices"].column("notice_id") == ["a"])
    }

    @Test("a fact is told to whom the policy gives its field, and what is at stake goes with it")
    func facts() async throws {
        let line =
            #"{"line":"rep","role":"sales-rep","right":"see","kinds":["order","notice"],"scope":"own","fields":["margin"]},"#
        let lead = #"{"line":"lead","role":"branch-manager","right":"see","kinds":["order","notice"],"scope":"node"}"#
        let document =
            #"{"version":1,"lines":[\#(line)\#(lead)],"people":[{"login":"li.wei","roles":["sales-rep"]},{"login":"chen.fang","roles":["branch-manager"]}]}"#
        try await notifier.handle(
            (try NotifiedPeople.told() + [
                PermissionPolicyChanged(
                    version: 1, document: PolicyText.pieces(document), by: "zhou.min",
                    setAt: try moment("2026-03-02T09:00:00+08:00"), reason: "授权")
            ]).enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        var notice = try NotifiedPeople.notice(
            "a", alsoTo: ["chen.fang", "clerk"],
            facts: [
                NoticeFact(name: "customer", kind: .text, value: "昆山精密电子"),
                NoticeFact(name: "margin", kind: .money, value: "-12.50", currency: .cny, field: "margin"),
            ])
        notice = NoticeContent(
            noticeId: notice.noticeId, revision: 1, kind: notice.kind, about: notice.about, severity: .critical,
            atStake: .of("-12.5"), currency: .cny, node: notice.node, owner: notice.owner, alsoTo: notice.alsoTo,
            facts: notice.facts, next: "waybill orders show O-a", happenedAt: notice.happenedAt)
        _ = try await notifier.notices([notice])
        #expect(try await told() == [["a", "chen.fang", "also"], ["a", "li.wei", "owner"]])
        #expect(
            try await mine("li.wei", notice: "a")["facts"].column("name") == ["customer", "margin", "at-stake", "next"])
        #expect(try await mine("li.wei", notice: "a")["facts"].column("words")[2] == "-12.50")
        #expect(try await mine("chen.fang", notice: "a")["facts"].column("name") == ["customer", "next"])
        #expect(try await mine("clerk", notice: "a")["facts"].rows.isEmpty)
    }

    @Test("who sees a part sees its notices, and what came to themselves; every table is declared")
    func scopes() async throws {
        _ = try await notifier.notices([
            try NotifiedPeople.notice("a"), try NotifiedPeople.notice("b", owner: "wang.min"),
        ])
        #expect(try await notifier.undeclared() == [])
        let pool = try await notifier.enforceScopes()
        let now = try moment("2026-03-02T10:00:00+08:00")
        func list(_ asker: ScopedAsker) async throws -> [String?] {
            try await notifier.ask("notices.list", as: asker, by: pool, at: now)["notices"].column("notice_id").sorted {
                ($0 ?? "") < ($1 ?? "")
            }
        }
        #expect(try await list(ScopedAsker(logins: ["li.wei"])) == ["a"])
        #expect(try await list(ScopedAsker(nodes: ["KS01"])) == ["a", "b"])
        #expect(try await list(.nobody) == [])
    }

    @Test("preferences said last count, in whichever order they come; another's take a right of their own")
    func preferences() async throws {
        func said(_ id: String, _ minute: Int, _ language: NoticeLanguage) throws -> ServiceFixture.Message {
            .init(
                id, source: "waybill", at: try moment("2026-03-02T10:0\(minute):00+08:00"), typedBy: "li.wei",
                SetNoticePreferences(
                    language: language, zone: "Europe/Berlin", quietFrom: 1_290, quietUntil: 450, workingDays: true,
                    addresses: [NoticeAddress(channel: .mail, address: "li.wei@example.com")],
                    choices: [NoticeChoice(kind: "*", channel: .mail, mode: .hourly)], by: "li.wei"))
        }
        try await notifier.handle([try said("m2", 2, .en)])
        try await notifier.handle([try said("m1", 1, .zh)])
        #expect(
            try await notifier.rows("select login, language, zone, quiet_from, working_days from reader")
                == [["li.wei", "en", "Europe/Berlin", "1290", "t"]])
        let own = SetNoticePreferences(
            login: "li.wei", language: .en, workingDays: false, addresses: [], choices: [], by: "li.wei")
        let others = SetNoticePreferences(
            login: "wang.min", language: .en, workingDays: false, addresses: [], choices: [], by: "li.wei")
        #expect(ActCatalogue.act(by: own)?.claim(own, from: "waybill")?.isOfOneself("li.wei") == true)
        let claim = try #require(ActCatalogue.act(by: others)?.claim(others, from: "waybill"))
        #expect(claim.right == .administer && claim.kind == .person && !claim.isOfOneself("li.wei"))
    }
}
