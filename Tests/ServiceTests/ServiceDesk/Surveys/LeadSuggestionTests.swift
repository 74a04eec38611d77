import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite("Needs that are seen at the service desk", .service(try deskDefinition(["survey.quiet.days": "0"])))
struct LeadSuggestionTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static func suggest(
        _ id: String, _ evidence: NeedEvidence = .complaint, complaint: String? = nil, order: String? = nil,
        need: String = "looks for a warehouse in Wuhan", by: String = "zhao.min",
        at time: String = "2026-03-05T10:00:00+08:00"
    ) throws -> ServiceFixture.Message {
        .init(
            id, source: "waybill",
            SuggestLead(
                suggestionId: id, evidence: evidence, source: "erp", complaintId: complaint, orderId: order, need: need,
                at: try moment(time), by: by))
    }

    private func complain(_ id: String, closed: Bool) async throws {
        let at = try moment("2026-03-02T10:00:00+08:00")
        try await desk.handle([
            .init(
                "k\(id)",
                ComplaintReported(
                    complaintId: id, customer: CustomerCode(code: "C1"), orderId: "O1", category: .damage,
                    severity: .minor, at: at, by: "hotline", summary: "a carton was crushed"))
        ])
        guard closed else { return }
        for (number, step) in [ComplaintStep.accepted, .closed].enumerated() {
            try await desk.handle([
                .init(
                    "s\(id)\(number)",
                    ComplaintStepTaken(
                        stepId: "s\(id)\(number)", source: "erp", complaintId: id, step: step,
                        at: at.adding(seconds: Int64(60 + number)), by: "zhao.min"))
            ])
        }
    }

    @Test("a complaint has to be closed before anything is sold to who complained")
    func complaint() async throws {
        try await desk.handle([.init("o", OrderPlaced(makeOrder("O1", customer: "C1")))])
        try await complain("open", closed: false)
        try await complain("done", closed: true)
        let outcome = try await desk.handle([
            try Self.suggest("1", complaint: "open"), try Self.suggest("2", complaint: "nobody's"),
            try Self.suggest("3", complaint: "done"),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [0: .wrongState, 1: .notFound])
        let told = try outcome.events(LeadSuggested.self)
        #expect(told.map(\.suggestionId) == ["3"] && told[0].customerCode == "C1" && told[0].by == "zhao.min")
        #expect(told[0].complaintId == "done" && told[0].customerSource == nil)
        // The same again has no effect, the same number for something else is refused.
        let again = try await desk.handle([
            .init("again", source: "waybill", try Self.suggest("3", complaint: "done").body),
            .init("other", source: "waybill", try Self.suggest("3", complaint: "done", need: "customs").body),
        ])
        #expect(again.published.isEmpty && again.refused.mapValues(\.reason) == [1: .conflictingContent])
    }

    @Test("a call counts once somebody has called, an answer once the customer has answered")
    func order() async throws {
        // A customer is asked only with its consent.
        let invited = try await desk.handle(
            [
                .init(
                    "c",
                    ConsentRecorded(
                        customer: CustomerCode(code: "C1"), channel: .email, state: .granted,
                        at: try moment("2026-03-01T10:00:00+08:00"), by: "li.wei")),
                .init("o", OrderPlaced(makeOrder("O1", customer: "C1"))),
                .init(
                    "d",
                    OrderCompleted(
                        orderId: "O1", revision: 1, completedAt: try moment("2026-03-02T10:00:00+08:00"),
                        onTime: false)),
            ], at: "2026-03-02T10:00:00+08:00")
        let token = try #require(try invited.events(SurveyInvited.self).first?.token)
        let early = try await desk.handle([
            try Self.suggest("1", .survey, order: "O1"), try Self.suggest("2", .callback, order: "O1"),
            try Self.suggest("3", .survey, order: "O9"),
        ])
        #expect(early.refused.mapValues(\.reason) == [0: .wrongState, 1: .wrongState, 2: .notFound])
        try await desk.handle([
            .init(
                "a",
                SurveyAnswered(
                    token: token, channel: .page, satisfaction: 2, at: try moment("2026-03-02T12:00:00+08:00")))
        ])
        let answered = try await desk.handle([
            try Self.suggest("4", .survey, order: "O1"), try Self.suggest("5", .callback, order: "O1"),
        ])
        #expect(answered.refused.mapValues(\.reason) == [1: .wrongState])
        #expect(try answered.events(LeadSuggested.self).first?.surveyId != nil)
        try await desk.handle([
            .init(
                "c", source: "waybill",
                TakeRecoveryStep(
                    stepId: "c", source: "erp", orderId: "O1", step: .called,
                    at: try moment("2026-03-03T10:00:00+08:00"), by: "zhao.min"))
        ])
        let called = try await desk.handle([try Self.suggest("6", .callback, order: "O1")])
        #expect(try called.events(LeadSuggested.self).map(\.evidence) == [.callback])
    }

    @Test("what sales makes of it comes back to who saw it, the highest revision whatever comes when")
    func outcome() async throws {
        try await desk.handle([.init("o", OrderPlaced(makeOrder("O1", customer: "C1")))])
        try await complain("K1", closed: true)
        try await desk.handle([
            try Self.suggest("1", complaint: "K1"), try Self.suggest("2", complaint: "K1"),
            try Self.suggest("3", complaint: "K1", by: "li.wei"),
        ])
        func outcome(
            _ id: String, _ revision: Int, _ state: LeadState, _ opportunity: OpportunityState? = nil,
            margin: String? = nil, _ currency: String = "CNY"
        ) throws -> ServiceFixture.Message {
            .init(
                "r\(id)\(revision)", source: "waybill.sales",
                SuggestedLeadChanged(
                    suggestionId: id, revision: revision, leadId: "L\(id)", state: state,
                    convertedAt: state == .converted ? try moment("2026-03-06T10:00:00+08:00") : nil,
                    opportunityId: opportunity.map { _ in "OP\(id)" }, opportunityState: opportunity,
                    margin: margin.map(FixedDecimal.of), currency: margin == nil ? nil : Currency(currency)))
        }
        try await desk.handle([
            try outcome("1", 3, .converted, .won, margin: "1200.5"), try outcome("1", 2, .assigned),
            try outcome("2", 1, .converted, .won, margin: "10", "USD"), try outcome("9", 1, .pool),
        ])
        try await desk.handle([try outcome("1", 1, .pool)])
        let told = try await desk.ask("desk.leads")
        #expect(told["suggestions"].column("suggestion_id") == ["1", "2", "3"])
        #expect(told["suggestions"].column("state") == ["converted", "converted", nil])
        #expect(told["suggestions"].column("margin") == ["1200.50", "10.00", nil])
        #expect(told["agents"].column("agent") == ["zhao.min", "li.wei"])
        #expect(told["agents"].column("converted") == ["2", "0"] && told["agents"].column("taken") == ["2", "0"])
        #expect(told["agents"].column("converted_percent") == ["100.00", "0.00"])
        // Nothing is summed over currencies.
        #expect(told["margins"].column("currency") == ["CNY", "USD"])
        #expect(told["margins"].column("margin") == ["1200.50", "10.00"])
        #expect(try await desk.ask("desk.leads", ["agent": "li.wei"])["suggestions"].rows.count == 1)
        #expect(try await desk.ask("desk.leads", ["to": "2026-03-04"])["agents"].rows.isEmpty)
    }
}
