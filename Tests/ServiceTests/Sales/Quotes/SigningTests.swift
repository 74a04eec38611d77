import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = QuoteSaid

@Suite("Quotes that several sign", .service(SalesService.definition))
struct SigningTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// A branch with its head, a director above, cards, and a matrix: what earns too little is signed by the head and then by the
    /// director, and what the customer is not trusted with by the director alone.
    private func prepare() async throws {
        let said: [any Message] = [
            Said.node("G", .group, below: nil), Said.node("KS01", .branch, below: "G"),
            Said.person("director", in: "G"), Said.person("wang.fang", in: "KS01", under: "director"),
            Said.person("li.wei", in: "KS01", under: "wang.fang"),
            Said.person("zhao.min", in: "KS01", under: "wang.fang"),
        ]
        let outcome = try await sales.handle(
            said.enumerated().map { .init("p\($0)", source: "waybill.customer", $1) }
                + [
                    CardSaid.message(CardSaid.card("ALL", [CardSaid.rule("R", "30")])),
                    CardSaid.message(CardSaid.card("BUY", [CardSaid.rule("B", "20")], side: .buy)),
                ])
        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
    }

    private func set(_ matrix: AuthorityMatrix, on day: String = "2026-03-01") async throws -> ServiceFixture.Outcome {
        let body = SetQuoteAuthority(matrix, reason: "2026", at: Say.time(day), by: "director")
        return try await sales.handle(
            [.init(Content<String>(body).mark, source: "crm", body)], at: Say.time(day).description)
    }

    private func matrix(_ version: Int = 1, from day: String = "2026-03-01", mostRise: FixedDecimal? = nil) throws
        -> AuthorityMatrix
    {
        AuthorityMatrix(
            version: version, from: try #require(CalendarDay(day)), currency: .cny, mostRise: mostRise,
            cells: [
                AuthorityCell(
                    cell: "not-trusted", creditStates: ["hold", "stop"],
                    steps: [AuthorityStep(signer: .person, order: .any, logins: ["director"])]),
                AuthorityCell(
                    cell: "thin", marginRateBelow: 20,
                    steps: [AuthorityStep(signer: .managers, order: .sequential, levels: 2, hours: 9)]),
                AuthorityCell(cell: "rest", steps: [AuthorityStep(signer: .manager, order: .any)]),
            ])
    }

    private func refusal(_ message: ServiceFixture.Message) async throws -> String? {
        try await handle(message).refused[0].map { "\($0.reason.rawValue) \($0.path)" }
    }

    private func handle(_ message: ServiceFixture.Message) async throws -> ServiceFixture.Outcome {
        let at = (message.body as? TakeQuoteStep)?.at ?? (message.body as? ChangeQuoteSigning)?.at
        return try await sales.handle([message], at: at?.description ?? "2026-03-02T10:00:00+08:00")
    }

    private func done(_ message: ServiceFixture.Message) async throws -> QuoteChanged? {
        let outcome = try await handle(message)
        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
        return try outcome.events(QuoteChanged.self).first
    }

    private func change(
        _ change: SigningChange, on day: String, by login: String, signer: String? = nil
    ) -> ServiceFixture.Message {
        let body = ChangeQuoteSigning(quoteId: "Q1", change: change, signer: signer, at: Say.time(day), by: login)
        return .init(Content<String>(body).mark, source: "crm", body)
    }

    private func shown(_ table: String, _ column: String) async throws -> [String?] {
        try await sales.ask("quotes.show", ["quoteId": "Q1"], at: Say.time("2026-03-05"))[table].column(column)
    }

    @Test("two sign one after the other; before the second nobody is told what it comes to, and no document is made")
    func two() async throws {
        try await prepare()
        #expect(try await set(matrix()).refused.isEmpty)
        _ = try await done(Say.step(.requested, on: "2026-03-02", lines: [Say.line(agreed: 240)]))
        let submitted = try await handle(Say.step(.submitted, on: "2026-03-02T10:01:00+08:00"))
        #expect(try submitted.said().map { $0.content?.owner } == ["wang.fang"])
        #expect(try await shown("decision", "cell") == ["thin"])
        #expect(try await shown("signing", "candidates") == ["wang.fang director"])
        #expect(
            try await refusal(Say.step(.approved, on: "2026-03-02T10:02:00+08:00", by: "director"))
                == "not-authorised $.by")
        #expect(
            try await refusal(Say.step(.approved, on: "2026-03-02T10:02:00+08:00", by: "zhao.min"))
                == "not-authorised $.by")
        #expect(try await refusal(Say.step(.approved, on: "2026-03-02T10:02:00+08:00")) == "same-person $.by")
        let first = try await handle(Say.step(.approved, on: "2026-03-02T10:03:00+08:00", by: "wang.fang"))
        let told = try #require(try first.events(QuoteChanged.self).first)
        #expect(told.state == .inApproval && told.what == "signed" && told.amount == nil)
        #expect(try first.said().map { $0.content?.owner } == ["director"], "the next one is told")
        await #expect(throws: Refusal.self) { _ = try await sales.ask("quotes.document", ["quoteId": "Q1"]) }
        #expect(try await refusal(Say.step(.sent, on: "2026-03-02T10:04:00+08:00")) == "wrong-state $.step")
        let second = try await done(Say.step(.approved, on: "2026-03-02T10:05:00+08:00", by: "director"))
        #expect(second?.state == .approved && second?.amount == 240)
        #expect(try await shown("history", "what") == ["requested", "submitted", "signed", "approved"])
        let deals = try await sales.ask("authority.deals", at: Say.time("2026-03-05"))["deals"]
        #expect(deals.column("cell") == ["thin"] && deals.column("cost") == ["200.00"])
        #expect(deals.column("signers") == ["wang.fang+director (sequential)"])
        #expect(deals.column("creditState") == ["ok"] && deals.column("items") == ["air-kg"])
    }

    @Test("what was decided stays: another matrix and another state of credit are for what is submitted from then on")
    func snapshot() async throws {
        try await prepare()
        #expect(try await set(matrix()).refused.isEmpty)
        _ = try await done(Say.step(.requested, on: "2026-03-02"))
        _ = try await done(Say.step(.submitted, on: "2026-03-02T10:01:00+08:00"))
        #expect(try await shown("decision", "cell") == ["rest"])
        let stopped = CreditStateChanged(
            customerId: AccountIdentifier.customer(source: "crm", code: "C1"), state: .stop, previous: .ok,
            reason: "overdue", maxDaysOverdue: 90, changedAt: Say.time("2026-03-02T11:00:00+08:00"))
        #expect(try await sales.handle([.init("c1", source: "waybill.finance", stopped)]).refused.isEmpty)
        #expect(try await shown("decision", "cell") == ["rest"])
        #expect(
            try await done(change(.withdraw, on: "2026-03-02T12:00:00+08:00", by: "li.wei"))?.state == .priced)
        _ = try await done(Say.step(.submitted, on: "2026-03-02T12:01:00+08:00"))
        #expect(try await shown("decision", "cell") == ["not-trusted"])
        #expect(
            try await refusal(Say.step(.approved, on: "2026-03-02T13:00:00+08:00", by: "wang.fang"))
                == "not-authorised $.by")
        #expect(
            try await done(Say.step(.approved, on: "2026-03-02T13:00:00+08:00", by: "director"))?.state == .approved)
    }

    @Test("too long, and the next above is told and may sign; one more is added; sent back, all of it is signed anew")
    func changes() async throws {
        try await prepare()
        #expect(try await set(matrix()).refused.isEmpty)
        _ = try await done(Say.step(.requested, on: "2026-03-02", lines: [Say.line(agreed: 240)]))
        _ = try await done(Say.step(.submitted, on: "2026-03-02T10:00:00+08:00"))
        let early = try await sales.run("quotes.signing-late", key: "Q1", at: "2026-03-02T18:00:00+08:00")
        #expect(try early.events(QuoteChanged.self).isEmpty)
        let late = try await sales.run("quotes.signing-late", key: "Q1", at: "2026-03-03T10:00:00+08:00")
        #expect(try late.events(QuoteChanged.self).isEmpty, "both leaders are asked already: nobody is above them")
        #expect(
            try await refusal(change(.addSigner, on: "2026-03-03", by: "director", signer: "zhao.min"))
                == "not-authorised $.by")
        #expect(
            try await refusal(change(.addSigner, on: "2026-03-03", by: "wang.fang", signer: "li.wei"))
                == "same-person $.signer")
        #expect(
            try await refusal(change(.addSigner, on: "2026-03-03", by: "wang.fang", signer: "stranger"))
                == "not-found $.signer")
        #expect(
            try await done(change(.addSigner, on: "2026-03-03", by: "wang.fang", signer: "zhao.min"))?.what
                == "signer-added")
        for login in ["wang.fang", "director"] {
            #expect(
                try await done(Say.step(.approved, on: "2026-03-03T11:00:00+08:00", by: login))?.state == .inApproval)
        }
        #expect(
            try await done(Say.step(.returned, on: "2026-03-03T12:00:00+08:00", by: "zhao.min"))?.state == .priced)
        _ = try await done(Say.step(.submitted, on: "2026-03-03T13:00:00+08:00"))
        #expect(try await shown("signing", "signed") == [""])
        #expect(
            try await refusal(change(.withdraw, on: "2026-03-03T14:00:00+08:00", by: "zhao.min"))
                == "not-authorised $.by")
    }

    @Test("the cost may rise as far as the matrix says, and no farther, until it is sent")
    func lapsed() async throws {
        try await prepare()
        #expect(try await set(matrix(mostRise: 1)).refused.isEmpty)
        _ = try await done(Say.step(.requested, on: "2026-03-02"))
        _ = try await done(Say.step(.submitted, on: "2026-03-02T10:01:00+08:00"))
        _ = try await done(Say.step(.approved, on: "2026-03-02T10:02:00+08:00", by: "wang.fang"))
        let dearer = CardSaid.card(
            "BUY2", [CardSaid.rule("B", "20.21", valid: "2026-03-03")], side: .buy, replaces: true, on: "2026-03-03")
        #expect(try await sales.handle([CardSaid.message(dearer)]).refused.isEmpty)
        #expect(try await refusal(Say.step(.sent, on: "2026-03-03")) == "wrong-state $.step")
    }

    @Test("what a copy of the release before has submitted goes by no signatures of a submission before that")
    func submittedBefore() async throws {
        try await prepare()
        #expect(try await set(matrix()).refused.isEmpty)
        _ = try await done(Say.step(.requested, on: "2026-03-02", lines: [Say.line(agreed: 240)]))
        _ = try await done(Say.step(.submitted, on: "2026-03-02T10:01:00+08:00"))
        #expect(
            try await refusal(Say.step(.approved, on: "2026-03-02T10:02:00+08:00", by: "director"))
                == "not-authorised $.by")
        // That one writes down what was done, and nothing of who signs.
        try await sales.pool.withTransaction { transaction in
            _ = try transaction.rows(
                "update quote_event set done_at = done_at + interval '1 hour' where what = 'submitted' returning what")
        }
        #expect(try await shown("decision", "cell").isEmpty)
        #expect(
            try await done(Say.step(.approved, on: "2026-03-02T12:00:00+08:00", by: "director"))?.state == .approved)
    }

    @Test("a version is above every one before, holds from today on at the earliest, and the same again has no effect")
    func versions() async throws {
        #expect(try await set(matrix(2)).refused.isEmpty)
        #expect(try await set(matrix(2)).refused.isEmpty)
        #expect(try await set(matrix(2, mostRise: 9)).refused[0]?.reason == .staleRevision)
        #expect(try await set(matrix(1)).refused[0]?.reason == .staleRevision)
        #expect(try await set(matrix(3, from: "2026-02-28")).refused[0]?.reason == .contradictoryTimes)
        #expect(try await set(matrix(3, from: "2026-04-01")).refused.isEmpty)
        let tables = try await sales.ask("authority.show", at: Say.time("2026-03-05"))
        #expect(tables["versions"].column("version") == ["3", "2"])
        #expect(tables["cells"].column("version") == ["2", "2", "2"])
        let later = try await sales.ask("authority.show", ["on": "2026-04-01"], at: Say.time("2026-03-05"))
        #expect(later["cells"].column("version") == ["3", "3", "3"])
    }
}
