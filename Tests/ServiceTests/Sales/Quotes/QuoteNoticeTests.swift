import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = QuoteSaid

@Suite("What is said of quotes and products", .service(SalesService.definition))
struct QuoteNoticeTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private func prepare() async throws {
        let said: [any Message] = [
            Said.node("G", .group, below: nil), Said.node("KS01", .branch, below: "G"),
            Said.person("director", in: "G"), Said.person("wang.fang", in: "KS01", under: "director"),
            Said.person("li.wei", in: "KS01", under: "wang.fang"),
        ]
        let outcome = try await sales.handle(
            said.enumerated().map { .init("p\($0)", source: "waybill.customer", $1) }
                + [
                    CardSaid.message(CardSaid.card("ALL", [CardSaid.rule("R", "30")])),
                    CardSaid.message(CardSaid.card("BUY", [CardSaid.rule("B", "20")], side: .buy)),
                ])
        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
    }

    /// The quotes are of the code C1 of the system that asks for them: the customer has it as well.
    private func home() async throws {
        try await sales.handle([
            .init(
                "a",
                CustomerChanged(
                    CustomerRecord(
                        customerId: "K-C1", revision: 2, name: "C1 Ltd", branch: "KS01", salesOwner: "li.wei",
                        accounts: [
                            AccountHoming(source: "erp", code: "C1", revision: 1),
                            AccountHoming(source: "crm", code: "C1", revision: 1),
                        ], at: OpportunitySaid.time("2026-01-11"))))
        ])
    }

    /// What is said when a step is taken at its own time.
    private func said(_ message: ServiceFixture.Message) async throws -> [SaidNotice] {
        let time = (message.body as? TakeQuoteStep)?.at.description ?? "2026-03-02T10:00:00+08:00"
        let outcome = try await sales.handle([message], at: time)
        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
        return try outcome.said()
    }

    @Test("one that is submitted is somebody's who has not worked on it, until it is approved or sent back")
    func waiting() async throws {
        try await prepare()
        #expect(try await said(Say.step(.requested, on: "2026-03-02")).isEmpty)
        let held = try #require(try await said(Say.step(.submitted, on: "2026-03-03")).first)
        #expect(held.kind == "quote-held" && held.content?.owner == "wang.fang" && held.content?.node == "KS01")
        #expect(held.content?.alsoTo == ["li.wei"] && held.fact("submitted-by") == "li.wei")
        #expect(held.content?.about == NoticeObject(kind: "quote", identifier: "Q1"))
        #expect(held.content?.atStake == nil, "what it comes to is told nobody before it is approved")
        #expect(held.content?.next == "waybill quotes step Q1 approved")
        let returned = try #require(
            try await said(Say.step(.returned, on: "2026-03-03T12:00:00+08:00", by: "wang.fang")).first)
        #expect(returned.kind == "quote-returned" && returned.id == held.id && returned.revision > held.revision)
        #expect(returned.content?.owner == "li.wei" && returned.fact("note") == "Too cheap")
        let anew = try await said(Say.step(.priced, on: "2026-03-04", lines: [Say.line(agreed: 350)]))
        #expect(anew.map(\.kind) == ["cleared"] && anew.map(\.id) == [held.id])
        let again = try await said(Say.step(.submitted, on: "2026-03-04T11:00:00+08:00"))
        #expect(again.map(\.kind) == ["quote-held"] && again.map(\.id) == [held.id])
        let approved = try await said(Say.step(.approved, on: "2026-03-04T12:00:00+08:00", by: "wang.fang"))
        #expect(approved.map(\.clearing) == ["approved by wang.fang"] && approved.map(\.id) == [held.id])
        #expect(approved[0].revision > again[0].revision)
    }

    @Test("the branch's head approves no quote of their own: it is for who leads what is above")
    func ofHead() async throws {
        try await prepare()
        _ = try await said(Say.step(.requested, on: "2026-03-02", by: "wang.fang"))
        let held = try await said(Say.step(.submitted, on: "2026-03-02T11:00:00+08:00", by: "wang.fang"))
        #expect(held.map { $0.content?.owner } == ["director"])
    }

    @Test(
        "one that a customer has is said three days before its last one, or when it is sent later, until it is answered"
    )
    func ending() async throws {
        try await prepare()
        for (id, last) in [("Q1", "2026-03-10"), ("Q2", "2026-03-05"), ("Q3", "2026-03-10"), ("Q4", "2026-03-04")] {
            for message in [
                Say.step(.requested, of: id, on: "2026-03-02", until: last),
                Say.step(.submitted, of: id, on: "2026-03-02T11:00:00+08:00"),
                Say.step(.approved, of: id, on: "2026-03-02T12:00:00+08:00", by: "wang.fang"),
            ] { _ = try await said(message) }
            if id != "Q3" { _ = try await said(Say.step(.sent, of: id, on: "2026-03-04")) }
        }
        func told(_ day: String) async throws -> [SaidNotice] {
            try await sales.run("quotes.ending", at: "\(day)T23:59:59.999999+08:00").said()
        }
        // Q4 is over with its day, and Q3 no customer has.
        let short = try await told("2026-03-04")
        #expect(short.map(\.kind) == ["quote-ending"] && short.map { $0.fact("quote") } == ["Q2"])
        #expect(short[0].content?.owner == "li.wei" && short[0].content?.atStake == 300)
        for day in ["2026-03-05", "2026-03-06"] { #expect(try await told(day).isEmpty) }
        let long = try await told("2026-03-07")
        #expect(long.map { $0.fact("quote") } == ["Q1"])
        #expect(long[0].content?.dueAt == Timestamp("2026-03-10T23:59:59.999999+08:00"))
        #expect(try await told("2026-03-08").isEmpty)
        let answered = try await said(Say.step(.accepted, of: "Q1", on: "2026-03-09"))
        #expect(answered.map(\.kind) == ["cleared"] && answered.map(\.id) == [long[0].id])
    }

    @Test("one that is somebody else's now is told that one, as it stands")
    func handedOver() async throws {
        try await prepare()
        try await sales.handle([
            .init("p", source: "waybill.customer", Said.person("chen.jie", in: "KS01", under: "wang.fang")),
            .init("r", CustomerRegistered(Said.record(owner: "li.wei", branch: "KS01", on: "2026-01-10"))),
        ])
        try await home()
        _ = try await said(Say.step(.requested, on: "2026-03-02"))
        let held = try #require(try await said(Say.step(.submitted, on: "2026-03-02T11:00:00+08:00")).first)
        #expect(held.content?.owner == "wang.fang" && held.content?.alsoTo == ["li.wei"])
        try await sales.handle([
            .init("h", Said.handedOver("H1", from: "li.wei", to: "chen.jie", on: "2026-03-03"))
        ])
        let passed = try await sales.run(QuotePassing.handOnTask, at: "2026-03-03T10:00:00+08:00").said()
        try #require(passed.map(\.kind) == ["quote-held"] && passed.map(\.id) == [held.id])
        #expect(passed[0].content?.owner == "wang.fang" && passed[0].content?.alsoTo == ["chen.jie"])
        #expect(passed[0].revision > held.revision)
    }

    @Test("of one that its submitter has taken back nothing is said when it goes to somebody else")
    func takenBack() async throws {
        try await prepare()
        try await sales.handle([
            .init("p", source: "waybill.customer", Said.person("chen.jie", in: "KS01", under: "wang.fang")),
            .init("r", CustomerRegistered(Said.record(owner: "li.wei", branch: "KS01", on: "2026-01-10"))),
        ])
        try await home()
        _ = try await said(Say.step(.requested, on: "2026-03-02"))
        _ = try await said(Say.step(.submitted, on: "2026-03-02T11:00:00+08:00"))
        let withdrawn = ChangeQuoteSigning(
            quoteId: "Q1", change: .withdraw, at: Say.time("2026-03-02T12:00:00+08:00"), by: "li.wei")
        let outcome = try await sales.handle(
            [.init("w", source: "crm", withdrawn)], at: "2026-03-02T12:00:00+08:00")
        #expect(try outcome.said().map(\.kind) == ["cleared"])
        try await sales.handle([
            .init("h", Said.handedOver("H1", from: "li.wei", to: "chen.jie", on: "2026-03-03"))
        ])
        let passed = try await sales.run(QuotePassing.handOnTask, at: "2026-03-03T10:00:00+08:00")
        #expect(try passed.events(QuoteChanged.self).map(\.owner) == ["chen.jie"])
        #expect(try passed.said().isEmpty)
    }

    @Test("one that is answered while it is looked for is not said")
    func answeredMeanwhile() async throws {
        try await prepare()
        for message in [
            Say.step(.requested, on: "2026-03-02", until: "2026-03-05"),
            Say.step(.submitted, on: "2026-03-02T11:00:00+08:00"),
            Say.step(.approved, on: "2026-03-02T12:00:00+08:00", by: "wang.fang"),
            Say.step(.sent, on: "2026-03-04"),
        ] { _ = try await said(message) }
        let ending = try await sales.pool.withTransaction { [sales] transaction in
            try QuoteStore.lock(["Q1"], transaction)
            _ = try QuoteStore.quote("Q1", transaction)
            let ending = Task {
                try await sales.run("quotes.ending", at: "2026-03-04T23:59:59.999999+08:00").said().count
            }
            // Long enough for the other one to have read.
            _ = try transaction.query("select count(pg_sleep(0.5))::integer", as: Int.self)
            try transaction.queue("update quote_revision set state = 'accepted' where quote_id = 'Q1'")
            return ending
        }
        #expect(try await ending.value == 0)
    }

    @Test("rates that end in two weeks are said by the card, unless others come after them")
    func cards() async throws {
        let customer = CustomerCode(code: "C1", source: "erp")
        try await sales.handle([
            .init("r", CustomerRegistered(Said.record(owner: "li.wei", branch: "KS01", on: "2026-01-10"))),
            CardSaid.message(
                CardSaid.card(
                    "OWN",
                    [
                        CardSaid.rule("R1", "30", until: "2026-03-31"),
                        CardSaid.rule("R2", "40", item: "sea", until: "2026-03-31"),
                        CardSaid.rule("R3", "50", item: "road", until: "2026-04-30"),
                        CardSaid.rule("R4", "60", item: "rail", until: "2026-03-31"),
                        CardSaid.rule("R5", "61", item: "rail", valid: "2026-04-01", until: "2026-06-30"),
                    ], customer: customer)),
            CardSaid.message(CardSaid.card("BUY", [CardSaid.rule("B", "20", until: "2026-03-31")], side: .buy)),
        ])
        func told(_ day: String) async throws -> [SaidNotice] {
            try await sales.run("rates.ending", at: "\(day)T23:59:59.999999+08:00").said()
        }
        #expect(try await told("2026-03-16").isEmpty)
        let said = try await told("2026-03-17")
        #expect(
            said.map { $0.fact("card") } == ["BUY", "OWN"]
                && said.map(\.kind) == ["rate-card-ending", "rate-card-ending"])
        #expect(
            said.map { $0.fact("rules") } == ["1", "2"] && said.map { $0.fact("ends") } == ["2026-03-31", "2026-03-31"])
        #expect(said.map { $0.content?.owner } == ["zhao.min", "zhao.min"])
        #expect(said.map { $0.content?.alsoTo } == [[], ["li.wei"]])
        #expect(said[1].content?.next == "waybill rates card OWN")
        #expect(try await told("2026-03-18").isEmpty)
    }

    @Test("a version is said to who leads the group, and its refusal to who proposed it")
    func products() async throws {
        try await prepare()
        func handle(_ message: ServiceFixture.Message) async throws -> [SaidNotice] {
            let outcome = try await sales.handle([message], at: "2026-01-06T10:00:00+08:00")
            #expect(outcome.refused.isEmpty)
            return try outcome.said()
        }
        let unit = ProductSaid.unit("U1")
        let held = try #require(try await handle(ProductSaid.proposed(unit)).first)
        #expect(
            held.kind == "product-held" && held.content?.owner == "director" && held.fact("proposed-by") == "zhao.min")
        #expect(held.content?.next == "waybill products decide unit U1 1 approved")
        let approved = try await handle(ProductSaid.decided(unit))
        #expect(approved.map(\.id) == [held.id] && approved.map(\.clearing) == ["approved by wang.fang"])
        let next = ProductSaid.unit("U1", 2, from: "2026-02-01")
        let own = try #require(try await handle(ProductSaid.proposed(next, by: "director")).first)
        #expect(own.content?.owner == nil && own.id != held.id, "nobody decides about their own")
        let refused = try #require(try await handle(ProductSaid.decided(next, .refused)).first)
        #expect(refused.kind == "product-refused" && refused.id == own.id && refused.content?.owner == "director")
        #expect(refused.fact("note") == "Not so" && refused.fact("decided-by") == "wang.fang")
        #expect(refused.content?.expiresAt != nil && refused.revision > own.revision)
    }
}
