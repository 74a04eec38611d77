import Contracts
import Domain
import ServiceDeskService
import ServiceTestSupport
import Testing

/// What customers say of being asked.
enum SurveySaid {
    /// A customer as a whole wants to be spoken with, or does not.
    static func consent(
        _ customer: String, _ id: String, _ state: ConsentState = .granted, with person: String? = nil,
        by channel: InteractionChannel = .email, at time: String = "2026-01-02T10:00:00+08:00"
    ) throws -> ServiceFixture.Message {
        .init(
            id,
            ConsentRecorded(
                customer: CustomerCode(code: customer), with: person, channel: channel, state: state,
                at: try moment(time), by: "li.wei"))
    }
}

@Suite("Surveys go to customers with their consent alone", .service(try deskDefinition(["survey.quiet.days": "0"])))
struct SurveyConsentTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private func late(_ order: String, _ customer: String = "C1") async throws -> ServiceFixture.Outcome {
        let asked = "2026-03-04T10:00:00+08:00"
        return try await desk.handle(
            [
                .init("p\(order)", OrderPlaced(makeOrder(order, customer: customer))),
                .init(
                    "d\(order)",
                    OrderCompleted(orderId: order, revision: 1, completedAt: try moment(asked), onTime: false)),
            ], at: asked)
    }

    private func held() async throws -> [[String?]] {
        try await desk.rows("select order_id, held_why from survey order by 1")
    }

    @Test("without a word of the customer it is held back, visibly, and our own people hear of it all the same")
    func without() async throws {
        let outcome = try await late("O1")
        #expect(try outcome.events(SurveyInvited.self).isEmpty)
        #expect(try outcome.events(SurveyRequested.self).count == 1 && outcome.kinds() == ["survey-requested"])
        #expect(try await held() == [["O1", "no-consent"]])
        let answers = try await desk.ask("surveys.answers", ["state": "held"])["answers"]
        #expect(answers.column("held") == ["no-consent"] && answers.column("order_id") == ["O1"])
        #expect(try await desk.ask("surveys.results")["results"].rows.isEmpty)
        let figures = try await desk.figures()["surveys_held"] ?? []
        #expect(figures.map { $0.0 } == ["no-consent"] && figures.map { $0.1 } == [1])
    }

    @Test(
        "once the customer agrees it goes out, once; what one person of it wants, or another customer, changes nothing")
    func released() async throws {
        _ = try await late("O1")
        let others = try await desk.handle(
            [try SurveySaid.consent("C1", "1", with: "Mr Xu"), try SurveySaid.consent("C2", "2")],
            at: "2026-03-05T10:00:00+08:00")
        #expect(try others.events(SurveyInvited.self).isEmpty)
        let own = try await desk.handle([try SurveySaid.consent("C1", "3")], at: "2026-03-05T11:00:00+08:00")
        #expect(try own.events(SurveyInvited.self).map(\.orderId) == ["O1"])
        #expect(try await held() == [["O1", nil]])
        let again = try await desk.handle(
            [try SurveySaid.consent("C1", "4", by: .phone)], at: "2026-03-05T12:00:00+08:00")
        #expect(try again.events(SurveyInvited.self).isEmpty)
    }

    @Test("the later word counts, of two of one moment the one that forbids; and what is too old is not asked any more")
    func order() async throws {
        let time = "2026-02-01T10:00:00+08:00"
        try await desk.handle([
            try SurveySaid.consent("C1", "1", .withdrawn, at: time), try SurveySaid.consent("C1", "2", at: time),
            try SurveySaid.consent("C1", "3"),
        ])
        #expect(try await late("O1").events(SurveyInvited.self).isEmpty)
        let late = try await desk.handle(
            [try SurveySaid.consent("C1", "4", at: "2026-05-01T10:00:00+08:00")], at: "2026-05-01T10:00:00+08:00")
        #expect(try late.events(SurveyInvited.self).isEmpty)
        #expect(try await held() == [["O1", "no-consent"]])
    }
}
