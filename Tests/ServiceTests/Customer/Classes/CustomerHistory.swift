import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import CustomerService

/// Days and messages of customers over months.
enum CustomerHistory {
    /// The time of a day at which things happen here.
    static func time(on day: String) -> String { "\(day)T10:00:00+08:00" }

    /// A day so many days after another.
    static func day(_ text: String, _ offset: Int) throws -> String {
        try #require(CalendarDay(text)).adding(days: offset).description
    }

    /// Weekly orders of one customer over some weeks, with a cancelled one, a late cost, deliveries, talks and invoices.
    static func weekly(_ customer: String, from start: String, weeks: Int) throws -> [ServiceFixture.Message] {
        var messages: [ServiceFixture.Message] = []
        for week in 0..<weeks {
            let on = try day(start, 7 * week)
            let id = "\(customer)-\(week)"
            messages.append(
                .init("p\(id)", OrderPlaced(makeOrder(id, customer: customer, at: time(on: on), [("1000", "800")]))))
            messages.append(
                .init(
                    "d\(id)",
                    OrderCompleted(
                        orderId: id, revision: 1, completedAt: try #require(Timestamp(time(on: try day(on, 2)))),
                        onTime: week % 4 != 0)))
            if week % 3 == 0 { messages.append(.init("c\(id)", makeCost("K\(id)", order: id, .actual, "990"))) }
            if week % 5 == 0 {
                messages.append(
                    .init(
                        "x\(id)",
                        OrderCancelled(orderId: id, revision: 2, cancelledAt: try #require(Timestamp(time(on: on))))))
            }
        }
        messages.append(
            .init(
                "i\(customer)",
                InvoiceIssued(
                    invoiceId: "I-\(customer)", customer: CustomerCode(code: customer), orderIds: [],
                    issuedAt: try #require(Timestamp(time(on: start))),
                    dueAt: Timestamp(time(on: try day(start, 30))), amount: .of("1000"), currency: .cny)))
        messages.append(
            .init(
                "a\(customer)",
                PaymentApplied(
                    source: "erp", invoiceId: "I-\(customer)", customerId: "x", customerCode: customer,
                    amount: .of("1000"), openAmount: .zero, currency: .cny, settled: true,
                    appliedAt: try #require(Timestamp(time(on: try day(start, 40)))))))
        return messages
    }
}
