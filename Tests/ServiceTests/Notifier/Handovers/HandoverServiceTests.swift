import Channels
import Contracts
import Domain
import NotifierService
import Postgres
import ServiceKit
import ServiceTestSupport
import Synchronization
import Testing

@Suite("Handovers over the notifier's tables", .services)
struct HandoverServiceTests {
    private func service(_ servers: [ChannelBook.Server], domain: String? = "example.com") async throws
        -> ServiceFixture
    {
        try await ServiceFixture.make(NotifierService.definition(book: ChannelBook(servers, domain: domain)))
    }

    private func states(_ notifier: ServiceFixture) async throws -> [[String?]] {
        try await notifier.rows(
            "select channel, login, state from handover order by created_at, channel, login, handover_id")
    }

    @Test("what came is handed over once, in the reader's language, under the number that the queue has")
    func once() async throws {
        let server = FakeServer("mail-east")
        let notifier = try await service([.init(.mail, server)])
        let said = SetNoticePreferences(
            language: .en, workingDays: false,
            addresses: [NoticeAddress(channel: .mail, address: "li@example.org")], choices: [], by: "li.wei")
        try await notifier.says("li.wei", said)
        _ = try await notifier.notices([try NotifiedPeople.notice("a", alsoTo: ["wang.min"])])
        _ = try await notifier.notices([try NotifiedPeople.notice("a", alsoTo: ["wang.min"])], "again ")
        try await notifier.handOver()
        try await notifier.handOver(at: "2026-03-02T10:30:00+08:00")
        #expect(Set(server.handovers.map(\.address)) == ["li@example.org", "wang.min@example.com"])
        #expect(server.handovers.count == 2 && server.handovers.allSatisfy { $0.notices == ["a"] })
        #expect(server.handovers.first { $0.address == "li@example.org" }?.language == .en)
        #expect(server.handovers.first { $0.address == "wang.min@example.com" }?.language == .zh)
        #expect(
            Set(try await notifier.rows("select handover_id from handover").compactMap { $0[0] })
                == Set(server.handovers.map(\.id)))
        #expect(
            try await notifier.rows("select distinct state, server_words, server, attempts from handover")
                == [["handed-over", "250 ok", "mail-east", "1"]])
    }

    @Test("what was read by one channel is told by no other, and what is over or expired by none")
    func read() async throws {
        let (mail, chat) = (FakeServer("mail"), FakeServer("chat"))
        let notifier = try await service([.init(.mail, mail), .init(.dingtalk, chat)])
        let said = SetNoticePreferences(
            language: .zh, workingDays: false,
            addresses: [
                NoticeAddress(channel: .dingtalk, address: "sales-east"),
                NoticeAddress(channel: .mail, address: "li@example.org"),
            ],
            choices: [NoticeChoice(kind: "*", channel: .mail, mode: .hourly)], by: "li.wei")
        try await notifier.says("li.wei", said)
        let expiry = try moment("2026-03-02T10:30:00+08:00")
        _ = try await notifier.notices([
            try NotifiedPeople.notice("read"), try NotifiedPeople.notice("over"),
            try NotifiedPeople.notice("expired", expiresAt: expiry), try NotifiedPeople.notice("kept"),
        ])
        try await notifier.handOver()
        #expect(
            chat.handovers.flatMap(\.notices).sorted() == ["expired", "kept", "over", "read"] && mail.handovers.isEmpty)
        try await notifier.says(
            "li.wei", MarkNotices(noticeIds: ["read"], mark: .read, channel: "dingtalk", by: "li.wei"))
        _ = try await notifier.notices(
            cleared: [
                NoticeCleared(
                    noticeId: "over", revision: 2, reason: "paid", clearedAt: try moment("2026-03-02T10:10:00+08:00"))
            ])
        try await notifier.handOver(at: "2026-03-02T11:00:00+08:00")
        #expect(mail.handovers.count == 1 && mail.handovers[0].text.contains("O-kept"))
        #expect(!["O-read", "O-over", "O-expired"].contains { mail.handovers[0].text.contains($0) })
        // Of one that was read wholly, nothing is handed over, and that is seen.
        _ = try await notifier.notices([try NotifiedPeople.notice("later")], at: "2026-03-02T11:05:00+08:00")
        try await notifier.says(
            "li.wei", MarkNotices(noticeIds: ["later"], mark: .read, by: "li.wei"), at: "2026-03-02T11:06:00+08:00")
        try await notifier.handOver(at: "2026-03-02T12:00:00+08:00")
        #expect(mail.handovers.count == 1)
        #expect(
            try await notifier.rows("select distinct state from handover where due_at > '2026-03-02T11:02:00+08:00'")
                == [["read"]])
    }

    @Test("what a server refuses goes by the next channel, with its words kept; once, and then nowhere")
    func refused() async throws {
        let mail = FakeServer("mail") { _ in .refused("550 no such\r\nmailbox") }
        let chat = FakeServer("chat") { _ in .refused("robot is gone") }
        let notifier = try await service([.init(.mail, mail), .init(.wecom, chat)])
        let said = SetNoticePreferences(
            language: .zh, workingDays: false,
            addresses: [
                NoticeAddress(channel: .mail, address: "li@example.org"),
                NoticeAddress(channel: .wecom, address: "east"),
            ], choices: [], by: "li.wei")
        try await notifier.says("li.wei", said)
        _ = try await notifier.notices([try NotifiedPeople.notice("a")])
        try await notifier.handOver()
        try await notifier.handOver(at: "2026-03-02T10:01:00+08:00")
        try await notifier.handOver(at: "2026-03-02T11:00:00+08:00")
        #expect(mail.handovers.map(\.notices) == [["a"]] && chat.handovers.map(\.notices) == [["a"]])
        #expect(
            try await notifier.rows("select channel, state, server_words from handover order by channel")
                == [["mail", "refused", "550 no such mailbox"], ["wecom", "refused", "robot is gone"]])
    }

    @Test("a server that is away is tried again, ever more seldom and as late as it asks; nothing is lost")
    func away() async throws {
        let isAway = FakeSwitch(true)
        let mail = FakeServer("mail") { _ in isAway.isOn ? .later("421 later", after: .seconds(60)) : .accepted("250") }
        let notifier = try await service([.init(.mail, mail)])
        _ = try await notifier.notices([try NotifiedPeople.notice("a"), try NotifiedPeople.notice("b")])
        try await notifier.handOver(at: "2026-03-02T10:00:10+08:00")
        #expect(mail.handovers.count == 2)
        // The server wants to be left alone for a minute.
        try await notifier.handOver(at: "2026-03-02T10:00:40+08:00")
        #expect(mail.handovers.count == 2)
        #expect(
            try await notifier.rows("select distinct state, attempts, server_words, taken_until from handover")
                == [["queued", "1", "421 later", nil]])
        isAway.isOn = false
        try await notifier.handOver(at: "2026-03-02T10:01:30+08:00")
        #expect(mail.handovers.count == 4 && Set(mail.handovers.map(\.id)).count == 2)
        #expect(try await states(notifier).map { $0[2] } == ["handed-over", "handed-over"])
    }

    @Test("what matters goes by the next channel as well when a server is away for long, once; what does not waits")
    func late() async throws {
        let isAway = FakeSwitch(true)
        let mail = FakeServer("mail") { _ in isAway.isOn ? .later("no answer", after: nil) : .accepted("250 ok") }
        let chat = FakeServer("chat")
        let notifier = try await service([.init(.mail, mail), .init(.wecom, chat)])
        let said = SetNoticePreferences(
            language: .zh, workingDays: false,
            addresses: [
                NoticeAddress(channel: .mail, address: "li@example.org"),
                NoticeAddress(channel: .wecom, address: "east"),
            ], choices: [], by: "li.wei")
        try await notifier.says("li.wei", said)
        _ = try await notifier.notices([
            try NotifiedPeople.notice("urgent", severity: .urgent), try NotifiedPeople.notice("small"),
        ])
        for minute in 0..<5 { try await notifier.handOver(at: "2026-03-02T10:0\(minute):30+08:00") }
        #expect(chat.handovers.isEmpty)
        for minute in 5..<60 {
            try await notifier.handOver(at: "2026-03-02T10:\(minute < 10 ? "0" : "")\(minute):30+08:00")
        }
        #expect(chat.handovers.map(\.notices) == [["urgent"]])
        #expect(
            try await notifier.rows("select channel, state from handover order by 1, 2")
                == [["mail", "queued"], ["mail", "queued"], ["wecom", "handed-over"]])
        isAway.isOn = false
        try await notifier.says(
            "li.wei", MarkNotices(noticeIds: ["urgent"], mark: .read, channel: "wecom", by: "li.wei"),
            at: "2026-03-02T11:00:00+08:00")
        try await notifier.handOver(at: "2026-03-02T11:30:00+08:00")
        // What was read there meanwhile is not told here, and the other has come at last.
        #expect(
            try await notifier.rows("select channel, state from handover order by 1, 2")
                == [["mail", "handed-over"], ["mail", "read"], ["wecom", "handed-over"]])
        #expect(mail.handovers.last?.notices == ["small"] && chat.handovers.count == 1)
    }

    @Test("what is away for days is given up, and that is said")
    func givenUp() async throws {
        let notifier = try await service([.init(.mail, FakeServer("mail") { _ in .later("no answer", after: nil) })])
        _ = try await notifier.notices([try NotifiedPeople.notice("a")])
        for day in 2...6 { try await notifier.handOver(at: "2026-03-0\(day)T10:00:10+08:00") }
        let row = try #require(try await notifier.rows("select state, server_words from handover").first)
        #expect(row == ["refused", "given up after 4 attempts: no answer"])
    }

    @Test("no more than a server takes in a minute, the most important first")
    func bound() async throws {
        let mail = FakeServer("mail")
        let notifier = try await service([.init(.mail, perMinute: 3, mail)])
        _ = try await notifier.notices(
            try (0..<8).map { number in
                try NotifiedPeople.notice(
                    "n\(number)", severity: number == 7 ? .critical : number > 4 ? .urgent : .information,
                    owner: "p\(number)")
            })
        try await notifier.handOver(at: "2026-03-02T10:00:10+08:00")
        #expect(mail.handovers.first?.notices == ["n7"])
        #expect(Set(mail.handovers.flatMap(\.notices)) == ["n5", "n6", "n7"])
        try await notifier.handOver(at: "2026-03-02T10:00:50+08:00")
        #expect(mail.handovers.count == 3)
        try await notifier.handOver(at: "2026-03-02T10:01:00+08:00")
        #expect(mail.handovers.count == 6)
    }

    @Test(
        "of several copies each hands over what no other has in hand; what one left behind is taken once its lease is over"
    )
    func copies() async throws {
        let mail = FakeServer("mail")
        let notifier = try await service([.init(.mail, perMinute: 10_000, mail)])
        _ = try await notifier.notices(
            try (0..<400).map { try NotifiedPeople.notice("n\($0)", owner: "p\($0)") })
        await withTaskGroup { group in
            for _ in 0..<4 { group.addTask { try? await notifier.handOver(at: "2026-03-02T10:00:10+08:00") } }
        }
        #expect(mail.handovers.count == 400 && Set(mail.handovers.map(\.id)).count == 400)
        // A copy that ended with one in hand: its lease stands in the row.
        try await notifier.pool.withTransaction { transaction in
            try transaction.queue(
                """
                update handover set state = 'queued', ended_at = null, taken_until = timestamptz '2026-03-02T10:10:00+08:00'
                where login = 'p1'
                """)
        }
        try await notifier.handOver(at: "2026-03-02T10:05:00+08:00")
        #expect(mail.handovers.count == 400)
        try await notifier.handOver(at: "2026-03-02T10:10:01+08:00")
        #expect(mail.handovers.count == 401 && Set(mail.handovers.map(\.id)).count == 400)
    }

    @Test("a thousand alerts at once to one person come as few handovers, and all are in them")
    func storm() async throws {
        let mail = FakeServer("mail")
        let notifier = try await service([.init(.mail, mail)])
        for part in 0..<4 {
            _ = try await notifier.notices(
                try (0..<250).map { try NotifiedPeople.notice("n\(part)-\($0)") }, at: "2026-03-02T10:00:0\(part)+08:00"
            )
        }
        try await notifier.handOver(at: "2026-03-02T10:00:10+08:00")
        #expect(mail.handovers.count == HandoverPlan.most)
        try await notifier.handOver(at: "2026-03-02T10:05:00+08:00")
        #expect(mail.handovers.count == HandoverPlan.most + 1)
        #expect(
            Set(mail.handovers.flatMap(\.notices)).count == 1_000 && mail.handovers.flatMap(\.notices).count == 1_000)
    }

    @Test("nothing is queued for whom no server is there, and nothing is handed over without channels")
    func unreachable() async throws {
        let notifier = try await service([.init(.wecom, targets: ["east"], FakeServer("chat"))])
        let said = SetNoticePreferences(
            language: .zh, workingDays: false, addresses: [NoticeAddress(channel: .wecom, address: "west")],
            choices: [],
            by: "li.wei")
        try await notifier.says("li.wei", said)
        _ = try await notifier.notices([try NotifiedPeople.notice("a")])
        #expect(try await states(notifier).isEmpty)
        #expect(try await notifier.rows("select login from recipient") == [["li.wei"]])
        _ = try await notifier.notices([try NotifiedPeople.notice("b")], at: "2026-03-02T10:01:00+08:00")
        #expect(
            try await notifier.rows("select login, notices, since < last_at from unreached") == [["li.wei", "2", "t"]])
        // With an address that is there, it is so no longer once there is something to tell.
        let mended = SetNoticePreferences(
            language: .zh, workingDays: false, addresses: [NoticeAddress(channel: .wecom, address: "east")],
            choices: [], by: "li.wei")
        try await notifier.says("li.wei", mended, at: "2026-03-02T10:02:00+08:00")
        _ = try await notifier.notices([try NotifiedPeople.notice("c")], at: "2026-03-02T10:03:00+08:00")
        #expect(try await notifier.rows("select login from unreached").isEmpty)
        #expect(try await states(notifier) == [["wecom", "li.wei", "queued"]])
    }
}

/// Something that is on or off.
final class FakeSwitch: Sendable {
    private let value: Mutex<Bool>

    init(_ isOn: Bool) { value = Mutex(isOn) }

    var isOn: Bool {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
