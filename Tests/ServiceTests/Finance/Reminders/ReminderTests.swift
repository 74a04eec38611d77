import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation

private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

@Suite("The plan of reminders")
struct ReminderPlanTests {
    @Test("working days are those of the notices", arguments: [2012, 2013, 2014, 2023, 2024, 2025, 2026])
    func workingDays(_ year: Int) async throws {
        let expected = String(
            decoding: try await Oracle.run("reminders.py", ["--working-days", String(year)]), as: UTF8.self
        ).split(separator: "\n").map(String.init)
        let first = try day("\(year)-01-01")
        let found = (0..<366).map { first.adding(days: $0) }.filter {
            $0.components.year == year && WorkingCalendar.isWorkingDay($0)
        }
        #expect(found.map(\.description) == expected)
        #expect((245...255).contains(found.count))
    }

    @Test("before the due day they move back, from it on they move forward, and none is before the invoice")
    func moves() throws {
        // Due on National Day 2025, a holiday to the 8th; 24 September is a Wednesday.
        let plan = ReminderPolicy.reminders(issued: try day("2025-09-01"), due: try day("2025-10-01"))
        #expect(
            plan.map(\.day.description) == [
                "2025-09-24", "2025-10-09", "2025-10-09", "2025-10-16", "2025-10-31", "2025-12-01",
            ])
        #expect(plan.map(\.offset) == [-7, 0, 7, 15, 30, 60])
        // Due on a Saturday: T−7 is a Saturday too, and told on the Friday before.
        let weekend = ReminderPolicy.reminders(issued: try day("2025-08-01"), due: try day("2025-08-23"))
        #expect(weekend.prefix(2).map(\.day.description) == ["2025-08-15", "2025-08-25"])
        let short = ReminderPolicy.reminders(issued: try day("2025-08-18"), due: try day("2025-08-20"))
        #expect(short.map(\.offset) == [0, 7, 15, 30, 60])
    }

    @Test("between two instants there are those whose day begins there, each once")
    func between() throws {
        let (issued, due) = (try day("2025-09-01"), try day("2025-10-01"))
        let plan = ReminderPolicy.reminders(issued: issued, due: due)
        let begin = OrganisationZone.current.beginning(of: try day("2025-10-09"))
        #expect(begin.description == "2025-10-09T00:00:00+08:00")
        func between(_ start: Timestamp, _ end: Timestamp) -> [Int] {
            ReminderPolicy.reminders(issued: issued, due: due, after: start, through: end).map(\.step)
        }
        #expect(between(begin.adding(microseconds: -1), begin) == [2, 3])
        #expect(between(begin, begin.adding(seconds: 86_400)).isEmpty)
        var all: [Int] = []
        var start = OrganisationZone.current.beginning(of: issued)
        while start.day() < (try day("2026-01-31")) {
            let end = start.adding(seconds: 50_000)
            all += between(start, end)
            start = end
        }
        #expect(all == plan.map(\.step))
    }

    @Test("a turn tells the last of what is late, and knows the next")
    func turns() throws {
        let (issued, due) = (try day("2025-09-01"), try day("2025-10-01"))
        let late = ReminderPolicy.turn(issued: issued, due: due, told: 0, on: try day("2025-10-20"))
        #expect(late.now?.offset == 15)
        #expect(late.next?.offset == 30)
        let quiet = ReminderPolicy.turn(issued: issued, due: due, told: 4, on: try day("2025-10-20"))
        #expect(quiet.now == nil)
        let over = ReminderPolicy.turn(issued: issued, due: due, told: 6, on: try day("2027-10-20"))
        #expect(over.now == nil && over.next == nil)
    }

    @Test("each goes as far up as it is overdue")
    func levels() {
        #expect(
            ReminderPolicy.offsets.map(ReminderPolicy.level) == [
                .salesOwner, .salesOwner, .supervisor, .branchManager, .finance, .legal,
            ])
    }
}

@Suite("Reminders", .service(try financeDefinition()))
struct ReminderTests {
    private let books: Books

    init() throws { books = try .current }

    /// What the end of a day publishes.
    private static func endDay(_ books: Books, _ day: CalendarDay, limit: Int = 2_000) async throws -> Effects {
        let end = OrganisationZone.current.beginning(of: day.adding(days: 1)).adding(microseconds: -1)
        return try await books.pool.withTransaction { transaction in
            var effects = Effects(now: end, source: "waybill.finance", wallClock: end)
            let item = ScheduledItem(task: "receivables.remind", key: "", due: end)
            try ReminderHandlers.remind([item], limit: limit, transaction, &effects)
            return effects
        }
    }

    private static func bodies(_ effects: Effects) throws -> [(ReceivableReminder, overdue: Int?)] {
        try effects.published.filter { !$0.envelope.type.description.hasPrefix("notice.") }.map { envelope, data in
            let node = try JSONDocument(parsing: data).root
            if envelope.type == ReceivableDue.type { return (try ReceivableDue(node: node).reminder, nil) }
            let body = try ReceivableOverdue(node: node)
            return (body.reminder, body.daysOverdue)
        }
    }

    @Test("a year of invoices is reminded of as the oracle has it, once each, and never after payment")
    func year() async throws {
        struct Row {
            let identifier: String
            let issued: CalendarDay
            let due: CalendarDay
            let paid: CalendarDay?
        }
        var random = RandomSource(seed: 42)
        let first = try day("2024-11-01")
        let last = try day("2026-01-20")
        var rows: [Row] = []
        for number in 0..<150 {
            let issued = first.adding(days: random.below(330))
            let due = issued.adding(days: [0, 3, 7, 8, 14, 30, 45][random.below(7)])
            let paid = random.below(3) == 0 ? nil : issued.adding(days: random.below(110))
            rows.append(Row(identifier: "I\(number)", issued: issued, due: due, paid: paid))
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = rows.map { row in
            let paid = row.paid.map { "\"\($0)\"" } ?? "null"
            return "{\"id\":\"\(row.identifier)\",\"issued\":\"\(row.issued)\",\"due\":\"\(row.due)\",\"paid\":\(paid)}"
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let oracle = String(
            decoding: try await Oracle.run("reminders.py", [file.path, first.description, last.description]),
            as: UTF8.self)
        let expected = oracle.split(separator: "\n").map { String($0).replacing(" ", with: "") }.sorted()
        #expect(expected.count > 250)
        var found: [String] = []
        var identifiers: Set<String> = []
        var today = first
        while today <= last {
            var messages: [LedgerMessage] = []
            for row in rows {
                if row.issued == today {
                    messages.append(
                        try Make.invoice(
                            row.identifier, "10.00", issued: "\(row.issued)T12:00:00+08:00",
                            due: "\(row.due)T23:00:00+08:00"))
                }
                if row.paid == today {
                    messages.append(
                        try Make.payment(
                            "P-\(row.identifier)", "10.00", for: [(row.identifier, "10.00")],
                            at: "\(today)T23:59:59+08:00"))
                }
            }
            try await books.deliver(messages)
            for (reminder, overdue) in try Self.bodies(await Self.endDay(books, today)) {
                found.append(
                    "[\"\(reminder.invoiceId)\",\(reminder.offsetDays),\"\(reminder.remindOn)\",\"\(today)\"]")
                #expect(overdue == (reminder.offsetDays > 0 ? reminder.dueOn.days(to: today) + 1 : nil))
                identifiers.insert(reminder.reminderId)
            }
            today = today.adding(days: 1)
        }
        #expect(found.sorted() == expected)
        #expect(identifiers.count == expected.count)
    }

    @Test("more than one transaction holds go on in the next, each once")
    func continues() async throws {
        try await books.deliver(
            (0..<7).map { try Make.invoice("I\($0)", "10.00", due: "2026-01-14T10:00:00+08:00") })
        let today = try day("2026-01-06")
        var found: [String] = []
        for _ in 0..<4 {
            found += try Self.bodies(await Self.endDay(books, today, limit: 3)).map(\.0.invoiceId)
        }
        #expect(found == (0..<7).map { "I\($0)" })
    }

    @Test("a part paid is still reminded of, with what is open; the whole paid is not")
    func partial() async throws {
        try await books.deliver([
            Make.invoice("I1", "10.00", due: "2026-01-14T10:00:00+08:00"),
            Make.invoice("I2", "10.00", due: "2026-01-14T10:00:00+08:00"),
            Make.payment("P", "14.00", for: [("I1", "4.00"), ("I2", "10.00")], at: "2026-01-06T10:00:00+08:00"),
            Make.invoice("I3", "0", due: "2026-01-14T10:00:00+08:00"),
        ])
        let found = try Self.bodies(await Self.endDay(books, day("2026-01-06")))
        #expect(found.map(\.0.invoiceId) == ["I1"])
        #expect(found.map(\.0.openAmount) == [Make.amount("6.00")])
        #expect(found[0].0.customerId == AccountIdentifier.customer(source: Books.source, code: "C1"))
    }
}
