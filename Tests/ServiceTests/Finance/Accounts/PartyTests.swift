import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("Questions about a customer that is one party", .service(try financeDefinition()))
struct PartyTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let party = AccountIdentifier.customer(source: "erp", code: "C1")

    private static func column(_ tables: [QueryTable], _ name: String) throws -> [String?] {
        let table = try #require(tables.first)
        let place = try #require(table.columns.firstIndex { $0.name == name })
        return table.rows.map { $0.values[place] }
    }

    /// Two codes, of two systems, are one party.
    private static func merged() throws -> ServiceFixture.Message {
        .init(
            "party",
            CustomerRegistered(
                CustomerRecord(
                    customerId: party, revision: 1, name: "C1",
                    accounts: [
                        AccountHoming(source: "erp", code: "C1", revision: 1),
                        AccountHoming(source: "crm", code: "X9", revision: 1),
                    ], at: try #require(Timestamp("2026-01-01T09:00:00+08:00")))))
    }

    private static func invoice(
        _ id: String, _ amount: String, customer: String = "C1", source: String = "erp"
    ) throws -> ServiceFixture.Message {
        .init(
            "invoice \(id)", source: source,
            InvoiceIssued(
                invoiceId: id, customer: CustomerCode(code: customer), orderIds: [],
                issuedAt: try #require(Timestamp("2026-01-05T09:00:00+08:00")),
                dueAt: Timestamp("2026-02-05T09:00:00+08:00"), amount: .of(amount), currency: .cny))
    }

    @Test("who asks for a customer by one of its codes gets what is of its party under all of them")
    func parties() async throws {
        try await finance.handle([
            try Self.merged(),
            .init("o1", OrderPlaced(makeOrder("O1", [("100", "150")]))),
            .init("o2", source: "crm", OrderPlaced(makeOrder("O2", customer: "X9", [("100", "160")]))),
            .init("o3", OrderPlaced(makeOrder("O3", customer: "C2", [("100", "170")]))),
            try Self.invoice("I1", "10"), try Self.invoice("I2", "20", customer: "X9", source: "crm"),
            try Self.invoice("I3", "40", customer: "C2"),
            // Nobody has told who this is.
            try Self.invoice("I4", "80", customer: "C8"),
        ])
        for customer in ["C1", "X9", Self.party] {
            let asked = ["customer": customer]
            let dated = ["customer": customer, "asOf": "2026-06-30"]
            func cells(_ query: String, _ values: [String: String], _ name: String) async throws -> [String] {
                try Self.column(await finance.ask(query, values), name).compactMap { $0 }.sorted()
            }
            #expect(try await cells("receivables.invoices", asked, "invoice_id") == ["I1", "I2"])
            #expect(try await cells("receivables.balances", dated, "open") == ["10.00", "20.00"])
            #expect(try await cells("receivables.aged", dated, "open") == ["10.00", "20.00"])
            #expect(try await cells("receivables.ageing", dated, "amount") == ["30.00"])
            #expect(try await cells("receivables.statement", asked, "reference") == ["I1", "I2"])
            #expect(try await cells("receivables.dso", dated, "receivables") == ["30.00"])
            #expect(try await cells("credit.exposure", asked, "receivable") == ["10.00", "20.00"])
            #expect(try await cells("orders.list", asked, "order_id") == ["O1", "O2"])
            #expect(
                try await cells("alerts.list", ["customer": customer, "level": "order"], "order_id") == [
                    "O1", "O2",
                ])
            let march = ["customer": customer, "from": "2026-03-01", "to": "2026-03-31", "by": "order"]
            #expect(try await cells("profit.margins", march, "order") == ["O1", "O2"])
        }
        let alone = try await finance.ask("receivables.invoices", ["customer": "C8"])
        #expect(try Self.column(alone, "invoice_id") == ["I4"])
        let other = try await finance.ask("receivables.invoices", ["customer": "C1", "source": "crm"])
        #expect(other.first?.rows.isEmpty == true)
    }

    @Test("disputes, promises, write-offs, cash on account and risks are those of the party, by whichever of its codes")
    func collection() async throws {
        var messages = [try Self.merged()]
        for (number, customer, source) in [("1", "C1", "erp"), ("2", "X9", "crm"), ("3", "C2", "erp")] {
            messages.append(try Self.invoice("I\(number)", "10", customer: customer, source: source))
            let bodies: [any Contracts.Message] = [
                try Collect.payment("P\(number)", "5", customer: customer),
                try Collect.dispute("D\(number)", "I\(number)", "1"),
                try Collect.promise("R\(number)", "I\(number)", "1", on: "2026-04-10"),
                try Collect.writeOff("W\(number)", "I\(number)", "1"),
            ]
            for (place, body) in bodies.enumerated() {
                messages.append(.init("\(number)-\(place)", source: source, body))
            }
        }
        #expect(try await finance.handle(messages).refused.isEmpty)
        let lists = [
            ("receivables.disputes", "dispute_id", "D"), ("receivables.promises", "promise_id", "R"),
            ("receivables.write-offs", "write_off_id", "W"), ("receivables.unallocated", "payment_id", "P"),
            ("credit.risk", "invoice_id", "I"),
        ]
        for (question, column, letter) in lists {
            for customer in ["C1", "X9", Self.party] {
                let found = try Self.column(await finance.ask(question, ["customer": customer]), column)
                #expect(found.compactMap { $0 }.sorted() == ["\(letter)1", "\(letter)2"], "\(question) \(customer)")
            }
            #expect(try Self.column(await finance.ask(question), column).count == 3, "\(question)")
        }
    }

    @Test("asking says what it knows nothing of, and uses what was approved for a code that is merged now")
    func asking() async throws {
        // What is approved for the second code before the two are one party holds for both afterwards.
        let second = AccountIdentifier.customer(source: "crm", code: "X9")
        let (from, to) = (try #require(CalendarDay("2026-03-01")), try #require(CalendarDay("2026-03-20")))
        try await finance.handle([
            .init("x", source: "crm", OrderPlaced(makeOrder("OX", customer: "X9", line: "road"))),
            .init("o", OrderPlaced(makeOrder("O1", line: "road"))),
        ])
        let granted = try await finance.handle([
            .init(
                "g",
                GrantOverride(
                    overrideId: "V1", customerId: second, businessLine: "road", from: from, to: to, cap: .of("500"),
                    currency: .cny, reason: "season", by: "finance.director"))
        ])
        #expect(granted.refused.isEmpty)
        try await finance.handle([try Self.merged()])
        func notes(_ source: String, _ code: String, _ line: String) async throws -> [String?] {
            let tables = try await finance.ask(
                "acceptance.ask", ["source": source, "customer": code, "businessLine": line, "amount": "10"])
            #expect(try Self.column(tables, "decision") == ["accepted"])
            return try Self.column(tables, "notes")
        }
        #expect(try await notes("erp", "C1", "road") == [nil])
        #expect(
            try await notes("erp", "C1", "airfreight") == [
                "no order of a line of business 'airfreight' has come yet"
            ])
        #expect(try await notes("erp", "C7", "road") == ["source 'erp' has named no customer 'C7' yet"])
        #expect(try await notes("wms", "C1", "road") == ["nothing is known of a source 'wms'"])

        let stopped = try await finance.handle([
            .init(
                "s",
                SetAcceptance(
                    customerId: Self.party, businessLine: "road", level: .stopped, reason: "loss", owner: "li.wei",
                    until: to, by: "finance.director"))
        ])
        #expect(stopped.refused.isEmpty)
        let asked = try await finance.ask(
            "acceptance.ask",
            ["source": "erp", "customer": "C1", "businessLine": "road", "amount": "100", "on": "2026-03-04"])
        let order = try await finance.handle(
            [.init("o2", OrderPlaced(makeOrder("O2", line: "road", [("100", "50")])))],
            at: "2026-03-04T10:00:00+08:00")
        let decided = try #require(try order.events(OrderDecided.self).first)
        #expect(try Self.column(asked, "decision") == [decided.decision.rawValue])
        #expect(try Self.column(asked, "rule") == [decided.rule])
        #expect(decided.rule == "override")
    }
}
