import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite(
    "What is done about low scores",
    .service(try deskDefinition(["survey.quiet.days": "0", "survey.share": "0", "survey.minimum": "2"])))
struct RecoveryTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    /// Asks about an order, which was late or not, and gives the token; `nil` when nobody is asked.
    private func ask(
        _ order: String, customer: String = "C1", late: Bool = true, at time: String
    ) async throws -> (token: String, rule: String)? {
        let outcome = try await desk.handle(
            [
                try SurveySaid.consent(customer, "g\(order)"),
                .init("p\(order)", OrderPlaced(makeOrder(order, customer: customer))),
                .init(
                    "d\(order)",
                    OrderCompleted(orderId: order, revision: 1, completedAt: try moment(time), onTime: !late)),
            ], at: time)
        guard let invited = try outcome.events(SurveyInvited.self).first else { return nil }
        return (invited.token, try #require(try outcome.events(SurveyRequested.self).first).rule)
    }

    @discardableResult
    private func answer(_ token: String, _ satisfaction: Int, at time: String) async throws -> ServiceFixture.Outcome {
        try await desk.handle([
            .init(
                "a\(token)",
                SurveyAnswered(token: token, channel: .page, satisfaction: satisfaction, at: try moment(time)))
        ])
    }

    private static func step(
        _ id: String, _ step: RecoveryStep, of order: String = "O1", cause: RecoveryCause? = nil,
        action: String? = nil, owner: String? = nil, outcome: RecoveryOutcome? = nil, at time: String
    ) throws -> ServiceFixture.Message {
        .init(
            id, source: "waybill",
            TakeRecoveryStep(
                stepId: id, source: "erp", orderId: order, step: step, cause: cause, action: action, owner: owner,
                outcome: outcome, at: try moment(time), by: "zhao.min"))
    }

    private static func whole(_ id: String, of order: String, action: String, at day: String) throws -> [ServiceFixture
        .Message]
    {
        [
            try step("\(id)1", .called, of: order, at: "\(day)T10:00:00+08:00"),
            try step("\(id)2", .causeFound, of: order, cause: .delay, at: "\(day)T11:00:00+08:00"),
            try step("\(id)3", .actionAgreed, of: order, action: action, owner: "li.wei", at: "\(day)T12:00:00+08:00"),
            try step("\(id)4", .actionDone, of: order, at: "\(day)T15:00:00+08:00"),
        ]
    }

    @Test("whoever answers low is called within a working day, and a notice stands until somebody has")
    func callback() async throws {
        // Friday afternoon: the weekend is no working day.
        let token = try #require(try await ask("O1", at: "2026-03-06T10:00:00+08:00")).token
        let low = try await answer(token, 2, at: "2026-03-06T16:00:00+08:00")
        let told = try #require(try low.events(RecoveryChanged.self).first)
        #expect(told.state == .open && told.satisfaction == 2 && told.revision == 1)
        #expect(told.callBy == (try moment("2026-03-09T16:00:00+08:00")))
        #expect(try low.kinds() == ["survey-callback"] && low.said()[0].content?.dueAt == told.callBy)
        let good = try #require(try await ask("O2", at: "2026-03-06T10:00:00+08:00")).token
        #expect(try await answer(good, 4, at: "2026-03-06T16:00:00+08:00").published.isEmpty)
        let late = try await desk.ask("surveys.recoveries", at: try moment("2026-03-09T16:00:01+08:00"))["recoveries"]
        #expect(late.column("order_id") == ["O1"] && late.column("is_late").map { $0?.first } == ["t"])
        let called = try await desk.handle([try Self.step("s1", .called, at: "2026-03-09T09:00:00+08:00")])
        #expect(try called.events(RecoveryChanged.self).map(\.state) == [.called])
        #expect(try called.said().map(\.clearing) == ["called by zhao.min"])
    }

    @Test("steps come in their order, each once, and it is re-measured only by a second answer")
    func steps() async throws {
        let token = try #require(try await ask("O1", at: "2026-03-02T10:00:00+08:00")).token
        try await answer(token, 1, at: "2026-03-02T11:00:00+08:00")
        let outcome = try await desk.handle([
            try Self.step("x1", .causeFound, cause: .delay, at: "2026-03-03T09:00:00+08:00"),
            try Self.step("x2", .called, at: "2026-03-02T10:59:59+08:00"),
            try Self.step("x3", .called, of: "O9", at: "2026-03-03T09:00:00+08:00"),
        ])
        #expect(outcome.refused.mapValues(\.reason) == [0: .wrongState, 1: .contradictoryTimes, 2: .notFound])
        let done = try await desk.handle(try Self.whole("s", of: "O1", action: "call-first", at: "2026-03-04"))
        #expect(done.refused.isEmpty)
        #expect(
            try done.events(RecoveryChanged.self).map(\.state) == [.called, .causeFound, .actionAgreed, .actionDone])
        // The same step again has no effect; the same number for another is refused.
        let again = try await desk.handle([
            .init("again", source: "waybill", try Self.step("s1", .called, at: "2026-03-04T10:00:00+08:00").body),
            .init("other", source: "waybill", try Self.step("s1", .called, at: "2026-03-04T10:00:01+08:00").body),
        ])
        #expect(again.refused.mapValues(\.reason) == [1: .conflictingContent])
        func close(_ id: String, at time: String) async throws -> ServiceFixture.Outcome {
            try await desk.handle([try Self.step(id, .closed, outcome: .reMeasured, at: time)])
        }
        #expect(try await close("c1", at: "2026-03-05T10:00:00+08:00").refused[0]?.reason == .wrongState)
        // The next delivery is asked about although it was good and nobody else is asked, and once.
        let second = try #require(try await ask("O2", late: false, at: "2026-03-20T10:00:00+08:00"))
        #expect(second.rule == "re-survey")
        #expect(try await ask("O3", late: false, at: "2026-03-21T10:00:00+08:00") == nil)
        #expect(try await close("c2", at: "2026-03-22T10:00:00+08:00").refused[0]?.reason == .wrongState)
        try await answer(second.token, 5, at: "2026-03-23T10:00:00+08:00")
        let closed = try await close("c3", at: "2026-03-24T10:00:00+08:00")
        #expect(try closed.events(RecoveryChanged.self).first?.outcome == .reMeasured)
        let shown = try await desk.ask("surveys.recoveries", ["orderId": "O1", "state": "all"])
        #expect(shown["recoveries"].column("outcome") == ["re-measured"] && shown["steps"].rows.count == 5)
    }

    @Test("what was done has helped when its customers' second answers rose more than those of whom nothing was done")
    func effect() async throws {
        func measured(_ number: Int, action: String?, second: Int) async throws {
            let (customer, first) = ("C\(number)", "F\(number)")
            let token = try #require(
                try await ask(first, customer: customer, at: "2026-03-02T10:00:00+08:00")
            ).token
            try await answer(token, 1 + number % 2, at: "2026-03-02T11:00:00+08:00")
            if let action {
                try await desk.handle(try Self.whole("w\(number)", of: first, action: action, at: "2026-03-04"))
            } else {
                try await desk.handle([
                    try Self.step("w\(number)1", .called, of: first, at: "2026-03-04T10:00:00+08:00"),
                    try Self.step(
                        "w\(number)2", .closed, of: first, outcome: .notMeasured, at: "2026-03-04T11:00:00+08:00"),
                ])
            }
            let next = try #require(
                try await ask("G\(number)", customer: customer, late: false, at: "2026-03-20T10:00:00+08:00"))
            try await answer(next.token, second, at: "2026-03-21T10:00:00+08:00")
        }
        for number in 0..<8 { try await measured(number, action: nil, second: 2 + number % 3) }
        for number in 8..<16 { try await measured(number, action: "call-first", second: 5) }
        try await measured(16, action: "new-boxes", second: 5)
        let told = try await desk.ask("surveys.effect")["effect"]
        #expect(told.column("action") == ["call-first", "new-boxes"])
        #expect(told.column("verdict") == ["improved", "too-few"])
        #expect(told.column("measured") == ["8", "1"] && told.column("control_measured") == ["8", "8"])
        #expect(told.column("change") == ["3.50", nil] && told.column("effect") == ["2.12", nil])
        #expect(try await desk.ask("surveys.effect", ["branch": "SH01"])["effect"].rows.isEmpty)
    }

    @Test("a low score is 1 or 2 of 5, up to 6 of 10, or 1 or 2 of 7")
    func low() {
        func isLow(_ satisfaction: Int?, _ recommendation: Int?, _ effort: Int?) -> Bool {
            RecoveryPolicy.isLow(satisfaction: satisfaction, recommendation: recommendation, effort: effort)
        }
        #expect(isLow(2, nil, nil) && !isLow(3, nil, nil) && isLow(5, 6, 7) && !isLow(nil, 7, nil))
        #expect(isLow(nil, nil, 2) && !isLow(nil, nil, 3))
    }
}
