import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import ServiceDeskService
@testable import Simulation

@Suite(
    "What is counted of deliveries", .service(try deskDefinition(["survey.share": "100", "survey.quiet.days": "0"])))
struct DeliveryCountTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static let done = "2026-03-04T10:00:00+08:00"

    private static func order(
        _ id: String, _ revision: Int = 1, customer: String = "C1", branch: String = "KS01",
        line: String = "air-freight", promised: String? = nil, units: [String] = ["kg"]
    ) throws -> Order {
        Order(
            orderId: id, revision: revision, customer: CustomerReference(code: customer, name: customer),
            branch: branch, businessLine: line, placedAt: try #require(Timestamp("2026-03-01T09:00:00+08:00")),
            promisedAt: try promised.map { try #require(Timestamp($0)) }, currency: .cny,
            lines: units.enumerated().map { place, unit in
                OrderLine(
                    line: place + 1, serviceItem: "AIR-EXPORT", quantity: .of("10"), unit: unit, revenue: .of("100"))
            })
    }

    private static func completed(
        _ id: String, _ revision: Int = 1, at: String = done, damaged: Bool? = nil, delivered: String? = nil
    ) throws -> OrderCompleted {
        OrderCompleted(
            orderId: id, revision: revision, completedAt: try #require(Timestamp(at)), damaged: damaged,
            quantityDelivered: delivered.map { .of($0) })
    }

    private static func cancelled(_ id: String, _ revision: Int) throws -> OrderCancelled {
        OrderCancelled(orderId: id, revision: revision, cancelledAt: try #require(Timestamp(done)))
    }

    private static let counts = """
        select concat_ws(' ', customer_code, branch, business_line, day, completed, late, damaged, short)
        from performance where (completed, late, damaged, short) <> (0, 0, 0, 0) order by 1
        """

    private static func counts(_ desk: ServiceFixture) async throws -> [String] {
        try await desk.rows(counts).compactMap(\.first).compactMap { $0 }
    }

    @Test("a delivery is taken from where it was counted, whatever of its order has changed since")
    func moved() async throws {
        let early = "2026-03-03T10:00:00+08:00"
        let late = "2026-03-05T10:00:00+08:00"
        try await desk.handle([
            .init("1", OrderPlaced(try Self.order("O1", promised: early))), .init("2", try Self.completed("O1")),
        ])
        #expect(try await Self.counts(desk) == ["C1 KS01 air-freight 2026-03-04 1 1 0 0"])
        // Another branch, and with the new promise another verdict.
        try await desk.handle([
            .init("3", OrderChanged(try Self.order("O1", 2, branch: "SH02", promised: late)))
        ])
        #expect(try await Self.counts(desk) == ["C1 SH02 air-freight 2026-03-04 1 0 0 0"])
        // Another customer and line alone, with the same verdict on the same day.
        try await desk.handle([
            .init(
                "4",
                OrderChanged(
                    try Self.order("O1", 3, customer: "C2", branch: "SH02", line: "sea-freight", promised: late)))
        ])
        #expect(try await Self.counts(desk) == ["C2 SH02 sea-freight 2026-03-04 1 0 0 0"])
        try await desk.handle([.init("5", try Self.completed("O1", 2, at: "2026-03-06T10:00:00+08:00"))])
        #expect(try await Self.counts(desk) == ["C2 SH02 sea-freight 2026-03-06 1 1 0 0"])
    }

    @Test("a cancelled order is not counted and nobody is asked; a higher revision brings it to life again")
    func cancelled() async throws {
        let placed = OrderPlaced(try Self.order("O1"))
        let completed = try Self.completed("O1", damaged: true)
        let cancelled = try Self.cancelled("O1", 2)
        let bodies: [any Contracts.Message] = [placed, completed, cancelled]
        for arrival in [[2, 0, 1], [0, 2, 1], [1, 2, 0]] {
            let other = try await ServiceFixture.make(desk.definition)
            for place in arrival {
                let outcome = try await other.handle([.init("m\(place)", bodies[place])])
                #expect(outcome.published.isEmpty)
            }
            #expect(try await Self.counts(other).isEmpty)
            // An older change, and a cancellation that came before, say nothing.
            try await other.handle([.init("c1", try Self.cancelled("O1", 1))])
            #expect(try await Self.counts(other).isEmpty)
            let again = try await other.handle([.init("r3", OrderChanged(try Self.order("O1", 3)))])
            #expect(try again.events(SurveyRequested.self).map(\.rule) == ["damaged"])
            #expect(try await Self.counts(other) == ["C1 KS01 air-freight 2026-03-04 1 0 1 0"])
        }
        try await desk.handle(bodies.prefix(2).enumerated().map { .init("m\($0)", $1) })
        #expect(try await Self.counts(desk) == ["C1 KS01 air-freight 2026-03-04 1 0 1 0"])
        try await desk.handle([.init("m2", cancelled)])
        #expect(try await Self.counts(desk).isEmpty)
    }

    @Test("an order whose lines are in different units has no quantity, and is never short")
    func units() async throws {
        try await desk.handle([
            .init("1", OrderPlaced(try Self.order("O1", units: ["kg", "kg"]))),
            .init("2", try Self.completed("O1", delivered: "19")),
            .init("3", OrderPlaced(try Self.order("O2", units: ["kg", "pallet"]))),
            .init("4", try Self.completed("O2", delivered: "19")),
        ])
        #expect(try await Self.counts(desk) == ["C1 KS01 air-freight 2026-03-04 2 0 0 1"])
    }

    @Test("in whatever order everything comes, the counts are those of how the orders stand at last", arguments: 0..<3)
    func anyOrder(_ round: Int) async throws {
        var random = RandomSource(seed: 20_260_304)
        var messages: [any Contracts.Message] = []
        var expected: [String: Int] = [:]
        for number in 0..<40 {
            let id = "O\(number)"
            var last: (revision: Int, place: String)?
            for revision in 1...(1 + random.below(3)) {
                let place = ("C\(random.below(3))", "B\(random.below(3))", "L\(random.below(2))")
                let order = try Self.order(id, revision, customer: place.0, branch: place.1, line: place.2)
                messages.append(revision == 1 ? OrderPlaced(order) : OrderChanged(order))
                last = (revision, "\(place.0) \(place.1) \(place.2)")
            }
            var isCancelled = false
            for _ in 0..<random.below(3) {
                let revision = 1 + random.below(4)
                messages.append(try Self.cancelled(id, revision))
                isCancelled = isCancelled || revision >= last?.revision ?? 0
            }
            guard random.below(5) > 0 else { continue }
            var day = ""
            for revision in 1...(1 + random.below(2)) {
                day = "2026-03-0\(1 + random.below(9))"
                messages.append(try Self.completed(id, revision, at: "\(day)T10:00:00+08:00"))
            }
            if !isCancelled, let last { expected["\(last.place) \(day)", default: 0] += 1 }
        }
        var mix = RandomSource(seed: UInt64(round + 1))
        let shuffled = messages.enumerated().map { ServiceFixture.Message("m\($0)", $1) }
            .shuffled(&mix)
        var rest = shuffled[...]
        while !rest.isEmpty {
            let batch = rest.prefix(1 + mix.below(9))
            rest = rest.dropFirst(batch.count)
            try await desk.handle(Array(batch))
        }
        let found = try await desk.rows(
            """
            select concat_ws(' ', customer_code, branch, business_line, day), completed::text
            from performance where completed <> 0
            """)
        let counted = Dictionary(
            uniqueKeysWithValues: found.map { ($0[0] ?? "", Int($0[1] ?? "") ?? 0) })
        #expect(counted == expected)
    }
}
