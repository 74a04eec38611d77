import Contracts
import Domain

/// The thresholds that hold for a business line from a day on. Rates are in percent.
struct MarginRules: Sendable, Equatable {
    /// Below this rate an order earns too little.
    var orderFloor = FixedDecimal(5)
    /// Below this rate a customer's business over the window earns too little.
    var customerFloor = FixedDecimal(3)
    /// From this rate on, what was held is let go.
    var release = FixedDecimal(5)
    /// Fewer orders than this in the window say nothing.
    var minimumOrders = 5
    /// So many evaluations in a row change the acceptance.
    var evaluations = 2
    /// So many days after an alert of a customer was cleared, one no worse is not raised again.
    var cooldownDays = 7
    /// So many standard errors above its rate, a loss is certain when it is still below nought; nought asks for no more
    /// than the sum.
    var confidence = FixedDecimal(units: 12_800)
    /// A low rate counts from so much revenue in the window on, in CNY.
    var revenueThreshold = FixedDecimal.zero
    /// The low rate leans on that of the line as if so many more orders had earned what the line earns.
    var poolingOrders = 5
    /// So many days from its first order on, a customer is new.
    var graceDays = 60
    /// What a new customer's business in the window may cost us before it is held, in CNY; nought gives no grace.
    var lossCap = FixedDecimal(1_000)

    /// What holds when nobody has said otherwise.
    static let standard = MarginRules()

    /// Whether a rate is below a threshold, exactly: `margin / revenue < percent / 100` without dividing.
    ///
    /// - Parameter revenue: more than nought.
    static func isBelow(_ percent: FixedDecimal, margin: FixedDecimal, revenue: FixedDecimal) -> Bool {
        margin.units * 100 * FixedDecimal.unitsPerOne < revenue.units * percent.units
    }
}

/// The rules by business line and by day.
struct MarginPolicy: Sendable, Equatable {
    /// Rules that hold from a day on, for one business line or for all that have none of their own.
    struct Entry: Sendable, Equatable {
        let businessLine: String?
        let from: CalendarDay
        let rules: MarginRules
    }

    /// How many days, the last included, the business with a customer is looked at.
    let windowDays: Int
    /// Within how many working days after it was raised an alert must be diagnosed.
    let diagnosisDays: Int
    private let general: [Entry]
    private let byLine: [String: [Entry]]

    /// - Parameters:
    ///   - windowDays: how many days a window has.
    ///   - diagnosisDays: how many working days there are to diagnose an alert.
    ///   - entries: the rules, in any order. Before the first day of any, the standard rules hold.
    init(windowDays: Int = 90, diagnosisDays: Int = 2, entries: [Entry] = []) {
        self.windowDays = windowDays
        self.diagnosisDays = diagnosisDays
        let sorted = entries.sorted { $0.from < $1.from }
        general = sorted.filter { $0.businessLine == nil }
        byLine = Dictionary(grouping: sorted.filter { $0.businessLine != nil }) { $0.businessLine ?? "" }
    }

    /// The rules of the contract: 5 % an order, 3 % a customer, release at 5 %, five orders, two evaluations, 90 days.
    static let standard = MarginPolicy()

    /// The rules that hold for a business line on a day; `nil` asks for those over all lines.
    func rules(for businessLine: String?, on day: CalendarDay) -> MarginRules {
        if let businessLine, !byLine.isEmpty,
            let entry = byLine[businessLine]?.last(where: { $0.from <= day })
        {
            return entry.rules
        }
        return general.last { $0.from <= day }?.rules ?? .standard
    }

    /// The window that ends with a day.
    func window(endingOn day: CalendarDay) -> FigureWindow {
        FigureWindow(from: day.adding(days: 1 - windowDays), to: day)
    }
}
