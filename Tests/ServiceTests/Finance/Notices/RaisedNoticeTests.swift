import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("What finance says to people", .service(try financeDefinition()))
struct RaisedNoticeTests {
    private let finance: ServiceFixture
    private static let customer = AccountIdentifier.customer(source: "erp", code: "C1")

    init() throws { finance = try .current }

    private static func limit(_ amount: String) throws -> CreditLimitSet {
        CreditLimitSet(
            limitId: "L\(amount)", customer: CustomerCode(code: "C1"), group: nil, amount: .of(amount), currency: .cny,
            from: try #require(CalendarDay("2026-01-01")), setBy: "wang.fang",
            setAt: try moment("2026-01-01T09:00:00+08:00"))
    }

    @Test("an order that waits is said to the branch and to who sold it, until somebody or a later revision decides")
    func held() async throws {
        try await finance.handle([.init("l", try Self.limit("1000"))])
        let outcome = try await finance.handle([.init("o", OrderPlaced(makeOrder("O1", [("1500", "1")])))])
        let held = try #require(try outcome.said().first)
        #expect(try outcome.said().count == 1 && held.kind == "order-held" && held.cause == "o")
        #expect(held.content?.owner == nil && held.content?.node == "KS01" && held.content?.alsoTo == ["li.wei"])
        #expect(held.content?.about == NoticeObject(kind: "order", source: "erp", identifier: "O1"))
        #expect(held.content?.atStake == .of("1500") && held.fact("limit") == "1000.00")
        #expect(held.content?.next == "waybill orders approve O1 --source erp --reason REASON")
        let approved = try await finance.handle([
            .init(
                "a", typedBy: "finance.director",
                DecideOrder(
                    source: "erp", orderId: "O1", verdict: .approve, reason: "paid", by: "finance.director"))
        ])
        #expect(try approved.said().map(\.id) == [held.id] && approved.said().map(\.clearing) == ["approved"])
        #expect(try approved.said().allSatisfy { $0.revision > held.revision })
        // A later revision waits again, and what is cancelled waits no more.
        let again = try await finance.handle([
            .init("p", OrderChanged(makeOrder("O1", revision: 2, [("1600", "1")])))
        ])
        #expect(try again.kinds() == ["order-held"] && again.said().map(\.id) == [held.id])
        let cancelled = try await finance.handle([
            .init(
                "c",
                OrderCancelled(orderId: "O1", revision: 3, cancelledAt: try moment("2026-03-02T10:00:00+08:00")))
        ])
        #expect(try cancelled.said().map(\.clearing) == ["cancelled"])
        #expect(try cancelled.said()[0].revision > again.said()[0].revision)
        let repeated = try await finance.handle([
            .init(
                "c2",
                OrderCancelled(orderId: "O1", revision: 3, cancelledAt: try moment("2026-03-02T10:00:00+08:00")))
        ])
        #expect(repeated.notices.isEmpty)
    }

    @Test("what is turned down is said to who sold it")
    func refused() async throws {
        try await finance.handle([.init("l", try Self.limit("1000"))])
        let held = try await finance.handle([.init("o", OrderPlaced(makeOrder("O1", [("1500", "1")])))])
        let refused = try await finance.handle([
            .init(
                "a", typedBy: "finance.director",
                DecideOrder(source: "erp", orderId: "O1", verdict: .refuse, reason: "no", by: "finance.director"))
        ])
        let said = try #require(try refused.said().first)
        #expect(said.kind == "order-refused" && said.content?.owner == "li.wei" && said.fact("rule") == "not-approved")
        #expect(try held.said().map(\.id) == [said.id] && said.revision > held.said()[0].revision)
    }

    @Test("an alert is somebody else's with its customer, and whoever that is hears of it")
    func passedOn() async throws {
        let raised = try await finance.handle([.init("p", OrderPlaced(makeOrder("O1", [("100", "150")])))])
        let changed = OwnershipChanged(
            source: "erp", code: "C1", businessLine: "air-freight", revision: 1,
            periods: [
                OwnershipPeriod(
                    from: try #require(CalendarDay("2026-03-01")), ground: .assigned,
                    owners: [CustomerOwner(login: "sun.li", share: 100)])
            ], changedAt: try moment("2026-03-02T09:00:00+08:00"))
        let passed = try await finance.handle(
            [.init("s", source: "waybill.sales", changed)], at: "2026-03-02T11:00:00+08:00")
        let said = try #require(try passed.said().first)
        #expect(try passed.said().count == 1 && raised.said().map(\.id) == [said.id])
        #expect(said.isChange && said.kind == "margin-alert" && said.content?.owner == "sun.li")
        // The next one is that person's from the beginning.
        let next = try await finance.handle([.init("q", OrderPlaced(makeOrder("O2", [("100", "150")])))])
        #expect(try next.said().map(\.content?.owner) == ["sun.li"])
    }

    @Test("an invoice is spoken of until nothing of it is open, and so is a promise for it")
    func receivable() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("SO-1"))), .init("i", try Collect.invoice("I1", "200")),
        ])
        let promised = try await finance.handle([
            .init("r", try Collect.promise("R1", "I1", "150", on: "2026-02-20"))
        ])
        let promise = try #require(try promised.said().first)
        #expect(promise.kind == "payment-promise" && promise.content?.owner == "li.wei")
        #expect(promise.content?.dueAt == Timestamp("2026-02-22T23:59:59.999999+08:00"))
        let reminded = try await finance.run("receivables.remind", at: "2026-04-10T23:59:59.999999+08:00")
        let reminder = try #require(try reminded.said().first)
        #expect(reminder.kind == "receivable-overdue" && reminder.content?.owner == "li.wei")
        #expect(reminder.fact("open") == "200.00" && reminder.content?.atStake == .of("200"))
        // What was promised has come, though too late to be kept and less than all.
        let part = try await finance.handle(
            [.init("p", try Collect.payment("P1", "50", for: [("I1", "50")]))], at: "2026-04-11T09:00:00+08:00")
        #expect(part.notices.isEmpty)
        let rest = try await finance.handle(
            [.init("q", try Collect.payment("P2", "150", for: [("I1", "150")]))], at: "2026-04-12T09:00:00+08:00")
        #expect(Set(try rest.said().map(\.id)) == [promise.id, reminder.id])
        #expect(Set(try rest.said().map(\.clearing)) == ["settled", "paid"])
        #expect(try rest.said().allSatisfy { $0.revision > reminder.revision })
    }

    @Test("a promise is spoken of the day before it is due and when its day is over, until the money has come")
    func promises() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("SO-1"))), .init("i", try Collect.invoice("I1", "200")),
            .init("j", try Collect.invoice("I2", "300")),
        ])
        let promised = try await finance.handle([
            .init("r", try Collect.promise("R1", "I1", "150", on: "2026-03-10")),
            .init("s", try Collect.promise("R2", "I2", "300", on: "2026-03-10")),
        ])
        let first = try promised.said()
        #expect(first.map(\.kind) == ["payment-promise", "payment-promise"])
        #expect(try await finance.run("promises.look", at: "2026-03-08T23:59:59.999999+08:00").notices.isEmpty)
        // One of them is kept before its day.
        try await finance.handle(
            [.init("p", try Collect.payment("P1", "300", for: [("I2", "300")]))], at: "2026-03-09T09:00:00+08:00")
        let due = try await finance.run("promises.look", at: "2026-03-09T23:59:59.999999+08:00").said()
        #expect(due.map(\.kind) == ["payment-promise-due"] && due.map(\.id) == [first[0].id])
        #expect(due[0].isChange && due[0].content?.owner == "li.wei" && due[0].content?.severity == .attention)
        #expect(due[0].fact("promised-on") == "2026-03-10" && due[0].revision > first[0].revision)
        let over = try await finance.run("promises.look", at: "2026-03-10T23:59:59.999999+08:00").said()
        #expect(over.map(\.kind) == ["payment-promise-broken"] && over.map(\.content?.severity) == [.urgent])
        #expect(over[0].content?.dueAt == Timestamp("2026-03-12T23:59:59.999999+08:00"))
        // It is told once only.
        #expect(try await finance.run("promises.look", at: "2026-03-11T23:59:59.999999+08:00").notices.isEmpty)
        let paid = try await finance.handle(
            [.init("q", try Collect.payment("P2", "200", for: [("I1", "200")]))], at: "2026-03-12T09:00:00+08:00")
        #expect(try paid.said().map(\.id) == [first[0].id] && paid.kinds() == ["cleared"])
    }

    @Test("more promises than one transaction has room for are all spoken of")
    func manyPromises() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("SO-1"))), .init("i", try Collect.invoice("I1", "200")),
        ])
        try await finance.handle(
            (1...5).map { .init("r\($0)", try Collect.promise("R\($0)", "I1", "100", on: "2026-03-10")) })
        let due = try #require(Timestamp("2026-03-09T23:59:59.999999+08:00"))
        var next: [ScheduledItem] = [ScheduledItem(task: "promises.look", key: "", due: due)]
        var told: [String] = []
        while let item = next.popLast() {
            let (scheduled, keys) = try await finance.pool.withTransaction { transaction in
                var effects = Effects(now: due, source: "waybill.finance", wallClock: due)
                try PromiseHandlers.look([item], limit: 2, transaction, &effects)
                let said = try effects.published.map { _, data in
                    try NoticeChanged(node: JSONDocument(parsing: data).root).notice.noticeId
                }
                return (effects.scheduled, said)
            }
            next += scheduled
            told += keys
        }
        #expect(told.count == 5 && Set(told).count == 5)
    }

    @Test("a promise of a part of an invoice is spoken of no more once that part has come, though too late to be kept")
    func paidLate() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("SO-1"))), .init("i", try Collect.invoice("I1", "200")),
        ])
        let promised = try await finance.handle([
            .init("r", try Collect.promise("R1", "I1", "150", on: "2026-03-10"))
        ])
        let promise = try #require(try promised.said().first)
        let over = try await finance.run("promises.look", at: "2026-03-10T23:59:59.999999+08:00").said()
        #expect(over.map(\.kind) == ["payment-promise-broken"])
        let at = "2026-03-11T09:00:00+08:00"
        let part = try await finance.handle(
            [.init("p", try Collect.payment("P1", "100", for: [("I1", "100")], at: at))], at: at)
        #expect(part.notices.isEmpty)
        let rest = try await finance.handle(
            [.init("q", try Collect.payment("P2", "50", for: [("I1", "50")], at: at))], at: at)
        #expect(try rest.said().map(\.id) == [promise.id] && rest.said().map(\.clearing) == ["paid"])
        // It was not kept all the same.
        let promises = try #require(
            try await finance.ask("receivables.promises", ["asOf": "2026-03-12"]).first)
        #expect(promises.column("state") == ["broken"])
    }

    @Test("what is left of one day's promises is looked at although that of the next day waits as well")
    func promisesOfTwoDays() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("SO-1"))), .init("i", try Collect.invoice("I1", "200")),
        ])
        try await finance.handle(
            ["R1": "2026-03-10", "R2": "2026-03-10", "R3": "2026-03-11", "R4": "2026-03-11"].sorted { $0.key < $1.key }
                .map { .init($0.key, try Collect.promise($0.key, "I1", "100", on: $0.value)) })
        let waiting = try await finance.pool.withTransaction { transaction in
            var scheduled: [ScheduledItem] = []
            for day in ["2026-03-09", "2026-03-10"] {
                let due = try #require(Timestamp("\(day)T23:59:59.999999+08:00"))
                var effects = Effects(now: due, source: "waybill.finance", wallClock: due)
                let item = ScheduledItem(task: "promises.look", key: "", due: due)
                try PromiseHandlers.look([item], limit: 2, transaction, &effects)
                scheduled += effects.scheduled
            }
            return scheduled
        }
        #expect(waiting.map(\.key) == ["2026-03-09", "2026-03-10"], "what has one key is replaced")
    }

    @Test("a payment of what nobody was reminded of says nothing")
    func unspoken() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("SO-1"))), .init("i", try Collect.invoice("I1", "200")),
        ])
        let paid = try await finance.handle([.init("p", try Collect.payment("P1", "200", for: [("I1", "200")]))])
        #expect(try paid.events(PaymentApplied.self).count == 1 && paid.notices.isEmpty)
    }

    @Test("a dispute and a write-off are said when they are opened, and taken back when they end")
    func collection() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("SO-1"))), .init("i", try Collect.invoice("I1", "200")),
        ])
        let disputed = try await finance.handle([.init("d", try Collect.dispute("D1", "I1", "40"))])
        let dispute = try #require(try disputed.said().first)
        #expect(dispute.kind == "dispute-opened" && dispute.content?.owner == "li.wei" && dispute.cause == "d")
        let ended = try await finance.handle([.init("e", try Collect.resolve("D1"))])
        #expect(try ended.said().map(\.id) == [dispute.id] && ended.said().map(\.clearing) == ["rejected"])
        #expect(try ended.said()[0].revision > dispute.revision)
        let proposed = try await finance.handle([.init("w", try Collect.writeOff("W1", "I1", "5"))])
        let writeOff = try #require(try proposed.said().first)
        #expect(writeOff.kind == "write-off-proposed" && writeOff.content?.owner == nil)
        #expect(writeOff.content?.node == "KS01" && writeOff.content?.alsoTo == ["li.wei"])
        let approved = try await finance.handle([.init("v", try Collect.approve("W1"))])
        #expect(try approved.said().map(\.id) == [writeOff.id])
        #expect(try approved.said().map(\.clearing) == ["approved by wang.fang"])
        // An approval that comes first leaves nothing to say.
        try await finance.handle([.init("v2", try Collect.approve("W2"))])
        let late = try await finance.handle([.init("w2", try Collect.writeOff("W2", "I1", "5"))])
        #expect(try !late.kinds().contains("write-off-proposed"))
    }

    @Test("a customer that is held for what it owes is said to who looks after it, until it has paid")
    func credit() async throws {
        try await finance.handle([
            .init("1", try Self.limit("1000")), .init("2", OrderPlaced(makeOrder("O1", [("100", "1")]))),
            .init("3", try Collect.invoice("I1", "200")),
        ])
        let watched = try await finance.run("credit.evaluate", at: "2026-02-05T23:59:59.999999+08:00")
        let first = try #require(try watched.said().first)
        #expect(first.kind == "credit-watch" && first.content?.owner == "li.wei" && first.content?.node == "KS01")
        let held = try await finance.run("credit.evaluate", at: "2026-03-08T23:59:59.999999+08:00")
        #expect(try held.kinds() == ["credit-hold"] && held.said().map(\.id) == [first.id])
        try await finance.handle([.init("p", try Collect.payment("P1", "200", for: [("I1", "200")]))])
        let free = try await finance.run(
            "credit.review", key: Self.customer, at: "2026-03-09T09:00:00+08:00")
        #expect(try free.said().map(\.id) == [first.id] && free.kinds() == ["cleared"])
    }

    @Test(
        "a customer whose orders are stopped is said to who looks after it, and what somebody sets to who answers for it"
    )
    func acceptance() async throws {
        try await finance.handle(
            (1...6).map { .init("p\($0)", OrderPlaced(makeOrder("O\($0)", [("1000", "1300")]))) })
        var said: [SaidNotice] = []
        for day in ["2026-03-02", "2026-03-03"] {
            said += try await finance.run("margin.evaluate", at: "\(day)T23:59:59+08:00").said()
        }
        let stopped = try #require(said.first { $0.kind == "acceptance-stopped" })
        #expect(stopped.content?.owner == "li.wei" && stopped.content?.businessLine == "air-freight")
        #expect(said.contains { $0.kind == "margin-alert" && $0.fact("level") == "customer" })
        let setting = SetAcceptance(
            customerId: Self.customer, businessLine: "air-freight", level: .needsApproval, reason: "new prices",
            owner: "zhao.min", until: try #require(CalendarDay("2026-03-20")), by: "manager.ks01")
        let set = try await finance.handle([.init("s", setting)], at: "2026-03-04T10:00:00+08:00")
        let change = try #require(try set.said().first)
        #expect(change.kind == "acceptance-held" && change.id == stopped.id && change.revision > stopped.revision)
        #expect(change.content?.owner == "zhao.min" && change.content?.alsoTo == ["li.wei"])
        #expect(change.content?.dueAt == Timestamp("2026-03-20T23:59:59.999999+08:00"))
        let open = SetAcceptance(
            customerId: Self.customer, businessLine: "air-freight", level: .open, reason: "new prices",
            owner: "zhao.min", until: try #require(CalendarDay("2026-03-20")), by: "manager.ks01")
        let opened = try await finance.handle([.init("t", open)], at: "2026-03-05T10:00:00+08:00")
        #expect(try opened.said().map(\.id) == [stopped.id] && opened.kinds() == ["cleared"])
    }
}
