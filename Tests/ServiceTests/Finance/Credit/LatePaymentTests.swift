import Contracts
import Domain
import Foundation
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Late payment")
struct LatePaymentTests {
    private static let sample: String? = {
        let paths = [
            repository.deletingLastPathComponent().appendingPathComponent("shared/data/receivables/invoices.csv").path,
            ProcessInfo.processInfo.environment["WAYBILL_TEST_INVOICES"] ?? "",
        ]
        return paths.first { FileManager.default.fileExists(atPath: $0) }
    }()

    /// The published invoices; days as they stand, month/day/year.
    private static func cases(_ path: String) throws -> [Prequential.Case] {
        func day(_ text: String) throws -> CalendarDay {
            let parts = text.split(separator: "/").compactMap { Int($0) }
            return try #require(CalendarDay(year: parts[2], month: parts[0], day: parts[1]))
        }
        return try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst().map {
            let fields = $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let due = try day(fields[5])
            return Prequential.Case(
                identifier: fields[3], customer: fields[1], amount: try #require(Double(fields[6])),
                issued: Int(try day(fields[4]).daysSinceEpoch), due: Int(due.daysSinceEpoch),
                dueDayOfMonth: due.components.day, settled: Int(try day(fields[8]).daysSinceEpoch))
        }
    }

    @Test(
        "of the published invoices it is foreseen better than by two baselines",
        .enabled(if: sample != nil, "shared/data/receivables is not beside the project; or set WAYBILL_TEST_INVOICES"))
    func published() async throws {
        let path = try #require(Self.sample)
        let outcomes = Prequential.walk(try Self.cases(path)).outcomes
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = outcomes.map {
            "\($0.invoice.identifier),\($0.prediction.probability),\($0.prediction.days)"
        }
        try Data((["invoice_id,late_probability,expected_days_late"] + lines).joined(separator: "\n").utf8).write(
            to: file)
        let report = try await Oracle.run("late_payment.py", [path, file.path, "--json", "--no-sklearn"])
        let rows = try report.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
        func figure(_ row: Int, _ name: String) throws -> Double { try #require(rows[row][name] as? Double) }
        #expect(rows.count == 3)
        for baseline in 1...2 {
            #expect(try figure(0, "auc") > figure(baseline, "auc"))
            #expect(try figure(0, "brier") < figure(baseline, "brier"))
            #expect(try figure(0, "meanAbsoluteErrorDays") < figure(baseline, "meanAbsoluteErrorDays"))
        }
    }

    @Test("nothing that comes later changes what was said before")
    func prequential() throws {
        func invoice(_ number: Int, settled: Int?) -> Prequential.Case {
            Prequential.Case(
                identifier: "I\(1_000 + number)", customer: "C\(number % 3)", amount: Double(100 + number),
                issued: number, due: number + 10, dueDayOfMonth: 1 + number % 28, settled: settled)
        }
        let cases = (0..<200).map { invoice($0, settled: $0 + 5 + ($0 % 3) * 6) }
        // As it stood on day 120: what was settled from then on is open, and what was issued later is not there.
        let then = cases.filter { $0.issued <= 120 }.map { each in
            invoice(each.issued, settled: each.settled.flatMap { $0 < 120 ? $0 : nil })
        }
        let whole = Prequential.walk(cases).outcomes
        let part = Prequential.walk(then).outcomes
        #expect(part.count == 121)
        #expect(zip(whole, part).allSatisfy { $0.prediction.probability == $1.prediction.probability })
        #expect(zip(whole, part).allSatisfy { $0.prediction.days == $1.prediction.days })
        // Customers 0, 1 and 2 are early, one day late and seven days late: that is learned.
        let last = whole.suffix(3).sorted { $0.invoice.customer < $1.invoice.customer }
        #expect(last.map(\.prediction.days) == [0, 1, 7])
        #expect(last[0].prediction.probability < 0.2 && last[1].prediction.probability > 0.8)
    }

    @Test("an amount is measured by the customer's others in its currency")
    func currencies() throws {
        let yen = try #require(Currency("JPY"))
        func invoice(_ number: Int, _ amount: Double, _ currency: Currency) -> Prequential.Case {
            Prequential.Case(
                identifier: "I\(1_000 + number)", customer: "C", amount: amount, issued: number, due: number + 10,
                dueDayOfMonth: 1, settled: nil, currency: currency)
        }
        let outcomes = Prequential.walk([
            invoice(0, 1_000, .cny), invoice(1, 21_000, yen), invoice(2, 1_000, .cny), invoice(3, 42_001, yen),
        ]).outcomes
        let sizes = outcomes.map { $0.prediction.features[4] }
        #expect(sizes == [0, 0, 0, log(42_002.0 / 21_001)])
    }

    @Test("without any record it says what is known of all", .service(try financeDefinition()))
    func query() async throws {
        let finance = try ServiceFixture.current
        try await finance.handle([
            .init("1", try Collect.invoice("I1", "100")), .init("2", try Collect.invoice("I2", "100")),
            .init("3", try Collect.payment("P1", "100", for: [("I1", "100")])),
        ])
        let risk = try #require(try await finance.ask("credit.risk").first)
        #expect(risk.rows.map { $0.values[0] } == ["I2"])
        let trial = try #require(try await finance.ask("credit.trial").first)
        #expect(trial.rows.map { $0.values[8] } == ["0", nil])
    }

    @Test("the most to lose is what is worth most, not the greatest number", .service(try financeDefinition()))
    func worth() async throws {
        let finance = try ServiceFixture.current
        try await finance.handle([
            .init("1", try Collect.invoice("YEN", "9000", currency: "JPY")),
            .init("2", try Collect.invoice("YUAN", "3000")),
            .init("3", try Collect.invoice("GOLD", "99000", currency: "XAU")),
        ])
        let risk = try #require(try await finance.ask("credit.risk", at: moment("2026-01-10T10:00:00+08:00")).first)
        // What has no rate stands last.
        #expect(risk.column("invoice_id") == ["YUAN", "YEN", "GOLD"])
    }
}
