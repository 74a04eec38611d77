import Contracts
import Domain
import ServiceKit

/// What the finance view can show.
enum ViewMetric: String, CaseIterable {
    case orders
    case revenue
    case cost
    case margin
    /// Orders refused, and orders that wait for approval: they are no revenue.
    case held
    case cash
    case expenses
    case receivable
    case payable
    case exposure
    case provisions

    /// Which sums of documents it is made of, and with which sign; 0 when only their age counts.
    var parts: [String: Int] {
        switch self {
        case .orders, .revenue, .cost, .margin, .held: [:]
        case .cash: ["cash-in": 1, "cash-out": -1]
        case .expenses: ["expense": 1]
        case .receivable: ["receivable": 1]
        case .provisions: ["open": 1, "receivable": 0]
        case .payable: ["payable": 1]
        case .exposure: ["receivable": 1, "deposit": -1]
        }
    }

    /// Whether it is what stands at the end of a period, and not what came within it.
    var isBalance: Bool {
        switch self {
        case .orders, .revenue, .cost, .margin, .held, .cash, .expenses: false
        case .receivable, .payable, .exposure, .provisions: true
        }
    }

    /// Which entries of documents are behind it, and with which sign.
    var entries: [String: Int] { self == .provisions ? ["receivable": 1] : parts }

    var isOfOrders: Bool {
        switch self {
        case .orders, .revenue, .cost, .margin, .held: true
        default: false
        }
    }

    /// Its columns; a margin comes with its rate, which is one of sums.
    var columns: [QueryColumn] {
        switch self {
        case .orders: [QueryColumn("orders", .integer)]
        case .held:
            [
                QueryColumn("waiting_orders", .integer), QueryColumn("waiting_revenue", .decimal),
                QueryColumn("refused_orders", .integer), QueryColumn("refused_revenue", .decimal),
            ]
        case .margin:
            [
                QueryColumn("costed_revenue", .decimal), QueryColumn("margin", .decimal),
                QueryColumn("margin_percent", .decimal),
            ]
        case .cash:
            [QueryColumn("cash_in", .decimal), QueryColumn("cash_out", .decimal), QueryColumn("cash", .decimal)]
        case .revenue, .cost, .expenses, .receivable, .payable, .exposure, .provisions:
            [QueryColumn(rawValue, .decimal)]
        }
    }
}

/// A question to the finance view.
struct ViewQuestion {
    /// How days are put together.
    enum Grain: String, CaseIterable {
        case day
        case month
        case total
    }

    /// By what figures are told apart.
    enum Dimension: String, CaseIterable {
        case division
        case branch
        case line
    }

    let grain: Grain
    let dimensions: [Dimension]
    let metrics: [ViewMetric]
    let period: Period
    let basis: OrderView.Basis
    let branch: String?
    let division: String?
    let line: String?
    let currency: Currency?

    /// The most periods in one answer.
    static let maximumPeriods = 1_100

    /// The last day is today when the question names none; the first is then that of the last day's year.
    init(_ arguments: QueryArguments) throws {
        let to = try arguments.optionalDay("to") ?? arguments.today
        let from =
            try arguments.optionalDay("from") ?? CalendarDay(year: to.components.year, month: 1, day: 1) ?? to
        period = try Period(from: from, to: to, path: "parameters.from")
        var grain: Grain?
        var dimensions: [Dimension] = []
        for word in try arguments.required("by").split(separator: ",", omittingEmptySubsequences: false) {
            if let found = Grain(rawValue: String(word)), grain == nil {
                grain = found
            } else if let found = Dimension(rawValue: String(word)), !dimensions.contains(found) {
                dimensions.append(found)
            } else {
                throw Refusal(
                    .valueNotAllowed, path: "parameters.by",
                    "'by' is one of day, month and total, with division, branch and line as wanted: month,branch,line")
            }
        }
        self.grain = grain ?? .total
        self.dimensions = dimensions
        var metrics: [ViewMetric] = []
        for word in try arguments.required("metric").split(separator: ",", omittingEmptySubsequences: false) {
            guard let metric = ViewMetric(rawValue: String(word)), !metrics.contains(metric) else {
                throw Refusal(
                    .valueNotAllowed, path: "parameters.metric",
                    "'metric' is a list of different words of: "
                        + ViewMetric.allCases.map(\.rawValue).joined(separator: ", "))
            }
            metrics.append(metric)
        }
        self.metrics = metrics
        basis = try arguments.required("basis") == "posted" ? .posted : .placed
        (branch, division, line) = (arguments["branch"], arguments["division"], arguments["line"])
        currency = arguments["currency"].flatMap { Currency($0) }
        guard periods.count <= Self.maximumPeriods else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.to",
                "the answer would have \(periods.count) periods, and at most \(Self.maximumPeriods) are told: ask by month"
            )
        }
    }

    /// The periods, each with its name: the first and the last are cut off where the question ends.
    var periods: [(name: String, last: CalendarDay)] {
        switch grain {
        case .total: return [(period.description, period.to)]
        case .day:
            return (0...period.from.days(to: period.to)).map {
                let day = period.from.adding(days: $0)
                return (day.description, day)
            }
        case .month:
            var found: [(name: String, last: CalendarDay)] = []
            var day = period.from
            while day <= period.to {
                let (year, month, _) = day.components
                let next =
                    CalendarDay(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
                    ?? period.to.adding(days: 1)
                found.append((String(day.description.prefix(7)), min(next.adding(days: -1), period.to)))
                day = next
            }
            return found
        }
    }
}
