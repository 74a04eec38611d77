import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Disputes and promises that do not fit their invoice", .service(try financeDefinition()))
struct DisputeTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func overdue(_ finance: ServiceFixture) async throws -> [String] {
        let day = try #require(CalendarDay("2026-03-01"))
        let customer = AccountIdentifier.customer(source: "erp", code: "C1")
        return try await finance.pool.withTransaction { transaction in
            try CreditStore.lateness(of: [customer], on: day, transaction)[customer]?.map {
                "\($0.overdue.moneyText) \($0.currency)"
            } ?? []
        }
    }

    @Test(
        "counts for nothing, whether it or the invoice comes first, and may be corrected under its number",
        arguments: [[0, 1, 2], [0, 2, 1]])
    func arrival(_ arrival: [Int]) async throws {
        let bodies: [any Contracts.Message] = [
            OrderPlaced(makeOrder("SO-1")), try Collect.invoice("I1", "100"), try Collect.dispute("D1", "I1", "200"),
        ]
        let corrected = try Collect.dispute("D1", "I1", "40")
        for place in arrival { try await finance.handle([.init("m\(place)", bodies[place])]) }
        #expect(try await Self.overdue(finance) == ["100.00 CNY"])
        let outcome = try await finance.handle([.init("c", corrected)])
        #expect(outcome.refused.isEmpty)
        #expect(try await Self.overdue(finance) == ["60.00 CNY"])
    }

    @Test("one that came before its invoice is shown as set aside, until it is corrected")
    func shown() async throws {
        try await finance.handle([.init("1", try Collect.dispute("D1", "I1", "200"))])
        func states() async throws -> [String?] {
            try #require(try await finance.ask("receivables.waiting").last).column("state")
        }
        let waiting = try await states()
        try await finance.handle([.init("2", try Collect.invoice("I1", "100"))])
        let aside = try await states()
        try await finance.handle([.init("3", try Collect.dispute("D1", "I1", "40"))])
        let corrected = try await states()
        #expect([waiting, aside, corrected] == [["waits for the invoice"], ["set aside: over-allocated"], []])
    }

    @Test(
        "a promise in another currency than its invoice is none, whichever comes first",
        arguments: [[0, 1, 2], [1, 0, 2]])
    func promises(_ arrival: [Int]) async throws {
        let yen = try #require(Currency("JPY"))
        let promise = try Collect.promise("R1", "I1", "100", on: "2026-03-10")
        let foreign = PaymentPromised(
            promiseId: "R1", invoiceId: "I1", amount: promise.amount, currency: yen, promisedOn: promise.promisedOn,
            madeAt: promise.madeAt, by: promise.by)
        let bodies: [any Contracts.Message] = [try Collect.invoice("I1", "100"), foreign, promise]
        for place in arrival { try await finance.handle([.init("m\(place)", bodies[place])]) }
        #expect(
            try await finance.rows("select promise_id, currency from payment_promise") == [["R1", "CNY"]])
    }

    @Test("what a dispute or a promise leaves below the smallest unit of a currency holds nobody and breaks nothing")
    func residues() async throws {
        let whole = "100.0033"
        try await finance.handle([
            .init("1", try Collect.invoice("I1", whole)), .init("2", try Collect.dispute("D1", "I1", "100")),
            .init("3", try Collect.invoice("I2", whole)), .init("4", try Collect.dispute("D2", "I2", "99.99")),
            .init("5", try Collect.invoice("I3", "300")),
            .init("6", try Collect.promise("R3", "I3", whole, on: "2026-02-02")),
            .init("7", try Collect.payment("P3", "100", for: [("I3", "100")])),
        ])
        let outcome = try await finance.run("receivables.remind", at: "2026-02-10T23:59:59.999999+08:00")
        let told = try outcome.events(ReceivableOverdue.self).map(\.reminder)
        #expect(told.map(\.invoiceId) == ["I2", "I3"])
        let promises = try #require(
            try await finance.ask("receivables.promises", ["asOf": "2026-02-11"]).first)
        #expect(promises.column("state") == ["kept"])
        // 0.0133 of the second and 200 of the third: the 0.0033 of the first are nobody's.
        try await finance.handle([.init("8", OrderPlaced(makeOrder("SO-1")))])
        #expect(try await Self.overdue(finance) == ["200.0133 CNY"])
    }
}
