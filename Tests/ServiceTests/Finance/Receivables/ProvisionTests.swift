import Contracts
import Domain
import Foundation
import ServiceTestSupport
import Testing

@testable import FinanceService

private func amounts(_ texts: String...) -> [FixedDecimal] { texts.map(Make.amount) }

@Suite("Provision matrix and collection figures")
struct ProvisionRuleTests {
    @Test("the example of IFRS 9 comes to 580 thousand")
    func illustrative() {
        let provisions = ProvisionMatrix.illustrative.provisions(
            amounts("15000000", "7500000", "4000000", "2500000", "1000000"))
        #expect(provisions == amounts("45000", "120000", "144000", "165000", "106000"))
        #expect(provisions.reduce(.zero, +) == Make.amount("580000"))
    }

    @Test("the example by flow rates has 2.0, 4.0, 8.7, 25 and 100 percent and comes to 27,567")
    func flow() throws {
        let matrix = ProvisionMatrix(
            invoiced: Make.amount("100000"), paid: amounts("50000", "27000", "15000", "6000"))
        #expect(matrix.rates.map(\.percent) == amounts("2", "4", "8.6957", "25", "100"))
        let provisions = matrix.provisions(amounts("300000", "140000", "60000", "23000", "5000"))
        #expect(provisions.reduce(.zero, +) == Make.amount("27567.3913"))
    }

    @Test("an outlook weighs the rates, and no more than all can be lost")
    func outlook() {
        let matrix = ProvisionMatrix(rates: [LossRate(percent: Make.amount("10")), .whole])
        #expect(matrix.provisions(amounts("100", "100"), outlook: Make.amount("1.5")) == amounts("15", "100"))
        #expect(matrix.provisions(amounts("100", "100"), outlook: Make.amount("20")) == amounts("100", "100"))
    }

    @Test("of a span that nothing reached all counts as lost")
    func unknown() {
        let matrix = ProvisionMatrix(invoiced: Make.amount("100"), paid: amounts("60", "40", "0"))
        #expect(matrix.rates.map(\.percent) == amounts("0", "0", "100", "100"))
    }

    @Test(
        "rates must be as many as there are buckets", arguments: ["1,2,3,4", "1,2,3,4,5,6", "1,2,x,4,5", "1,2,3,4,101"])
    func badRates(_ text: String) {
        #expect(throws: Refusal.self) { try ProvisionMatrix(percents: text, spans: 4) }
    }

    @Test("days sales outstanding and the index of collection, by their formulas")
    func collection() {
        let figures = CollectionFigures(
            opening: Make.amount("800000"), invoiced: Make.amount("1200000"), closing: Make.amount("600000"),
            notDue: Make.amount("400000"), days: 90)
        #expect(figures.daysSalesOutstanding == Make.amount("45"))
        #expect(figures.bestPossibleDays == Make.amount("30"))
        #expect(figures.averageDaysDelinquent == Make.amount("15"))
        #expect(figures.collectionEffectiveness == Make.amount("87.5"))
        let none = CollectionFigures(opening: .zero, invoiced: .zero, closing: .zero, notDue: .zero, days: 90)
        #expect(none.daysSalesOutstanding == nil)
        #expect(none.collectionEffectiveness == nil)
    }
}

@Suite("Provisions and balances", .service(try financeDefinition()))
struct ProvisionQueryTests {
    private let books: Books

    init() throws { books = try .current }

    private func invoice(_ identifier: String, _ amount: String, due offset: Int) throws -> LedgerMessage {
        let due = try #require(CalendarDay("2025-12-31")).adding(days: -offset)
        return try Make.invoice(
            identifier, amount, issued: "\(due.adding(days: -30))T10:00:00+08:00", due: "\(due)T10:00:00+08:00")
    }

    private func payment(_ amount: String, of identifier: String, due offset: Int, late: Int) throws -> LedgerMessage {
        let day = try #require(CalendarDay("2025-12-31")).adding(days: late - offset)
        return try Make.payment(
            "\(identifier)+\(late)", amount, for: [(identifier, amount)], at: "\(day)T10:00:00+08:00")
    }

    @Test("from the books, the example by flow rates comes to the same")
    func flow() async throws {
        try await books.deliver([
            // The invoice whose flow is observed; 2,000 of it are still open.
            invoice("F", "100000", due: 200), payment("50000", of: "F", due: 200, late: 0),
            payment("27000", of: "F", due: 200, late: 30), payment("15000", of: "F", due: 200, late: 31),
            payment("6000", of: "F", due: 200, late: 90),
            // Too old to be observed.
            invoice("O", "3000", due: 600), invoice("N", "300000", due: 0), invoice("A", "140000", due: 1),
            invoice("B", "60000", due: 60), invoice("C", "23000", due: 61),
        ])
        let tables = try await books.ask(
            "receivables.provisions", ["asOf": "2025-12-31", "observed": "365"])
        #expect(tables[0].rows[0].values.prefix(4) == ["2025-12-31", "CNY", "528000.00", "27567.3913"])
        #expect(tables[1].rows.map { $0.values[3] } == ["2", "4", "8.6957", "25", "100"])
        let standard = try await books.ask("receivables.provisions", ["asOf": "2025-12-31"])
        #expect(standard[0].rows[0].values[3] == "7348.00")
        let refusal = await #expect(throws: Refusal.self) {
            try await books.ask("receivables.provisions", ["asOf": "2025-12-31", "buckets": "30"])
        }
        #expect(refusal?.reason == .missingField)
        let early = await #expect(throws: Refusal.self) {
            try await books.ask("receivables.provisions", ["asOf": "2020-12-31", "observed": "9"])
        }
        #expect(early?.path == "parameters.observed")
    }

    @Test("balances show what is open and what is held apart, as of a day")
    func balances() async throws {
        try await books.deliver([
            Make.invoice("I1", "100.00", issued: "2026-01-01T10:00:00+08:00", due: "2026-01-10T10:00:00+08:00"),
            Make.invoice("I2", "40.00", issued: "2026-02-01T10:00:00+08:00", due: "2026-02-10T10:00:00+08:00"),
            // 20 above the first invoice, 40 ahead of the second.
            Make.payment("P", "160.00", for: [("I1", "120.00"), ("I2", "40.00")], at: "2026-01-15T10:00:00+08:00"),
        ])
        func row(_ day: String) async throws -> [String?] {
            let rows = try await books.ask("receivables.balances", ["asOf": day, "customer": "C1"])[0].rows
            return rows.first.map { Array($0.values[4..<9]) } ?? []
        }
        #expect(try await row("2025-12-31").isEmpty)
        #expect(try await row("2026-01-14") == ["100.00", "100.00", "4", "0.00", "100.00"])
        #expect(try await row("2026-01-15") == ["0.00", "0.00", "0", "60.00", "-60.00"])
        #expect(try await row("2026-02-01") == ["0.00", "0.00", "0", "20.00", "-20.00"])
    }

    @Test("days sales outstanding come from the books, in CNY when there are several currencies")
    func dso() async throws {
        try await books.deliver([
            Make.invoice("I0", "800.00", issued: "2025-06-01T10:00:00+08:00", due: "2025-07-01T10:00:00+08:00"),
            Make.invoice("I1", "1200.00", issued: "2025-12-02T10:00:00+08:00", due: "2026-02-10T10:00:00+08:00"),
            Make.payment(
                "P", "1600.00", for: [("I0", "800.00"), ("I1", "800.00")], at: "2025-12-15T10:00:00+08:00"),
        ])
        let values = ["asOf": "2025-12-31", "days": "90"]
        let row = try await books.ask("receivables.dso", values)[0].rows[0].values
        #expect(row[2...] == ["CNY", "800.00", "1200.00", "400.00", "400.00", "30", "30", "0", "100", nil])
        try await books.deliver([
            Make.invoice("U", "100.00", issued: "2025-12-02T10:00:00+08:00", currency: "USD")
        ])
        let mixed = try await books.ask("receivables.dso", values)[0].rows[0].values
        #expect(mixed[4] == "1905.00")
    }
}
