import Channels
import Contracts
import Domain
import NotifierService
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@Suite("What waits: for a target, a server, a turn", .services)
struct HandoverPatienceTests {
    private func service(
        _ servers: [ChannelBook.Server], domain: String? = "example.com", turn: Duration = HandoverWorker.usualTurn
    ) async throws -> ServiceFixture {
        try await ServiceFixture.make(
            NotifierService.definition(book: ChannelBook(servers, domain: domain), turn: turn))
    }

    private func prefers(_ login: String, _ addresses: [(NoticeChannel, String)]) -> SetNoticePreferences {
        SetNoticePreferences(
            language: .zh, workingDays: false,
            addresses: addresses.map { NoticeAddress(channel: $0, address: $1) }, choices: [], by: login)
    }

    /// A server of webhooks of which the target `one` wants to be left alone for a day.
    private func hooks(_ isBusy: FakeSwitch) -> FakeServer {
        FakeServer("programs") { handover in
            handover.address == "one" && isBusy.isOn
                ? .later("HTTP 429: later", after: .seconds(86_400)) : .accepted("HTTP 204")
        }
    }

    @Test(
        "a target that wants to be left alone for a day keeps no other waiting; what matters is tried each hour, and told of"
    )
    func target() async throws {
        let isBusy = FakeSwitch(true)
        let hooks = hooks(isBusy)
        let notifier = try await service([.init(.webhook, targets: ["one", "two"], hooks)], domain: nil)
        try await notifier.says("li.wei", prefers("li.wei", [(.webhook, "one")]))
        try await notifier.says("wang.min", prefers("wang.min", [(.webhook, "two")]))
        func came(_ address: String) -> [[String]] { hooks.handovers.filter { $0.address == address }.map(\.notices) }
        func untold() async throws -> Double? { try await notifier.figures()["handovers_untold"]?.first?.1 }
        _ = try await notifier.notices([try NotifiedPeople.notice("small")])
        try await notifier.handOver(at: "2026-03-02T10:00:10+08:00")
        #expect(came("one") == [["small"]])
        _ = try await notifier.notices(
            [
                try NotifiedPeople.notice("other", owner: "wang.min"), try NotifiedPeople.notice("more"),
                try NotifiedPeople.notice("urgent", severity: .urgent),
                try NotifiedPeople.notice("seen", severity: .urgent),
            ], at: "2026-03-02T10:01:00+08:00")
        try await notifier.handOver(at: "2026-03-02T10:01:10+08:00")
        #expect(came("one") == [["small"]] && came("two") == [["other"]])
        #expect(try await untold() == 0)
        // Without another channel what matters is not silent: the operator sees it.
        try await notifier.handOver(at: "2026-03-02T10:12:00+08:00")
        #expect(try await untold() == 2)
        // What was read in the inbox waits for nobody.
        try await notifier.says(
            "li.wei", MarkNotices(noticeIds: ["seen"], mark: .read, by: "li.wei"), at: "2026-03-02T10:12:30+08:00")
        #expect(try await untold() == 1)
        try await notifier.handOver(at: "2026-03-02T11:00:09+08:00")
        #expect(came("one") == [["small"]])
        try await notifier.handOver(at: "2026-03-02T11:00:20+08:00")
        #expect(came("one") == [["small"], ["urgent"]])
        try await notifier.handOver(at: "2026-03-02T11:59:00+08:00")
        #expect(came("one").count == 2)
        isBusy.isOn = false
        try await notifier.handOver(at: "2026-03-02T12:00:30+08:00")
        #expect(came("one") == [["small"], ["urgent"], ["urgent"]])
        #expect(try await untold() == 0)
        // What does not matter keeps to the target's own word.
        try await notifier.handOver(at: "2026-03-03T11:00:00+08:00")
        #expect(came("one").count == 3)
        try await notifier.handOver(at: "2026-03-03T11:00:30+08:00")
        #expect(came("one").count == 5 && Set(came("one").suffix(2)) == [["small"], ["more"]])
        #expect(
            try await notifier.rows("select distinct state from handover order by 1") == [["handed-over"], ["read"]])
    }

    @Test(
        "what matters goes by the next channel, too, when it came while its target is left alone, and never was tried")
    func leftAlone() async throws {
        let hooks = hooks(FakeSwitch(true))
        let mail = FakeServer("mail")
        let notifier = try await service([.init(.webhook, targets: ["one"], hooks), .init(.mail, mail)])
        try await notifier.says("li.wei", prefers("li.wei", [(.webhook, "one"), (.mail, "li@example.org")]))
        _ = try await notifier.notices([try NotifiedPeople.notice("small")])
        try await notifier.handOver(at: "2026-03-02T10:00:10+08:00")
        _ = try await notifier.notices(
            [try NotifiedPeople.notice("late", severity: .critical), try NotifiedPeople.notice("more")],
            at: "2026-03-02T10:01:00+08:00")
        try await notifier.handOver(at: "2026-03-02T10:10:30+08:00")
        #expect(mail.handovers.isEmpty)
        for minute in [11, 12, 30, 50] { try await notifier.handOver(at: "2026-03-02T10:\(minute):01+08:00") }
        #expect(mail.handovers.map(\.notices) == [["late"]] && hooks.handovers.map(\.notices) == [["small"]])
        #expect(
            try await notifier.rows("select channel, state, attempts from handover where severity = 3 order by channel")
                == [["mail", "handed-over", "1"], ["webhook", "queued", "0"]])
    }

    @Test("how long a target wants to be left alone counts from its answer, however long the others took before it")
    func slowAnswers() async throws {
        let hooks = FakeServer("programs", takes: .milliseconds(300)) { _ in .later("HTTP 429", after: .seconds(60)) }
        let notifier = try await service([.init(.webhook, targets: ["one"], hooks)], domain: nil)
        try await notifier.says("li.wei", prefers("li.wei", [(.webhook, "one")]))
        _ = try await notifier.notices([try NotifiedPeople.notice("a")])
        try await notifier.handOver(at: "2026-03-02T10:00:10+08:00")
        #expect(hooks.handovers.count == 1)
        let counted = "timestamptz '2026-03-02T10:01:10.3+08:00'"
        #expect(
            try await notifier.rows("select next_try_at >= \(counted), state, attempts from handover")
                == [["t", "queued", "1"]])
        #expect(
            try await notifier.rows("select until >= \(counted), mattering_until >= \(counted) from target_pause")
                == [["t", "t"]])
    }

    @Test("what matters goes by the next channel, too, when others take all the room of the server's minutes")
    func crowded() async throws {
        let (mail, chat) = (FakeServer("mail"), FakeServer("chat"))
        let notifier = try await service([.init(.mail, perMinute: 1, mail), .init(.wecom, targets: ["east"], chat)])
        try await notifier.says("li.wei", prefers("li.wei", [(.mail, "li@example.org"), (.wecom, "east")]))
        _ = try await notifier.notices(
            try (0..<20).map { try NotifiedPeople.notice("n\($0)", severity: .critical, owner: "p\($0)") }
                + [try NotifiedPeople.notice("urgent", severity: .urgent), try NotifiedPeople.notice("small")])
        for minute in 0..<10 { try await notifier.handOver(at: "2026-03-02T10:0\(minute):10+08:00") }
        #expect(mail.handovers.count == 10 && chat.handovers.isEmpty)
        for minute in 10..<15 { try await notifier.handOver(at: "2026-03-02T10:\(minute):10+08:00") }
        #expect(chat.handovers.map(\.notices) == [["urgent"]])
        #expect(
            try await notifier.rows("select state, attempts from handover where login = 'li.wei' and channel = 'mail'")
                == [["queued", "0"], ["queued", "0"]])
    }

    @Test("what is in the hand of a copy whose server hangs goes by the next channel as well")
    func hanging() async throws {
        let (mail, chat) = (FakeServer("mail"), FakeServer("chat"))
        let notifier = try await service([.init(.mail, mail), .init(.wecom, targets: ["east"], chat)])
        try await notifier.says("li.wei", prefers("li.wei", [(.mail, "li@example.org"), (.wecom, "east")]))
        _ = try await notifier.notices([try NotifiedPeople.notice("urgent", severity: .urgent)])
        try await notifier.pool.withTransaction { transaction in
            try transaction.queue("update handover set taken_until = timestamptz '2026-03-02T11:00:00+08:00'")
        }
        for minute in [10, 20, 30] { try await notifier.handOver(at: "2026-03-02T10:\(minute):10+08:00") }
        #expect(mail.handovers.isEmpty && chat.handovers.map(\.notices) == [["urgent"]])
        // What was read meanwhile is looked at by nobody.
        try await notifier.says("li.wei", MarkNotices(noticeIds: ["urgent"], mark: .read, by: "li.wei"))
        try await notifier.handOver(at: "2026-03-02T11:00:01+08:00")
        #expect(mail.handovers.isEmpty && chat.handovers.count == 1)
    }

    @Test(
        "what a slow server has no time for is given back: it goes in the next turn, what matters most first, and once")
    func turns() async throws {
        let mail = FakeServer("mail", takes: .milliseconds(60))
        let notifier = try await service([.init(.mail, perMinute: 10_000, mail)], turn: .milliseconds(200))
        let now = try moment("2026-03-02T10:00:10+08:00")
        func turn() async throws {
            for work in notifier.definition.standing { _ = try await work.pass(notifier.pool, now, ServiceFixture.log) }
        }
        _ = try await notifier.notices(try (0..<12).map { try NotifiedPeople.notice("n\($0)", owner: "p\($0)") })
        try await turn()
        let first = mail.handovers.count
        #expect((1..<12).contains(first))
        #expect(
            try await notifier.rows(
                "select distinct attempts, taken_until, next_try_at <= '2026-03-02T10:00:10+08:00' from handover where state = 'queued'"
            ) == [["0", nil, "t"]])
        _ = try await notifier.notices(
            [try NotifiedPeople.notice("critical", severity: .critical)], at: "2026-03-02T10:00:05+08:00")
        try await turn()
        #expect(mail.handovers[first].notices == ["critical"])
        await withTaskGroup { group in
            for _ in 0..<3 { group.addTask { try? await notifier.handOver(at: now) } }
        }
        #expect(mail.handovers.count == 13 && Set(mail.handovers.map(\.id)).count == 13)
        #expect(
            try await notifier.rows("select distinct state, attempts, taken_until from handover")
                == [["handed-over", "1", nil]])
    }

    @Test(
        "while a slow server has a batch no other copy takes it: the lease is as long as the turn and the longest handover"
    )
    func lease() async throws {
        let isHeld = FakeSwitch(true)
        defer { isHeld.isOn = false }
        let (slow, other) = (HeldServer("mail", longest: .seconds(900), isHeld), FakeServer("mail"))
        let notifier = try await service([.init(.mail, slow)])
        let copy = NotifierService.definition(book: ChannelBook([.init(.mail, other)], domain: "example.com"))
        _ = try await notifier.notices([try NotifiedPeople.notice("a")])
        let now = try moment("2026-03-02T10:00:10+08:00")
        let pass = Task {
            for work in notifier.definition.standing { _ = try await work.pass(notifier.pool, now, ServiceFixture.log) }
        }
        func lease() async throws -> [[String?]] {
            try await notifier.rows(
                "select extract(epoch from taken_until - '2026-03-02T10:00:10+08:00'::timestamptz)::integer from handover"
            )
        }
        for _ in 0..<1_000 {
            if try await lease() != [[nil]] { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try await lease() == [["\(HandoverWorker.lease(longest: .seconds(900)))"]])
        for work in copy.standing {
            _ = try await work.pass(notifier.pool, now.adding(seconds: 1_200), ServiceFixture.log)
        }
        #expect(other.handovers.isEmpty)
        isHeld.isOn = false
        try await pass.value
        #expect(try await notifier.rows("select state, taken_until from handover") == [["handed-over", nil]])
    }

    @Test(
        "a mail server that is away for a day: what came meanwhile is handed over once, within a quarter of an hour of its return"
    )
    func aDay() async throws {
        let isAway = FakeSwitch(true)
        let mail = FakeServer("mail") { _ in isAway.isOn ? .later("no answer", after: nil) : .accepted("250 ok") }
        let notifier = try await service([.init(.mail, mail)])
        let start = try moment("2026-03-02T10:00:00+08:00")
        let hourly = SetNoticePreferences(
            language: .zh, workingDays: false, addresses: [],
            choices: [NoticeChoice(kind: "*", channel: .mail, mode: .hourly)], by: "p5")
        try await notifier.says("p5", hourly)
        var ids: Set<String> = []
        for step in 0..<96 {
            let now = start.adding(seconds: Int64(step) * 900)
            if step.isMultiple(of: 16) {
                let notices = try (0..<6).map { person in
                    try NotifiedPeople.notice(
                        "n\(step)-\(person)", severity: NoticeSeverity.allCases[(person + step / 16) % 4],
                        owner: "p\(person)")
                }
                ids.formUnion(notices.map(\.noticeId))
                _ = try await notifier.notices(notices, at: now.description)
            }
            if step == 40 {
                try await notifier.says(
                    "p0", MarkNotices(noticeIds: ["n0-0"], mark: .read, by: "p0"), at: now.description)
                _ = try await notifier.notices(
                    cleared: [NoticeCleared(noticeId: "n16-1", revision: 2, reason: "paid", clearedAt: now)],
                    at: now.description)
            }
            try await notifier.handOver(at: now)
        }
        #expect(try await notifier.rows("select count(*) from handover where state = 'handed-over'") == [["0"]])
        let before = mail.handovers.count
        isAway.isOn = false
        for minutes in [0, 15] { try await notifier.handOver(at: start.adding(seconds: 86_400 + Int64(minutes) * 60)) }
        let came = mail.handovers.dropFirst(before)
        #expect(Set(came.map(\.id)).count == came.count)
        let told = Dictionary(grouping: came.flatMap(\.notices), by: \.self).mapValues(\.count)
        #expect(Set(told.keys) == ids.subtracting(["n0-0", "n16-1"]) && told.values.allSatisfy { $0 == 1 }, "\(told)")
        #expect(
            try await notifier.rows(
                "select state, count(*) from handover where state <> 'handed-over' group by 1 order by 1")
                == [["expired", "1"], ["read", "1"]])
    }

    @Test("a storm of ten thousand alerts over the tables comes as tens of mails, and each alert in one of them")
    func storm() async throws {
        let mail = FakeServer("mail")
        let notifier = try await service([.init(.mail, mail)])
        for part in 0..<20 {
            _ = try await notifier.notices(
                try (0..<500).map { place in
                    let number = part * 500 + place
                    return try NotifiedPeople.notice(
                        "n\(number)", kind: "margin-alert", severity: number.isMultiple(of: 997) ? .critical : .urgent,
                        owner: "p\(number % 8)")
                }, at: "2026-03-02T10:00:\(part + 10)+08:00")
        }
        for time in ["10:00:40", "10:05:00", "10:06:00", "10:10:00"] {
            try await notifier.handOver(at: "2026-03-02T\(time)+08:00")
        }
        #expect(mail.handovers.count == 8 * (HandoverPlan.most + 1))
        let told = mail.handovers.flatMap(\.notices)
        #expect(told.count == 10_000 && Set(told).count == 10_000)
        #expect(try await notifier.rows("select distinct state from handover") == [["handed-over"]])
    }
}

/// A server that says nothing for as long as it is held.
struct HeldServer: Channel {
    let name: String
    let longest: Duration
    private let isHeld: FakeSwitch

    init(_ name: String, longest: Duration, _ isHeld: FakeSwitch) {
        self.name = name
        self.longest = longest
        self.isHeld = isHeld
    }

    func hand(_ handovers: [Handover], within time: Duration) async -> [HandoverOutcome] {
        while isHeld.isOn, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        return handovers.map { _ in .accepted("250 ok") }
    }
}
