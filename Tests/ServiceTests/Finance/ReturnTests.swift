import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Money that goes back, and credit beyond an invoice", .service(try financeDefinition()))
struct ReturnTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let books = """
        select concat_ws(' ', 'invoice', invoice_id, paid, settled_day) from receivable where amount is not null
        union all
        select concat_ws(' ', kind, payment_id, invoice_id, amount, applied) from payment_allocation
        union all select concat_ws(' ', 'exposure', customer_code, currency, receivable, deposits) from account_exposure
        order by 1
        """

    private static func table(_ finance: ServiceFixture, _ question: String, _ values: [String: String] = [:])
        async throws -> [[String: String?]]
    {
        let table = try #require(try await finance.ask(question, values).first)
        return table.rows.map { row in
            Dictionary(uniqueKeysWithValues: zip(table.columns.map(\.name), row.values))
        }
    }

    @Test(
        "a payment that went back reopens what it paid from that day on; what was said of the days before stays",
        arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1], [0, 2, 1], [1, 0, 2]])
    func reopens(_ arrival: [Int]) async throws {
        let messages: [any Contracts.Message] = [
            try Collect.invoice("I1", "100"), try Collect.payment("P1", "130", for: [("I1", "100")]),
            try Collect.back("B1", "P1", "90", at: "2026-02-10T10:00:00+08:00"),
        ]
        var told: [Bool] = []
        for place in arrival {
            let outcome = try await finance.handle([.init("m\(place)", messages[place])])
            #expect(outcome.refused.isEmpty)
            told += try outcome.events(PaymentApplied.self).map(\.settled)
        }
        #expect(told.last == false)
        #expect(
            try await finance.rows(Self.books).compactMap(\.first) == [
                "exposure C1 CNY 60.0000 0.0000", "invoice I1 40.0000",
                "payment P1 I1 100.0000 100.0000", "return B1 I1 -60.0000 -60.0000",
            ])
        for (day, count, amount) in [("2026-02-09", "0", "0.00"), ("2026-02-10", "1", "60.00")] {
            let ageing = try await Self.table(finance, "receivables.ageing", ["asOf": day])
            #expect(ageing.map { $0["count"] } == [count] && ageing.map { $0["amount"] } == [amount])
            let single = try await Self.table(finance, "receivables.ageing", ["asOf": day, "customer": "C1"])
            #expect(single == ageing)
        }
        let before = try await Self.table(finance, "receivables.balances", ["asOf": "2026-02-09"])
        #expect(before.map { $0["balance"] } == ["-30.00"])
        let after = try await Self.table(finance, "receivables.balances", ["asOf": "2026-02-10"])
        #expect(after.map { $0["open"] } == ["60.00"] && after.map { $0["balance"] } == ["60.00"])
        let statement = try await Self.table(finance, "receivables.statement", ["customer": "C1"])
        #expect(statement.map { $0["kind"] } == ["invoice", "payment", "return"])
        #expect(statement.map { $0["balance"] } == ["100.00", "-30.00", "60.00"])
        let onAccount = try await Self.table(finance, "receivables.unallocated")
        #expect(onAccount.isEmpty)
        // It is paid again.
        let again = try await finance.handle([
            .init(
                "p2", try Collect.payment("P2", "60", for: [("I1", "60")], at: "2026-02-12T10:00:00+08:00"))
        ])
        #expect(try again.events(PaymentApplied.self).map(\.settled) == [true])
    }

    @Test("no more goes back than came, in its currency; what waits and does not fit is set aside")
    func refusals() async throws {
        try await finance.handle([.init("1", try Collect.payment("P1", "100"))])
        let first = try await finance.handle([
            .init("2", try Collect.back("B1", "P1", "60")), .init("3", try Collect.back("B2", "P1", "40.01")),
            .init("4", try Collect.back("B3", "P1", "1", currency: try #require(Currency("USD")))),
            .init("5", try Collect.back("B1", "P1", "61")), .init("6", try Collect.back("B1", "P1", "60")),
            .init("7", typedBy: "li.wei", try Collect.back("B4", "P9", "1")),
            .init("8", try Collect.back("B5", "P8", "1")), .init("9", try Collect.back("B6", "P8", "100")),
        ])
        #expect(
            first.refused.mapValues(\.reason) == [
                1: .overAllocated, 2: .currencyMismatch, 3: .conflictingContent, 5: .notFound,
            ])
        let cash = try await Self.table(finance, "receivables.unallocated")
        #expect(cash.map { $0["on_account"] } == ["40.00"])
        try await finance.handle([.init("10", try Collect.payment("P8", "100"))])
        let waiting = try #require(try await finance.ask("receivables.waiting").last)
        #expect(waiting.rows.map { $0.values[1] } == ["B6"])
        #expect(waiting.rows.map { $0.values[7] } == ["set aside: over-allocated"])
    }

    @Test("what a credit note's invoice has no room for is cash on account everywhere, and may pay another invoice")
    func creditOnAccount() async throws {
        try await finance.handle([
            .init("1", try Collect.invoice("I1", "100")),
            .init("2", try Collect.payment("P1", "100", for: [("I1", "100")])),
            .init("3", try Collect.note("CN1", "I1", "30", at: "2026-02-10T10:00:00+08:00")),
        ])
        #expect(
            try await finance.rows(
                "select customer_code, receivable, deposits from account_exposure") == [
                    ["C1", "0.0000", "30.0000"]
                ])
        let balance = try await Self.table(finance, "receivables.balances", ["asOf": "2026-06-30"])
        #expect(balance.map { $0["on_account"] } == ["30.00"] && balance.map { $0["balance"] } == ["-30.00"])
        let cash = try await Self.table(finance, "receivables.unallocated")
        #expect(cash.map { $0["payment_id"] } == ["CN1"] && cash.map { $0["on_account"] } == ["30.00"])
        let later = try await finance.handle([
            .init("4", try Collect.invoice("I2", "50")),
            .init("5", try Collect.later("A1", "CN1", [("I2", "30.01")])),
            .init("6", try Collect.later("A2", "CN1", [("I2", "30")], at: "2026-02-11T10:00:00+08:00")),
        ])
        #expect(later.refused.mapValues(\.reason) == [1: .overAllocated])
        #expect(
            try await finance.rows(Self.books).compactMap(\.first) == [
                "credit-note CN1 I1 0.0000 0.0000", "credit-note CN1 I2 30.0000 30.0000",
                "exposure C1 CNY 20.0000 0.0000", "invoice I1 100.0000 2026-01-20", "invoice I2 30.0000",
                "payment P1 I1 100.0000 100.0000",
            ])
        let statement = try await Self.table(finance, "receivables.statement", ["customer": "C1"])
        #expect(statement.last?["balance"] == "20.00")
    }

    @Test(
        "which of several credit notes are too much does not depend on which came first",
        arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 3, 1], [2, 0, 3, 1]])
    func notesInAnyOrder(_ arrival: [Int]) async throws {
        let messages: [any Contracts.Message] = [
            try Collect.invoice("I1", "100"), try Collect.note("CN1", "I1", "50", at: "2026-01-11T10:00:00+08:00"),
            try Collect.note("CN2", "I1", "60", at: "2026-01-12T10:00:00+08:00"),
            try Collect.note("CN3", "I1", "50", at: "2026-01-13T10:00:00+08:00"),
        ]
        for place in arrival {
            let outcome = try await finance.handle([.init("m\(place)", messages[place])])
            #expect(outcome.refused.isEmpty)
        }
        #expect(
            try await finance.rows(Self.books).compactMap(\.first) == [
                "credit-note CN1 I1 50.0000 50.0000", "credit-note CN3 I1 50.0000 50.0000",
                "exposure C1 CNY 0.0000 0.0000", "invoice I1 100.0000 2026-01-13",
            ])
    }

    @Test("what is less than the smallest unit of a currency stays open nowhere")
    func residues() async throws {
        try await finance.handle([
            .init("1", try Collect.invoice("I1", "100.0033")),
            .init("2", try Collect.payment("P1", "100", for: [("I1", "100")])),
            .init("3", try Collect.invoice("I2", "1000.50", currency: "JPY")),
            .init("4", try Collect.payment("P2", "1000", for: [("I2", "1000")], currency: "JPY")),
            .init("5", try Collect.invoice("I3", "1001", currency: "JPY")),
            .init("6", try Collect.payment("P3", "1000", for: [("I3", "1000")], currency: "JPY")),
            .init("7", try Collect.invoice("I4", "0.0099")),
        ])
        let open = try await Self.table(finance, "receivables.invoices")
        #expect(open.map { $0["invoice_id"] } == ["I3"])
        let balances = try await Self.table(finance, "receivables.balances", ["asOf": "2026-06-30"])
        #expect(balances.count == 1 && balances.first?["currency"] == "JPY")
        #expect(
            try await finance.rows(
                "select currency, receivable, deposits from account_exposure order by 1")
                == [["CNY", "0.0000", "0.0000"], ["JPY", "1.0000", "0.0000"]])
        // The rest comes after all: it pays, and nothing is rounded any more.
        try await finance.handle([.init("8", try Collect.note("CN1", "I1", "0.0033"))])
        #expect(
            try await finance.rows(
                "select invoice_id, amount from payment_allocation where kind = 'rounding' order by 1")
                == [["I2", "0.5000"], ["I4", "0.0099"]])
    }
}

@Suite("Applications and returns")
struct ReturnRuleTests {
    private static func invoice(_ number: String) -> LedgerKey { LedgerKey(source: "acme", identifier: number) }

    @Test("a return takes what is allocated to nothing first, then what was allocated last")
    func parts() throws {
        let (first, second) = (try moment("2026-01-01T09:00:00+08:00"), try moment("2026-01-05T09:00:00+08:00"))
        let later = try moment("2026-02-01T09:00:00+08:00")
        let found = ReturnPolicy.parts(
            of: [(.of("15"), later), (.of("60"), later), (.of("26"), later), (.of("25"), later)], from: .of("100"),
            [
                ReturnPolicy.Allocation(invoice: Self.invoice("I1"), amount: .of("50"), at: first),
                ReturnPolicy.Allocation(invoice: Self.invoice("I2"), amount: .of("40"), at: second),
            ])
        #expect(found[0] == [ReturnPolicy.Part(invoice: Self.invoice("I2"), amount: .of("5"), at: later)])
        #expect(
            found[1] == [
                ReturnPolicy.Part(invoice: Self.invoice("I2"), amount: .of("35"), at: later),
                ReturnPolicy.Part(invoice: Self.invoice("I1"), amount: .of("25"), at: later),
            ])
        #expect(found[2] == nil)
        #expect(found[3] == [ReturnPolicy.Part(invoice: Self.invoice("I1"), amount: .of("25"), at: later)])
    }

    @Test("the smallest unit is the currency's own", arguments: [("CNY", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
    func units(code: String, unit: String) throws {
        let currency = try #require(Currency(code))
        #expect(currency.smallestUnit == .of(unit))
    }

    @Test("in SQL the smallest unit of a currency is the same", .service(try financeDefinition()))
    func unitsInSQL() async throws {
        let codes = Currency.withOtherUnits.flatMap(\.currencies).map(\.code) + ["CNY", "USD"]
        let finance = try ServiceFixture.current
        let units = try await finance.pool.withTransaction { transaction in
            try transaction.query(
                """
                select \(Currency.smallestUnit(of: "t.code")) from unnest(\(codes)) with ordinality as t(code, place)
                order by t.place
                """, as: FixedDecimal.self)
        }
        #expect(units == codes.compactMap { Currency($0)?.smallestUnit } && units.contains(.of("1")))
    }
}
