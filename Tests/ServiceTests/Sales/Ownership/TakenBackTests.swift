import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite(
    "A handover that is taken back, or is another one, gives back what went along; each link of a chain is shown",
    .service(SalesService.definition))
struct TakenBackTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// zhao.min, sun.li and qian.bo sell under a manager; C1 is zhao.min's, with an opportunity, a quote and a lead.
    private func work(until last: String? = nil) async throws {
        try await sales.handle([
            .init("n1", Said.node("G", .group, below: nil)), .init("n2", Said.node("KS01", .branch, below: "G")),
            .init("p1", Said.person("boss", in: "G")), .init("p2", Said.person("manager", under: "boss")),
            .init("p3", Said.person("zhao.min", under: "manager", until: last)),
            .init("p4", Said.person("sun.li", under: "manager")),
            .init("p5", Said.person("qian.bo", under: "manager")),
            .init("r1", CustomerRegistered(Said.record(owner: "zhao.min", branch: "KS01", on: "2026-01-10"))),
            LeadSaid.seller("zhao.min"),
            CardSaid.message(CardSaid.card("ALL", [CardSaid.rule("R", "30")])),
        ])
        let customer = CustomerCode(code: "C1", source: "erp")
        let opened = ServiceFixture.Message(
            "O1", source: "waybill",
            TakeOpportunityStep(
                opportunityId: "O1", step: .opened, customer: customer, at: OpportunitySaid.time("2026-02-02"),
                by: "zhao.min"))
        let quoted = ServiceFixture.Message(
            "Q1", source: "waybill.people", typedBy: "zhao.min",
            TakeQuoteStep(
                quoteId: "Q1", step: .requested, customer: customer, currency: .cny, lines: [QuoteSaid.line()],
                validUntil: CardSaid.day("2026-06-30"), at: QuoteSaid.time("2026-02-02"), by: "zhao.min"))
        let said = try await sales.handle([opened, quoted])
        #expect(said.refused.isEmpty, "\(said.refused)")
        try await sales.handle(
            [LeadSaid.captured("1", at: "2026-02-27T10:00:00+08:00", email: "a@example.com", customer: "C1")],
            at: "2026-02-27T10:00:00+08:00")
        #expect(try await holders() == ["zhao.min", "zhao.min", "zhao.min"])
    }

    /// Who has the opportunity, the quote and the lead.
    private func holders() async throws -> [String?] {
        try await sales.rows(
            """
            select owner from (
                select 1 as place, owner from opportunity
                union all select 2, owner from quote_revision where state <> 'superseded'
                union all select 3, owner from lead where merged_into is null
            ) h order by place
            """
        ).map { $0[0] }
    }

    /// Says a handover, and has what goes along or comes back looked for.
    private func hand(
        _ id: String, _ revision: Int = 1, from login: String, to successor: String, on day: String,
        until last: String? = nil, customers: [String] = [], withdrawn: Bool? = nil, at time: String
    ) async throws {
        let message = Said.handedOver(
            id, revision: revision, from: login, to: successor, on: day, until: last, customers: customers,
            withdrawn: withdrawn)
        let handed = try await sales.handle([.init("\(id)-\(revision)", message)], at: time)
        #expect(handed.refused.isEmpty, "\(handed.refused)")
        for task in OwnershipSettlement.handOnTasks { try await sales.run(task, at: time) }
    }

    @Test("what went along comes back when the handover is taken back, visibly, and goes again when it holds again")
    func withdrawn() async throws {
        try await work()
        try await hand("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02", at: "2026-03-02T10:00:00+08:00")
        #expect(try await holders() == ["sun.li", "sun.li", "sun.li"])
        try await hand(
            "H1", 2, from: "zhao.min", to: "sun.li", on: "2026-03-02", withdrawn: true, at: "2026-03-04T10:00:00+08:00")
        #expect(try await holders() == ["zhao.min", "zhao.min", "zhao.min"])
        let opportunity = try await sales.ask("opportunities.show", ["opportunityId": "O1"])["history"]
        #expect(opportunity.column("what") == ["created", "assigned", "assigned"])
        #expect(opportunity.column("note").last == PassedItem.takenBack)
        let quote = try await sales.ask("quotes.show", ["quoteId": "Q1"])["history"]
        #expect(quote.column("what") == ["requested", "passed-on", "passed-on"])
        #expect(quote.column("note").last == PassedItem.takenBack)
        let lead = try await sales.ask("leads.show", ["leadId": try await sales.onlyLead()])["history"]
        #expect(lead.column("what") == ["captured", "passed-on", "given-back"])
        // Looked for once more, nothing goes anywhere.
        for task in OwnershipSettlement.handOnTasks { try await sales.run(task, at: "2026-03-04T11:00:00+08:00") }
        #expect(try await holders() == ["zhao.min", "zhao.min", "zhao.min"])
        try await hand("H1", 3, from: "zhao.min", to: "sun.li", on: "2026-03-02", at: "2026-03-05T10:00:00+08:00")
        #expect(try await holders() == ["sun.li", "sun.li", "sun.li"])
    }

    @Test("a handover that goes to another, or ends, takes with it what went along")
    func replaced() async throws {
        try await work()
        try await hand("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02", at: "2026-03-02T10:00:00+08:00")
        try await hand("H1", 2, from: "zhao.min", to: "qian.bo", on: "2026-03-02", at: "2026-03-03T10:00:00+08:00")
        #expect(try await holders() == ["qian.bo", "qian.bo", "qian.bo"])
        // A temporary one takes no work along.
        try await hand(
            "H1", 3, from: "zhao.min", to: "qian.bo", on: "2026-03-02", until: "2026-04-30",
            at: "2026-03-04T10:00:00+08:00")
        #expect(try await holders() == ["zhao.min", "zhao.min", "zhao.min"])
    }

    @Test("what somebody has given to a person since, or whose customer is that one's otherwise, does not come back")
    func settledSince() async throws {
        try await work()
        try await hand("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02", at: "2026-03-02T10:00:00+08:00")
        let given = try await sales.handle(
            [OpportunitySaid.step(.assigned, of: "O1", on: "2026-03-03", to: "qian.bo", by: "manager")],
            at: "2026-03-03T10:00:00+08:00")
        #expect(given.refused.isEmpty, "\(given.refused)")
        let assigned = Said.assigned("A1", from: "2026-03-03", "sun.li")
        #expect(
            try await sales.handle([.init("a", assigned)], at: "2026-03-03T11:00:00+08:00").refused.isEmpty)
        try await hand(
            "H1", 2, from: "zhao.min", to: "sun.li", on: "2026-03-02", withdrawn: true, at: "2026-03-04T10:00:00+08:00")
        #expect(try await holders() == ["qian.bo", "sun.li", "sun.li"])
    }

    @Test("of a chain each link is shown with what is open, and gives back to the one before")
    func chain() async throws {
        try await work()
        try await hand("H1", from: "zhao.min", to: "sun.li", on: "2026-03-02", at: "2026-03-02T10:00:00+08:00")
        try await hand("H2", from: "sun.li", to: "qian.bo", on: "2026-03-03", at: "2026-03-03T10:00:00+08:00")
        #expect(try await holders() == ["qian.bo", "qian.bo", "qian.bo"])
        func links() async throws -> [String] {
            let told = try await sales.ask(
                "ownership.handovers", [:], at: try moment("2026-03-03T11:00:00+08:00"))["handovers"]
            return ["handoverId", "customers", "opportunities", "quotes", "leads"].map { told.column($0) }
                .reduce(into: Array(repeating: "", count: told.rows.count)) { lines, column in
                    for (place, value) in column.enumerated() { lines[place] += "\(value ?? "-") " }
                }
        }
        #expect(try await links() == ["H2 1 1 1 1 ", "H1 1 1 1 1 "])
        try await hand(
            "H2", 2, from: "sun.li", to: "qian.bo", on: "2026-03-03", withdrawn: true, at: "2026-03-04T10:00:00+08:00")
        #expect(try await holders() == ["sun.li", "sun.li", "sun.li"])
        #expect(try await links() == ["H1 1 1 1 1 "])
        try await hand("H2", 3, from: "sun.li", to: "qian.bo", on: "2026-03-03", at: "2026-03-05T10:00:00+08:00")
        #expect(try await holders() == ["qian.bo", "qian.bo", "qian.bo"])
        // Without the first there is nothing for the second to hand on.
        try await hand(
            "H1", 2, from: "zhao.min", to: "sun.li", on: "2026-03-02", withdrawn: true, at: "2026-03-06T10:00:00+08:00")
        #expect(try await holders() == ["zhao.min", "zhao.min", "zhao.min"])
        #expect(try await links() == ["H2 0 0 0 0 "])
    }

    @Test("what was a leaver's comes back to who acts for that one")
    func leaver() async throws {
        try await work(until: "2026-03-05")
        for task in ["leads.turn", "opportunities.turn", "quotes.turn"] {
            try await sales.run(task, at: "2026-03-05T23:59:59+08:00")
        }
        #expect(try await holders() == ["manager", "manager", "manager"])
        try await hand("H1", from: "zhao.min", to: "sun.li", on: "2026-03-09", at: "2026-03-09T10:00:00+08:00")
        #expect(try await holders() == ["sun.li", "sun.li", "sun.li"])
        try await hand(
            "H1", 2, from: "zhao.min", to: "sun.li", on: "2026-03-09", withdrawn: true, at: "2026-03-10T10:00:00+08:00")
        #expect(try await holders() == ["manager", "manager", "manager"])
        #expect(
            try await sales.rows("select acting_for from opportunity union all select acting_for from quote_revision")
                == [["zhao.min"], ["zhao.min"]])
        #expect(try await sales.rows("select former_owner from lead") == [["zhao.min"]])
    }
}
