import Channels
import Contracts
import Domain
import NotifierService
import ServiceKit
import ServiceTestSupport
import Testing

@Suite("What is handed over holds what its reader may see", .services)
struct HandoverSightTests {
    /// Who sells sees their own orders with the margin; who leads the branch, all of them without.
    private static let policy =
        #"{"version":1,"lines":[{"line":"rep","role":"sales-rep","right":"see","kinds":["order","notice"],"scope":"own","fields":["margin"]},"#
        + #"{"line":"lead","role":"branch-manager","right":"see","kinds":["order","notice"],"scope":"node"}],"people":["#

    private func service(_ book: ChannelBook, people: String) async throws -> ServiceFixture {
        let notifier = try await ServiceFixture.make(NotifierService.definition(book: book))
        try await notifier.handle(
            (try NotifiedPeople.told() + [
                PermissionPolicyChanged(
                    version: 1, document: PolicyText.pieces(Self.policy + people + "]}"), by: "zhou.min",
                    setAt: try moment("2026-03-02T09:00:00+08:00"), reason: "授权")
            ]).enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        return notifier
    }

    private func notice(_ id: String, owner: String = "li.wei", alsoTo: [String] = []) throws -> NoticeContent {
        NoticeContent(
            noticeId: id, revision: 1, kind: "order-held",
            about: NoticeObject(kind: "order", source: "erp", identifier: "O-\(id)"), severity: .attention,
            atStake: .of("-12.5"), currency: .cny, customerId: "C-900", businessLine: "air-freight", node: "KS01",
            owner: owner, alsoTo: alsoTo,
            facts: [
                NoticeFact(name: "route", kind: .text, value: "PVG-FRA"),
                NoticeFact(name: "margin", kind: .money, value: "-12.50", currency: .cny, field: "margin"),
            ], next: "waybill orders show O-\(id)", dueAt: try moment("2026-03-05T18:00:00+08:00"),
            expiresAt: try moment("2026-04-07T18:00:00+08:00"), happenedAt: try moment("2026-03-02T09:00:00+08:00"))
    }

    /// How often each name stands in what a program is told.
    private func occurrences(_ words: String, in handover: Handover) -> Int {
        String(decoding: handover.json, as: UTF8.self).split(separator: words, omittingEmptySubsequences: false).count
            - 1
    }

    @Test(
        "beyond a hundred notices of a digest, too, who has no right to a field is told neither it nor what is at stake",
        arguments: [NoticeChannel.mail, .webhook])
    func many(_ channel: NoticeChannel) async throws {
        let server = FakeServer("server")
        let notifier = try await service(
            ChannelBook([.init(channel, server)]),
            people: #"{"login":"li.wei","roles":["sales-rep"]},{"login":"chen.fang","roles":["branch-manager"]}"#)
        for (login, address) in [("li.wei", "li.wei@example.com"), ("chen.fang", "chen.fang@example.com")] {
            try await notifier.says(
                login,
                SetNoticePreferences(
                    language: .en, workingDays: false, addresses: [NoticeAddress(channel: channel, address: address)],
                    choices: [NoticeChoice(kind: "*", channel: channel, mode: .hourly)], by: login))
        }
        _ = try await notifier.notices(try (0..<101).map { try notice("n\($0)", alsoTo: ["chen.fang"]) })
        try await notifier.handOver(at: "2026-03-02T11:00:00+08:00")
        #expect(server.handovers.count == 2)
        let own = try #require(server.handovers.first { $0.address.hasPrefix("li.wei") })
        let above = try #require(server.handovers.first { $0.address.hasPrefix("chen.fang") })
        #expect(occurrences(#""noticeId""#, in: own) == 101 && occurrences(#""noticeId""#, in: above) == 101)
        #expect(occurrences(#""atStake""#, in: above) == 0 && occurrences("-12.5", in: above) == 0)
        // A program is told all of it that its reader may see; in a mail the last one is counted only.
        let told = channel == .webhook ? 101 : 100
        #expect(occurrences(#""atStake""#, in: own) == told)
        #expect(occurrences("PVG-FRA", in: own) == told && occurrences("PVG-FRA", in: above) == told)
    }

    @Test("the operator is told of what kind of thing it is and of which object, and no more, by a program as well")
    func operatorAlone() async throws {
        let server = FakeServer("programs")
        let notifier = try await service(
            ChannelBook([.init(.webhook, targets: ["desk"], server)]),
            people: #"{"login":"li.wei","roles":["sales-rep"]}"#)
        let login = "waybill-operator"
        try await notifier.says(
            login,
            SetNoticePreferences(
                language: .en, workingDays: false, addresses: [NoticeAddress(channel: .webhook, address: "desk")],
                choices: [], by: login))
        // Neither whose it is, nor those beside, nor any manager may see it.
        _ = try await notifier.notices([try notice("a", owner: "wang.min", alsoTo: ["clerk"])])
        #expect(try await notifier.rows("select login, role from recipient") == [[login, "operator"]])
        try await notifier.handOver(at: "2026-03-02T10:00:10+08:00")
        let handover = try #require(server.handovers.first)
        #expect(server.handovers.count == 1)
        for word in ["order-held", "O-a"] { #expect(occurrences(word, in: handover) == 1, "\(word)") }
        for word in [
            "KS01", "wang.min", "clerk", "air-freight", "C-900", "2026-03-05", "2026-04-07", "12.5", "PVG-FRA",
            "waybill orders",
        ] {
            #expect(occurrences(word, in: handover) == 0, "\(word)")
            #expect(!handover.text.contains(word) && !handover.subject.contains(word), "\(word)")
        }
    }
}
