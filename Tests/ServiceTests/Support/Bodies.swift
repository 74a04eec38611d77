package import Contracts
package import Domain

/// A time in a test, from how it is written.
///
/// - Throws: when it is none.
package func moment(_ text: String) throws -> Timestamp {
    guard let time = Timestamp(text) else { throw NoTime(text: text) }
    return time
}

private struct NoTime: Error { let text: String }

extension FixedDecimal {
    /// A number in a test.
    package static func of(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }
}

/// Orders for tests: one line for each (revenue, cost).
package func makeOrder(
    _ id: String, revision: Int = 1, customer: String = "C1", creditCode: String? = nil, line: String = "air-freight",
    currency: Currency = .cny, at: String = "2026-03-02T09:00:00+08:00", promised: String? = nil,
    _ lines: [(revenue: String, cost: String?)] = [("100", "80")]
) -> Order {
    Order(
        orderId: id, revision: revision,
        customer: CustomerReference(code: customer, name: "昆山\(customer)有限公司", creditCode: creditCode), branch: "KS01",
        businessLine: line, placedAt: Timestamp(at) ?? Timestamp(microsecondsSinceEpoch: 0),
        promisedAt: promised.flatMap { Timestamp($0) }, currency: currency, salesOwner: "li.wei",
        lines: lines.enumerated().map { index, amounts in
            OrderLine(
                line: index + 1, serviceItem: "AIR-EXPORT", quantity: .of("10"), unit: "kg",
                revenue: .of(amounts.revenue), cost: amounts.cost.map { .of($0) },
                supplier: SupplierReference(code: "S1", name: "Carrier"))
        })
}

/// A cost of an order's line.
package func makeCost(
    _ id: String, order: String, line: Int = 1, _ state: CostState, _ amount: String, currency: Currency = .cny
) -> CostRecorded {
    CostRecorded(
        costId: id, orderId: order, line: line, supplier: SupplierReference(code: "S1", name: "Carrier"), state: state,
        amount: .of(amount), currency: currency,
        serviceDate: CalendarDay("2026-03-03") ?? CalendarDay(daysSinceEpoch: 0))
}
