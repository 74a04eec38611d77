import Domain

/// A bill that names an order which has not come, and does not say whose it is.
struct WaitingBill: Equatable {
    /// The order as the bill's own system would have it.
    let named: OrderKey
    /// The party that it is for.
    let customerId: String
    let invoice: LedgerKey
    /// What it bills of that order.
    let amount: Money
    /// An order of that number that another system has placed for the same party; `nil` when there is none.
    let order: Held?

    /// What an order holds of the limit.
    struct Held: Equatable {
        let source: String
        let amount: Money
    }
}

/// What bills that wait and orders of the same number hold of a limit together, which is one thing or two: nobody has said.
/// Until somebody does it counts once. Pure.
///
/// Nothing is joined by it: the order's margin, what is billed of it and the lists know of nothing before the reference is
/// settled. Of several systems that have the number at most one is meant; whichever it is, the least of them is not counted.
struct WaitingBills {
    /// An order that bills name.
    private struct Awaited {
        let customerId: String
        var billed = FixedDecimal.zero
        /// What is held by the orders of that number, by system.
        var held: [String: FixedDecimal] = [:]

        var twice: FixedDecimal { min(billed, held.values.min() ?? .zero) }
    }

    private var awaited: [OrderKey: Awaited] = [:]

    /// Nothing waits.
    init() {}

    /// - Parameters:
    ///   - bills: a bill once for each order of its number.
    ///   - currency: that of the limit. What has no rate in it is not known to count twice.
    init(_ bills: [WaitingBill], in currency: Currency, _ rates: RateTable, on day: CalendarDay) {
        var seen: [OrderKey: Set<LedgerKey>] = [:]
        for bill in bills {
            var number = awaited[bill.named] ?? Awaited(customerId: bill.customerId)
            if seen[bill.named, default: []].insert(bill.invoice).inserted {
                number.billed =
                    number.billed + (rates.convert(bill.amount, to: currency, on: day)?.amount ?? .zero)
            }
            if let order = bill.order {
                number.held[order.source] = rates.convert(order.amount, to: currency, on: day)?.amount ?? .zero
            }
            awaited[bill.named] = number
        }
    }

    /// What would be counted twice.
    var twice: FixedDecimal { awaited.values.reduce(.zero) { $0 + $1.twice } }

    /// An order holds something else now.
    mutating func hold(_ amount: FixedDecimal, by order: OrderKey, of customerId: String) {
        guard !awaited.isEmpty else { return }
        for (named, number) in awaited
        where named.orderId.hasSameBytes(as: order.orderId) && !named.source.hasSameBytes(as: order.source)
            && number.customerId.hasSameBytes(as: customerId)
        {
            awaited[named]?.held[order.source] = amount > .zero ? amount : nil
        }
    }
}
