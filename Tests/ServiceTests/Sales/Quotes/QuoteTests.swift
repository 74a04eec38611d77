import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = QuoteSaid

@Suite("Quotes", .service(SalesService.definition))
struct QuoteTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// Cards by which air freight is sold at 30 and bought at so much, and nothing else.
    private func cards(bought rate: String = "20") async throws {
        let outcome = try await sales.handle([
            CardSaid.message(CardSaid.card("ALL", [CardSaid.rule("R", "30")])),
            CardSaid.message(CardSaid.card("BUY", [CardSaid.rule("B", rate)], side: .buy)),
        ])
        #expect(outcome.refused.isEmpty)
    }

    /// Handles a step at the time that it says, unless it comes at another.
    private func handle(_ message: ServiceFixture.Message, at time: String?) async throws -> ServiceFixture.Outcome {
        let said = (message.body as? TakeQuoteStep)?.at.description
        return try await sales.handle([message], at: time ?? said ?? "2026-03-02T10:00:00+08:00")
    }

    private func refusal(_ message: ServiceFixture.Message, at time: String? = nil) async throws -> String? {
        try await handle(message, at: time).refused[0].map { "\($0.reason.rawValue) \($0.path)" }
    }

    private func done(_ message: ServiceFixture.Message, at time: String? = nil) async throws -> QuoteChanged? {
        let outcome = try await handle(message, at: time)
        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
        return try outcome.events(QuoteChanged.self).first
    }

    private func shown(_ table: String, _ column: String, of id: String = "Q1") async throws -> [String?] {
        try await sales.ask("quotes.show", ["quoteId": id], at: Say.time("2026-03-05"))[table].column(column)
    }

    @Test("from the request to the customer's yes, priced by the cards, approved by another")
    func life() async throws {
        try await cards()
        let asked = try await done(Say.step(.requested, on: "2026-03-02"))
        #expect(asked?.state == .priced && asked?.amount == nil, "what it comes to is not told before it is approved")
        #expect(try await shown("revisions", "amount") == ["300.00"])
        #expect(try await shown("revisions", "margin") == ["100.00"])
        #expect(try await shown("lines", "rule") == ["ALL/R"])
        #expect(try await shown("lines", "costRule") == ["BUY/B"])
        #expect(try await !shown("explanation", "words").isEmpty)
        #expect(try await done(Say.step(.submitted, on: "2026-03-03"))?.state == .inApproval)
        #expect(try await refusal(Say.step(.approved, on: "2026-03-03")) == "same-person $.by")
        #expect(try await refusal(Say.step(.sent, on: "2026-03-03")) == "wrong-state $.step")
        let approved = try await done(Say.step(.approved, on: "2026-03-03", by: "wang.fang"))
        #expect(approved?.amount == 300)
        #expect(try await done(Say.step(.sent, on: "2026-03-04"))?.state == .sent)
        #expect(try await refusal(Say.step(.priced, on: "2026-03-04")) == "wrong-state $.step")
        #expect(try await done(Say.step(.accepted, on: "2026-03-05"))?.state == .accepted)
        #expect(try await refusal(Say.step(.revised, on: "2026-03-06")) == "wrong-state $.step")
        #expect(
            try await shown("history", "what") == ["requested", "submitted", "approved", "sent", "accepted"])
    }

    @Test("no exit tells a document of what is not approved: in every state it is asked for")
    func leaks() async throws {
        try await cards()
        func document(at day: String = "2026-03-05") async -> String {
            do {
                let tables = try await sales.ask("quotes.document", ["quoteId": "Q1"], at: Say.time(day))
                return tables["quote"].column("amount").first.flatMap { $0 } ?? "nothing"
            } catch let refusal as Refusal { return refusal.reason.rawValue } catch { return "\(error)" }
        }
        #expect(await document() == "nothing")
        for (message, wanted) in [
            (Say.step(.requested, on: "2026-03-01", lines: [Say.line(item: "unknown")]), "wrong-state"),
            (Say.step(.priced, on: "2026-03-02", lines: [Say.line()]), "wrong-state"),
            (Say.step(.submitted, on: "2026-03-02"), "wrong-state"),
            (Say.step(.returned, on: "2026-03-02", by: "wang.fang"), "wrong-state"),
            (Say.step(.submitted, on: "2026-03-03"), "wrong-state"),
            (Say.step(.approved, on: "2026-03-03", by: "wang.fang"), "300.00"),
            (Say.step(.priced, on: "2026-03-04", lines: [Say.line(agreed: 250)]), "wrong-state"),
            (Say.step(.submitted, on: "2026-03-04T11:00:00+08:00"), "wrong-state"),
            (Say.step(.approved, on: "2026-03-04T12:00:00+08:00", by: "wang.fang"), "250.00"),
            (Say.step(.sent, on: "2026-03-05"), "250.00"),
            (Say.step(.revised, on: "2026-03-06"), "wrong-state"),
        ] {
            let told = try await done(message)
            #expect(await document() == wanted, "\(told?.what ?? "") \(told?.at.description ?? "")")
            #expect((told?.amount == nil) == (wanted == "wrong-state"))
        }
    }

    @Test("a line without a price holds it back until somebody says what is asked for it")
    func unpriced() async throws {
        try await cards()
        let lines = [Say.line(), Say.line(item: "unknown")]
        #expect(try await done(Say.step(.requested, on: "2026-03-02", lines: lines))?.state == .requested)
        #expect(try await shown("lines", "problem") == [nil, "no-rule"])
        #expect(try await refusal(Say.step(.submitted, on: "2026-03-02")) == "wrong-state $.step")
        let said = [Say.line(), Say.line(item: "unknown", agreed: 50)]
        #expect(try await done(Say.step(.priced, on: "2026-03-03", lines: said))?.state == .priced)
        #expect(try await shown("revisions", "amount") == ["350.00"])
        #expect(try await shown("revisions", "margin") == [nil], "what it costs is not known")
        let bad = Say.step(.priced, on: "2026-03-03", lines: [Say.line("a few")])
        #expect(try await refusal(bad) == "not-a-decimal $.lines[0].quantity")
    }

    @Test("the price stands as it was made, whatever becomes of the cards; a cost that has risen needs it anew")
    func snapshot() async throws {
        try await cards()
        try await sales.handle([
            Say.step(.requested, on: "2026-03-02"), Say.step(.submitted, on: "2026-03-02"),
            Say.step(.approved, on: "2026-03-02", by: "wang.fang"),
        ])
        let dearer = [
            CardSaid.card("ALL2", [CardSaid.rule("R", "99", valid: "2026-03-03")], replaces: true, on: "2026-03-03"),
            CardSaid.card(
                "BUY2", [CardSaid.rule("B", "21", valid: "2026-03-03")], side: .buy, replaces: true, on: "2026-03-03"),
            CardSaid.card(
                "BUY3", [CardSaid.rule("B", "21.01", valid: "2026-03-04")], side: .buy, replaces: true, on: "2026-03-04"
            ),
        ]
        for card in dearer { #expect(try await sales.handle([CardSaid.message(card)]).refused.isEmpty) }
        #expect(try await shown("revisions", "amount") == ["300.00"])
        #expect(try await refusal(Say.step(.sent, on: "2026-03-04")) == "wrong-state $.step")
        // On the day before it had risen by a twentieth, and no more.
        #expect(try await done(Say.step(.sent, on: "2026-03-03"))?.state == .sent)
        #expect(try await done(Say.step(.revised, on: "2026-03-04", lines: []))?.state == .priced)
        #expect(try await shown("revisions", "amount") == ["990.00", "300.00"])
        #expect(try await shown("revisions", "state") == ["priced", "superseded"])
        #expect(try await refusal(Say.step(.accepted, on: "2026-03-05", revision: 1)) == "wrong-state $.revision")
    }

    @Test("a quote whose last day is over has expired: nobody agrees to it, and it is revised")
    func expired() async throws {
        try await cards()
        #expect(
            try await refusal(Say.step(.requested, on: "2026-03-02", until: "2026-03-01"))
                == "contradictory-times $.validUntil")
        try await sales.handle([
            Say.step(.requested, on: "2026-03-02"), Say.step(.submitted, on: "2026-03-02"),
            Say.step(.approved, on: "2026-03-02", by: "wang.fang"), Say.step(.sent, on: "2026-03-02"),
        ])
        func states(_ day: String, _ state: String = "open") async throws -> [String?] {
            try await sales.ask("quotes.list", ["state": state], at: Say.time(day))["quotes"].column("state")
        }
        #expect(try await states("2026-03-31") == ["sent"])
        #expect(try await states("2026-04-01") == [])
        #expect(try await states("2026-04-01", "expired") == ["expired"])
        #expect(try await refusal(Say.step(.accepted, on: "2026-04-01")) == "wrong-state $.step")
        #expect(try await done(Say.step(.refused, on: "2026-04-02"))?.state == .refused)
        #expect(try await done(Say.step(.revised, on: "2026-04-02", until: "2026-04-30"))?.revision == 2)
    }

    @Test("whoever set a price that goes on does not approve it, though another has revised or submitted it since")
    func authors() async throws {
        try await cards()
        let own = [Say.line(agreed: 250)]
        try await sales.handle([Say.step(.requested, on: "2026-03-02", lines: own)])
        #expect(try await done(Say.step(.revised, on: "2026-03-03", by: "wang.fang"))?.revision == 2)
        #expect(try await done(Say.step(.submitted, on: "2026-03-03", by: "wang.fang"))?.state == .inApproval)
        for login in ["li.wei", "wang.fang"] {
            #expect(
                try await refusal(Say.step(.approved, on: "2026-03-03", by: login)) == "same-person $.by", "\(login)")
        }
        #expect(try await done(Say.step(.approved, on: "2026-03-03", by: "zhao.min"))?.amount == 250)
    }

    @Test("what a step says of its time neither revives what has expired, nor holds up what comes after")
    func typed() async throws {
        try await cards()
        let late = "2026-04-01T10:00:00+08:00"
        try await sales.handle([Say.step(.requested, on: "2026-03-02"), Say.step(.submitted, on: "2026-03-02")])
        let approved = Say.step(.approved, on: "2026-03-31", by: "wang.fang")
        #expect(try await refusal(approved, at: late) == "wrong-state $.step")
        #expect(try await done(approved)?.state == .approved)
        #expect(try await refusal(Say.step(.sent, on: "2026-03-31T11:00:00+08:00"), at: late) == "wrong-state $.step")
        let ahead = Say.step(.requested, of: "Q2", on: "2099-01-01", until: "2099-12-31")
        #expect(try await refusal(ahead, at: late) == "contradictory-times $.at")
        #expect(try await shown("revisions", "state", of: "Q2") == [])
    }

    private static let policy = """
        {"version": 7, "lines": [
            {"line": "sees", "role": "executive", "right": "see", "kinds": "*", "scope": "all"},
            {"line": "approves", "role": "executive", "right": "approve", "kinds": ["order"], "scope": "all"},
            {"line": "branch-sees", "role": "branch-manager", "right": "see", "kinds": ["order", "agreement"], "scope": "node"},
            {"line": "branch-acts", "role": "branch-manager", "right": "act", "kinds": ["agreement"], "scope": "node"},
            {"line": "branch", "role": "branch-manager", "right": "approve", "kinds": ["order"], "scope": "node"},
            {"line": "sees-all", "role": "executive", "right": "administer", "kinds": ["setting"], "scope": "all"}],
         "people": [{"login": "director", "roles": ["executive"]}, {"login": "zhang.min", "roles": ["branch-manager"]},
            {"login": "li.wei", "roles": ["branch-manager"]}, {"login": "wu.fang", "roles": ["branch-manager"]}],
         "delegations": [
            {"delegation": "offers", "of": "director", "to": "wu.fang", "rights": ["see"], "kinds": ["agreement"],
             "scope": "node", "from": "2026-03-01", "until": "2026-03-31", "recorded": "2026-02-20", "reason": "leave"}],
         "amounts": [
            {"amount": "branch-orders", "role": "branch-manager", "right": "approve", "kinds": ["order"], "upTo": "500.00",
             "currency": "CNY"},
            {"amount": "every", "role": "executive", "right": "approve", "kinds": ["order"], "upTo": "*"}]}
        """

    @Test(
        "the policy says who approves it and up to what; what earns nothing only who may approve whatever it comes to")
    func authority() async throws {
        let start = try #require(CalendarDay("2026-01-01"))
        let now = Say.time("2026-03-01")
        func node(_ node: String, _ kind: OrganisationKind, _ parent: String?) -> OrganisationChanged {
            OrganisationChanged(
                NodeLife(
                    node: node,
                    periods: [NodePeriod(from: start, kind: kind, parent: parent, name: node, purpose: .business)]),
                revision: 1, changedAt: now)
        }
        func person(_ login: String, _ node: String) -> PersonChanged {
            PersonChanged(
                PersonLife(login: login, periods: [PersonPeriod(from: start, name: login, node: node)]), revision: 1,
                changedAt: now, by: "director")
        }
        let said: [any Message] = [
            node("G", .group, nil), node("EAST", .division, "G"), node("KS01", .branch, "EAST"),
            node("SH01", .branch, "EAST"), person("director", "G"), person("zhang.min", "KS01"),
            person("li.wei", "KS01"), person("wu.fang", "SH01"),
            PermissionPolicyChanged(
                version: 7, document: PolicyText.pieces(Self.policy), by: "director", setAt: now, reason: "授权"),
        ]
        let outcome = try await sales.handle(
            said.enumerated().map { .init("p\($0)", source: "waybill.customer", $1) })
        #expect(outcome.refused.isEmpty)
        try await cards()
        for (id, lines) in [
            ("Q1", [Say.line()]), ("Q2", [Say.line("20")]), ("Q3", [Say.line(agreed: 190)]),
        ] {
            try await sales.handle([
                Say.step(.requested, of: id, on: "2026-03-02", lines: lines),
                Say.step(.submitted, of: id, on: "2026-03-02"),
            ])
        }
        func approve(_ id: String, by login: String) async throws -> String? {
            try await refusal(Say.step(.approved, of: id, on: "2026-03-02", by: login, typed: true))
        }
        #expect(try await approve("Q1", by: "li.wei") == "same-person $.by")
        #expect(try await approve("Q1", by: "wu.fang") == "not-authorised $.quoteId", "of another branch")
        #expect(try await approve("Q1", by: "zhang.min") == nil)
        #expect(try await shown("revisions", "authority") == ["branch-manager"])
        #expect(try await approve("Q2", by: "zhang.min") == "above-authority $.quoteId", "600 is more than 500")
        #expect(try await approve("Q3", by: "zhang.min") == "above-authority $.quoteId", "190 is below its cost")
        #expect(try await approve("Q2", by: "director") == nil)
        #expect(try await approve("Q3", by: "director") == nil)
        try await sales.handle([
            Say.step(.requested, of: "Q4", on: "2026-03-02", by: "wu.fang"),
            Say.step(.submitted, of: "Q4", on: "2026-03-02", by: "wu.fang"),
        ])
        #expect(
            try await approve("Q4", by: "director") == "same-person $.by", "who stands for the director asked for it")
    }
}
