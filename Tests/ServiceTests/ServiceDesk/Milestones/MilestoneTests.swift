import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite(
    "Orders that are expected to be late", .service(try deskDefinition(["warning.minimum": "4", "survey.share": "0"])))
struct MilestoneTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static func reached(
        _ id: String, _ milestone: ShipmentMilestone = .departed, of order: String, route: String? = "PVG-FRA",
        at time: String
    ) throws -> ServiceFixture.Message {
        .init(
            "m\(id)",
            MilestoneReached(
                milestoneId: id, orderId: order, milestone: milestone, route: route, reachedAt: try moment(time)))
    }

    /// Others that departed at eight of a day of March and were done so many hours later.
    private func history(_ hours: [Int]) async throws {
        for (place, hours) in hours.enumerated() {
            let day = "2026-03-0\(1 + place)"
            let start = try moment("\(day)T08:00:00+08:00")
            try await desk.handle([
                .init(
                    "p\(place)",
                    OrderPlaced(makeOrder("H\(place)", customer: "C9", promised: "2026-03-30T00:00:00+08:00"))),
                try Self.reached("H\(place)", of: "H\(place)", at: "\(day)T08:00:00+08:00"),
                .init(
                    "d\(place)",
                    OrderCompleted(
                        orderId: "H\(place)", revision: 1, completedAt: start.adding(seconds: Int64(hours) * 3_600))),
            ])
        }
        try await desk.run("milestones.learn", at: "2026-03-09T23:59:59+08:00")
    }

    @Test("it is said before the promise breaks, and no longer when a later milestone speaks against it")
    func warning() async throws {
        try await history([10, 12, 14, 16, 18])
        try await desk.handle([
            .init("a", OrderPlaced(makeOrder("A", customer: "C1", promised: "2026-03-10T20:00:00+08:00"))),
            .init("b", OrderPlaced(makeOrder("B", customer: "C1", promised: "2026-03-12T20:00:00+08:00"))),
        ])
        let told = try await desk.handle(
            [
                try Self.reached("1", of: "A", at: "2026-03-10T08:00:00+08:00"),
                try Self.reached("2", of: "B", at: "2026-03-10T08:00:00+08:00"),
                // It has come before its order: it is kept, and nothing is said.
                try Self.reached("3", of: "NOBODY", at: "2026-03-10T08:00:00+08:00"),
            ], at: "2026-03-10T08:05:00+08:00")
        #expect(told.refused.isEmpty)
        #expect(try told.kinds() == ["delivery-late-expected"])
        let content = try #require(try told.said()[0].content)
        let promised = try moment("2026-03-10T20:00:00+08:00")
        #expect(content.dueAt?.microsecondsSinceEpoch == promised.microsecondsSinceEpoch)
        let open = try await desk.ask("warnings.list")["warnings"]
        #expect(open.column("order_id") == ["A"] && open.column("observations") == ["5"])
        // Three of five took longer than twelve hours: that is counted in steps of five, from below.
        #expect(open.column("likelihood") == ["55"])
        // The same again says nothing anew, and another of that number is refused.
        let again = try await desk.handle(
            [
                .init("again", try Self.reached("1", of: "A", at: "2026-03-10T08:00:00+08:00").body),
                .init("other", try Self.reached("1", of: "A", at: "2026-03-10T09:00:00+08:00").body),
            ], at: "2026-03-10T08:10:00+08:00")
        #expect(again.notices.isEmpty && again.refused.mapValues(\.reason) == [1: .conflictingContent])
        // Nothing is known of this milestone, so nothing is foretold any longer.
        let later = try await desk.handle(
            [try Self.reached("4", .arrived, of: "A", at: "2026-03-10T12:00:00+08:00")],
            at: "2026-03-10T12:05:00+08:00")
        #expect(try later.said().map(\.clearing) == ["it is expected in time"])
        #expect(try await desk.ask("warnings.list")["warnings"].rows.isEmpty)
    }

    @Test("how often it was right is told by what was said first, and what was missed")
    func score() async throws {
        try await history([10, 12, 14, 16, 18])
        for (name, done) in [("A", "2026-03-10T22:00:00+08:00"), ("B", "2026-03-10T19:00:00+08:00")] {
            try await desk.handle([
                .init("p\(name)", OrderPlaced(makeOrder(name, customer: "C1", promised: "2026-03-10T20:00:00+08:00")))
            ])
            try await desk.handle(
                [try Self.reached("w\(name)", of: name, at: "2026-03-10T08:00:00+08:00")],
                at: "2026-03-10T08:05:00+08:00")
            try await desk.handle(
                [.init("d\(name)", OrderCompleted(orderId: name, revision: 1, completedAt: try moment(done)))],
                at: "2026-03-10T23:00:00+08:00")
        }
        // Late, and nobody said so.
        try await desk.handle([
            .init("pC", OrderPlaced(makeOrder("C", customer: "C1", promised: "2026-03-11T20:00:00+08:00")))
        ])
        try await desk.handle(
            [try Self.reached("wC", of: "C", at: "2026-03-10T08:00:00+08:00")], at: "2026-03-10T08:05:00+08:00")
        try await desk.handle([
            .init(
                "dC", OrderCompleted(orderId: "C", revision: 1, completedAt: try moment("2026-03-12T08:00:00+08:00")))
        ])
        let ended = try await desk.run("milestones.end", at: "2026-03-12T09:00:00+08:00")
        #expect(try ended.said().map(\.clearing) == ["it is done or cancelled", "it is done or cancelled"])
        let told = try await desk.ask("warnings.score", ["from": "2026-03-10"])
        #expect(told["precision"].column("warned") == ["2"] && told["precision"].column("late") == ["1"])
        #expect(told["precision"].column("precision") == ["50.00"])
        #expect(told["recall"].column("late") == ["2"] && told["recall"].column("warned") == ["1"])
        let segments = try await desk.ask("warnings.segments")["segments"]
        #expect(segments.column("kind") == ["line", "route"] && segments.column("half") == ["14.00", "14.00"])
    }

    @Test("the share of others that took longer is counted, by the nearest that are enough")
    func rule() throws {
        let (start, promise) = (try moment("2026-03-10T08:00:00+08:00"), try moment("2026-03-10T18:00:00+08:00"))
        func others(_ count: Int, _ hours: Double) -> SegmentQuantiles {
            SegmentQuantiles(observations: count, seconds: (1...19).map { hours * 3_600 * Double($0) / 10 })
        }
        let policy = LatenessPolicy(percent: 50, minimum: 20)
        // Half took eleven hours: 1.1 hours more for each twentieth.
        let forecast = try #require(policy.forecast(by: [nil, others(20, 11)], reachedAt: start, promisedAt: promise))
        #expect(forecast.likelihood == 50 && policy.isLate(forecast))
        #expect(forecast.expectedAt == (try moment("2026-03-10T19:00:00+08:00")))
        let few = policy.forecast(by: [others(19, 11), others(40, 4)], reachedAt: start, promisedAt: promise)
        #expect(few.map { $0.likelihood == 0 && $0.observations == 40 } ?? false, "too few of the route")
        #expect(policy.forecast(by: [others(19, 11), nil], reachedAt: start, promisedAt: promise) == nil)
    }
}
