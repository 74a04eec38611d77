import Contracts
import Domain
import SalesService
import ServiceKit
import ServiceTestSupport
import Testing

@Suite("Notices of what other services tell", .service(SalesService.definition))
struct NoticeTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// 2 March 2026, 09:00 in Kunshan, and so many minutes.
    private static func minute(_ minutes: Int) -> Timestamp {
        Timestamp(microsecondsSinceEpoch: 1_772_413_200_000_000 + Int64(minutes) * 60_000_000)
    }

    @Test("what is told of expenses is kept, once")
    func expenses() async throws {
        let alert = ExpenseAlertRaised(
            alertId: "A1", kind: .pace, budgetId: "B", branch: "KS01", owner: "li.wei", account: "travel",
            budget: 1_000, used: 800, salesPercent: 30, currency: .cny,
            raisedAt: try #require(Timestamp("2026-03-10T02:00:00+08:00")))
        let decided = ExpenseDecided(
            source: "oa", expenseId: "E", budgetId: "B", decision: .needsApproval, reason: .beyondBudget,
            tier: "director", available: 100,
            currency: .cny, decidedAt: alert.raisedAt)
        for round in 0..<2 { try await sales.handle([.init("m\(round)", source: "waybill.finance", alert)]) }
        try await sales.handle([.init("d", source: "waybill.finance", decided)])
        #expect(
            try await sales.rows("select kind, sales_owner, detail from finance_notice order by kind") == [
                ["expense-budget-pace", "li.wei", "800.00 of 1000.00 CNY used, sales at 30 %"],
                [
                    "expense-needs-approval", nil,
                    "expense E, beyond-budget, a director may approve it; available 100.00 CNY",
                ],
            ])
    }

    @Test("a month that is closed is told of")
    func months() async throws {
        let event = PeriodChanged(
            month: try #require(CalendarDay("2026-03-01")), state: .closed, by: "finance.director",
            changedAt: try moment("2026-04-02T10:00:00+08:00"))
        try await sales.handle([.init("m", source: "waybill.finance", event)])
        #expect(
            try await sales.rows("select kind, business_line, detail from finance_notice") == [
                ["period-closed", "2026-03", "2026-03 by finance.director"]
            ])
    }

    @Test("a reminder is kept, once")
    func reminders() async throws {
        let reminder = ReceivableReminder(
            reminderId: "R1", source: "erp", invoiceId: "I1", customerId: "K1", customerCode: "C1",
            salesOwner: "li.wei", dueOn: try #require(CalendarDay("2026-01-14")), amount: .of("10"),
            openAmount: .of("6"), currency: .cny, offsetDays: 7, remindOn: try #require(CalendarDay("2026-01-21")),
            level: .supervisor, raisedAt: try #require(Timestamp("2026-01-20T23:59:59+08:00")))
        let message = ReceivableOverdue(reminder, daysOverdue: 7)
        for round in 0..<2 { try await sales.handle([.init("m\(round)", source: "waybill.finance", message)]) }
        #expect(
            try await sales.rows("select kind, sales_owner, detail from finance_notice") == [
                ["receivable-overdue", "li.wei", "invoice I1: 6.00 CNY, overdue by 7 days, up to supervisor"]
            ])
    }

    @Test(
        "a complaint is told of when it comes and when it is closed, each once, whichever word comes first",
        arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
    func complaints(_ arrival: [Int]) async throws {
        func standing(_ state: ComplaintState, _ revision: Int, at minutes: Int) -> ComplaintStanding {
            ComplaintStanding(
                complaintId: "CP1", source: "erp", customerId: "K1", customerCode: "C1", orderId: "O1",
                category: .damage, severity: .major, state: state, revision: revision, by: "li.wei",
                openedAt: Self.minute(0), at: Self.minute(minutes))
        }
        let words: [ServiceFixture.Message] = [
            .init("o", source: "waybill.servicedesk", ComplaintOpened(standing(.received, 1, at: 0))),
            .init("p", source: "waybill.servicedesk", ComplaintProgressed(standing(.accepted, 2, at: 5))),
            .init("q", source: "waybill.servicedesk", ComplaintProgressed(standing(.closed, 3, at: 9))),
            .init("r", source: "waybill.servicedesk", ComplaintProgressed(standing(.closed, 4, at: 9))),
        ]
        try await sales.handle([.init("order", OrderPlaced(makeOrder("O1")))])
        for place in arrival { try await sales.handle([words[place]]) }
        let found = try await sales.rows(
            """
            select kind, sales_owner, business_line, order_id, (cleared_at is not null)::text
            from finance_notice order by kind
            """)
        #expect(
            found == [
                ["complaint-closed", "li.wei", "air-freight", "O1", "false"],
                ["complaint-opened", "li.wei", "air-freight", "O1", "true"],
            ])
    }

    @Test("that a complaint takes too long is told the one who is to know, each level once, until it is closed")
    func clocks() async throws {
        func reached(_ level: Int, to login: String?) -> ComplaintClockReached {
            ComplaintClockReached(
                complaintId: "CP1", source: "erp", customerId: "K1", customerCode: "C1", category: .damage,
                severity: .major, priority: 2, clock: .resolution, level: level, target: 57_600,
                reachedAt: Self.minute(5), agent: "li.wei", toldTo: login, at: Self.minute(6))
        }
        for (round, message) in [
            reached(75, to: "li.wei"), reached(75, to: "li.wei"), reached(100, to: "zhao.min"), reached(150, to: nil),
        ].enumerated() {
            try await sales.handle([.init("r\(round)", source: "waybill.servicedesk", message)])
        }
        func told() async throws -> [[String?]] {
            try await sales.rows(
                """
                select sales_owner, (cleared_at is not null)::text from finance_notice
                where kind = 'complaint-clock' order by 1
                """)
        }
        #expect(try await told() == [["li.wei", "false"], ["zhao.min", "false"]])
        try await sales.handle([
            .init(
                "c", source: "waybill.servicedesk",
                ComplaintProgressed(
                    ComplaintStanding(
                        complaintId: "CP1", source: "erp", customerId: "K1", customerCode: "C1", category: .damage,
                        severity: .major, state: .closed, revision: 3, by: "li.wei", openedAt: Self.minute(0),
                        at: Self.minute(9))))
        ])
        #expect(try await told() == [["li.wei", "true"], ["zhao.min", "true"]])
    }

    @Test("a silence of a customer is kept, once")
    func silence() async throws {
        let lapsed = ContactLapsed(
            customerId: "K1", owner: "li.wei", afterDays: 30, foundAt: try moment("2026-03-10T23:59:59+08:00"))
        for round in 0..<2 { try await sales.handle([.init("n\(round)", source: "waybill.customer", lapsed)]) }
        #expect(
            try await sales.rows("select kind, sales_owner from finance_notice") == [["contact-lapsed", "li.wei"]])
    }
}
