import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("What customers have open, the worst first", .service(try financeDefinition()))
struct AgedTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let dollar = Currency("USD") ?? .cny
    private static let yen = Currency("JPY") ?? .cny

    private static func column(_ tables: [QueryTable], _ name: String) throws -> [String?] {
        let table = try #require(tables.first)
        let place = try #require(table.columns.firstIndex { $0.name == name })
        return table.rows.map { $0.values[place] }
    }

    private static func invoice(
        _ id: String, _ amount: String, customer: String, currency: Currency = .cny
    ) throws -> ServiceFixture.Message {
        .init(
            "invoice \(id)",
            InvoiceIssued(
                invoiceId: id, customer: CustomerCode(code: customer), orderIds: [],
                issuedAt: try #require(Timestamp("2026-01-05T09:00:00+08:00")),
                dueAt: Timestamp("2026-02-05T09:00:00+08:00"), amount: .of(amount), currency: currency))
    }

    @Test("who owes most is who owes what is worth most")
    func debts() async throws {
        try await finance.handle([
            try Self.invoice("I1", "5000", customer: "C1"),
            try Self.invoice("I2", "1000", customer: "C2", currency: Self.dollar),
            try Self.invoice("I3", "9000", customer: "C3", currency: Self.yen),
            try Self.invoice("I4", "99999", customer: "C4", currency: Currency("XAU") ?? .cny),
        ])
        for query in ["receivables.balances", "receivables.aged"] {
            let tables = try await finance.ask(query, ["asOf": "2026-06-30"])
            #expect(try Self.column(tables, "customer_code") == ["C2", "C1", "C3", "C4"], "\(query)")
        }
        let exposure = try await finance.ask("credit.exposure")
        #expect(try Self.column(exposure, "customer_code") == ["C2", "C1", "C3", "C4"])
    }

    @Test("what each customer has open stands by how long it is overdue, and adds up")
    func aged() async throws {
        func invoice(_ id: String, _ customer: String, due: String, _ amount: String) throws
            -> ServiceFixture.Message
        {
            .init(
                id,
                InvoiceIssued(
                    invoiceId: id, customer: CustomerCode(code: customer), orderIds: [],
                    issuedAt: try #require(Timestamp("2026-01-01T09:00:00+08:00")),
                    dueAt: Timestamp("\(due)T09:00:00+08:00"), amount: .of(amount), currency: .cny))
        }
        try await finance.handle([
            try invoice("I1", "C1", due: "2026-06-30", "100"), try invoice("I2", "C1", due: "2026-06-29", "20"),
            try invoice("I3", "C1", due: "2026-05-30", "3"), try invoice("I4", "C1", due: "2026-01-02", "0.40"),
            try invoice("I5", "C2", due: "2026-07-01", "7"),
        ])
        func asked(_ values: [String: String]) async throws -> [[FixedDecimal?]] {
            let table = try await finance.ask(
                "receivables.aged", values.merging(["asOf": "2026-06-30"]) { own, _ in own }
            ).first
            return table?.rows.map { row in row.values.dropFirst(5).map { $0.flatMap { FixedDecimal($0) } } } ?? []
        }
        let first = ["123.40", "23.40", "100", "20", "3", "0", "0.40"].map { FixedDecimal($0) }
        let second = ["7", "0", "7", "0", "0", "0", "0"].map { FixedDecimal($0) }
        #expect(try await asked([:]) == [first, second])
        #expect(try await asked(["customer": "C2"]) == [second])
        #expect(try await asked(["atLeast": "23.40"]) == [first])
        #expect(try await asked(["owner": "nobody"]) == [])
        // Without a day it is as of today, as finance has it.
        let today = try await finance.ask(
            "receivables.aged", at: try #require(Timestamp("2026-06-30T08:00:00+08:00")))["aged"]
        #expect(today.column("overdue") == ["23.40", "0.00"])
    }

    @Test("a payment that went back later was paid on the days before, and is open again since")
    func returned() async throws {
        for (place, body) in [
            try Collect.invoice("I1", "100"), try Collect.payment("P1", "100", for: [("I1", "100")]),
            try Collect.back("B1", "P1", "100", at: "2026-02-10T10:00:00+08:00"),
        ].map({ $0 as any Contracts.Message }).enumerated() {
            try await finance.handle([.init("r\(place)", body)])
        }
        for question in ["receivables.aged", "receivables.balances"] {
            func open(_ day: String) async throws -> [FixedDecimal?] {
                let table = try #require(try await finance.ask(question, ["asOf": day]).first)
                return table.column("open").map { $0.flatMap { FixedDecimal($0) } }.filter { $0 != .zero }
            }
            #expect(try await open("2026-02-09") == [], "\(question)")
            #expect(try await open("2026-02-10") == [FixedDecimal("100")], "\(question)")
        }
    }
}
