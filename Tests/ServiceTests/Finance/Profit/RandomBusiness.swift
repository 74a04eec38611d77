import Contracts
import Domain
import Foundation
import ServiceTestSupport
import Testing

@testable import Simulation

/// A group's business at random: orders that move, change and are cancelled, costs, and both sides' invoices and payments.
struct RandomBusiness {
    private(set) var messages: [ServiceFixture.Message] = []
    private(set) var lines: [String] = []
    private var random: RandomSource

    static let rateRows = [
        ("USD", "2025-01-01", "7.00"), ("USD", "2026-02-01", "6.9123"), ("USD", "2026-02-20", "7.2"),
    ]

    static func rates() throws -> RateTable {
        RateTable(
            try rateRows.map { code, day, rate in
                RateTable.Entry(
                    currency: try #require(Currency(code)), from: try #require(CalendarDay(day)),
                    rate: try #require(ExchangeRate(rate)))
            })
    }

    init(seed: UInt64, orders: Int) throws {
        random = RandomSource(seed: seed)
        let usd = try #require(Currency("USD"))
        for number in 0..<orders {
            let currency = number % 3 == 0 ? usd : Currency.cny
            var order = try self.order(number, revision: 1, currency)
            add(OrderPlaced(order))
            if random.below(4) == 0 {
                order = try self.order(number, revision: 2, currency)
                add(OrderChanged(order))
            }
            if random.below(9) == 0 {
                add(OrderCancelled(orderId: order.orderId, revision: 3, cancelledAt: try time(70)))
            }
            for _ in 0..<random.below(3) {
                add(
                    CostRecorded(
                        costId: "K\(messages.count)", orderId: order.orderId, line: 1,
                        supplier: SupplierReference(code: "S1"),
                        state: CostState.allCases[random.below(3)], amount: money(40_000_000), currency: currency,
                        serviceDate: try day(random.below(60))))
            }
            if random.below(4) > 0 { try invoices(number, order, currency) }
        }
    }

    /// An invoice, what is paid and credited of it, and the same with the supplier.
    private mutating func invoices(_ number: Int, _ order: Order, _ currency: Currency) throws {
        // Some name an order that never comes, and one none.
        let orderIds = number % 17 == 5 ? ["NEVER", order.orderId] : number % 31 == 7 ? [] : [order.orderId]
        let customer = CustomerCode(code: order.customer.code)
        let (issued, term) = (random.below(60), random.below(40))
        let amount = money(60_000_000)
        add(
            InvoiceIssued(
                invoiceId: "I\(number)", customer: customer, orderIds: orderIds, issuedAt: try time(issued),
                dueAt: try time(issued + term), amount: amount, currency: currency))
        for part in 0..<random.below(3) {
            // More than the invoice at times, before it at times, and with a rest on account.
            let paid = money(50_000_000)
            add(
                PaymentReceived(
                    paymentId: "P\(number)-\(part)", customer: customer, receivedAt: try time(random.below(90)),
                    amount: paid + .of("12.5"), currency: currency,
                    allocations: [PaymentAllocation(invoiceId: "I\(number)", amount: paid)]))
        }
        if random.below(5) == 0 {
            add(
                CreditNoteIssued(
                    creditNoteId: "N\(number)", customer: customer, invoiceId: "I\(number)",
                    issuedAt: try time(issued + 1), amount: amount.multiplied(by: 1, dividedBy: 10) ?? .zero,
                    currency: currency, reason: "agreed"))
        }
        let supplier = SupplierReference(code: "S1")
        add(
            SupplierInvoiceReceived(
                invoiceId: "B\(number)", supplier: supplier, orderIds: orderIds.isEmpty ? ["NEVER"] : orderIds,
                issuedAt: try time(issued), dueAt: try time(issued + term), amount: money(50_000_000),
                currency: currency))
        if random.below(2) == 0 {
            let paid = money(40_000_000)
            add(
                SupplierPaymentMade(
                    paymentId: "Q\(number)", supplier: supplier, paidAt: try time(random.below(90)),
                    amount: paid + .of("3"), currency: currency,
                    allocations: [PaymentAllocation(invoiceId: "B\(number)", amount: paid)]))
        }
    }

    private mutating func order(_ number: Int, revision: Int, _ currency: Currency) throws -> Order {
        let lines = (1...1 + random.below(3)).map { line in
            OrderLine(
                line: line, serviceItem: "AIR-EXPORT", quantity: .of("1"), unit: "kg", revenue: money(90_000_000),
                cost: random.below(4) == 0 ? nil : money(80_000_000), supplier: SupplierReference(code: "S1"),
                passThrough: random.below(6) == 0 ? true : nil)
        }
        return Order(
            orderId: "O\(number)", revision: revision, customer: CustomerReference(code: "C\(number % 7)"),
            branch: ["KS01", "SH01", "SZX1"][random.below(3)], businessLine: ["air", "sea"][random.below(2)],
            placedAt: try time(number * 59 / 400), currency: currency, lines: lines)
    }

    private mutating func money(_ below: Int) -> FixedDecimal {
        FixedDecimal(units: Int128(1 + random.below(below / 100)) * 100)
    }

    private func day(_ days: Int) throws -> CalendarDay { try #require(CalendarDay("2026-01-01")).adding(days: days) }

    private mutating func time(_ days: Int) throws -> Timestamp {
        let minutes = random.below(600)
        return try #require(Timestamp("\(try day(days))T\(10 + minutes / 60):\(10 + minutes % 50):00+08:00"))
    }

    private mutating func add(_ body: some Message) {
        messages.append(.init("m\(messages.count)", body))
        lines.append(
            "{\"type\":\"\(type(of: body).type)\",\"data\":\(String(decoding: body.encode(), as: UTF8.self))}")
    }
}
