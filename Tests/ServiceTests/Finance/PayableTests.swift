import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation

@Suite("Payables", .service(try financeDefinition()))
struct PayableTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func invoice(
        _ id: String, _ amount: String, orders: [String] = ["O1"], supplier: String = "S1",
        issued: String = "2026-01-05T10:00:00+08:00", due: String = "2026-02-04T10:00:00+08:00",
        currency: Currency = .cny
    ) throws -> SupplierInvoiceReceived {
        SupplierInvoiceReceived(
            invoiceId: id, supplier: SupplierReference(code: supplier), orderIds: orders, issuedAt: try moment(issued),
            dueAt: try moment(due), amount: .of(amount), currency: currency)
    }

    private static func payment(
        _ id: String, _ amount: String, for items: [(String, String)] = [], supplier: String = "S1",
        at: String = "2026-01-20T10:00:00+08:00", currency: Currency = .cny
    ) throws -> SupplierPaymentMade {
        SupplierPaymentMade(
            paymentId: id, supplier: SupplierReference(code: supplier), paidAt: try moment(at), amount: .of(amount),
            currency: currency, allocations: items.map { PaymentAllocation(invoiceId: $0.0, amount: .of($0.1)) })
    }

    @Test("in any order, doubled, by four at once: open amounts and matches are the oracle's")
    func oracle() async throws {
        var random = RandomSource(seed: 77)
        var messages: [any Message] = []
        func cents(_ count: Int) -> String { FixedDecimal(units: Int128(count) * 100).description }
        for number in 0..<80 {
            let amount = 200 + random.below(40_000)
            let orders = (0..<random.below(3)).map { "O\(number)-\($0)" }
            messages.append(
                try Self.invoice("V\(number)", cents(amount), orders: orders, supplier: "S\(number % 5)"))
            for (place, order) in orders.enumerated() {
                let cost = amount / orders.count + [0, 0, 0, 90, 500, -500][random.below(6)]
                messages.append(
                    CostRecorded(
                        costId: "K\(number)-\(place)", orderId: order, line: 1,
                        supplier: SupplierReference(code: "S\(random.below(9) == 0 ? 8 : number % 5)"),
                        state: .accrued, amount: .of(cents(max(1, cost))), currency: .cny,
                        serviceDate: try #require(CalendarDay("2026-01-03"))))
            }
            for part in 0..<random.below(3) {
                let paid = 1 + random.below(amount)
                messages.append(
                    try Self.payment(
                        "P\(number)-\(part)", cents(paid), for: [("V\(number)", cents(paid))],
                        supplier: "S\(number % 5)", at: "2026-01-\(10 + random.below(19))T10:00:00+08:00"))
            }
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(
            messages.map {
                "{\"type\":\"\(type(of: $0).type)\",\"data\":\(String(decoding: $0.encode(), as: UTF8.self))}"
            }.joined(separator: "\n").utf8
        ).write(to: file)
        let expected = String(decoding: try await Oracle.run("payables.py", [file.path]), as: UTF8.self)
            .split(separator: "\n").map(String.init).sorted()
        let shuffled = (messages + messages.filter { _ in random.below(3) == 0 }).enumerated().map {
            ServiceFixture.Message("m\($0.offset)", $0.element)
        }.shuffled(&random)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<4 {
                let mine = shuffled.enumerated().filter { $0.offset % 4 == lane }.map(\.element)
                group.addTask {
                    var refused = 0
                    for start in stride(from: 0, to: mine.count, by: 6) {
                        refused += try await finance.retrying(
                            Array(mine[start..<min(start + 6, mine.count)])
                        ).refused.count
                    }
                    return refused
                }
            }
            for try await refused in group { #expect(refused == 0) }
        }
        let list = try #require(
            try await finance.ask("payables.list", ["state": "all", "limit": "500"]).first)
        let found = list.rows.map {
            [$0.values[0], $0.values[7], $0.values[9], $0.values[11]].map { $0 ?? "" }.joined(separator: " ")
        }
        #expect(found.sorted() == expected)
        #expect(Set(expected.compactMap { $0.split(separator: " ").last }).count == 5)
    }

    @Test("numbers that differ by their Chinese characters alone are two, whatever the locale of the database")
    func chinese() async throws {
        try await finance.handle([
            .init("k1", makeCost("K1", order: "O1", .actual, "100")),
            .init("1", try Self.invoice("发票-7", "100")),
            .init("2", try Self.invoice("收据-7", "100", issued: "2026-01-06T10:00:00+08:00")),
            .init("3", try Self.invoice("发票 7", "100", issued: "2026-01-07T10:00:00+08:00")),
        ])
        let tables = try await finance.ask("payables.run", ["payOn": "2026-02-04"])
        #expect(tables[1].rows.map { $0.values[0] } == ["发票 7"])
        #expect(tables[1].rows.map { $0.values[7] } == ["twice"])
    }

    @Test("a run proposes what fits and is due, holds the rest back with its reason, and shows prepayments")
    func run() async throws {
        try await finance.handle([
            .init("k1", makeCost("K1", order: "O1", .actual, "100")),
            .init("k2", makeCost("K2", order: "O2", .actual, "100")),
            .init("1", try Self.invoice("V-1", "101")), .init("2", try Self.invoice("V2", "102", orders: ["O2"])),
            .init("3", try Self.invoice("ｖ－１", "101", issued: "2026-01-06T10:00:00+08:00")),
            .init("4", try Self.invoice("V4", "5", orders: [])),
            .init("5", try Self.payment("P1", "40", for: [("V-1", "30")])),
            // Due on a Saturday: paid on the Friday before.
            .init("6", try Self.invoice("V5", "100", orders: ["O2"], due: "2026-01-24T10:00:00+08:00")),
            .init("7", try Self.invoice("V6", "100", orders: ["O2"], due: "2026-03-24T10:00:00+08:00")),
        ])
        let friday = try await finance.ask("payables.run", ["payOn": "2026-01-23"])
        #expect(friday[0].rows.map { Array($0.values[4...5]) } == [["1", "100.00"]])
        let tables = try await finance.ask("payables.run", ["payOn": "2026-02-04"])
        #expect(tables[0].rows.map { Array($0.values[4...5]) } == [["2", "171.00"]])
        #expect(tables[0].rows.map { $0.values[7] } == ["10.00"])
        #expect(tables[1].rows.map { $0.values[0] } == ["V2", "V4", "ｖ－１"])
        #expect(tables[1].rows.map { $0.values[7] } == ["above-cost", "no-order", "twice"])
        let prepaid = try await finance.ask("payables.prepayments")
        #expect(prepaid[0].rows.map { $0.values[6] } == ["10.00"])
        let dependency = try await finance.ask("payables.dependency", ["asOf": "2026-02-04"])
        #expect(dependency[0].rows.map { $0.values[4] } == ["100.00"])
    }

    @Test(
        "what is less than the smallest unit of a currency stays open nowhere, whichever of invoice and payment comes first"
    )
    func residues() async throws {
        let yen = try #require(Currency("JPY"))
        let messages: [any Message] = [
            try Self.invoice("V1", "100.0033"), try Self.payment("P1", "100", for: [("V1", "100")]),
            try Self.invoice("V2", "1000.50", currency: yen),
            try Self.payment("P2", "1000", for: [("V2", "1000")], currency: yen),
            try Self.invoice("V3", "1001", currency: yen),
            try Self.payment("P3", "1000", for: [("V3", "1000")], currency: yen),
            try Self.invoice("V4", "0.0099"),
        ]
        for arrival in [messages, messages.reversed()] {
            let finance = try await ServiceFixture.make(financeDefinition())
            for (place, body) in arrival.enumerated() { try await finance.handle([.init("m\(place)", body)]) }
            let open = try await finance.ask("payables.list")[0]
            #expect(open.column("invoice_id") == ["V3"] && open.column("open") == ["1.00"])
            let one = try await finance.ask("payables.list", ["invoiceId": "V1", "state": "all"])
            #expect(one[0].column("invoice_id") == ["V1"] && one[1].rows.isEmpty)
            #expect(try await finance.ask("payables.list", ["invoiceId": "V1"])[0].rows.isEmpty)
            let run = try await finance.ask("payables.run", ["payOn": "2026-06-30"])
            #expect(run[0].rows.isEmpty && run[1].column("invoice_id") == ["V3"])
            #expect(
                try await finance.rows("select invoice_id, settled_day from supplier_invoice order by 1") == [
                    ["V1", "2026-01-20"], ["V2", "2026-01-20"], ["V3", nil], ["V4", "2026-01-05"],
                ])
            // The finance view owes nothing of it either, and no cash went out for it.
            for (metric, amounts) in [("payable", ["1"]), ("cash-out", ["100", "2000"])] {
                let entries = try await finance.rows(
                    """
                    select trim_scale(sum(e.amount))::text from view_entries(
                        array[2, 2, 2, 2, 3, 3, 3]::smallint[], array_fill('erp'::text, array[7]),
                        array['V1', 'V2', 'V3', 'V4', 'P1', 'P2', 'P3']) e
                    where e.metric = '\(metric)' group by e.currency having sum(e.amount) <> 0
                    order by e.currency
                    """)
                #expect(entries == amounts.map { [$0] })
            }
            // The rest is paid after all: nothing is rounded any more.
            try await finance.handle([.init("p", try Self.payment("P4", "0.0033", for: [("V1", "0.0033")]))])
            #expect(
                try await finance.rows(
                    "select invoice_id, applied from supplier_allocation where payment_id = '' order by 1")
                    == [["V2", "0.5000"], ["V4", "0.0099"]])
        }
    }

    @Test("residues that stand in the books already are settled by the migration as new ones are")
    func residuesOfBefore() async throws {
        let yen = try #require(Currency("JPY"))
        let step = try #require(FinanceMigrations.all.first { $0.name == "supplier_residues" })
        try await finance.handle([
            .init("1", try Self.invoice("V1", "100.0033")),
            .init("2", try Self.payment("P1", "100", for: [("V1", "100")])),
            .init("3", try Self.invoice("V2", "1000.50", currency: yen)),
            .init("4", try Self.payment("P2", "999", for: [("V2", "999")], currency: yen)),
            .init("5", try Self.invoice("V4", "0.0099")),
        ])
        let books = [
            "select invoice_id, paid, settled_day from supplier_invoice order by 1",
            "select invoice_id, payment_id, paid_at, paid_day, amount, applied from supplier_allocation order by 1, 2",
        ]
        var settled: [[[String?]]] = []
        for statement in books { settled.append(try await finance.rows(statement)) }
        #expect(settled[1].filter { $0[1] == "" }.map { $0[0] } == ["V1", "V4"])
        try await finance.pool.withTransaction { transaction in
            // As the release before left them.
            try transaction.execute(
                """
                update supplier_invoice r set paid = r.paid - a.applied, settled_day = null
                from supplier_allocation a
                where a.payment_id = '' and a.source = r.source and a.invoice_id = r.invoice_id
                """)
            try transaction.execute("delete from supplier_allocation where payment_id = ''")
            try transaction.execute(SQL(stringLiteral: step.sql))
        }
        for (place, statement) in books.enumerated() {
            #expect(try await finance.rows(statement) == settled[place])
        }
    }

    @Test("a small supplier is due within sixty days; bad messages have their reasons and change nothing")
    func refusals() async throws {
        let terms = TermsAgreed(
            role: .supplier, code: "S1", kind: .monthEnd, days: 90, smallSupplier: true,
            agreedAt: try moment("2026-01-01T09:00:00+08:00"))
        try await finance.handle([.init("t", terms)])
        try await finance.handle([
            .init("1", try Self.invoice("V1", "100", due: "2026-05-01T10:00:00+08:00")),
            .init("2", try Self.payment("P1", "10", for: [("V1", "10")])),
        ])
        let due = "select invoice_id, due_day, paid from supplier_invoice order by 1"
        #expect(try await finance.rows(due) == [["V1", "2026-03-06", "10.0000"]])
        let dollars = try #require(Currency("USD"))
        let cases: [(any Message, Reason)] = [
            (try Self.invoice("V1", "101"), .conflictingContent),
            (try Self.payment("P1", "11", for: [("V1", "10")]), .conflictingContent),
            (try Self.payment("P2", "10", for: [("V1", "10")], currency: dollars), .currencyMismatch),
        ]
        for (number, (body, reason)) in cases.enumerated() {
            let outcome = try await finance.handle([.init("b\(number)", body)])
            #expect(outcome.refused.mapValues(\.reason) == [0: reason])
            #expect(try await finance.rows(due).count == 1)
        }
        // A payment that waited for an invoice which comes in another currency pays nothing of it, and is shown.
        try await finance.handle([.init("3", try Self.payment("P3", "10", for: [("V3", "10")], currency: dollars))])
        try await finance.handle([.init("4", try Self.invoice("V3", "100"))])
        #expect(try await finance.rows(due).last?[2] == "0.0000")
        let waiting = try #require(try await finance.ask("payables.list").last)
        #expect(waiting.rows.map { $0.values[5] } == ["set aside: currency-mismatch: V3"])
    }

    @Test("a party that is customer and supplier is shown with what could be set off")
    func setOff() async throws {
        try await finance.handle([
            .init("1", try Collect.invoice("I1", "100")), .init("2", try Self.invoice("V1", "30")),
        ])
        try await finance.pool.withTransaction { transaction in
            try transaction.execute(
                """
                insert into account (source, code, customer_id, name, revision)
                values ('erp', 'C1', 'K1', '昆山某某物流有限公司', 1)
                """)
            try transaction.execute(
                """
                insert into supplier_account (source, code, supplier_id, name, revision)
                values ('erp', 'S1', 'U1', '昆山某某物流有限公司', 1)
                """)
        }
        let tables = try await finance.ask("payables.set-off")
        #expect(tables[0].rows.map { Array($0.values[4...6]) } == [["100.00", "30.00", "30.00"]])
        #expect(try await finance.rows("select paid from supplier_invoice") == [["0.0000"]])
    }

    @Test("what could be set off is ranked by its worth, a payment run each currency by itself")
    func ranked() async throws {
        try await finance.pool.withTransaction { transaction in
            try transaction.execute(
                """
                insert into account (source, code, customer_id, name, revision)
                values ('erp', 'C1', 'K1', 'Made-Up One', 1), ('erp', 'C2', 'K2', 'Made-Up Two', 1)
                """)
            try transaction.execute(
                """
                insert into supplier_account (source, code, supplier_id, name, revision)
                values ('erp', 'S1', 'U1', 'Made-Up One', 1), ('erp', 'S2', 'U2', 'Made-Up Two', 1)
                """)
        }
        for (number, customer, amount, currency) in [
            ("1", "1", "30", "CNY"), ("2", "1", "9000", "JPY"), ("3", "2", "50", "CNY"), ("4", "2", "800", "JPY"),
        ] {
            let issued = try moment("2026-01-05T10:00:00+08:00")
            let amountOf = try #require(Currency(currency))
            try await finance.handle([
                .init(
                    "i\(number)",
                    try Collect.invoice("I\(number)", amount, customer: "C\(customer)", currency: currency)),
                .init(
                    "s\(number)",
                    SupplierInvoiceReceived(
                        invoiceId: "SI\(number)", supplier: SupplierReference(code: "S\(customer)"), orderIds: [],
                        issuedAt: issued, dueAt: issued, amount: .of(amount), currency: amountOf)),
            ])
        }
        try await finance.pool.withTransaction { transaction in
            try transaction.execute(
                """
                insert into payable_release (source, invoice_id, reason, proposed_by, proposed_at, approved_by, approved_at)
                select source, invoice_id, 'tried', 'a', now(), 'b', now() from supplier_invoice
                """)
        }
        let setOff = try await finance.ask("payables.set-off")["set-off"]
        #expect(setOff.column("currency") == ["JPY", "CNY", "JPY", "CNY"])
        #expect(setOff.column("could_be_set_off") == ["9000.00", "50.00", "800.00", "30.00"])
        let run = try await finance.ask("payables.run", ["payOn": "2026-02-04"])["payment run"]
        #expect(run.column("currency") == ["CNY", "CNY", "JPY", "JPY"])
        #expect(run.column("pay") == ["50.00", "30.00", "9000.00", "800.00"])
    }
}
