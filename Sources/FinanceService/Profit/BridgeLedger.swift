import Contracts
import Domain
import ProfitAnalysis

/// Lines of two periods, brought to one currency and added up by item.
struct BridgeLedger {
    /// What is compared.
    enum Subject {
        /// Revenue less cost.
        case margin
        /// What suppliers are paid.
        case cost
    }

    /// Sums of one period.
    struct Side {
        var items: [Bridge.Key: BridgeSide] = [:]
        var lines = 0
        /// How many lines are left out because their cost is not known.
        var unknown = 0
    }

    let rates: RateTable
    /// What all is converted to: the currency of the lines when they have but one, else CNY.
    let currency: Currency
    /// The day whose rates hold for both periods.
    let constant: CalendarDay
    let subject: Subject

    init(_ lines: [[ProfitLine]], _ subject: Subject, constant: CalendarDay, _ rates: RateTable) {
        let currencies = Set(lines.joined().lazy.map(\.currency))
        currency = currencies.count == 1 ? currencies.first ?? .cny : .cny
        self.constant = constant
        self.subject = subject
        self.rates = rates
    }

    /// Whether what a line is of has a rate, on its day and on the constant one; other lines stand apart.
    func isRated(_ line: ProfitLine) -> Bool {
        line.currency == currency
            || [line.day, constant].allSatisfy {
                rates.convert(.zero, from: line.currency, to: currency, on: $0) != nil
            }
    }

    /// The lines that stand apart, added up in their own currencies: currency, how many, how many of them without a known
    /// cost, revenue and cost.
    func withoutRate(_ lines: [[ProfitLine]]) -> [[String?]] {
        var sums: [Currency: (lines: Int, unknown: Int, revenue: FixedDecimal, cost: FixedDecimal)] = [:]
        for line in lines.joined() where !isRated(line) {
            let sum = sums[line.currency] ?? (0, 0, .zero, .zero)
            sums[line.currency] = (
                sum.lines + 1, sum.unknown + (line.cost == nil ? 1 : 0), sum.revenue + line.revenue,
                sum.cost + (line.cost ?? .zero)
            )
        }
        return sums.sorted { $0.key < $1.key }.map { currency, sum in
            [
                currency.code, String(sum.lines), String(sum.unknown), sum.revenue.moneyText, sum.cost.moneyText,
            ]
        }
    }

    func side(_ lines: [ProfitLine], by dimensions: [ProfitDimension]) throws -> Side {
        var side = Side()
        for line in lines where isRated(line) {
            guard let cost = line.cost else {
                side.unknown += 1
                continue
            }
            let revenue = subject == .margin ? line.revenue : .zero
            let key = Bridge.Key(
                labels: dimensions.map { $0.value(of: line) }, serviceItem: line.serviceItem, unit: line.unit)
            let own = try convert(revenue, line.currency, line.day) - convert(cost, line.currency, line.day)
            side.items[key, default: BridgeSide()].add(
                quantity: line.quantity, revenue: try convert(revenue, line.currency, constant),
                cost: try convert(cost, line.currency, constant), ownMargin: own)
            side.lines += 1
        }
        return side
    }

    func convert(_ amount: FixedDecimal, _ from: Currency, _ day: CalendarDay) throws(Refusal) -> FixedDecimal {
        guard let amount = rates.convert(amount, from: from, to: currency, on: day) else {
            throw Refusal(
                .noRate, path: "rates.\(from.code)", "there is no rate of \(from.code) in \(currency.code) for \(day)")
        }
        return amount
    }
}
