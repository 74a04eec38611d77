import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("Who has been reminded", .service(try financeDefinition()))
struct ReminderListTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func invoice(
        _ id: String, _ customer: String, due: String, _ amount: String, _ currency: Currency = .cny
    ) throws -> ServiceFixture.Message {
        .init(
            id,
            InvoiceIssued(
                invoiceId: id, customer: CustomerCode(code: customer), orderIds: [],
                issuedAt: try #require(Timestamp("2026-03-02T09:00:00+08:00")),
                dueAt: Timestamp("\(due)T09:00:00+08:00"), amount: .of(amount), currency: currency))
    }

    /// The values of some columns of a list.
    private static func rows(_ tables: [QueryTable], _ name: String, _ columns: String...) throws -> [[String?]] {
        let table = try #require(tables.first { $0.name == name })
        let places = try columns.map { name in try #require(table.columns.firstIndex { $0.name == name }) }
        return table.rows.map { row in places.map { row.values[$0] } }
    }

    @Test("each open invoice stands at the level of its last reminder, one higher when a promise was broken")
    func levels() async throws {
        let dollar = try #require(Currency("USD"))
        let end = try #require(Timestamp("2026-06-16T23:59:59+08:00"))
        let promised = try #require(Timestamp("2026-06-01T10:00:00+08:00"))
        try await finance.handle([
            .init(
                "o",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: AccountIdentifier.customer(source: "erp", code: "C1"), revision: 1, name: "C1",
                        salesOwner: "li.wei", accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                        at: try #require(Timestamp("2026-03-01T09:00:00+08:00"))))),
            // Due in a week; 8 days over; 17 days over, with a promise that was broken; over two months; not yet told.
            try Self.invoice("SOON", "C1", due: "2026-06-23", "1"),
            try Self.invoice("EIGHT", "C1", due: "2026-06-08", "20"),
            try Self.invoice("BROKEN", "C2", due: "2026-05-30", "300"),
            try Self.invoice("LONG", "C1", due: "2026-04-10", "4000", dollar),
            try Self.invoice("LATER", "C2", due: "2026-08-30", "5"),
            .init(
                "p",
                PaymentPromised(
                    promiseId: "R1", invoiceId: "BROKEN", amount: .of("300"), currency: .cny,
                    promisedOn: try #require(CalendarDay("2026-06-05")), madeAt: promised)),
        ])
        try await finance.pool.withTransaction { transaction in
            var effects = Effects(now: end, source: "waybill.finance", wallClock: end)
            try ReminderHandlers.remind(
                [ScheduledItem(task: "receivables.remind", key: "", due: end)], transaction, &effects)
        }
        let now = try #require(Timestamp("2026-06-17T09:00:00+08:00"))
        let tables = try await finance.ask("receivables.reminders", at: now)
        #expect(
            try Self.rows(tables, "reminders", "invoice_id", "level", "days_overdue", "broken_promise")
                == [
                    ["LONG", "legal", "68", "f"], ["BROKEN", "finance", "18", "t"],
                    ["EIGHT", "supervisor", "9", "f"], ["SOON", "sales-owner", "-6", "f"],
                ])
        // A customer is as high as its highest invoice, in whatever currency.
        #expect(
            try Self.rows(
                tables, "customers", "customer_code", "level", "currency", "open", "invoices", "sales_owner")
                == [
                    ["C1", "legal", "USD", "4000.00", "1", "li.wei"],
                    ["C1", "legal", "CNY", "21.00", "2", "li.wei"],
                    ["C2", "finance", "CNY", "300.00", "1", nil],
                ])
        let legal = try await finance.ask("receivables.reminders", ["level": "legal"], at: now)
        #expect(try Self.rows(legal, "reminders", "invoice_id") == [["LONG"]])
        #expect(try Self.rows(legal, "customers", "customer_code") == [["C1"], ["C1"]])
        let mine = try await finance.ask("receivables.reminders", ["owner": "li.wei", "atLeast": "20"], at: now)
        #expect(try Self.rows(mine, "reminders", "invoice_id") == [["LONG"], ["EIGHT"]])
    }

    @Test("what is disputed whole or promised for days to come says what holds its next reminder back")
    func held() async throws {
        let end = try #require(Timestamp("2026-06-16T23:59:59+08:00"))
        try await finance.handle([
            // Of this one a dispute of 10 leaves less than can be paid.
            try Self.invoice("A", "C1", due: "2026-06-08", "10.0033"),
            try Self.invoice("B", "C1", due: "2026-06-08", "10"),
            try Self.invoice("C", "C1", due: "2026-06-08", "10"),
        ])
        try await finance.pool.withTransaction { transaction in
            var effects = Effects(now: end, source: "waybill.finance", wallClock: end)
            try ReminderHandlers.remind(
                [ScheduledItem(task: "receivables.remind", key: "", due: end)], transaction, &effects)
        }
        let at = try #require(Timestamp("2026-06-17T08:00:00+08:00"))
        try await finance.handle([
            .init(
                "d",
                InvoiceDisputed(
                    disputeId: "D", invoiceId: "A", openedAt: at, amount: .of("10"), currency: .cny, reason: .price)
            ),
            .init(
                "p",
                PaymentPromised(
                    promiseId: "P", invoiceId: "B", amount: .of("10"), currency: .cny,
                    promisedOn: try #require(CalendarDay("2026-06-25")), madeAt: at)),
        ])
        let tables = try await finance.ask(
            "receivables.reminders", at: try #require(Timestamp("2026-06-17T09:00:00+08:00")))
        #expect(
            try Self.rows(tables, "reminders", "invoice_id", "disputed", "held_by") == [
                ["A", "10.00", "disputed"], ["B", "0.00", "promised"], ["C", "0.00", nil],
            ])
    }
}
