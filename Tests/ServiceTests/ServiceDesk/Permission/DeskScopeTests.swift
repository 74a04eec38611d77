import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite("Who sees what of deliveries and complaints", .service(try deskDefinition()))
struct DeskScopeTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    @Test("every table is declared once")
    func declared() async throws { #expect(try await desk.undeclared() == []) }

    private static func complaint(
        _ id: String, customer: String, order: String? = nil, by: String = "hotline", at: Timestamp
    ) -> ComplaintReported {
        ComplaintReported(
            complaintId: id, customer: CustomerCode(code: customer), orderId: order, category: .damage,
            severity: .major, at: at, by: by, summary: "two cartons crushed")
    }

    @Test("two branches, and two sellers, see what is theirs, and both together all")
    func parts() async throws {
        let done = try moment("2026-03-04T10:00:00+08:00")
        for side in Side.allCases {
            let number = side.number
            let outcome = try await desk.handle([
                try SurveySaid.consent(side.customer, "g\(number)"),
                .init("c\(number)", CustomerRegistered(side.record)), .init("o\(number)", OrderPlaced(side.order())),
                .init(
                    "d\(number)",
                    OrderCompleted(orderId: "O\(number)", revision: 1, completedAt: done, onTime: false)),
                .init("k\(number)", Self.complaint("K\(number)", customer: side.customer, at: done)),
                .init(
                    "s\(number)",
                    ComplaintStepTaken(
                        stepId: "S\(number)", source: "erp", complaintId: "K\(number)", step: .accepted, at: done,
                        by: "zhao.min")),
                .init(
                    "w\(number)",
                    ComplaintWaiting(
                        waitId: "W\(number)", complaintId: "K\(number)", waiting: .customer, reason: .evidence,
                        at: done,
                        by: "zhao.min")),
            ])
            let token = try #require(try outcome.events(SurveyInvited.self).first?.token)
            try await desk.handle([
                .init("a\(number)", SurveyAnswered(token: token, channel: .page, satisfaction: 2, at: done))
            ])
            try await desk.handle([
                .init(
                    "n\(number)", source: "waybill",
                    SuggestLead(
                        suggestionId: "N\(number)", evidence: .survey, source: "erp", orderId: "O\(number)",
                        need: "customs", at: done, by: "zhao.min"))
            ])
        }
        let pool = try await desk.enforceScopes()
        let tables = Dictionary(
            uniqueKeysWithValues: [
                "account", "delivery", "performance", "survey", "survey_answer", "recovery", "complaint",
                "complaint_step", "complaint_wait", "lead_suggestion",
            ]
            .map { ($0, "true") })
        #expect(try await desk.undivided(tables, among: Side.allCases.map(\.asBranch), by: pool) == [])
        #expect(try await desk.undivided(tables, among: Side.allCases.map(\.asSeller), by: pool) == [])
    }

    @Test("a complaint is seen by who took it down, and where the order was delivered that it is of")
    func complaints() async throws {
        let at = try moment("2026-03-04T10:00:00+08:00")
        try await desk.handle([
            .init("c", CustomerRegistered(Side.here.record)), .init("o", OrderPlaced(Side.there.order())),
            .init("1", Self.complaint("taken", customer: "C1", by: "zhao.min", at: at)),
            .init("2", Self.complaint("there", customer: "C1", order: "O2", at: at)),
        ])
        let pool = try await desk.enforceScopes()
        for (asker, expected) in [
            (ScopedAsker(logins: ["zhao.min"]), ["taken"]), (Side.there.asBranch, ["there"]),
            (Side.here.asBranch, ["taken", "there"]), (ScopedAsker.nobody, []),
        ] as [(ScopedAsker, [String])] {
            let seen = try await desk.see(as: asker, by: pool) {
                try $0.query("select complaint_id from complaint order by 1", as: String.self)
            }
            #expect(seen == expected)
        }
    }
}
