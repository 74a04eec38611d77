import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

@Suite("Needs that the service desk saw, as leads", .service(SalesService.definition))
struct SuggestedLeadTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static func suggested(
        _ id: String, customer: String = "C1", line: String? = "warehouse",
        at time: String = "2026-03-02T10:00:00+08:00"
    ) -> ServiceFixture.Message {
        .init(
            "need-\(id)", source: SuggestedLeads.source,
            LeadSuggested(
                suggestionId: id, evidence: .callback, source: "erp", orderId: "O1", customerId: "P1",
                customerCode: customer, branch: "KS01", businessLine: line, need: "looks for a warehouse in Wuhan",
                by: "zhao.min", suggestedAt: LeadSaid.time(time)))
    }

    /// What is told of the leads' needs now.
    private func told(_ lead: String, at time: String) async throws -> [SuggestedLeadChanged] {
        try await sales.run(SuggestedLeads.task, key: lead, at: time).events(SuggestedLeadChanged.self)
    }

    @Test("a need is a capture of its customer like any other, and the service desk hears of it once")
    func capture() async throws {
        try await sales.handle([LeadSaid.captured("1", customer: "C1")])
        let stored = try await sales.handle([Self.suggested("S1"), Self.suggested("S1")])
        #expect(try stored.events(LeadStored.self).map(\.joinedBy) == [.customer])
        #expect(try await sales.togetherCaptures() == ["site/1 waybill.servicedesk/S1"])
        let kept = try await sales.rows(
            """
            select campaign, customer_source, customer_code, note, said_by, attributes->0->>'value' from lead_capture
            where source = 'waybill.servicedesk'
            """)
        #expect(kept == [["service-desk", "erp", "C1", "looks for a warehouse in Wuhan", "zhao.min", "callback"]])
        let lead = try await sales.onlyLead()
        #expect(try await sales.rows("select key from schedule where task = 'leads.suggested'") == [[lead]])
        let first = try await told(lead, at: "2026-03-02T10:01:00+08:00")
        #expect(first.map(\.suggestionId) == ["S1"] && first[0].revision == 1 && first[0].leadId == lead)
        #expect(try await told(lead, at: "2026-03-02T10:02:00+08:00").isEmpty, "the same is not told again")
    }

    @Test("what becomes of it is told, up to the margin of its opportunity")
    func outcome() async throws {
        try await sales.handle([LeadSaid.seller("li.wei")])
        try await sales.handle([Self.suggested("S1")])
        let lead = try await sales.onlyLead()
        #expect(try await told(lead, at: "2026-03-02T10:01:00+08:00").map(\.state) == [.assigned])
        try await sales.handle([
            LeadSaid.step(lead, .qualified, margin: 1_200),
            LeadSaid.step(lead, .converted, at: "2026-03-02T12:00:00+08:00"),
        ])
        let converted = try #require(try await told(lead, at: "2026-03-02T12:01:00+08:00").first)
        #expect(converted.state == .converted && converted.revision == 2 && converted.opportunityState == .open)
        let noon = LeadSaid.time("2026-03-02T12:00:00+08:00")
        #expect(converted.convertedAt?.microsecondsSinceEpoch == noon.microsecondsSinceEpoch)
        #expect(converted.margin == 1_200)
        try await sales.handle([
            .init(
                "won", source: "waybill",
                TakeOpportunityStep(
                    opportunityId: lead, step: .moved, stage: "negotiation", company: "Acme", product: "warehouse",
                    amount: 9_000, margin: 1_500, currency: .cny, closeDay: CalendarDay("2026-04-01"),
                    nextStep: "Sign", nextStepDay: CalendarDay("2026-03-20"),
                    at: LeadSaid.time("2026-03-03T12:00:00+08:00"), by: "li.wei"))
        ])
        try await sales.handle([
            .init(
                "done", source: "waybill",
                TakeOpportunityStep(
                    opportunityId: lead, step: .won, at: LeadSaid.time("2026-03-04T12:00:00+08:00"), by: "li.wei"))
        ])
        let won = try #require(try await told(lead, at: "2026-03-04T12:01:00+08:00").first)
        #expect(won.opportunityState == .won && won.margin == 1_500 && won.currency == .cny && won.revision == 3)
    }

    @Test("what was converted before a need was seen has not come of it")
    func before() async throws {
        try await sales.handle([LeadSaid.seller("li.wei"), LeadSaid.captured("1", customer: "C1")])
        let lead = try await sales.onlyLead()
        try await sales.handle([
            LeadSaid.step(lead, .qualified, margin: 1_200),
            LeadSaid.step(lead, .converted, at: "2026-03-02T12:00:00+08:00"),
        ])
        try await sales.handle([Self.suggested("S1", at: "2026-03-05T10:00:00+08:00")])
        let told = try #require(try await told(lead, at: "2026-03-05T10:01:00+08:00").first)
        #expect(told.state == .converted && told.convertedAt == nil)
        #expect(told.opportunityId == nil && told.margin == nil && told.opportunityState == nil)
    }

    @Test("when two leads turn out to be one, the need is told of as that one")
    func merged() async throws {
        try await sales.handle([
            LeadSaid.captured("1", at: "2026-03-02T09:00:00+08:00", email: "a@example.com"), Self.suggested("S1"),
        ])
        let former = try #require(
            try await sales.rows("select lead_id from lead_capture where capture_id = 'S1'").first?[0])
        _ = try await told(former, at: "2026-03-02T10:01:00+08:00")
        try await sales.handle([
            LeadSaid.captured("2", at: "2026-03-02T11:00:00+08:00", email: "a@example.com", customer: "C1")
        ])
        let lead = try #require(
            try await sales.rows("select lead_id from lead where merged_into is null").first?[0])
        let told = try await told(lead, at: "2026-03-02T11:01:00+08:00")
        #expect(lead != former && told.map(\.leadId) == [lead] && told.map(\.revision) == [2])
    }
}
