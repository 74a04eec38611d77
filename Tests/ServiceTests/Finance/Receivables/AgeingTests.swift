import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation
@testable import WaybillCLI

/// The published sample of 1,250 invoices; `nil` where it is not beside the project.
private let sample: String? = {
    let paths = [
        repository.deletingLastPathComponent().appendingPathComponent("shared/data/receivables/invoices.csv").path,
        ProcessInfo.processInfo.environment["WAYBILL_TEST_INVOICES"] ?? "",
    ]
    return paths.first { FileManager.default.fileExists(atPath: $0) }
}()

@Suite("Ageing", .service(try financeDefinition()))
struct AgeingTests {
    private let books: Books

    init() throws { books = try .current }

    /// What `waybill finance ageing --json` prints.
    private func report(_ books: Books, _ values: [String: String]) async throws -> String {
        let tables = try await books.ask("receivables.ageing", values)
        return try Oracle.normal(Data(AgeingReport(tables).encode()))
    }

    @Test(
        "of the published invoices is the oracle's, as of any day and by any buckets",
        .enabled(if: sample != nil, "shared/data/receivables is not beside the project; or set WAYBILL_TEST_INVOICES"))
    func published() async throws {
        let path = try #require(sample)
        let messages = try Self.messages(String(contentsOfFile: path, encoding: .utf8))
        #expect(messages.count > 2_000)
        // Payments first, as the worst case.
        for start in stride(from: 0, to: messages.count, by: 500) {
            let batch = Array(messages.reversed()[start..<min(start + 500, messages.count)])
            #expect(try await books.deliver(batch).isEmpty)
        }
        var opened = 0
        for day in [
            "2011-12-31", "2012-01-31", "2012-08-15", "2013-01-01", "2013-06-30", "2013-12-02", "2014-01-08",
        ] {
            for buckets in ["30,60,90", "1,7", "10"] {
                let expected = try await Oracle.normal(
                    Oracle.run("ageing.py", ["--csv", path, "--as-of", day, "--buckets", buckets]))
                #expect(try await report(books, ["asOf": day, "buckets": buckets]) == expected)
                opened += expected.contains("\"open\":{\"amount\":\"0.00\",\"count\":0}") ? 0 : 1
            }
        }
        #expect(opened == 15)
        let customer = "9322-YCTQO"
        let expected = try await Oracle.normal(
            Oracle.run("ageing.py", ["--csv", path, "--as-of", "2013-06-30", "--customer", customer]))
        #expect(try await report(books, ["asOf": "2013-06-30", "customer": customer]) == expected)
    }

    @Test("of partial, early and excessive payments is the oracle's, on every tenth day")
    func random() async throws {
        var random = RandomSource(seed: 7)
        let messages = try RandomLedger.messages(&random, invoices: 150)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
        try Data(messages.map(\.line).joined(separator: "\n").utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await books.deliver(messages.shuffled(&random))
        let first = try #require(CalendarDay("2012-12-28"))
        for offset in stride(from: 0, to: 420, by: 10) {
            let day = first.adding(days: offset).description
            let expected = try await Oracle.normal(
                Oracle.run("ageing.py", ["--messages", file.path, "--as-of", day, "--buckets", "15,45"]))
            #expect(try await report(books, ["asOf": day, "buckets": "15,45"]) == expected)
        }
    }

    @Test("a day ends at midnight in China, and is overdue from the day after it was due")
    func days() async throws {
        try await books.deliver([
            Make.invoice("I1", "10", issued: "2026-01-01T00:00:00+08:00", due: "2026-01-31T16:00:00Z"),
            Make.payment("P1", "4", for: [("I1", "4")], at: "2026-02-03T15:59:59Z"),
            Make.payment("P2", "6", for: [("I1", "6")], at: "2026-02-03T16:00:00Z"),
        ])
        func amounts(_ day: String) async throws -> [String?] {
            try await books.ask("receivables.ageing", ["asOf": day, "buckets": "1"])[1].rows
                .map {
                    $0.values[4]
                }
        }
        #expect(try await amounts("2025-12-31") == ["0.00", "0.00", "0.00"])
        #expect(try await amounts("2026-02-01") == ["10.00", "0.00", "0.00"])
        #expect(try await amounts("2026-02-02") == ["0.00", "10.00", "0.00"])
        #expect(try await amounts("2026-02-03") == ["0.00", "0.00", "6.00"])
        #expect(try await amounts("2026-02-04") == ["0.00", "0.00", "0.00"])
    }

    @Test("one currency stays as it is, several become CNY by the day's rates, what has no rate stands apart")
    func currencies() async throws {
        try await books.deliver([
            Make.invoice("U", "100.00", customer: "CU", currency: "USD"), Make.invoice("C", "1.00", customer: "CC"),
            Make.invoice("K", "1.00", customer: "CK", currency: "KWD"),
        ])
        let values = ["asOf": "2026-01-31", "customer": "CU"]
        let own = try await books.ask("receivables.ageing", values)[0].rows[0].values
        #expect(own == ["2026-01-31", "USD", "1", "100.00", nil])
        for (query, value) in [("ageing", "706.00"), ("provisions", "706.00"), ("dso", "0.00")] {
            let row = try await books.ask("receivables.\(query)", ["asOf": "2026-01-31"])[0].rows[0].values
            #expect(row.contains(value) && row.last == "1.00 KWD", "\(query)")
        }
        // What is paid needs no rate.
        try await books.deliver([Make.payment("PK", "1.00", for: [("K", "1.00")], currency: "KWD")])
        let whole = try await books.ask("receivables.ageing", ["asOf": "2026-01-31"])[0].rows[
            0
        ].values
        #expect(whole == ["2026-01-31", "CNY", "2", "706.00", nil])
    }

    @Test("the statement brings forward and carries the balance on")
    func statement() async throws {
        try await books.deliver([
            Make.invoice("I1", "100.00", issued: "2026-01-05T10:00:00+08:00"),
            Make.invoice("I2", "50.00", issued: "2026-01-25T10:00:00+08:00"),
            Make.payment("P1", "120.00", for: [("I1", "100.00")], at: "2026-01-20T10:00:00+08:00"),
            Make.payment("P2", "30.00", at: "2026-02-20T10:00:00+08:00"), Make.invoice("X", "9", customer: "C2"),
        ])
        let table = try await books.ask(
            "receivables.statement", ["customer": "C1", "from": "2026-01-20", "to": "2026-01-31"])[0]
        #expect(table.columns.map(\.name).prefix(3) == ["day", "kind", "reference"])
        #expect(table.rows.map { $0.values[1] } == ["brought forward", "payment", "invoice"])
        #expect(table.rows.map { $0.values[7] } == ["100.00", "-20.00", "30.00"])
    }

    /// The file's invoices and the payment that settles each.
    private static func messages(_ text: String) throws -> [LedgerMessage] {
        let lines = text.split(whereSeparator: \.isNewline)
        let names = try #require(lines.first).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        var messages: [LedgerMessage] = []
        for line in lines.dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let row = Dictionary(uniqueKeysWithValues: zip(names, cells))
            func time(_ name: String, _ hour: String) throws -> String {
                let parts = try #require(row[name]).split(separator: "/").compactMap { Int($0) }
                let day = try #require(CalendarDay(year: parts[2], month: parts[0], day: parts[1]))
                return "\(day)T\(hour):00:00+08:00"
            }
            let (number, amount) = (try #require(row["invoiceNumber"]), try #require(row["InvoiceAmount"]))
            let customer = try #require(row["customerID"])
            messages.append(
                try Make.invoice(
                    number, amount, issued: time("InvoiceDate", "00"), due: time("DueDate", "00"), customer: customer))
            messages.append(
                try Make.payment(
                    "P-\(number)", amount, for: [(number, amount)], at: time("SettledDate", "23"), customer: customer))
        }
        return messages
    }
}

@Suite("Buckets of ageing")
struct AgeingBucketTests {
    @Test(
        "buckets that are none are refused",
        arguments: ["", "0", "30,30", "60,30", "30,,60", "30,x", "-1", "1,99999"])
    func badBuckets(_ text: String) {
        #expect(throws: Refusal.self) { try AgeingBuckets(text) }
    }
}
