import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation

@Suite("Collection", .service(try financeDefinition()))
struct CollectionTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let state = """
        select r.invoice_id, r.amount - r.paid, coalesce(r.settled_day::text, '-') from receivable r order by 1
        """

    @Test("a credit note, an allocation and an approval that come first wait, are shown, and apply by themselves")
    func early() async throws {
        try await finance.handle([
            .init("1", try Collect.note("CN1", "I1", "30")), .init("2", try Collect.approve("W1")),
            .init("3", try Collect.later("A1", "P1", [("I1", "50")])), .init("4", try Collect.resolve("D1")),
        ])
        let waiting = try #require(try await finance.ask("receivables.waiting").last)
        #expect(
            Set(waiting.rows.map { $0.values[0] }) == ["allocation", "credit-note", "dispute", "write-off"])
        try await finance.handle([
            .init("5", try Collect.invoice("I1", "100")), .init("6", try Collect.payment("P1", "60")),
            .init("7", try Collect.dispute("D1", "I1", "20")),
        ])
        #expect(try await finance.rows(Self.state) == [["I1", "20.0000", "-"]])
        let cash = try #require(try await finance.ask("receivables.unallocated").first)
        #expect(cash.rows.map { $0.values[7] } == ["10.00"])
        #expect(try await finance.ask("receivables.disputes").first?.rows.isEmpty == true)
        let outcome = try await finance.handle([.init("8", try Collect.writeOff("W1", "I1", "20"))])
        #expect(try outcome.events(PaymentApplied.self).map(\.settled) == [true])
        #expect(try await finance.rows(Self.state) == [["I1", "0.0000", "2026-01-20"]])
        #expect(try await finance.ask("receivables.waiting").allSatisfy(\.rows.isEmpty))
    }

    @Test("each bad message has its reason and changes nothing")
    func refusals() async throws {
        try await finance.handle([
            .init("1", try Collect.invoice("I1", "100")), .init("2", try Collect.payment("P1", "60")),
            .init("3", try Collect.note("CN1", "I1", "30")), .init("4", try Collect.writeOff("W1", "I1", "5")),
            .init("5", try Collect.later("A1", "P1", [("I1", "40")])),
            .init("6", try Collect.dispute("D1", "I1", "10")), .init("7", try Collect.resolve("D1")),
        ])
        let before = try await Self.books(finance)
        let cases: [(any Message, Reason)] = [
            (try Collect.note("CN1", "I1", "31"), .conflictingContent),
            (try Collect.note("CN2", "I1", "100.01"), .overAllocated),
            (try Collect.note("CN2", "I1", "1", customer: "C2"), .valueNotAllowed),
            (try Collect.note("CN2", "I1", "1", currency: Currency("USD") ?? .cny), .currencyMismatch),
            (try Collect.later("A2", "P1", [("I1", "20.01")]), .overAllocated),
            (try Collect.later("A1", "P1", [("I1", "39")]), .conflictingContent),
            (try Collect.approve("W1", by: "li.wei"), .samePerson),
            (try Collect.writeOff("W2", "I1", "100.01"), .overAllocated),
            (try Collect.dispute("D2", "I1", "100.01"), .overAllocated),
            (try Collect.resolve("D1", .upheld), .conflictingContent),
        ]
        for (number, (body, reason)) in cases.enumerated() {
            let outcome = try await finance.handle([.init("bad\(number)", body)])
            #expect(outcome.refused.mapValues(\.reason) == [0: reason], "\(body)")
            #expect(try await Self.books(finance) == before)
        }
        // Whichever of the two comes second is the one that is refused.
        try await finance.handle([.init("20", try Collect.approve("W9", by: "li.wei"))])
        let second = try await finance.handle([.init("21", try Collect.writeOff("W9", "I1", "1"))])
        #expect(second.refused[0]?.reason == .samePerson)
    }

    @Test("a credit note that does not fit the invoice it waited for is set aside, and shown")
    func setAside() async throws {
        try await finance.handle([
            .init("1", try Collect.note("CN1", "I1", "60")),
            .init("2", try Collect.note("CN2", "I1", "60", at: "2026-01-11T10:00:00+08:00")),
        ])
        try await finance.handle([.init("3", try Collect.invoice("I1", "100"))])
        #expect(try await finance.rows(Self.state).map { $0[1] } == ["40.0000"])
        let waiting = try #require(try await finance.ask("receivables.waiting").last)
        #expect(waiting.rows.map { $0.values[1] } == ["CN2"])
        #expect(waiting.rows.map { $0.values[7] } == ["set aside: over-allocated"])
    }

    @Test("of what is disputed or promised nobody is reminded; a broken promise goes one level higher")
    func reminders() async throws {
        try await finance.handle([
            .init("1", try Collect.invoice("I1", "100")), .init("2", try Collect.invoice("I2", "100")),
            .init("3", try Collect.invoice("I3", "100")), .init("4", try Collect.invoice("I4", "100")),
            .init("5", try Collect.dispute("D1", "I1", "100")), .init("6", try Collect.dispute("D2", "I2", "40")),
            .init("7", try Collect.promise("R3", "I3", "100", on: "2026-02-11")),
            .init("8", try Collect.promise("R4", "I4", "100", on: "2026-02-02")),
        ])
        // Due 4 February: T+7 is the 11th, a Wednesday.
        let outcome = try await finance.run("receivables.remind", at: "2026-02-10T23:59:59.999999+08:00")
        let told = try outcome.events(ReceivableOverdue.self).map(\.reminder)
        #expect(told.map(\.invoiceId) == ["I2", "I4"])
        #expect(told.map(\.openAmount) == [.of("60"), .of("100")])
        #expect(told.map(\.disputedAmount) == [.of("40"), nil])
        #expect(told.map(\.level) == [.supervisor, .branchManager])
        let promises = try #require(
            try await finance.ask("receivables.promises", ["asOf": "2026-02-11"]).first)
        #expect(promises.rows.map { $0.values[7] } == ["broken", "open"])
        // The dispute ends: the reminder that was left out is told.
        try await finance.handle([.init("9", try Collect.resolve("D1"))])
        let next = try await finance.run("receivables.remind", at: "2026-02-11T23:59:59.999999+08:00")
        #expect(try next.events(ReceivableOverdue.self).map(\.reminder.invoiceId) == ["I1"])
    }

    @Test("shuffled, doubled and handled by four at once, the books are the oracle's", arguments: 0..<3)
    func oracle(_ round: Int) async throws {
        var random = RandomSource(seed: 20_260_302)
        let messages = try Self.randomMessages(&random)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(
            messages.map {
                "{\"type\":\"\(type(of: $0).type)\",\"data\":\(String(decoding: $0.encode(), as: UTF8.self))}"
            }.joined(separator: "\n").utf8
        ).write(to: file)
        let expected = String(decoding: try await Oracle.run("collection.py", [file.path]), as: UTF8.self)
            .split(separator: "\n").map(String.init).sorted()
        #expect(expected.count > 80)
        var mix = RandomSource(seed: UInt64(round + 1))
        let shuffled = (messages + messages.filter { _ in mix.below(4) == 0 }).enumerated().map {
            ServiceFixture.Message("m\($0.offset)", $0.element)
        }.shuffled(&mix)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<4 {
                let mine = shuffled.enumerated().filter { $0.offset % 4 == lane }.map(\.element)
                group.addTask {
                    var refused = 0
                    for start in stride(from: 0, to: mine.count, by: 7) {
                        let batch = Array(mine[start..<min(start + 7, mine.count)])
                        refused += try await finance.retrying(batch).refused.count
                    }
                    return refused
                }
            }
            for try await refused in group { #expect(refused == 0) }
        }
        let found = try await Self.summary(finance)
        let differing = Set(found).symmetricDifference(expected).sorted()
        #expect(differing.isEmpty, "\(differing.prefix(8))")
    }

    private static func books(_ finance: ServiceFixture) async throws -> [[String?]] {
        try await finance.rows(
            """
            select 'r ' || (to_jsonb(r) - 'came_at')::text from receivable r union all select 'p ' || (to_jsonb(p) - 'came_at')::text from customer_payment p
            union all select 'a ' || (to_jsonb(a) - 'came_at')::text from payment_allocation a
            union all select 'j ' || (to_jsonb(j) - 'came_at')::text from receivable_adjustment j
            union all select 'l ' || (to_jsonb(l) - 'came_at')::text from later_allocation l
            union all select 'd ' || (to_jsonb(d) - 'came_at')::text from dispute d
            union all select 'e ' || (to_jsonb(e) - 'came_at')::text from account_exposure e order by 1
            """)
    }

    private static func summary(_ finance: ServiceFixture) async throws -> [String] {
        let rows = try await finance.rows(
            """
            select 'invoice ' || invoice_id || ' ' || round(amount - paid, 2) || ' ' || round(coalesce((
                select sum(d.amount) from dispute d
                where d.invoice_id = r.invoice_id and d.resolved_at is null), 0), 2)
            from receivable r where amount is not null
            union all
            select 'customer ' || customer_code || ' ' || round(receivable, 2) || ' ' || round(deposits, 2)
            from account_exposure
            """)
        let promises = try #require(
            try await finance.ask("receivables.promises", ["asOf": "2030-01-01", "limit": "2000"]).first)
        return rows.compactMap { $0[0] } + promises.rows.map { "promise \($0.values[0] ?? "") \($0.values[7] ?? "")" }
    }

    private static func randomMessages(_ random: inout RandomSource) throws -> [any Message] {
        var messages: [any Message] = []
        let start = try moment("2026-01-01T00:00:00+08:00")
        func cents(_ count: Int) -> String { FixedDecimal(units: Int128(count) * 100).description }
        func time(_ random: inout RandomSource) -> String {
            start.adding(seconds: Int64(random.below(120 * 86_400))).description
        }
        for number in 0..<60 {
            let amount = 1_000 + random.below(90_000)
            let (invoice, customer) = ("I\(number)", "C\(number % 7)")
            messages.append(try Collect.invoice(invoice, cents(amount), customer: customer))
            if random.below(2) == 0 {
                messages.append(
                    try Collect.note(
                        "CN\(number)", invoice, cents(1 + random.below(amount)), at: time(&random), customer: customer))
            }
            if random.below(2) == 0 {
                let (now, rest) = (1 + random.below(amount), 1 + random.below(amount))
                messages.append(
                    Collect.body(
                        try Make.payment(
                            "P\(number)", cents(now + rest + random.below(100)), for: [(invoice, cents(now))],
                            at: time(&random), customer: customer)))
                if random.below(2) == 0 {
                    messages.append(
                        try Collect.back(
                            "B\(number)", "P\(number)", cents(1 + random.below(now + rest)), at: time(&random)))
                }
                let other = "I\(random.below(60))"
                messages.append(
                    try Collect.later("A\(number)", "P\(number)", [(other, cents(rest))], at: time(&random)))
            }
            if random.below(3) == 0 {
                messages.append(try Collect.writeOff("W\(number)", invoice, cents(1 + random.below(amount))))
                if random.below(3) > 0 { messages.append(try Collect.approve("W\(number)", at: time(&random))) }
            }
            if random.below(3) == 0 {
                messages.append(try Collect.dispute("D\(number)", invoice, cents(1 + random.below(amount))))
                if random.below(2) == 0 { messages.append(try Collect.resolve("D\(number)")) }
            }
            if random.below(2) == 0 {
                messages.append(
                    try Collect.promise(
                        "R\(number)", invoice, cents(1 + random.below(amount)),
                        on: "2026-0\(2 + random.below(3))-1\(random.below(9))"))
            }
        }
        return messages
    }
}
