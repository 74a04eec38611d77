import Contracts
import Domain
import Foundation
import SalesService
import ServiceTestSupport
import Testing

@Suite("Notices of what is paid", .service(SalesService.definition))
struct SettledNoticeTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static func due(_ id: String, _ invoice: String) throws -> ReceivableDue {
        ReceivableDue(
            ReceivableReminder(
                reminderId: id, source: "erp", invoiceId: invoice, customerId: "K1", customerCode: "C1",
                salesOwner: "li.wei", dueOn: try #require(CalendarDay("2026-02-04")), amount: .of("100"),
                openAmount: .of("100"), currency: .cny, offsetDays: 0,
                remindOn: try #require(CalendarDay("2026-02-04")), level: .salesOwner,
                raisedAt: try moment("2026-02-03T23:59:59+08:00")))
    }

    private static func applied(_ invoice: String, open: String, at: String) throws -> PaymentApplied {
        PaymentApplied(
            source: "erp", invoiceId: invoice, customerId: "K1", customerCode: "C1", amount: .of("100"),
            openAmount: .of(open), currency: .cny, settled: open == "0", appliedAt: try moment(at))
    }

    @Test("a payment clears the reminders of its invoice, whichever comes first; a part of it does not")
    func clears() async throws {
        try await sales.handle([
            .init("1", try Self.due("R1", "I1")), .init("2", try Self.due("R2", "I2")),
            .init("3", try Self.applied("I1", open: "0", at: "2026-02-04T10:00:00+08:00")),
            .init("4", try Self.applied("I2", open: "1", at: "2026-02-04T10:00:00+08:00")),
            .init("5", try Self.applied("I3", open: "0", at: "2026-02-04T10:00:00+08:00")),
        ])
        try await sales.handle([
            .init("6", try Self.due("R3", "I3")),
            // Older news than what is known changes nothing.
            .init("7", try Self.applied("I1", open: "50", at: "2026-02-04T09:00:00+08:00")),
        ])
        #expect(
            try await sales.rows(
                "select notice_id, cleared_at is not null from finance_notice order by 1")
                == [["R1", "t"], ["R2", "f"], ["R3", "t"]])
    }
}
