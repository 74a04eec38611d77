import Channels
import Contracts
import Domain
import NotifierService
import ServiceKit
import ServiceTestSupport
import Simulation
import Testing

/// Open notices go along with whoever looks after their customer.
@Suite("Notices go along with customers", .service(NotifierService.definition(book: ChannelBook())))
struct CustomerOwnerTests {
    private let notifier: ServiceFixture
    private let customer = AccountIdentifier.customer(source: "erp", code: "C-1")

    init() throws { notifier = try .current }

    private func told() async throws -> [[String?]] {
        try await notifier.rows("select notice_id, login, role from recipient where until is null order by 1, 2")
    }

    private func hear(
        _ messages: [any Message], at time: String = "2026-03-02T10:01:00+08:00"
    ) async throws {
        try await notifier.handle(
            messages.map { .init(String(decoding: $0.encode(), as: UTF8.self), source: "waybill.sales", $0) }, at: time)
    }

    /// Runs what is scheduled for customers.
    private func follow(at time: String = "2026-03-02T10:01:01+08:00") async throws {
        let due = try await notifier.rows(
            "select key, payload from schedule where task = 'notices.customer' order by 1")
        for row in due {
            try await notifier.run("notices.customer", key: row[0] ?? "", payload: row[1] ?? "", at: time)
        }
    }

    @Test("every open notice of a customer is its new owner's, of whatever kind; one that is cleared stays as it was")
    func handedOver() async throws {
        try await hear([try NotifiedPeople.customer("C-1", owner: "li.wei")])
        let kinds = NoticeKind.allCases.filter { $0.following == .owner }
        _ = try await notifier.notices(
            try kinds.map { try NotifiedPeople.notice($0.rawValue, kind: $0.rawValue, customer: customer, line: "*") }
                + [
                    try NotifiedPeople.notice(
                        "waits", kind: "order-held", customer: customer, owner: "boss", alsoTo: ["li.wei"]),
                    try NotifiedPeople.notice("own", kind: "expense-held", customer: customer),
                    try NotifiedPeople.notice("over", kind: "credit-hold", customer: customer),
                ])
        _ = try await notifier.notices(cleared: [
            NoticeCleared(
                noticeId: "over", revision: 1, reason: "paid", clearedAt: try moment("2026-03-02T10:00:30+08:00"))
        ])
        try await hear([
            try NotifiedPeople.looksAfter("C-1", ["wang.min"], revision: 1, handedFrom: "li.wei")
        ])
        try await follow()
        let expected =
            kinds.map { [$0.rawValue, "wang.min", "owner"] } + [
                ["own", "li.wei", "owner"], ["over", "li.wei", "owner"], ["waits", "boss", "owner"],
                ["waits", "wang.min", "also"],
            ]
        #expect(try await told() == expected.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) })
    }

    @Test("what comes after the change, from a service that has not heard of it, is the new owner's as well")
    func late() async throws {
        try await hear([
            try NotifiedPeople.customer("C-1", owner: "li.wei"),
            try NotifiedPeople.looksAfter("C-1", ["wang.min"], revision: 1),
        ])
        _ = try await notifier.notices([try NotifiedPeople.notice("a", kind: "credit-hold", customer: customer)])
        #expect(try await told() == [["a", "wang.min", "owner"]])
    }

    @Test("what is said of a line stands above what is said of all; of several who share all are told")
    func lines() async throws {
        try await hear([
            try NotifiedPeople.customer("C-1", owner: "li.wei"),
            try NotifiedPeople.looksAfter("C-1", ["boss"], revision: 1),
            try NotifiedPeople.looksAfter("C-1", ["wang.min", "chen.fang"], line: "air", revision: 1),
        ])
        _ = try await notifier.notices([
            try NotifiedPeople.notice("air", kind: "odd-order", customer: customer, line: "air"),
            try NotifiedPeople.notice("sea", kind: "odd-order", customer: customer, line: "sea"),
        ])
        #expect(
            try await told() == [
                ["air", "chen.fang", "also"], ["air", "wang.min", "owner"], ["sea", "boss", "owner"],
            ])
    }

    @Test("a temporary handover gives back on its day; whoever reads and puts off does so for themselves")
    func givenBack() async throws {
        try await hear([
            try NotifiedPeople.customer("C-1", owner: "li.wei"),
            try NotifiedPeople.looksAfter(
                "C-1", ["wang.min"], revision: 1, until: CalendarDay("2026-03-02"), handedFrom: "li.wei"),
        ])
        _ = try await notifier.notices([try NotifiedPeople.notice("a", kind: "credit-stop", customer: customer)])
        #expect(try await told() == [["a", "wang.min", "owner"]])
        try await notifier.says("wang.min", MarkNotices(noticeIds: ["a"], mark: .done, by: "wang.min"))
        try await notifier.run("notices.people", at: "2026-03-03T00:00:05+08:00")
        #expect(try await told() == [["a", "li.wei", "owner"]])
        #expect(try await notifier.rows("select done_at is null from recipient where login = 'li.wei'") == [["t"]])
    }

    @Test("managers above the new owner are told, as many as before")
    func managers() async throws {
        try await hear(try NotifiedPeople.told())
        try await hear([try NotifiedPeople.customer("C-1", owner: "chen.fang")])
        _ = try await notifier.notices([
            try NotifiedPeople.notice(
                "a", kind: "receivable-overdue", customer: customer, owner: "chen.fang", alsoTo: ["boss"])
        ])
        try await hear([try NotifiedPeople.looksAfter("C-1", ["wang.min"], revision: 1)])
        try await follow()
        #expect(try await told() == [["a", "chen.fang", "also"], ["a", "wang.min", "owner"]])
    }

    @Test("the record's word alone moves what it had named; who was named by an order alone stays")
    func byRecord() async throws {
        try await hear([try NotifiedPeople.customer("C-1", owner: "li.wei")])
        _ = try await notifier.notices([
            try NotifiedPeople.notice("a", kind: "credit-hold", customer: customer),
            try NotifiedPeople.notice("b", kind: "order-refused", customer: customer, owner: "chen.fang"),
        ])
        try await hear([try NotifiedPeople.customer("C-1", owner: "wang.min", revision: 2)])
        try await follow()
        #expect(try await told() == [["a", "wang.min", "owner"], ["b", "chen.fang", "owner"]])
    }

    @Test("a notice that names an account by what it is by itself goes along, once it is another customer's")
    func joined() async throws {
        try await hear([try NotifiedPeople.customer("C-1", owner: "li.wei")])
        _ = try await notifier.notices([
            try NotifiedPeople.notice("a", kind: "customer-corrected", customer: customer)
        ])
        try await hear([try NotifiedPeople.customer("C-1", owner: "wang.min", as: "other")])
        try await follow()
        #expect(try await told() == [["a", "wang.min", "owner"]])
    }

    @Test("whoever was named is seen no more by who sees their own; whoever is named now is")
    func scope() async throws {
        try await hear([try NotifiedPeople.customer("C-1", owner: "li.wei")])
        _ = try await notifier.notices([try NotifiedPeople.notice("a", kind: "credit-hold", customer: customer)])
        try await hear([try NotifiedPeople.looksAfter("C-1", ["wang.min"], revision: 1)])
        try await follow()
        #expect(try await notifier.undeclared() == [])
        let pool = try await notifier.enforceScopes()
        let now = try moment("2026-03-02T10:05:00+08:00")
        let expected: [(String, [String?])] = [("li.wei", []), ("wang.min", ["a"])]
        for (login, seen) in expected {
            let list = try await notifier.ask("notices.list", as: ScopedAsker(logins: [login]), by: pool, at: now)
            #expect(list["notices"].column("notice_id") == seen)
            #expect(list["notices"].column("owner") == seen.map { _ in "wang.min" })
        }
    }
}

/// The same by rule, without a database.
@Suite("Who is named since")
struct NamedPeopleTests {
    private func named(
        _ owner: String?, _ also: [String] = [], _ following: NoticeFollowing = .owner, code: String? = nil,
        of accounts: [LookedAfterAccount]
    ) -> NamedPeople {
        CustomerOwners.named(
            NamedPeople(owner: owner, alsoTo: also), following: following, code: code, accounts: accounts,
            managers: { ["\($0)-1", "\($0)-2"] })
    }

    private let told = LookedAfterAccount(code: "C-1", today: ["new"], isTold: true, ever: ["old", "new"])
    private let record = LookedAfterAccount(code: "C-2", today: ["clerk"], isTold: false, ever: ["clerk", "before"])

    @Test("of several accounts that counts which the notice names, or else the one that was whose it is")
    func accounts() {
        #expect(named("old", of: [told, record]).owner == "new")
        #expect(named("before", of: [told, record]).owner == "clerk")
        #expect(named("clerk", of: [told, record]).owner == "clerk")
        #expect(named("somebody", of: [told, record]).owner == "somebody")
        #expect(named("somebody", code: "C-1", of: [told, record]).owner == "new")
        #expect(named("somebody", code: "C-2", of: [told, record]).owner == "somebody")
        #expect(named(nil, of: [told, record]).owner == nil)
        #expect(named(nil, code: "C-2", of: [told, record]).owner == "clerk")
        #expect(named("old", of: []).owner == "old")
    }

    @Test("of whom nobody looks after any more it is nobody's, so that managers are asked")
    func nobody() {
        let left = LookedAfterAccount(code: "C-1", today: [], isTold: true, ever: ["old"])
        #expect(named("old", of: [left]) == NamedPeople(owner: nil, alsoTo: []))
    }

    @Test("managers go with the owner; whoever is told as well is told once")
    func others() {
        #expect(
            named("old", ["m"], .ownerAndManagers, of: [told]) == NamedPeople(owner: "new", alsoTo: ["new-1"]))
        #expect(named("boss", ["old"], .also, of: [told]) == NamedPeople(owner: "boss", alsoTo: ["new"]))
        #expect(named("new", ["old"], .also, of: [told]) == NamedPeople(owner: "new", alsoTo: []))
        #expect(named("boss", ["agent"], .also, of: [record]) == NamedPeople(owner: "boss", alsoTo: ["agent"]))
    }

    @Test("to say it twice changes nothing, and nobody is told twice", arguments: 0..<200)
    func settled(_ seed: Int) {
        var random = RandomSource(seed: UInt64(seed + 1))
        let logins = ["a", "b", "c", "d"]
        func some(_ share: Double) -> [String] { logins.filter { _ in random.happens(share) } }
        let accounts = (0..<random.below(3)).map { place in
            let today = some(0.3)
            return LookedAfterAccount(
                code: "C-\(place)", today: today, isTold: random.happens(0.5), ever: Set(today + some(0.3)))
        }
        let following = NoticeFollowing.allCases[random.below(3)]
        let owner = random.happens(0.8) ? logins[random.below(4)] : nil
        let once = named(owner, some(0.3).filter { $0 != owner }, following, code: "C-0", of: accounts)
        let twice = named(once.owner, once.alsoTo, following, code: "C-0", of: accounts)
        #expect(twice == once)
        #expect(Set(once.alsoTo).count == once.alsoTo.count && !once.alsoTo.contains(once.owner ?? ""))
    }
}
