import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import TestSupport
import Testing

@testable import FinanceService

@Suite(
    "Disputes and promises that do not fit their invoice",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct DisputeTests {
    private static func overdue(_ finance: ServiceFixture) async throws -> [String] {
        let day = try #require(CalendarDay("2026-03-01"))
        let customer = AccountIdentifier.customer(source: "erp", code: "C1")
        return try await finance.pool.withTransaction { transaction in
            try CreditStore.lateness(of: [customer], on: day, transaction)[customer]?.map {
                "\($0.overdue.moneyText) \($0.currency)"
            } ?? []
        }
    }

    @Test("counts for nothing, whether it or the invoice comes first, and may be corrected under its number")
    func arrival() async throws {
        let order = OrderPlaced(makeOrder("SO-1"))
        let invoice = try Collect.invoice("I1", "100")
        let tooLarge = try Collect.dispute("D1", "I1", "200")
        let corrected = try Collect.dispute("D1", "I1", "40")
        for arrival in [[order, invoice, tooLarge], [order, tooLarge, invoice]] as [[any Contracts.Message]] {
            try await CollectionTests.open { finance in
                for (place, body) in arrival.enumerated() { try await finance.handle([.init("m\(place)", body)]) }
                #expect(try await Self.overdue(finance) == ["100.00 CNY"])
                let outcome = try await finance.handle([.init("c", corrected)])
                #expect(outcome.refused.isEmpty)
                #expect(try await Self.overdue(finance) == ["60.00 CNY"])
            }
        }
    }

    @Test("one that came before its invoice is shown as set aside, until it is corrected")
    func shown() async throws {
        try await CollectionTests.open { finance in
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
    }

    @Test("a promise in another currency than its invoice is none, whichever comes first")
    func promises() async throws {
        let yen = try #require(Currency("JPY"))
        let invoice = try Collect.invoice("I1", "100")
        let promise = try Collect.promise("R1", "I1", "100", on: "2026-03-10")
        let foreign = PaymentPromised(
            promiseId: "R1", invoiceId: "I1", amount: promise.amount, currency: yen, promisedOn: promise.promisedOn,
            madeAt: promise.madeAt, by: promise.by)
        for arrival in [[invoice, foreign, promise], [foreign, invoice, promise]] as [[any Contracts.Message]] {
            try await CollectionTests.open { finance in
                for (place, body) in arrival.enumerated() { try await finance.handle([.init("m\(place)", body)]) }
                #expect(
                    try await finance.rows("select promise_id, currency from payment_promise") == [["R1", "CNY"]])
            }
        }
    }
}
