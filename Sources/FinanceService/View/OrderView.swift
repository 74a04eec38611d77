import Contracts
import Domain

/// What the orders of one batch change in the finance view: signed sums by place and day.
struct OrderView: Sendable {
    /// By which day an order counts.
    enum Basis: Int32, Sendable, Hashable {
        /// The day it was placed.
        case placed = 0
        /// The day on which each change of it is posted. Only what that moves is kept: of a closed month, taken from the
        /// day of placing and added on the day of posting.
        case posted = 1
    }

    /// A branch and line of business on a day, in one currency.
    struct Place: Sendable, Hashable, Comparable {
        let basis: Basis
        let branch: String
        let businessLine: String
        let day: CalendarDay
        let currency: Currency

        /// Byte for byte, as the table has it.
        static func == (first: Place, second: Place) -> Bool {
            (first.basis, first.day, first.currency) == (second.basis, second.day, second.currency)
                && first.branch.hasSameBytes(as: second.branch)
                && first.businessLine.hasSameBytes(as: second.businessLine)
        }

        static func < (first: Place, second: Place) -> Bool {
            (first.basis.rawValue, first.day, first.branch, first.businessLine, first.currency)
                < (second.basis.rawValue, second.day, second.branch, second.businessLine, second.currency)
        }
    }

    /// What orders come to.
    struct Sums: Sendable, Equatable {
        var orders = 0
        /// Without what is only paid on the customer's behalf.
        var revenue = FixedDecimal.zero
        /// Of the lines whose cost is known.
        var knownRevenue = FixedDecimal.zero
        var cost = FixedDecimal.zero
        /// What accepted orders that are not invoiced add to the exposure.
        var reserved = FixedDecimal.zero
        /// The latest event that counts in it.
        var asOf: Timestamp?

        /// Whether nothing is changed.
        var isNothing: Bool {
            orders == 0 && revenue == .zero && knownRevenue == .zero && cost == .zero && reserved == .zero
        }

        static func += (sums: inout Sums, other: Sums) {
            sums.orders += other.orders
            sums.revenue = sums.revenue + other.revenue
            sums.knownRevenue = sums.knownRevenue + other.knownRevenue
            sums.cost = sums.cost + other.cost
            sums.reserved = sums.reserved + other.reserved
            if let time = other.asOf { sums.asOf = sums.asOf.map { max($0, time) } ?? time }
        }

        /// The same, taken away.
        static prefix func - (sums: Sums) -> Sums {
            Sums(
                orders: -sums.orders, revenue: -sums.revenue, knownRevenue: -sums.knownRevenue, cost: -sums.cost,
                reserved: -sums.reserved, asOf: sums.asOf)
        }

        /// What one order comes to. One that is cancelled comes to nothing, but for what it may still reserve.
        init(_ row: OrderRow) {
            reserved = row.reserved
            guard !row.isCancelled else { return }
            orders = 1
            revenue = row.margin.earned
            knownRevenue = row.margin.knownRevenue
            cost = row.margin.cost
        }

        init(
            orders: Int = 0, revenue: FixedDecimal = .zero, knownRevenue: FixedDecimal = .zero,
            cost: FixedDecimal = .zero, reserved: FixedDecimal = .zero, asOf: Timestamp? = nil
        ) {
            self.orders = orders
            self.revenue = revenue
            self.knownRevenue = knownRevenue
            self.cost = cost
            self.reserved = reserved
            self.asOf = asOf
        }
    }

    private let months: PostingMonths
    private(set) var deltas: [Place: Sums] = [:]
    /// Orders that came after something of them, or are of another branch or line than before: what was invoiced of them
    /// goes where they are.
    private(set) var moved: [OrderKey] = []

    /// - Parameter months: which months are closed.
    init(_ months: PostingMonths) { self.months = months }

    /// Takes an order out as it was, and puts it in as it is.
    ///
    /// - Parameters:
    ///   - before: as it was; `nil` when it is new.
    ///   - after: as it is.
    ///   - time: when what changed it happened.
    mutating func add(_ before: OrderRow?, _ after: OrderRow, _ key: OrderKey, at time: Timestamp) {
        if let before, before.isKnown {
            add(before, -Sums(before), at: time)
            if before.branch != after.branch || before.businessLine != after.businessLine { moved.append(key) }
        }
        guard after.isKnown else { return }
        // An invoice that came first has left the order's key.
        if let before, !before.isKnown { moved.append(key) }
        add(after, Sums(after), at: time)
    }

    private mutating func add(_ row: OrderRow, _ sums: Sums, at time: Timestamp) {
        func place(_ basis: Basis, _ day: CalendarDay) -> Place {
            Place(
                basis: basis, branch: row.branch, businessLine: row.businessLine, day: day, currency: row.currency)
        }
        let day = row.placedAt.day()
        var sums = sums
        sums.asOf = time
        deltas[place(.placed, day), default: Sums()] += sums
        guard let posting = months.postingDay(for: day) else { return }
        sums.reserved = .zero
        deltas[place(.posted, day), default: Sums()] += -sums
        deltas[place(.posted, posting), default: Sums()] += sums
    }
}
