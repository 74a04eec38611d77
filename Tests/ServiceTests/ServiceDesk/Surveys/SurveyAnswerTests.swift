import Contracts
import Domain
import Foundation
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite("Answers to surveys", .service(try deskDefinition(["survey.quiet.days": "0", "survey.minimum": "2"])))
struct SurveyAnswerTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static let asked = "2026-03-04T10:00:00+08:00"

    /// A delivery that was late, and about which is asked.
    private static func late(
        _ order: String, customer: String = "C1", line: String = "air-freight"
    ) throws -> [ServiceFixture.Message] {
        [
            try SurveySaid.consent(customer, "g\(order)"),
            .init("p\(order)", OrderPlaced(makeOrder(order, customer: customer, line: line))),
            .init(
                "d\(order)", OrderCompleted(orderId: order, revision: 1, completedAt: try moment(asked), onTime: false)),
        ]
    }

    private static func answer(
        _ token: String, _ satisfaction: Int? = 4, recommendation: Int? = nil, effort: Int? = nil,
        comment: String? = nil, mayKeep: Bool? = nil, at time: String = "2026-03-05T10:00:00+08:00"
    ) throws -> SurveyAnswered {
        SurveyAnswered(
            token: token, channel: .page, satisfaction: satisfaction, recommendation: recommendation, effort: effort,
            comment: comment, mayKeepComment: mayKeep, at: try moment(time))
    }

    /// Asks about some orders, and gives the token of each.
    private func tokens(_ orders: [String], customer: (String) -> String = { $0 }) async throws -> [String: String] {
        let outcome = try await desk.handle(
            try orders.flatMap { try Self.late($0, customer: customer($0)) }, at: Self.asked)
        let invited = try outcome.events(SurveyInvited.self)
        #expect(invited.count == orders.count)
        return Dictionary(uniqueKeysWithValues: invited.map { ($0.orderId, $0.token) })
    }

    @Test("a token says nothing of anybody, is in no other event, and only a mark of it is kept")
    func token() async throws {
        let outcome = try await desk.handle(try Self.late("O1"), at: Self.asked)
        let invited = try #require(try outcome.events(SurveyInvited.self).first)
        #expect(invited.token.count == 26 && invited.token.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase) })
        #expect(invited.expiresAt == invited.requestedAt.adding(seconds: 30 * 86_400))
        let others = outcome.published.filter { $0.envelope.type != SurveyInvited.type } + outcome.notices
        #expect(others.count == 2)
        #expect(others.allSatisfy { !String(decoding: $0.data, as: UTF8.self).contains(invited.token) })
        let kept = try await desk.rows("select s::text from survey s")
        #expect(kept.count == 1 && kept.allSatisfy { !($0[0] ?? "").contains(invited.token) })
        #expect(SurveyToken.fresh() != SurveyToken.fresh())
    }

    @Test(
        "a survey is answered once: twice, by a forged token or too late it is refused by its code, and the others count"
    )
    func once() async throws {
        let tokens = try await tokens(["O1", "O2", "O3", "O4"])
        let (first, second) = (try #require(tokens["O1"]), try #require(tokens["O2"]))
        let (third, fourth) = (try #require(tokens["O3"]), try #require(tokens["O4"]))
        // A token that is over by our own clock is over, whatever time an answer says of itself; a week may be under way.
        let late = try await desk.handle(
            [.init("z1", source: "page", try Self.answer(second))], at: "2026-04-10T10:00:01+08:00")
        #expect(late.refused.mapValues(\.reason) == [0: .expired])
        let outcome = try await desk.handle([
            .init("a1", source: "page", try Self.answer(first, 5)),
            .init("a2", source: "page", try Self.answer(first, 1)),
            .init("a3", source: "page", try Self.answer(first, 5)),
            .init("a4", source: "page", try Self.answer(String(second.reversed()))),
            .init("a5", source: "page", try Self.answer(second, at: "2026-04-03T10:00:01+08:00")),
            .init("a6", source: "page", try Self.answer(second, at: "2026-03-04T09:59:59+08:00")),
            .init("a7", source: "page", try Self.answer(third, nil, recommendation: 10)),
            .init("a8", source: "page", try Self.answer(fourth, at: "2026-04-03T10:00:00+08:00")),
        ])
        #expect(
            outcome.refused.mapValues(\.reason) == [
                1: .conflictingContent, 3: .notFound, 4: .expired, 5: .contradictoryTimes,
            ])
        // What comes once more in a message of its own is known, too, and what was refused leaves the survey open.
        let again = try await desk.handle([
            .init("b1", source: "page", try Self.answer(first, 5)),
            .init("b2", source: "page", try Self.answer(first, 2)),
            .init("b3", source: "page", try Self.answer(second, 2)),
        ])
        #expect(again.refused.mapValues(\.reason) == [1: .conflictingContent])
        let rows = try await desk.rows(
            "select order_id, satisfaction, recommendation from survey_answer join survey using (survey_id) order by 1")
        #expect(rows == [["O1", "5", nil], ["O2", "2", nil], ["O3", nil, "10"], ["O4", "4", nil]])
    }

    @Test("what else was said is kept only when the customer lets us")
    func comment() async throws {
        let tokens = try await tokens(["O1", "O2"])
        try await desk.handle([
            .init("a1", try Self.answer(try #require(tokens["O1"]), comment: "Ótimo! 很好", mayKeep: true)),
            .init("a2", try Self.answer(try #require(tokens["O2"]), comment: "call me at home")),
        ])
        let answers = try await desk.ask("surveys.answers", ["state": "answered"])["answers"]
        #expect(Set(answers.column("comment")) == ["Ótimo! 很好", nil])
    }

    @Test(
        "every figure is worked out from the answers: by branch with its intervals, who did not answer, weighted by deliveries"
    )
    func results() async throws {
        let orders = (1...6).map { "O\($0)" }
        let tokens = try await tokens(orders)
        let scores = [("O1", 5, 10, 7), ("O2", 4, 9, 6), ("O3", 2, 3, 1), ("O4", 4, 7, 4)]
        try await desk.handle(
            try scores.map { order, satisfaction, recommendation, effort in
                .init(
                    "a\(order)",
                    try Self.answer(
                        try #require(tokens[order]), satisfaction, recommendation: recommendation, effort: effort))
            })
        let told = try await desk.ask("surveys.results", at: try moment("2026-03-10T10:00:00+08:00"))
        let results = told["results"]
        #expect(results.rows.count == 1)
        let row = Dictionary(uniqueKeysWithValues: zip(results.columns.map(\.name), results.rows[0].values))
        #expect(row["name"] == "KS01" && row["asked"] == "6" && row["answered"] == "4" && row["open"] == "2")
        // By statsmodels and the formula of the adjusted interval.
        #expect(
            row["satisfied_percent"] == "75.00" && row["satisfied_low"] == "30.06" && row["satisfied_high"] == "95.44")
        #expect(row["promoter_score"] == "25.00" && row["effort_mean"] == "4.50")
        #expect(row["weighted_percent"] == "75.00")
        let response = told["response"]
        #expect(response.column("rule") == ["late"] && response.column("deliveries") == ["6"])
        // Later nothing is open any more; and a branch with one answer tells none of its figures.
        let later = try await desk.ask(
            "surveys.results", ["by": "customer"], at: try moment("2026-05-10T10:00:00+08:00"))["results"]
        #expect(later.rows.count == 6 && Set(later.column("open")) == ["0"])
        #expect(Set(later.column("satisfied_percent")) == [nil])
        #expect(try await desk.ask("surveys.results", ["branch": "SH01"])["results"].rows.isEmpty)
        #expect(try await desk.ask("surveys.results", ["by": "month"])["results"].column("name") == ["2026-03"])
        #expect(try await desk.ask("surveys.results", ["by": "line"])["results"].column("name") == ["air-freight"])
    }

    @Test("a change from one period to the next is told when it is no chance")
    func trend() async throws {
        for (period, day) in [("A", "2026-01-10"), ("B", "2026-04-10")] {
            let orders = (1...40).map { "\(period)\($0)" }
            let outcome = try await desk.handle(
                try orders.flatMap { try Self.late($0, customer: $0) }, at: "\(day)T10:00:00+08:00")
            let answers = try outcome.events(SurveyInvited.self).enumerated().map { place, invited in
                ServiceFixture.Message(
                    "a\(invited.orderId)",
                    try Self.answer(
                        invited.token, period == "A" ? (place % 2 == 0 ? 2 : 5) : 5, at: "\(day)T11:00:00+08:00"))
            }
            try await desk.handle(answers, at: "\(day)T11:00:00+08:00")
        }
        let trend = try await desk.ask("surveys.trend", ["to": "2026-04-30"])["trend"]
        #expect(trend.column("measure") == ["recommendation", "satisfaction"])
        #expect(trend.column("verdict") == ["too-few", "better"])
        #expect(trend.column("score_before") == [nil, "50.00"] && trend.column("change") == [nil, "50.00"])
        let before = try await desk.ask("surveys.trend", ["to": "2026-02-28"])["trend"]
        #expect(before.column("verdict") == ["too-few", "too-few"])
    }
}
