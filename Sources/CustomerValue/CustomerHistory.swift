/// What is known of a customer, by days counted from 1970-01-01. Amounts are in ten-thousandths of CNY.
public struct CustomerHistory: Sendable {
    /// The orders of one day.
    public struct OrderDay: Sendable, Equatable {
        /// The day.
        public let day: Int
        /// How many.
        public let orders: Int
        /// What they are worth.
        public let revenue: Int64
        /// The revenue of the lines whose cost is known.
        public let costedRevenue: Int64
        /// The cost of those lines.
        public let cost: Int64

        /// - Parameters: as the properties.
        public init(day: Int, orders: Int, revenue: Int64, costedRevenue: Int64, cost: Int64) {
            self.day = day
            self.orders = orders
            self.revenue = revenue
            self.costedRevenue = costedRevenue
            self.cost = cost
        }
    }

    /// An invoice and its end.
    public struct Invoice: Sendable, Equatable {
        /// The day on which it is due.
        public let due: Int
        /// What it is about.
        public let amount: Int64
        /// The day on which nothing of it was open any more.
        public let settled: Int?

        /// - Parameters: as the properties.
        public init(due: Int, amount: Int64, settled: Int?) {
            self.due = due
            self.amount = amount
            self.settled = settled
        }
    }

    /// The days with orders, ascending.
    public let orderDays: [OrderDay]
    /// Days on which we spoke with the customer, ascending, one for each talk.
    public let contacts: [Int]
    /// Days of deliveries that were late or damaged, ascending, one for each.
    public let failures: [Int]
    /// The invoices.
    public let invoices: [Invoice]
    /// The days with orders alone.
    public let days: [Int]
    private let sums: [OrderDay]

    /// - Parameters: as the properties, in any order.
    public init(orderDays: [OrderDay], contacts: [Int] = [], failures: [Int] = [], invoices: [Invoice] = []) {
        self.orderDays = orderDays.sorted { $0.day < $1.day }
        self.contacts = contacts.sorted()
        self.failures = failures.sorted()
        self.invoices = invoices.sorted { ($0.due, $0.amount) < ($1.due, $1.amount) }
        days = self.orderDays.map(\.day)
        var sums: [OrderDay] = [OrderDay(day: .min, orders: 0, revenue: 0, costedRevenue: 0, cost: 0)]
        for day in self.orderDays {
            let last = sums[sums.count - 1]
            sums.append(
                OrderDay(
                    day: day.day, orders: last.orders + day.orders, revenue: last.revenue + day.revenue,
                    costedRevenue: last.costedRevenue + day.costedRevenue, cost: last.cost + day.cost))
        }
        self.sums = sums
    }

    /// The orders after a day and up to another.
    public func orders(after: Int, through: Int) -> OrderDay {
        let (first, last) = (sums[Self.count(days, through: after)], sums[Self.count(days, through: through)])
        return OrderDay(
            day: through, orders: last.orders - first.orders, revenue: last.revenue - first.revenue,
            costedRevenue: last.costedRevenue - first.costedRevenue, cost: last.cost - first.cost)
    }

    /// How many of some ascending days are not after a day.
    public static func count(_ days: [Int], through day: Int) -> Int {
        var (low, high) = (0, days.count)
        while low < high {
            let middle = (low + high) / 2
            if days[middle] <= day { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How many of some ascending days lie after a day and not after another.
    public static func count(_ days: [Int], after: Int, through: Int) -> Int {
        count(days, through: through) - count(days, through: after)
    }

    /// The last gaps between order days, up to twenty, of the orders through a place in ``days``.
    public func gaps(before place: Int) -> [Int] {
        guard place >= 2 else { return [] }
        return (max(1, place - 20)..<place).map { days[$0] - days[$0 - 1] }
    }
}
