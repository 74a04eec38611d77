import Channels
import Contracts
import Domain
import NotifierService
import Postgres
import ServiceKit
import ServiceTestSupport
import Simulation
import Testing

/// What happens to notices and to people in any order, over the notifier's tables and with a server: in the end whoever the policy
/// says is told, and nobody ever was whom it does not name.
@Suite("Notices in any order", .services)
struct NoticeOrderTests {
    private enum Event {
        case said(NoticeContent)
        case cleared(NoticeCleared)
        case marked(String, String, NoticeMark)
        case left(String)
        /// Sales says who looks after the customer, with a revision.
        case handedOver(Int, to: String)
    }

    private static let customer = AccountIdentifier.customer(source: "erp", code: "C-1")

    private static let logins = ["li.wei", "wang.min", "chen.fang", "clerk", "gone"]

    private static func events(_ random: inout RandomSource) throws -> [Event] {
        var events: [Event] = []
        for notice in ["a", "b", "c"] {
            for revision in 1...5 {
                if random.happens(0.3) {
                    events.append(
                        .cleared(
                            NoticeCleared(
                                noticeId: notice, revision: revision, reason: "over",
                                clearedAt: try moment("2026-03-02T09:30:00+08:00"))))
                } else {
                    events.append(
                        .said(
                            try NotifiedPeople.notice(
                                notice, revision: revision, kind: "order-refused", customer: customer,
                                severity: NoticeSeverity.allCases[random.below(4)],
                                owner: random.happens(0.8) ? logins[random.below(logins.count)] : nil,
                                alsoTo: logins.filter { _ in random.happens(0.2) })))
                }
            }
            for _ in 0..<3 {
                events.append(
                    .marked(
                        notice, logins[random.below(logins.count)], NoticeMark.allCases[random.below(4)]))
            }
        }
        if random.happens(0.6) {
            for revision in 1...3 {
                events.append(.handedOver(revision, to: ["li.wei", "wang.min", "chen.fang"][random.below(3)]))
            }
        }
        for login in ["li.wei", "chen.fang"] where random.happens(0.6) { events.append(.left(login)) }
        return events
    }

    private static let policy = """
        {"version":1,"lines":[\
        {"line":"rep","role":"sales-rep","right":"see","kinds":["order","notice"],"scope":"own","fields":["margin"]},\
        {"line":"branch","role":"branch-manager","right":"see","kinds":["order","notice"],"scope":"node"},\
        {"line":"top","role":"executive","right":"see","kinds":["order","notice"],"scope":"all"}],\
        "people":[{"login":"li.wei","roles":["sales-rep"]},{"login":"wang.min","roles":["sales-rep"]},\
        {"login":"chen.fang","roles":["branch-manager"]},{"login":"boss","roles":["executive"]},\
        {"login":"clerk","roles":["finance-clerk"]}]}
        """

    private static func record(_ login: String, leftOn day: CalendarDay?) -> PersonRecord {
        let person = NotifiedPeople.persons.first { $0.login == login }
        return NotifiedPeople.record(
            login, in: person?.node ?? "G", under: person?.manager, until: day ?? person?.until)
    }

    /// Does it, and says who is told of which notice in the end.
    private func live(
        _ events: [Event], _ random: inout RandomSource
    ) async throws -> (told: [[String?]], server: FakeServer, end: Timestamp) {
        let server = FakeServer("mail")
        let notifier = try await ServiceFixture.make(
            NotifierService.definition(book: ChannelBook([.init(.mail, server)], domain: "example.com")))
        try await notifier.handle(
            (try NotifiedPeople.told() + [
                try NotifiedPeople.customer("C-1", owner: "li.wei"),
                PermissionPolicyChanged(
                    version: 1, document: PolicyText.pieces(Self.policy), by: "zhou.min",
                    setAt: try moment("2026-03-02T09:00:00+08:00"), reason: "授权"),
            ]).enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        var now = try moment("2026-03-02T10:00:00+08:00")
        let yesterday = try #require(CalendarDay("2026-03-01"))
        for (place, event) in events.enumerated() {
            now = now.adding(seconds: 60)
            let time = now.inOffset(minutes: 480).description
            switch event {
            case .said(let content):
                // Some words come twice.
                _ = try await notifier.notices([content], at: time, "s\(place) ")
                if random.happens(0.2) { _ = try await notifier.notices(changed: [content], at: time, "t\(place) ") }
            case .cleared(let body): _ = try await notifier.notices(cleared: [body], at: time, "c\(place) ")
            case .marked(let notice, let login, let mark):
                let until = mark == .snoozed ? now.adding(seconds: 90) : nil
                try await notifier.says(
                    login, MarkNotices(noticeIds: [notice], mark: mark, until: until, by: login), at: time)
            case .handedOver(let revision, let login):
                try await notifier.handle(
                    [
                        .init(
                            "owner \(revision)", source: "waybill.sales",
                            try NotifiedPeople.looksAfter("C-1", [login], revision: revision))
                    ], at: time)
                if random.happens(0.5) {
                    try await notifier.run(
                        "notices.customer", key: Self.customer, payload: Self.customer, at: time)
                }
            case .left(let login):
                try await notifier.handle(
                    [
                        .init(
                            "leave \(login)", source: "waybill.customer",
                            NotifiedPeople.person(Self.record(login, leftOn: yesterday), 2, now))
                    ], at: time)
                try await notifier.run("notices.people", at: time)
            }
            if random.happens(0.4) { try await notifier.handOver(at: time) }
        }
        let end = now.adding(seconds: 3_600)
        let time = end.inOffset(minutes: 480).description
        try await notifier.run("notices.readdress", at: time)
        try await notifier.handOver(at: time)
        let told = try await notifier.rows(
            """
            select r.notice_id, r.login, r.role from recipient r join notice n using (notice_id)
            where r.until is null and n.revision > n.cleared_revision order by 1, 2
            """)
        return (told, server, end)
    }

    @Test(
        "whoever the policy says is told in the end, whatever came first; and no mail went to anybody else",
        arguments: 1...8)
    func anyOrder(_ seed: Int) async throws {
        var random = RandomSource(seed: UInt64(seed))
        let events = try Self.events(&random)
        var said: [String: NoticeContent] = [:]
        var cleared: [String: Int] = [:]
        var named: [String: Set<String>] = [:]
        var leavers: Set<String> = []
        var owners: [Int: String] = [:]
        for event in events {
            switch event {
            case .said(let content):
                if content.revision > said[content.noticeId]?.revision ?? 0 { said[content.noticeId] = content }
                named[content.noticeId, default: []].formUnion([content.owner].compactMap(\.self))
            case .cleared(let body): cleared[body.noticeId] = max(cleared[body.noticeId] ?? 0, body.revision)
            case .marked: break
            case .left(let login): leavers.insert(login)
            case .handedOver(let revision, let login): owners[revision] = login
            }
        }
        // What sales said last stands above who was named; who is named nobody by is whom the record names.
        let owner = owners.max { $0.key < $1.key }?.value
        for id in said.keys { named[id, default: []].formUnion(owners.values + ["li.wei"]) }
        for _ in 0..<2 {
            let (told, server, end) = try await live(events.shuffled(&random), &random)
            let known = KnownPeople(
                nodes: NotifiedPeople.nodes.map { ($0, 1) },
                persons: NotifiedPeople.persons.map { person in
                    let day = leavers.contains(person.login) ? CalendarDay("2026-03-01") : nil
                    return (Self.record(person.login, leftOn: day), 1)
                }, policy: .success(NotifiedPeople.policy()))
            var addressing = try Addressing(known, at: end)
            var expected: [[String?]] = []
            for (id, content) in said.sorted(by: { $0.key < $1.key }) where content.revision > cleared[id] ?? 0 {
                let whose = owner ?? content.owner ?? "li.wei"
                let addressed = AddressedNotice(
                    objectKind: "order", owner: whose, alsoTo: content.alsoTo.filter { $0 != whose },
                    node: content.node)
                let roles = addressing.addressees(of: addressed).roles
                expected += roles.sorted { $0.key < $1.key }.map { [id, $0.key, $0.value.rawValue] }
            }
            #expect(told == expected, "seed \(seed)")
            // Of a seller only what was ever theirs is in a mail; who sees nothing of it, or has left for long, has none.
            for handover in server.handovers {
                let login = String(handover.address.prefix { $0 != "@" })
                #expect(["li.wei", "wang.min", "chen.fang", "boss", Addressing.operator].contains(login))
                guard ["li.wei", "wang.min"].contains(login) else { continue }
                for notice in handover.notices { #expect(named[notice]?.contains(login) ?? false, "seed \(seed)") }
            }
            #expect(Set(server.handovers.map(\.id)).count == server.handovers.count)
        }
    }
}
