import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation

@Suite("Invoices and payments", .service(try financeDefinition()))
struct ReceivableLedgerTests {
    private let books: Books

    init() throws { books = try .current }

    @Test("a payment before its invoice waits, is shown, and applies by itself when the invoice comes")
    func waits() async throws {
        let payment = try Make.payment("P1", "80.00", for: [("I1", "80.00")])
        #expect(try await books.deliver([payment]).isEmpty)
        let waiting = try await books.ask("receivables.waiting", [:])
        #expect(waiting[0].rows.map { $0.values[0] } == ["I1"])
        #expect(waiting[0].rows.map { $0.values[5] } == ["80.00"])
        #expect(try await books.deliver([Make.invoice("I1", "100.00")]).isEmpty)
        #expect(try await books.ask("receivables.waiting", [:]).allSatisfy(\.rows.isEmpty))
        let invoices = try await books.ask("receivables.invoices", ["customer": "C1"])
        #expect(invoices[0].rows.map { Array($0.values[6...8]) } == [["100.00", "80.00", "20.00"]])
        // By its whole number alone, or not at all.
        for (number, found) in [("I1", ["I1"]), ("I", []), ("P1", [])] {
            let asked = try await books.ask("receivables.invoices", ["invoiceId": number, "state": "all"])
            #expect(asked[0].column("invoice_id") == found)
        }
    }

    @Test("of what is allocated above an invoice the rest stays cash, by the order in which it was received")
    func capped() async throws {
        try await books.deliver([
            Make.payment("P2", "60.00", for: [("I1", "60.00")], at: "2026-01-21T10:00:00+08:00"),
            Make.invoice("I1", "100.00"),
        ])
        // Received earlier, heard of later.
        try await books.deliver([Make.payment("P1", "60.00", for: [("I1", "60.00")])])
        let applied = try await books.pool.withTransaction {
            try $0.query(
                "select payment_id || ' ' || applied from payment_allocation order by 1", as: String.self)
        }
        #expect(applied == ["P1 60.0000", "P2 40.0000"])
        let settled = try await books.pool.withTransaction {
            try $0.query("select settled_day::text from receivable", as: String?.self)
        }
        #expect(settled == ["2026-01-21"])
    }

    @Test(
        "two invoices and two payments whose numbers only look alike are two each, in one batch and in several",
        arguments: [true, false])
    func lookAlike(inOneBatch: Bool) async throws {
        // One letter, and a letter with an accent behind it: the same to a reader, and other bytes.
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        let messages = [
            try Make.payment(composed, "30.00", for: [(composed, "30.00")]),
            try Make.payment(decomposed, "50.00", for: [(decomposed, "50.00")]),
            try Make.invoice(composed, "100.00"), try Make.invoice(decomposed, "200.00"),
        ]
        // Once, and once more: the second time each is what is known of it, and no other content of the other.
        for _ in 1...2 {
            for batch in inOneBatch ? [messages] : messages.map({ [$0] }) {
                #expect(try await books.deliver(batch).isEmpty)
            }
        }
        let found = try await books.pool.withTransaction {
            try $0.query(
                """
                select octet_length(invoice_id) || ' ' || amount::numeric(12, 2) || ' ' || paid::numeric(12, 2)
                from receivable order by 1
                """, as: String.self)
        }
        #expect(found == ["5 100.00 30.00", "6 200.00 50.00"])
        // By its number each is found alone.
        for (number, open) in [(composed, "70.00"), (decomposed, "150.00")] {
            let asked = try await books.ask("receivables.invoices", ["invoiceId": number, "state": "all"])
            #expect(asked[0].rows.map { $0.values[8] } == [open])
        }
    }

    @Test("each bad message is refused with its reason, and changes nothing")
    func refusals() async throws {
        try await books.deliver([
            Make.invoice("I1", "100.00"), Make.payment("P1", "10.00", for: [("I1", "10.00")]),
        ])
        let before = try await books.rows()
        let cases: [(LedgerMessage, Reason, String)] = [
            (try Make.invoice("I1", "100.01"), .conflictingContent, "$.invoiceId"),
            (try Make.invoice("I1", "100.00", customer: "C2"), .conflictingContent, "$.invoiceId"),
            (try Make.payment("P1", "11.00", for: [("I1", "10.00")]), .conflictingContent, "$.paymentId"),
            (
                try Make.payment("P9", "10.00", for: [("I7", "1.00"), ("I1", "9.00")], currency: "USD"),
                .currencyMismatch, "$.allocations[1].invoiceId"
            ),
        ]
        for (message, reason, path) in cases {
            let refused = try await books.deliver([message, try Make.invoice("I1", "100.00")])
            #expect(refused.mapValues(\.reason) == [0: reason])
            #expect(refused[0]?.path == path)
            #expect(try await books.rows() == before)
        }
    }

    @Test("what a contract forbids does not come so far")
    func contract() throws {
        func reason(_ message: LedgerMessage) throws -> Reason? {
            let node = try JSONDocument(parsing: Array(message.line.utf8)).root
            let data = try #require(node["data"])
            let type = try #require(node["type"]?.string)
            do {
                _ = try #require(Catalogue.description(of: MessageType(type))).reencode(data)
                return nil
            } catch let refusal as Refusal {
                return refusal.reason
            }
        }
        #expect(try reason(Make.invoice("I1", "1.00")) == nil)
        #expect(try reason(Make.invoice("I1", "-1.00")) == .negativeAmount)
        #expect(try reason(Make.invoice("I1", "1.00", due: "2026-01-05T09:59:59+08:00")) == .contradictoryTimes)
        #expect(try reason(Make.payment("P1", "-1.00")) == .negativeAmount)
        #expect(try reason(Make.payment("P1", "1.00", for: [("I1", "0.60"), ("I2", "0.41")])) == .overAllocated)
        #expect(try reason(Make.payment("P1", "1.00", for: [("I1", "-0.60")])) == .negativeAmount)
    }

    @Test("the same again is no contradiction, in another offset neither")
    func repeats() async throws {
        try await books.deliver([Make.invoice("I1", "100.00"), Make.payment("P1", "1", for: [("I1", "1")])])
        let before = try await books.rows()
        let again = try await books.deliver([
            Make.invoice("I1", "100.0", issued: "2026-01-05T02:00:00Z", due: "2026-02-04T02:00:00Z"),
            Make.payment("P1", "1.00", for: [("I1", "0.40"), ("I1", "0.60")], at: "2026-01-20T02:00:00Z"),
        ])
        #expect(again.isEmpty)
        #expect(try await books.rows() == before)
    }

    @Test("a payment in another currency than its invoice never counts, whichever comes first")
    func currencies() async throws {
        let wrong = try Make.payment("P1", "30.00", for: [("I1", "10.00"), ("I2", "10.00"), ("I9", "10.00")])
        let first = try Make.invoice("I1", "100.00")
        let second = try Make.invoice("I2", "100.00", currency: "USD")
        var ends: [[String]] = []
        for order in [
            [first, second, wrong], [first, wrong, second], [wrong, first, second], [wrong, second, first],
        ] {
            let books = try await Books.make()
            var refused = 0
            for message in order { refused += try await books.deliver([message]).count }
            let aside = try await books.ask("receivables.waiting", [:])[1].rows
            #expect(refused + aside.count == 1)
            #expect(aside.allSatisfy { $0.values[7] == "currency-mismatch" && $0.values[6] == "I2" })
            ends.append(try await books.rows())
            // Corrected under the same number, it is taken.
            let corrected = try Make.payment("P1", "30.00", for: [("I1", "30.00")])
            #expect(try await books.deliver([corrected]).isEmpty)
            #expect(try await books.ask("receivables.waiting", [:]).allSatisfy(\.rows.isEmpty))
        }
        #expect(Set(ends.map { $0.joined(separator: "\n") }).count == 1)
        #expect(ends[0].count == 2)
    }

    @Test("shuffled, duplicated and handled by four at once, the books end the same, and none is overpaid")
    func anyOrder() async throws {
        var random = RandomSource(seed: 20_130_630)
        let messages = try RandomLedger.messages(&random, invoices: 120)
        try await books.deliver(messages)
        let expected = try await books.rows()
        let overpaid = try await books.pool.withTransaction {
            try $0.query(
                """
                select count(*) from (
                    select r.amount, sum(a.applied) as applied, sum(a.amount) as allocated from receivable r
                    join payment_allocation a using (source, invoice_id) group by source, invoice_id, r.amount
                ) t where applied > amount or applied <> least(amount, allocated)
                """, as: Int.self)
        }
        #expect(overpaid == [0])
        #expect(expected.count > 300)
        for _ in 0..<3 {
            let shuffled = (messages + messages.filter { _ in random.below(3) == 0 }).shuffled(&random)
            let lanes = (0..<4).map { lane in
                shuffled.enumerated().filter { $0.offset % 4 == lane }.map(\.element)
            }
            let sizes = (0..<200).map { _ in 1 + random.below(9) }
            let books = try await Books.make()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for lane in lanes {
                    group.addTask {
                        var rest = lane[...]
                        var refused = 0
                        for size in sizes where !rest.isEmpty {
                            refused += try await books.deliver(Array(rest.prefix(size))).count
                            rest = rest.dropFirst(size)
                        }
                        return refused + rest.count
                    }
                }
                for try await left in group { #expect(left == 0) }
            }
            let rows = try await books.rows()
            let differing = Set(rows).symmetricDifference(expected).sorted()
            #expect(differing.isEmpty, "\(differing.prefix(6))")
        }
    }
}

/// Invoices and payments as life makes them: early, late, partial, doubled up and above the invoice.
enum RandomLedger {
    static func messages(_ random: inout RandomSource, invoices: Int) throws -> [LedgerMessage] {
        let start = try #require(Timestamp("2013-01-01T00:00:00+08:00"))
        var messages: [LedgerMessage] = []
        func cents(_ count: Int) -> String { FixedDecimal(units: Int128(count) * 100).description }
        for number in 0..<invoices {
            let issued = start.adding(seconds: Int64(random.below(200 * 86_400)))
            let due = issued.adding(seconds: Int64(random.below(60 * 86_400)))
            let amount = 100 + random.below(100_000)
            messages.append(
                try Make.invoice(
                    "I\(number)", cents(amount), issued: issued.description, due: due.inOffset(minutes: 0).description,
                    customer: "C\(random.below(9))"))
            for part in 0..<random.below(4) {
                // Some before the invoice, some at the same instant, some for more than it asks.
                let received = issued.adding(seconds: Int64(random.below(150)) * 86_400 - 5 * 86_400)
                let share = 1 + random.below(amount)
                let other = 1 + random.below(500)
                messages.append(
                    try Make.payment(
                        "P\(number)-\(part)", cents(share + other),
                        for: [("I\(number)", cents(share)), ("I\(random.below(invoices))", cents(other))],
                        at: received.description))
            }
        }
        return messages
    }
}
