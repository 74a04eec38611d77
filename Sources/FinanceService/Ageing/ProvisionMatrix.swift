import Contracts
import Domain
import ServiceKit

/// A share of what is owed that is expected to be lost, exact as a ratio: 2,000 of 23,000 is not 8.7 %.
struct LossRate: Equatable {
    let lost: FixedDecimal
    let of: FixedDecimal

    /// All of it.
    static let whole = LossRate(lost: FixedDecimal(1), of: FixedDecimal(1))

    /// A rate given in percent.
    init(percent: FixedDecimal) {
        self.init(lost: percent, of: FixedDecimal(100))
    }

    init(lost: FixedDecimal, of whole: FixedDecimal) {
        self.lost = lost
        self.of = whole
    }

    /// In percent, to four places.
    var percent: FixedDecimal {
        FixedDecimal(100).multiplied(by: lost.units, dividedBy: of.units) ?? FixedDecimal(100)
    }
}

/// Expected credit losses by days overdue: the provision matrix of IFRS 9 (B5.5.35) and of CAS 22, the simplified way for
/// trade receivables.
struct ProvisionMatrix: Equatable {
    /// The rate of what is not due, and after it of each span overdue.
    let rates: [LossRate]

    /// The rates of the illustrative example of IFRS 9 (paragraphs IE74–IE77): not due, 1–30, 31–60, 61–90, more than 90
    /// days. An example, not anybody's experience.
    static let illustrative = ProvisionMatrix(
        rates: ["0.3", "1.6", "3.6", "6.6", "10.6"].compactMap { FixedDecimal($0).map(LossRate.init(percent:)) })

    init(rates: [LossRate]) {
        self.rates = rates
    }

    /// Rates in percent from text such as `0.3,1.6,3.6,6.6,10.6`.
    ///
    /// - Parameter spans: how many spans overdue there are; the rate of what is not due stands before theirs.
    init(percents text: String, spans: Int) throws(Refusal) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
            FixedDecimal(String($0.trimmingSpaces()))
        }
        let percents = parts.compactMap(\.self)
        guard percents.count == parts.count, percents.count == spans + 1,
            percents.allSatisfy({ $0 >= .zero && $0 <= FixedDecimal(100) })
        else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.rates",
                "\(spans + 1) rates in percent are needed: of what is not due, and of each of the \(spans) buckets")
        }
        rates = percents.map(LossRate.init(percent:))
    }

    /// The rates that follow from how invoices were paid: what was never paid before the last span, as a share of what
    /// reached each span (flow rates).
    ///
    /// Nothing is known of a span that nothing reached: there all of it counts as lost.
    ///
    /// - Parameters:
    ///   - invoiced: what was invoiced.
    ///   - paid: what of it was paid when not due, and in each span but the last.
    init(invoiced: FixedDecimal, paid: [FixedDecimal]) {
        var reached = [invoiced]
        for part in paid { reached.append((reached.last ?? .zero) - part) }
        let lost = reached.last ?? .zero
        rates = reached.map { $0 > .zero ? LossRate(lost: lost, of: $0) : .whole }
    }

    /// What is expected to be lost of some balances.
    ///
    /// - Parameters:
    ///   - balances: what is not due, and after it what is in each span.
    ///   - outlook: by how much worse (or better) than the rates the future is seen; 1 for as they are. No more than all
    ///     of a balance can be lost.
    /// - Returns: for each balance, rounded half away from zero to four places.
    func provisions(_ balances: [FixedDecimal], outlook: FixedDecimal = FixedDecimal(1)) -> [FixedDecimal] {
        zip(balances, rates).map { balance, rate in
            let whole = rate.of.units * FixedDecimal.unitsPerOne
            return min(balance, balance.multiplied(by: rate.lost.units * outlook.units, dividedBy: whole) ?? balance)
        }
    }
}
