import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite(
    "What people work on goes on when they leave, and along with customers that are handed over",
    .service(SalesService.definition))
struct OpenWorkTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// zhao.min and sun.li sell under a manager, whom the boss is above of.
    private func organisation(until last: String? = nil) async throws {
        try await sales.handle([
            .init("n1", Said.node("G", .group, below: nil)), .init("n2", Said.node("KS01", .branch, below: "G")),
            .init("p1", Said.person("boss", in: "G")), .init("p2", Said.person("manager", under: "boss")),
            .init("p3", Said.person("zhao.min", under: "manager", until: last)),
            .init("p4", Said.person("sun.li", under: "manager")),
        ])
    }

    /// Two opportunities that are kept here, one of them lost, one that another system keeps, and a quote: all zhao.min's.
    private func work() async throws {
        try await sales.handle([
            CardSaid.message(CardSaid.card("ALL", [CardSaid.rule("R", "30")])),
            CardSaid.message(CardSaid.card("BUY", [CardSaid.rule("B", "20")], side: .buy)),
        ])
        let outcome = try await sales.handle([
            OpportunitySaid.step(.opened, of: "O1", on: "2026-02-02", company: "Acme Ltd", by: "zhao.min"),
            OpportunitySaid.step(.opened, of: "O2", on: "2026-02-02", company: "Acme Ltd", by: "zhao.min"),
            OpportunitySaid.step(.lost, of: "O2", on: "2026-02-03", reason: .price, by: "zhao.min"),
            OpportunitySaid.recorded(OpportunitySaid.terms("O9", on: "2026-02-02", owner: "zhao.min")),
            QuoteSaid.step(.requested, on: "2026-02-02", by: "zhao.min"),
        ])
        #expect(outcome.refused.isEmpty, "\(outcome.refused)")
    }

    private func opportunities() async throws -> [[String?]] {
        try await sales.rows("select opportunity_id, owner, acting_for from opportunity order by opportunity_id")
    }

    private func quotes() async throws -> [[String?]] {
        try await sales.rows("select quote_id, owner, acting_for from quote_revision order by quote_id")
    }

    @Test("a leaver's open opportunities and quotes go to who acts for them, visibly, and what is decided stays")
    func leaver() async throws {
        try await organisation(until: "2026-03-05")
        try await work()
        // The day before the last nothing goes anywhere.
        for task in ["opportunities.turn", "quotes.turn"] { try await sales.run(task, at: "2026-03-04T23:59:59+08:00") }
        #expect(try await opportunities().allSatisfy { $0[1] == "zhao.min" && $0[2] == nil })
        let told = try await sales.run("opportunities.turn", at: "2026-03-05T23:59:59+08:00")
        #expect(
            try await opportunities() == [
                ["O1", "manager", "zhao.min"], ["O2", "zhao.min", nil], ["O9", "zhao.min", nil],
            ])
        #expect(try told.events(OpportunityChanged.self).map(\.what) == ["assigned"])
        // On the last day it was still the leaver's.
        let spans = try await sales.rows(
            "select from_day::text, owner from opportunity_span where opportunity_id = 'O1' order by from_day")
        #expect(spans == [["2026-02-02", "zhao.min"], ["2026-03-06", "manager"]])
        let quoted = try await sales.run("quotes.turn", at: "2026-03-05T23:59:59+08:00")
        #expect(try await quotes() == [["Q1", "manager", "zhao.min"]])
        #expect(try quoted.events(QuoteChanged.self).map { "\($0.what) \($0.owner)" } == ["passed-on manager"])
        let history = try await sales.ask("quotes.show", ["quoteId": "Q1"])["history"]
        #expect(history.column("what") == ["requested", "passed-on"])
        // Once it is done, it is done.
        let again = try await sales.run("opportunities.turn", at: "2026-03-06T23:59:59+08:00")
        #expect(try again.events(OpportunityChanged.self).isEmpty)
        // Whoever gets it by a step has it for themselves.
        try await sales.handle(
            [OpportunitySaid.step(.assigned, of: "O1", on: "2026-03-09", to: "sun.li", by: "manager")],
            at: "2026-03-09T10:00:00+08:00")
        #expect(try await opportunities()[0] == ["O1", "sun.li", nil])
    }

    @Test("whom nobody is above of keeps it, and where no organisation is recorded nothing goes")
    func nobodyAbove() async throws {
        try await work()
        try await sales.run("opportunities.turn", at: "2026-03-05T23:59:59+08:00")
        #expect(try await opportunities()[0] == ["O1", "zhao.min", nil])
        try await sales.handle([
            .init("n1", Said.node("G", .group, below: nil)), .init("n2", Said.node("KS01", .branch, below: "G")),
            .init("p3", Said.person("zhao.min", until: "2026-03-05")),
        ])
        try await sales.run("opportunities.turn", at: "2026-03-05T23:59:59+08:00")
        #expect(try await opportunities()[0] == ["O1", "zhao.min", nil])
    }

    /// An opportunity of the customer C1, which zhao.min looks after, and one of C2, which sun.li does; both are zhao.min's.
    private func customers() async throws {
        try await sales.handle([
            .init("r1", CustomerRegistered(Said.record(owner: "zhao.min", branch: "KS01", on: "2026-01-10"))),
            .init("r2", CustomerRegistered(Said.record("C2", owner: "sun.li", branch: "KS01", on: "2026-01-10"))),
        ])
        let opened = [("O3", "C1"), ("O4", "C2")].map { id, code in
            ServiceFixture.Message(
                id, source: "waybill",
                TakeOpportunityStep(
                    opportunityId: id, step: .opened, customer: CustomerCode(code: code, source: "erp"),
                    at: OpportunitySaid.time("2026-02-02"), by: "zhao.min"))
        }
        #expect(try await sales.handle(opened).refused.isEmpty)
    }

    private func items(_ login: String, on day: String) async throws -> [String] {
        let found = try await sales.ask("ownership.items", ["login": login, "on": day])["open items"]
        return zip(found.column("kind"), found.column("item")).map { "\($0 ?? "-") \($1 ?? "-")" }
    }

    @Test("what is open of a customer is listed with it, and goes along when it is handed over")
    func handedOver() async throws {
        try await organisation()
        try await work()
        try await customers()
        #expect(try await items("zhao.min", on: "2026-03-02") == ["opportunity O3"])
        let handed = try await sales.handle([
            .init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02"))
        ])
        #expect(handed.refused.isEmpty)
        for task in OwnershipSettlement.handOnTasks { try await sales.run(task, at: "2026-03-02T10:00:00+08:00") }
        // What is of another's customer, or of none, stays with who works on it.
        #expect(
            try await opportunities() == [
                ["O1", "zhao.min", nil], ["O2", "zhao.min", nil], ["O3", "sun.li", nil], ["O4", "zhao.min", nil],
                ["O9", "zhao.min", nil],
            ])
        #expect(try await items("sun.li", on: "2026-03-02") == ["opportunity O3"])
        // Given back by somebody, it stays there.
        try await sales.handle(
            [OpportunitySaid.step(.assigned, of: "O3", on: "2026-03-03", to: "zhao.min", by: "manager")],
            at: "2026-03-03T10:00:00+08:00")
        try await sales.run("opportunities.turn", at: "2026-03-03T23:59:59+08:00")
        #expect(try await opportunities()[2] == ["O3", "zhao.min", nil])
    }

    @Test("what is handed over by each of two codes to the other goes along once, and stays")
    func twoCodes() async throws {
        try await organisation()
        try await work()
        try await customers()
        let codes = ["erp", "crm"]
        let record = CustomerRecord(
            customerId: "K-C1", revision: 2, name: "C1 Ltd", branch: "KS01", salesOwner: "zhao.min",
            accounts: codes.map { AccountHoming(source: $0, code: "C1", revision: 1) },
            at: OpportunitySaid.time("2026-01-11"))
        let said = try await sales.handle([
            .init("a", CustomerChanged(record)),
            .init("a1", source: "erp", Said.assigned("A1", from: "2026-01-01", "zhao.min")),
            .init("a2", source: "crm", Said.assigned("A2", from: "2026-01-01", "sun.li")),
            .init(
                "h1", source: "erp",
                Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02", customers: ["C1"])),
            .init(
                "h2", source: "crm",
                Said.handedOver("H2", from: "sun.li", to: "zhao.min", on: "2026-03-02", customers: ["C1"])),
        ])
        #expect(said.refused.isEmpty, "\(said.refused)")
        // The opportunity is of the one code, the quote of the other.
        for _ in 1...3 {
            for task in OwnershipSettlement.handOnTasks { try await sales.run(task, at: "2026-03-02T10:00:00+08:00") }
            #expect(try await opportunities()[2] == ["O3", "sun.li", nil])
            #expect(try await quotes() == [["Q1", "sun.li", nil]])
        }
    }

    @Test("what the former owner opens after the handover stays with that one")
    func openedSince() async throws {
        try await organisation()
        try await customers()
        try await sales.handle([.init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02"))])
        let opened = ServiceFixture.Message(
            "O5", source: "waybill",
            TakeOpportunityStep(
                opportunityId: "O5", step: .opened, customer: CustomerCode(code: "C1", source: "erp"),
                at: OpportunitySaid.time("2026-03-03"), by: "zhao.min"))
        #expect(try await sales.handle([opened], at: "2026-03-03T10:00:00+08:00").refused.isEmpty)
        try await sales.run("opportunities.turn", at: "2026-03-03T23:59:59+08:00")
        #expect(
            try await opportunities() == [
                ["O3", "sun.li", nil], ["O4", "zhao.min", nil], ["O5", "zhao.min", nil],
            ])
    }

    @Test("a quote that is done with by the time it would go stays as it is, and whoever has one acts for nobody")
    func doneMeanwhile() async throws {
        try await organisation()
        try await work()
        let answered = try await sales.handle([
            QuoteSaid.step(.submitted, on: "2026-02-03", by: "zhao.min"),
            QuoteSaid.step(.approved, on: "2026-02-04", by: "manager"),
            QuoteSaid.step(.sent, on: "2026-02-05", by: "zhao.min"),
            QuoteSaid.step(.refused, on: "2026-02-06", by: "zhao.min"),
            QuoteSaid.step(.requested, of: "Q2", on: "2026-02-02", by: "zhao.min"),
            QuoteSaid.step(.requested, of: "Q3", on: "2026-02-02", by: "sun.li"),
        ])
        #expect(answered.refused.isEmpty, "\(answered.refused)")
        let now = try moment("2026-03-02T10:00:00+08:00")
        let told = try await sales.pool.withTransaction { transaction in
            var effects = Effects(now: now, source: ServiceName.sales.source, wallClock: now)
            let passing = PassedItem(to: "sun.li", actingFor: "zhao.min", note: "zhao.min has left")
            try QuotePassing.pass(
                ["Q1": passing, "Q2": passing, "Q3": passing], on: now.day(), at: now, transaction, &effects)
            return effects.published.count
        }
        #expect(told == 1)
        #expect(
            try await quotes() == [["Q1", "zhao.min", nil], ["Q2", "sun.li", "zhao.min"], ["Q3", "sun.li", nil]])
    }

    @Test("what goes along is looked for when something is handed over, by a key of its own, and not at every change")
    func lookedFor() async throws {
        try await organisation()
        try await sales.handle([.init("o1", OrderPlaced(Said.order("O1", "zhao.min", on: "2026-02-01")))])
        try await sales.handle([.init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02"))])
        func scheduled() async throws -> [String?] {
            try await sales.rows("select key from schedule where task = 'quotes.hand-on' order by key").map { $0[0] }
        }
        let first = try await scheduled()
        #expect(first.count == 1 && first[0]?.isEmpty == false)
        // Another sells next: the line is handed over for fewer days than before.
        try await sales.handle(
            [.init("o2", OrderPlaced(Said.order("O2", "manager", on: "2026-03-04")))], at: "2026-03-04T10:00:00+08:00")
        #expect(try await scheduled() == first)
    }

    @Test("what a leaver's manager has goes on to who gets the leaver's customers, from the day on")
    func leaverHandedOver() async throws {
        try await organisation(until: "2026-03-05")
        try await customers()
        try await sales.run("opportunities.turn", at: "2026-03-05T23:59:59+08:00")
        #expect(try await opportunities() == [["O3", "manager", "zhao.min"], ["O4", "manager", "zhao.min"]])
        #expect(try await items("zhao.min", on: "2026-03-06") == ["opportunity O3"])
        try await sales.handle(
            [.init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-09"))],
            at: "2026-03-06T10:00:00+08:00")
        try await sales.run(OpportunityPassing.handOnTask, at: "2026-03-06T10:00:00+08:00")
        #expect(try await opportunities()[0] == ["O3", "manager", "zhao.min"])
        try await sales.run("opportunities.turn", at: "2026-03-08T23:59:59+08:00")
        #expect(try await opportunities() == [["O3", "sun.li", nil], ["O4", "manager", "zhao.min"]])
    }

    @Test("a quote of the customer goes along, and who worked on it still may not approve it")
    func quote() async throws {
        try await organisation()
        try await work()
        try await sales.handle([
            .init("r1", CustomerRegistered(Said.record(owner: "zhao.min", branch: "KS01", on: "2026-01-10")))
        ])
        // The quote is of the code C1 of the system that asked for it.
        try await sales.handle([
            .init(
                "a",
                CustomerChanged(
                    CustomerRecord(
                        customerId: "K-C1", revision: 2, name: "C1 Ltd", branch: "KS01", salesOwner: "zhao.min",
                        accounts: [
                            AccountHoming(source: "erp", code: "C1", revision: 1),
                            AccountHoming(source: "crm", code: "C1", revision: 1),
                        ], at: OpportunitySaid.time("2026-01-11"))))
        ])
        #expect(try await items("zhao.min", on: "2026-03-02") == ["quote Q1"])
        try await sales.handle([.init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02"))])
        try await sales.run(QuotePassing.handOnTask, at: "2026-03-02T10:00:00+08:00")
        #expect(try await quotes() == [["Q1", "sun.li", nil]])
        let steps = [
            QuoteSaid.step(.submitted, on: "2026-03-03", by: "sun.li"),
            QuoteSaid.step(.approved, on: "2026-03-04", by: "zhao.min"),
        ]
        #expect(try await sales.handle([steps[0]], at: "2026-03-03T10:00:00+08:00").refused.isEmpty)
        let refused = try await sales.handle([steps[1]], at: "2026-03-04T10:00:00+08:00").refused
        #expect(refused[0]?.reason == .samePerson)
    }

    @Test("a lead of the customer goes along")
    func lead() async throws {
        try await organisation()
        try await sales.handle([
            .init("r1", CustomerRegistered(Said.record(owner: "zhao.min", branch: "KS01", on: "2026-01-10"))),
            LeadSaid.seller("zhao.min"),
        ])
        try await sales.handle(
            [
                LeadSaid.captured("1", at: "2026-02-27T10:00:00+08:00", email: "a@example.com", customer: "C1")
            ], at: "2026-02-27T10:00:00+08:00")
        let lead = try await sales.onlyLead()
        #expect(try await sales.rows("select owner, customer_id from lead") == [["zhao.min", "K-C1"]])
        #expect(try await items("zhao.min", on: "2026-03-02") == ["lead \(lead)"])
        try await sales.handle([.init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02"))])
        try await sales.run(LeadTasks.handOnTask, at: "2026-03-02T10:00:00+08:00")
        #expect(try await sales.rows("select owner, former_owner from lead") == [["sun.li", "zhao.min"]])
    }

    @Test("what goes along follows handovers from one to the next, and stays where a temporary one leads")
    func onward() async throws {
        try await organisation()
        try await customers()
        try await sales.handle([
            .init("h1", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02", customers: ["C1"]))
        ])
        try await sales.run(OpportunityPassing.handOnTask, at: "2026-03-02T10:00:00+08:00")
        #expect(try await opportunities() == [["O3", "sun.li", nil], ["O4", "zhao.min", nil]])
        func hand(_ revision: Int, until last: String?, at time: String) async throws {
            let message = Said.handedOver(
                "H2", revision: revision, from: "sun.li", to: "manager", on: "2026-03-05", until: last)
            let handed = try await sales.handle([.init("h2-\(revision)", message)], at: time)
            #expect(handed.refused.isEmpty, "\(handed.refused)")
            try await sales.run(OpportunityPassing.handOnTask, at: time)
        }
        // For some days only: who is asked about the customer changes, the work does not.
        try await hand(1, until: "2026-03-20", at: "2026-03-05T10:00:00+08:00")
        #expect(try await opportunities()[0] == ["O3", "sun.li", nil])
        // For good: it goes on from who has got it. What another works on for a customer that was never theirs stays.
        try await hand(2, until: nil, at: "2026-03-06T10:00:00+08:00")
        #expect(try await opportunities() == [["O3", "manager", nil], ["O4", "zhao.min", nil]])
    }

    @Test("a lead that a leaver's manager has worked on goes on to who gets the leaver's customers")
    func leadOfLeaver() async throws {
        try await organisation(until: "2026-03-05")
        try await sales.handle([
            .init("r1", CustomerRegistered(Said.record(owner: "zhao.min", branch: "KS01", on: "2026-01-10"))),
            LeadSaid.seller("zhao.min"),
        ])
        try await sales.handle(
            [LeadSaid.captured("1", at: "2026-02-27T10:00:00+08:00", email: "a@example.com", customer: "C1")],
            at: "2026-02-27T10:00:00+08:00")
        let lead = try await sales.onlyLead()
        try await sales.run("leads.turn", at: "2026-03-05T23:59:59+08:00")
        #expect(try await sales.rows("select owner, former_owner from lead") == [["manager", "zhao.min"]])
        let contacted = try await sales.handle(
            [LeadSaid.step(lead, .contacted, by: "manager", at: "2026-03-06T11:00:00+08:00")],
            at: "2026-03-06T11:00:00+08:00")
        #expect(contacted.refused.isEmpty, "\(contacted.refused)")
        try await sales.handle(
            [.init("h", Said.handedOver("H1", from: "zhao.min", to: "sun.li", on: "2026-03-09"))],
            at: "2026-03-09T10:00:00+08:00")
        try await sales.run(LeadTasks.handOnTask, at: "2026-03-09T10:00:00+08:00")
        #expect(try await sales.rows("select owner, former_owner from lead") == [["sun.li", "manager"]])
    }
}
