import Contracts
import Domain
import NotifierService
import ServiceTestSupport
import Simulation
import Testing

@Suite("What is handed over together, and when")
struct HandoverPlanTests {
    /// A Monday that is worked, 10:07 in Shanghai.
    private static let now = Timestamp("2026-03-02T10:07:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
    private static let mail = NoticeAddress(channel: .mail, address: "li.wei@example.com")
    private static let chat = NoticeAddress(channel: .dingtalk, address: "sales-east")

    private func telling(
        _ id: String, _ severity: NoticeSeverity = .attention, to login: String = "li.wei", kind: String = "order-held"
    ) -> Telling {
        Telling(login: login, noticeId: id, occasion: 1, kind: kind, severity: severity)
    }

    private func plan(
        _ tellings: [Telling], _ reader: ReaderSettings, crowd: Int = 0, at now: Timestamp = now,
        floor: NoticeSeverity = .urgent
    ) -> [PlannedHandover] {
        let logins = Set(tellings.map(\.login))
        let routes = logins.flatMap { login in
            NoticeChannel.allCases.map { (HandoverPlan.Route(login: login, channel: $0), crowd) }
        }
        return HandoverPlan.handovers(
            tellings, readers: Dictionary(uniqueKeysWithValues: logins.map { ($0, reader) }), floor: floor,
            crowd: Dictionary(uniqueKeysWithValues: routes), at: now)
    }

    private func time(_ text: String) throws -> Timestamp { try moment(text) }

    @Test("without a word at once by the first address; by others and kinds as somebody has chosen")
    func choices() {
        var reader = ReaderSettings(addresses: [Self.mail, Self.chat])
        #expect(plan([telling("a")], reader).map(\.address) == [Self.mail])
        reader.choices = [
            NoticeChoice(kind: "*", channel: .mail, mode: .daily),
            NoticeChoice(kind: "margin-alert", channel: .dingtalk, mode: .atOnce),
        ]
        #expect(plan([telling("a")], reader).map(\.mode) == [.daily])
        let both = plan([telling("a", kind: "margin-alert")], reader)
        #expect(Set(both.map(\.mode)) == [.daily, .atOnce] && Set(both.map(\.address.channel)) == [.mail, .dingtalk])
        #expect(plan([telling("a")], ReaderSettings()).isEmpty)
    }

    @Test("what matters from the floor on cannot be switched off")
    func floor() {
        let reader = ReaderSettings(
            addresses: [Self.mail, Self.chat],
            choices: [NoticeChannel.mail, .dingtalk].map { NoticeChoice(kind: "*", channel: $0, mode: .off) })
        #expect(plan([telling("a", .attention)], reader).isEmpty)
        let urgent = plan([telling("a", .urgent)], reader)
        #expect(urgent.map(\.address) == [Self.mail] && urgent.map(\.due) == [Self.now])
    }

    @Test("what matters from the floor on waits in no digest: one address at least tells it at once")
    func floorAtOnce() {
        func modes(_ choices: [(NoticeChannel, NoticeMode)], _ severity: NoticeSeverity) -> [NoticeChannel: NoticeMode]
        {
            let reader = ReaderSettings(
                addresses: [Self.mail, Self.chat],
                choices: choices.map { NoticeChoice(kind: "*", channel: $0, mode: $1) })
            let planned = plan([telling("a", severity)], reader)
            #expect(planned.allSatisfy { $0.mode != .atOnce || $0.due == Self.now })
            return Dictionary(planned.map { ($0.address.channel, $0.mode) }) { first, _ in first }
        }
        for mode in [NoticeMode.hourly, .daily] {
            #expect(modes([(.mail, mode)], .attention) == [.mail: mode])
            for severity in [NoticeSeverity.urgent, .critical] {
                #expect(modes([(.mail, mode)], severity) == [.mail: .atOnce])
                // The address that is switched off stays so, and another one that gathers goes on to.
                #expect(modes([(.mail, .off), (.dingtalk, mode)], severity) == [.dingtalk: .atOnce])
                #expect(modes([(.mail, mode), (.dingtalk, .daily)], severity) == [.mail: .atOnce, .dingtalk: .daily])
                // Who is told at once by one channel has chosen the other's digest beside it.
                #expect(modes([(.mail, mode), (.dingtalk, .atOnce)], severity) == [.mail: mode, .dingtalk: .atOnce])
            }
        }
    }

    @Test("quiet hours hold what is of the floor until they end and days off do not; what is critical nothing holds")
    func floorAtNight() throws {
        let reader = ReaderSettings(
            quiet: .init(from: 1_290, until: 450), isOnWorkingDays: true, addresses: [Self.mail],
            choices: [NoticeChoice(kind: "*", channel: .mail, mode: .daily)])
        func due(_ severity: NoticeSeverity, _ time: Timestamp, floor: NoticeSeverity = .urgent) -> [Timestamp] {
            plan([telling("a", severity)], reader, at: time, floor: floor).map(\.due)
        }
        // Saturday noon, and the night before: neither is worked.
        let (noon, night) = (try time("2026-03-07T12:00:00+08:00"), try time("2026-03-06T23:00:00+08:00"))
        let (saturday, monday) = (try time("2026-03-07T07:30:00+08:00"), try time("2026-03-09T07:30:00+08:00"))
        #expect(due(.attention, noon) == [monday])
        #expect(due(.urgent, noon) == [noon] && due(.urgent, night) == [saturday])
        #expect(due(.critical, noon) == [noon] && due(.critical, night) == [night])
        // What is below an installation's floor is the reader's to choose.
        #expect(due(.urgent, noon, floor: .critical) == [monday])
        // The next channel keeps to the same hours.
        let next = HandoverPlan.next(
            after: [], of: "h", [telling("a", .urgent)], reader: reader, severity: .urgent, floor: .urgent, at: night)
        #expect(next?.due == saturday)
    }

    @Test("an hour and a day are those of the reader's clocks")
    func digests() throws {
        func due(_ mode: NoticeMode, _ zone: String = "Asia/Shanghai", quiet: ReaderSettings.Quiet? = nil) throws
            -> Timestamp?
        {
            let reader = ReaderSettings(
                zone: try #require(OrganisationZone(zone)), quiet: quiet, addresses: [Self.mail],
                choices: [NoticeChoice(kind: "*", channel: .mail, mode: mode)])
            let planned = plan([telling("a", .information), telling("b")], reader)
            #expect(planned.count == 1 && planned.first?.tellings.count == 2 && planned.first?.severity == .attention)
            return planned.first?.due
        }
        #expect(try due(.hourly) == time("2026-03-02T11:00:00+08:00"))
        #expect(try due(.hourly, "Asia/Kolkata") == time("2026-03-02T08:00:00+05:30"))
        #expect(try due(.daily) == time("2026-03-03T08:30:00+08:00"))
        #expect(try due(.daily, quiet: .init(from: 1_290, until: 450)) == time("2026-03-03T07:30:00+08:00"))
    }

    @Test("quiet hours and days off put off what is not critical; then it comes as one")
    func quiet() throws {
        var reader = ReaderSettings(
            quiet: .init(from: 1_290, until: 450), isOnWorkingDays: true, addresses: [Self.mail])
        // Friday, 22:00: the next working day is Monday.
        let friday = try time("2026-03-06T22:00:00+08:00")
        let planned = plan([telling("a"), telling("b", .information)], reader, at: friday)
        #expect(planned.map(\.due) == [try time("2026-03-09T07:30:00+08:00")] && planned.map(\.tellings.count) == [2])
        #expect(plan([telling("c", .critical)], reader, at: friday).map(\.due) == [friday])
        reader.undisturbedBelow = .urgent
        #expect(Set(plan([telling("a"), telling("b", .urgent)], reader, at: friday).map(\.due)).contains(friday))
        // In the small hours of a worked day: this morning.
        let night = try time("2026-03-03T03:00:00+08:00")
        #expect(reader.undisturbed(.attention, floor: .urgent, from: night) == (try time("2026-03-03T07:30:00+08:00")))
        // A worked Saturday, by the calendar as it was published.
        let saturday = try time("2026-02-14T10:00:00+08:00")
        #expect(
            (reader.undisturbed(.attention, floor: .urgent, from: saturday) == saturday)
                == WorkingCalendar.isWorkingDay(saturday.day()))
    }

    @Test("a storm of ten thousand comes in tens of handovers, none is lost, the most important come alone")
    func storm() {
        let logins = (0..<20).map { "person\($0)" }
        let tellings = (0..<10_000).map { number in
            telling("n\(number)", number % 997 == 0 ? .critical : .attention, to: logins[number % 20])
        }
        let planned = plan(tellings, ReaderSettings(addresses: [Self.mail]))
        #expect(planned.count == 20 * (HandoverPlan.most + 1))
        #expect(planned.flatMap(\.tellings).count == 10_000 && Set(planned.flatMap(\.tellings)).count == 10_000)
        #expect(planned.filter(\.isAlone).allSatisfy { $0.due == Self.now && $0.tellings.count == 1 })
        #expect(
            planned.filter { !$0.isAlone }.allSatisfy {
                $0.due > Self.now && $0.due <= Self.now.adding(seconds: HandoverPlan.gathering)
            })
        let alone = Set(planned.filter(\.isAlone).flatMap(\.tellings))
        #expect(tellings.filter { $0.severity == .critical }.allSatisfy(alone.contains))
        // What was made before counts.
        #expect(
            plan([telling("a")], ReaderSettings(addresses: [Self.mail]), crowd: HandoverPlan.most).first?.isAlone
                == false)
    }

    @Test(
        "in whatever order tellings come, the same is planned under the same numbers",
        arguments: Array(1...20) as [UInt64])
    func stable(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        let tellings = (0..<60).map { number in
            telling("n\(number)", NoticeSeverity.allCases[random.below(4)], to: "person\(random.below(3))")
        }
        let reader = ReaderSettings(
            addresses: [Self.mail, Self.chat],
            choices: [NoticeChoice(kind: "*", channel: .dingtalk, mode: NoticeMode.allCases[random.below(4)])])
        let planned = plan(tellings, reader)
        let again = plan(tellings.shuffled(&random), reader)
        #expect(planned == again && planned.map { $0.identifier() } == again.map { $0.identifier() })
        #expect(Set(planned.map { $0.identifier() }).count == planned.count)
        let times = planned.flatMap { handover in
            handover.tellings.map { "\(handover.address.channel) \($0.login) \($0.noticeId)" }
        }
        #expect(Set(times).count == times.count)
    }

    @Test("what a server does not take is tried again, ever more seldom, as late as it asks, and given up after days")
    func backOff() {
        #expect((1...4).map(BackOffPolicy.seconds) == [5, 10, 20, 40])
        #expect(BackOffPolicy.seconds(after: 1_000) == 900)
        let next = { BackOffPolicy.next(after: $0, since: Self.now, pause: $1, at: Self.now.adding(seconds: $2)) }
        #expect(next(1, nil, 0) == Self.now.adding(seconds: 5) && next(1, 120, 0) == Self.now.adding(seconds: 120))
        #expect(next(400, nil, 86_400) != nil && next(400, nil, BackOffPolicy.days * 86_400) == nil)
    }

    @Test("a target is believed for a day, and for what matters for an hour")
    func rest() {
        #expect(
            [-5, 0, 17, 4_000, 90_000].map { BackOffPolicy.rest($0, isMattering: false) } == [1, 1, 17, 4_000, 86_400])
        #expect(
            [-5, 0, 17, 4_000, 90_000].map { BackOffPolicy.rest($0, isMattering: true) } == [1, 1, 17, 3_600, 3_600])
    }

    @Test("a copy has nothing in hand beyond its lease, however long the last one takes that was begun in its turn")
    func lease() {
        for longest in [Duration.milliseconds(300), .seconds(10), .seconds(180), .seconds(4_800)] {
            let lease = Duration.seconds(HandoverWorker.lease(longest: longest))
            #expect(lease >= HandoverWorker.usualTurn + longest + .seconds(60))
        }
    }
}
