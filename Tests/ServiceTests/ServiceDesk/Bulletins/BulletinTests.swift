import Contracts
import Crypto
import Domain
import Foundation
import ServiceTestSupport
import Testing

@testable import ServiceDeskService

@Suite("Bulletins of how customers were served", .service(try deskDefinition(["bulletin.minimum": "3"])))
struct BulletinTests {
    private let desk: ServiceFixture

    init() throws { desk = try .current }

    private static let customer = "P1"
    private static let march = CalendarDay(daysSinceEpoch: 20_513)

    private func know(_ code: String = "C1") async throws {
        try await desk.handle([
            .init(
                "r\(code)",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: Self.customer, revision: 1,
                        accounts: [AccountHoming(source: "erp", code: code, revision: 1)],
                        at: try moment("2026-03-01T00:00:00+08:00"))))
        ])
    }

    /// An order that was promised for noon of a day and came at an hour of it.
    private func deliver(
        _ id: String, day: Int, hour: Int, damaged: Bool? = nil, delivered: String? = nil
    ) async throws {
        let date = "2026-03-\(day < 10 ? "0" : "")\(day)"
        try await desk.handle([
            .init("p\(id)", OrderPlaced(makeOrder(id, customer: "C1", promised: "\(date)T12:00:00+08:00"))),
            .init(
                "d\(id)",
                OrderCompleted(
                    orderId: id, revision: 1,
                    completedAt: try moment("\(date)T\(hour < 10 ? "0" : "")\(hour):00:00+08:00"), damaged: damaged,
                    quantityDelivered: delivered.map(FixedDecimal.of))),
        ])
    }

    private func publish(at time: String = "2026-04-04T23:59:59+08:00") async throws -> [BulletinPublished] {
        try await desk.run("bulletins.turn", at: time).events(BulletinPublished.self)
    }

    @Test("on its day a month is told: only what there is evidence of, with what is left out, signed")
    func published() async throws {
        #expect(Self.march.description == "2026-03-01")
        try await know()
        for number in 1...4 {
            try await deliver("O\(number)", day: number, hour: number == 4 ? 13 : 11, damaged: number == 1)
        }
        try await desk.handle([
            .init(
                "x", source: "waybill",
                ExcludeDelivery(
                    source: "erp", orderId: "O4", code: .forceMajeure, note: "a typhoon",
                    at: try moment("2026-03-05T10:00:00+08:00"), by: "zhao.min"))
        ])
        #expect(try await publish(at: "2026-04-03T23:59:59+08:00").isEmpty)
        let told = try #require(try await publish().first)
        #expect(told.customerId == Self.customer && told.month == Self.march && told.version == 1)
        let document = try FieldReader.read(BulletinDocument.self, from: Array(told.document.utf8))
        #expect(document.figures.map(\.measure) == [.onTime, .damage], "no quantity delivered is known")
        let first = try #require(document.figures.first)
        #expect(first.numerator == 3 && first.denominator == 3 && first.excluded == 1)
        #expect(first.figure == 100 && first.numeratorOfAll == 3 && first.denominatorOfAll == 4)
        #expect(first.figureOfAll == 75 && first.low == FixedDecimal.of("43.85"))
        #expect(document.figures[1].per == 10_000 && document.figures[1].figure == FixedDecimal.of("3333.33"))
        #expect(document.exclusions.map(\.code) == [.forceMajeure])
        let key = try Curve25519.Signing.PublicKey(
            rawRepresentation: [UInt8](
                Data(base64Encoded: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=") ?? Data()))
        let signature = try #require(Data(base64Encoded: told.signature))
        #expect(key.isValidSignature(signature, for: Data(told.document.utf8)))
        #expect(!key.isValidSignature(signature, for: Data((told.document + " ").utf8)))
        #expect(try await publish().isEmpty, "each month once")
        let shown = try await desk.ask("bulletins.show", ["customerId": Self.customer, "month": "2026-03"])
        #expect(shown["bulletin"].column("document") == [told.document])
        #expect(shown["bulletin"].column("key_id") == ["21fe31dfa154a261"])
        #expect(shown["figures"].column("figure_of_all").count == 2)
        let rows = try await desk.ask("bulletins.deliveries", ["customerId": Self.customer, "month": "2026-03"])
        #expect(rows["deliveries"].column("exclusion") == [nil, nil, nil, "force-majeure"])
        #expect(try await desk.ask("bulletins.list")["bulletins"].column("figures") == ["2"])
    }

    @Test("what was promised when it was booked counts, whatever is promised later and whatever comes first")
    func frozen() async throws {
        try await know()
        try await deliver("O1", day: 1, hour: 11)
        try await deliver("O2", day: 2, hour: 11)
        func order(_ revision: Int, promised: String) -> Order {
            makeOrder("O3", revision: revision, customer: "C1", promised: promised)
        }
        let (early, later) = ("2026-03-03T08:00:00+08:00", "2026-03-03T20:00:00+08:00")
        // The later revision comes first, and the completion before both.
        try await desk.handle([
            .init(
                "d3", OrderCompleted(orderId: "O3", revision: 1, completedAt: try moment("2026-03-03T11:00:00+08:00")))
        ])
        try await desk.handle([.init("c3", OrderChanged(order(2, promised: later)))])
        try await desk.handle([.init("p3", OrderPlaced(order(1, promised: early)))])
        try await desk.handle([.init("c4", OrderChanged(order(3, promised: later)))])
        #expect(
            try await desk.rows(
                "select order_revision::text, booked_revision::text from delivery where order_id = 'O3'") == [
                    ["3", "1"]
                ])
        // Two revisions that come at once: the lower one is what was booked.
        func fourth(_ revision: Int, promised: String) -> Order {
            makeOrder("O4", revision: revision, customer: "C1", promised: promised)
        }
        try await desk.handle([
            .init("c5", OrderChanged(fourth(3, promised: later))),
            .init("c6", OrderChanged(fourth(2, promised: early))),
            .init(
                "d4", OrderCompleted(orderId: "O4", revision: 1, completedAt: try moment("2026-03-03T11:00:00+08:00"))),
        ])
        #expect(
            try await desk.rows(
                "select order_revision::text, booked_revision::text from delivery where order_id = 'O4'") == [
                    ["3", "2"]
                ])
        let told = try #require(try await publish().first)
        let document = try FieldReader.read(BulletinDocument.self, from: Array(told.document.utf8))
        #expect(document.figures.first.map { [$0.numerator, $0.denominator] } == [2, 4])
    }

    private static func step(
        _ id: String, _ step: BulletinStep, measure: BulletinMeasure? = nil, to objection: String? = nil,
        note: String = "it came at one", by: String = "li.wei", at time: String = "2026-04-10T10:00:00+08:00"
    ) throws -> ServiceFixture.Message {
        .init(
            id, source: "waybill",
            TakeBulletinStep(
                stepId: id, customerId: customer, month: march, step: step, measure: measure, objectionId: objection,
                note: note, at: try moment(time), by: by))
    }

    @Test("an objection that is upheld makes another version, which says what it corrects; the first stays")
    func objection() async throws {
        try await know()
        for number in 1...3 { try await deliver("O\(number)", day: number, hour: 11) }
        #expect(
            try await desk.handle([try Self.step("early", .objected, measure: .onTime)]).refused[0]?.reason == .notFound
        )
        let first = try #require(try await publish().first)
        let refused = try await desk.handle([
            try Self.step("late", .objected, measure: .onTime, at: "2026-05-01T10:00:00+08:00"),
            try Self.step("none", .objected, measure: .damage), try Self.step("answer", .upheld, to: "nobody"),
        ])
        #expect(refused.refused.mapValues(\.reason) == [0: .expired, 1: .notFound, 2: .notFound])
        try await desk.handle([try Self.step("B1", .objected, measure: .onTime)])
        // The system corrects its report, and then the customer is right.
        try await desk.handle([
            .init(
                "again",
                OrderCompleted(orderId: "O1", revision: 2, completedAt: try moment("2026-03-01T13:00:00+08:00")))
        ])
        let upheld = try await desk.handle([
            try Self.step("self", .upheld, to: "B1"),
            try Self.step("A1", .upheld, to: "B1", note: "the proof says so", by: "zhao.min"),
            try Self.step("A2", .refused, to: "B1", by: "zhao.min"),
        ])
        #expect(upheld.refused.mapValues(\.reason) == [0: .samePerson, 2: .wrongState])
        let second = try #require(try upheld.events(BulletinPublished.self).first)
        let document = try FieldReader.read(BulletinDocument.self, from: Array(second.document.utf8))
        #expect(second.version == 2 && document.figures.first?.numerator == 2)
        #expect(document.corrects?.version == 1 && document.corrects?.objection == "it came at one")
        #expect(document.corrects?.answer == "the proof says so")
        let kept = try await desk.ask(
            "bulletins.show", ["customerId": Self.customer, "month": "2026-03", "version": "1"])
        #expect(kept["bulletin"].column("document") == [first.document])
        #expect(kept["objections"].column("step") == ["objected", "upheld"])
        #expect(try await desk.ask("bulletins.list")["bulletins"].column("version") == ["2"])
        #expect(try await desk.ask("bulletins.list", ["state": "all"])["bulletins"].rows.count == 2)
    }

    @Test("a month that is not over is not made, and a key of another kind is none")
    func refusals() async throws {
        let outcome = try await desk.handle([
            .init(
                "n", source: "waybill",
                PublishBulletins(month: Self.march, reason: "too early", by: "zhao.min"))
        ])
        #expect(outcome.refused[0]?.reason == .contradictoryTimes)
        #expect(throws: BulletinKey.Fault.self) { try BulletinKey(pem: Array("nothing".utf8)) }
        let other =
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----"
        #expect(throws: BulletinKey.Fault.self) { try BulletinKey(pem: Array(other.utf8)) }
        #expect(try BulletinKey(pem: Array(BulletinKey.madeUpPEM.utf8)).identifier == "21fe31dfa154a261")
    }
}
