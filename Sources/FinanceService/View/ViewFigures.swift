import Contracts
import Domain

/// Figures of the finance view while they are added up.
///
/// What came in on a day is converted by the rate of that day; what stands at the end of a period by the rate of its last
/// day, each branch and line once, so that rows sum to what is told of them. What has no rate then stands apart, in rows of
/// its own currency.
struct ViewFigures {
    /// A sum of some day, as the database keeps it.
    struct Part {
        let labels: [String]
        let day: CalendarDay
        let currency: Currency
        let asOf: Timestamp?
    }

    /// One row of the answer.
    struct Cell {
        var orders = 0
        var revenue = FixedDecimal.zero
        var knownRevenue = FixedDecimal.zero
        var cost = FixedDecimal.zero
        var waiting = (orders: 0, revenue: FixedDecimal.zero)
        var refused = (orders: 0, revenue: FixedDecimal.zero)
        var cashIn = FixedDecimal.zero
        var cashOut = FixedDecimal.zero
        var expenses = FixedDecimal.zero
        var balances: [ViewMetric: FixedDecimal] = [:]
        /// The latest event of each figure; what orders come to has one in common.
        private var times: [ViewMetric: Timestamp] = [:]
        /// Whether anything stands in it.
        private(set) var isTold = false

        mutating func see(_ time: Timestamp?, _ metric: ViewMetric) {
            isTold = true
            guard let time else { return }
            let key = metric.isOfOrders ? .revenue : metric
            times[key] = times[key].map { max($0, time) } ?? time
        }

        /// The latest event of all figures.
        var asOf: Timestamp? { times.values.max() }

        /// The latest event that counts in a figure.
        func asOf(_ metric: ViewMetric) -> Timestamp? { times[metric.isOfOrders ? .revenue : metric] }
    }

    /// What the rows of the answer are told apart by.
    struct Row: Hashable {
        let labels: [String]
        /// The one that all is converted to; another for what has no rate.
        let currency: Currency

        static func == (first: Row, second: Row) -> Bool {
            first.currency == second.currency && first.labels.hasSameBytes(as: second.labels)
        }
    }

    let question: ViewQuestion
    let periods: [(name: String, last: CalendarDay)]
    let rates: RateTable
    let target: Currency
    private(set) var cells: [Row: [Cell]] = [:]
    /// Running balances by row, metric, due day and currency, each with the place of the period from which it stands.
    private var movements: [(labels: [String], metric: ViewMetric, place: Int, due: CalendarDay, Part, FixedDecimal)] =
        []

    init(_ question: ViewQuestion, _ rates: RateTable, in currencies: Set<Currency>) {
        self.question = question
        self.rates = rates
        periods = question.periods
        target = question.currency ?? (currencies.count == 1 ? currencies.first ?? .cny : .cny)
    }

    /// The place of the period that a day falls into, or of the first that ends after it; `nil` after the last.
    func place(of day: CalendarDay) -> Int? {
        var (low, high) = (0, periods.count)
        while low < high {
            let middle = (low + high) / 2
            if periods[middle].last < day { low = middle + 1 } else { high = middle }
        }
        return low < periods.count ? low : nil
    }

    private mutating func change(
        _ labels: [String], _ currency: Currency, _ place: Int, _ change: (inout Cell) -> Void
    ) {
        let key = Row(labels: labels, currency: currency)
        var row = cells[key] ?? [Cell](repeating: Cell(), count: periods.count)
        change(&row[place])
        cells[key] = row
    }

    /// Adds what orders of a day come to.
    mutating func add(_ part: Part, _ sums: OrderView.Sums) {
        guard let place = place(of: part.day) else { return }
        let (currency, amounts) = convert([sums.revenue, sums.knownRevenue, sums.cost], part.currency, part.day)
        change(part.labels, currency, place) { cell in
            cell.orders += sums.orders
            cell.revenue = cell.revenue + amounts[0]
            cell.knownRevenue = cell.knownRevenue + amounts[1]
            cell.cost = cell.cost + amounts[2]
            cell.see(part.asOf, .revenue)
        }
    }

    /// Takes orders of a day out that are not accepted, and tells them apart.
    ///
    /// - Parameter isCounted: whether they are among the sums that were added.
    mutating func hold(_ part: Part, _ sums: OrderView.Sums, isRefused: Bool, isCounted: Bool) {
        if isCounted { add(part, -sums) }
        guard let place = place(of: part.day) else { return }
        let (currency, amounts) = convert([sums.revenue], part.currency, part.day)
        change(part.labels, currency, place) { cell in
            if isRefused {
                cell.refused = (cell.refused.orders + sums.orders, cell.refused.revenue + amounts[0])
            } else {
                cell.waiting = (cell.waiting.orders + sums.orders, cell.waiting.revenue + amounts[0])
            }
            cell.see(part.asOf, .held)
        }
    }

    /// Adds cash of a day.
    mutating func addCash(_ part: Part, _ amount: FixedDecimal, isIn: Bool) {
        guard let place = place(of: part.day) else { return }
        let (currency, amounts) = convert([amount], part.currency, part.day)
        change(part.labels, currency, place) { cell in
            if isIn { cell.cashIn = cell.cashIn + amounts[0] } else { cell.cashOut = cell.cashOut + amounts[0] }
            cell.see(part.asOf, .cash)
        }
    }

    /// Adds sales expenses of a day.
    mutating func addExpense(_ part: Part, _ amount: FixedDecimal) {
        guard let place = place(of: part.day) else { return }
        let (currency, amounts) = convert([amount], part.currency, part.day)
        change(part.labels, currency, place) { cell in
            cell.expenses = cell.expenses + amounts[0]
            cell.see(part.asOf, .expenses)
        }
    }

    /// Adds to a balance, from a day on.
    mutating func addMovement(_ part: Part, _ amount: FixedDecimal, of metric: ViewMetric, due: CalendarDay) {
        guard let place = place(of: part.day) else { return }
        movements.append((part.labels, metric, place, due, part, amount))
    }

    /// Works out the balances at the end of each period.
    ///
    /// - Parameter matrix: by which provisions are made.
    mutating func closePeriods(_ matrix: ProvisionMatrix, _ buckets: AgeingBuckets) {
        struct Account: Hashable {
            let labels: [String]
            let metric: ViewMetric
            let currency: Currency

            static func == (first: Account, second: Account) -> Bool {
                (first.metric, first.currency) == (second.metric, second.currency)
                    && first.labels.hasSameBytes(as: second.labels)
            }
        }
        struct Open {
            var byDue: [CalendarDay: FixedDecimal] = [:]
            var sum = FixedDecimal.zero
            var asOf: Timestamp?
        }
        let byPlace = Dictionary(grouping: movements, by: \.place)
        var accounts: [Account: Open] = [:]
        for place in periods.indices {
            for (labels, metric, _, due, part, amount) in byPlace[place] ?? [] {
                let account = Account(labels: labels, metric: metric, currency: part.currency)
                var open = accounts[account] ?? Open()
                open.sum = open.sum + amount
                if metric == .provisions {
                    let rest = (open.byDue[due] ?? .zero) + amount
                    open.byDue[due] = rest == .zero ? nil : rest
                }
                if let time = part.asOf { open.asOf = open.asOf.map { max($0, time) } ?? time }
                accounts[account] = open
            }
            let last = periods[place].last
            for (account, open) in accounts {
                var amount = open.sum
                if account.metric == .provisions {
                    var balances = [FixedDecimal](repeating: .zero, count: buckets.starts.count + 1)
                    for (due, rest) in open.byDue {
                        let late = due.days(to: last)
                        let span = buckets.starts.lastIndex { $0 <= late }.map { $0 + 1 } ?? 0
                        balances[span] = balances[span] + rest
                    }
                    amount = matrix.provisions(balances).reduce(.zero, +)
                }
                let (currency, amounts) = convert([amount], account.currency, last)
                change(account.labels, currency, place) { cell in
                    cell.balances[account.metric, default: .zero] =
                        cell.balances[account.metric, default: .zero] + amounts[0]
                    if amounts[0] != .zero { cell.see(open.asOf, account.metric) }
                }
            }
        }
    }

    /// Amounts in the currency that all is told in; as they are, in their own, when there is no rate.
    private func convert(
        _ amounts: [FixedDecimal], _ from: Currency, _ day: CalendarDay
    ) -> (currency: Currency, amounts: [FixedDecimal]) {
        let converted = amounts.compactMap { rates.convert($0, from: from, to: target, on: day) }
        return converted.count == amounts.count ? (target, converted) : (from, amounts)
    }

    /// What a cell has in the columns of a metric.
    static func values(_ metric: ViewMetric, _ cell: Cell) -> [String?] {
        switch metric {
        case .orders: return [String(cell.orders)]
        case .held:
            return [
                String(cell.waiting.orders), cell.waiting.revenue.moneyText, String(cell.refused.orders),
                cell.refused.revenue.moneyText,
            ]
        case .revenue: return [cell.revenue.moneyText]
        case .cost: return [cell.cost.moneyText]
        case .margin:
            let margin = cell.knownRevenue - cell.cost
            return [
                cell.knownRevenue.moneyText, margin.moneyText,
                FixedDecimal(100).multiplied(by: margin.units, dividedBy: cell.knownRevenue.units)?.description,
            ]
        case .cash:
            return [cell.cashIn.moneyText, cell.cashOut.moneyText, (cell.cashIn - cell.cashOut).moneyText]
        case .expenses: return [cell.expenses.moneyText]
        case .receivable, .payable, .exposure, .provisions:
            return [(cell.balances[metric] ?? .zero).moneyText]
        }
    }
}
