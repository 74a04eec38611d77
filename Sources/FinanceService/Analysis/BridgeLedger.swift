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

    func side(_ lines: [ProfitLine], by dimensions: [ProfitDimension]) throws -> Side {
        var side = Side()
        for line in lines {
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
