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
    /// A number of orders of one party, whatever system has given it.
    private struct Number: Hashable {
        let orderId: String
        let customerId: String

        /// Whether both are the same byte for byte, as the database has it.
        static func == (first: Number, second: Number) -> Bool {
            first.orderId.hasSameBytes(as: second.orderId) && first.customerId.hasSameBytes(as: second.customerId)
        }
    }

    private struct Awaited {
        /// The systems whose order of that number has not come.
        var sources: Set<String> = []
        var billed = FixedDecimal.zero
        /// What is held by the orders of that number, by system.
        var held: [String: FixedDecimal] = [:]

        var twice: FixedDecimal { min(billed, held.values.min() ?? .zero) }
    }

    private var awaited: [Number: Awaited] = [:]

    /// Nothing waits.
    init() {}

    /// - Parameters:
    ///   - bills: a bill once for each order of its number.
    ///   - currency: that of the limit. What has no rate in it is not known to count twice.
    init(_ bills: [WaitingBill], in currency: Currency, _ rates: RateTable, on day: CalendarDay) {
        var seen: [OrderKey: Set<LedgerKey>] = [:]
        for bill in bills {
            let key = Number(orderId: bill.named.orderId, customerId: bill.customerId)
            var number = awaited[key] ?? Awaited()
            number.sources.insert(bill.named.source)
            if seen[bill.named, default: []].insert(bill.invoice).inserted {
                number.billed =
                    number.billed + (rates.convert(bill.amount, to: currency, on: day)?.amount ?? .zero)
            }
            if let order = bill.order {
                number.held[order.source] = rates.convert(order.amount, to: currency, on: day)?.amount ?? .zero
            }
            awaited[key] = number
        }
    }

    /// What would be counted twice.
    var twice: FixedDecimal { awaited.values.reduce(.zero) { $0 + $1.twice } }

    /// An order holds something else now. One of the system that bills it is what its bill has waited for, and is no other.
    mutating func hold(_ amount: FixedDecimal, by order: OrderKey, of customerId: String) {
        let key = Number(orderId: order.orderId, customerId: customerId)
        guard let number = awaited[key], !number.sources.contains(order.source) else { return }
        awaited[key]?.held[order.source] = amount > .zero ? amount : nil
    }
}
