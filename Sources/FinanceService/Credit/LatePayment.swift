import Domain
import Foundation

/// How likely an invoice is paid late, and by how many days, learned from the invoices that were settled before it. Pure.
///
/// A customer's own record counts as far as there is one: what is known of all stands in for what is not known of it.
/// The probability comes from a logistic regression learned one settled invoice at a time, the delay from the median of
/// the customer's last settled invoices: most invoices are not late at all, and the median of such a distribution is
/// nearer to the next one than its mean.
struct LatePaymentModel {
    /// An invoice as it is known when it is issued.
    struct Invoice {
        let customer: String
        let amount: Double
        /// Days from issue to due.
        let term: Int
        /// Day of the month on which it is due.
        let dueDayOfMonth: Int
        /// The customer's invoices that are overdue now, as a share of all that it has open.
        let overdueShare: Double
        /// What the amount is in.
        var currency = Currency.cny
    }

    struct Prediction {
        let probability: Double
        let days: Double
        /// What the regression saw, to learn from it when the invoice is settled.
        let features: [Double]
    }

    private struct Record {
        var settled = 0.0
        var late = 0.0
        /// Late or not, the newer the heavier.
        var recent = 0.0
        var days: [Int] = []
        /// What its invoices came to and how many there were, each currency by itself.
        var amounts: [Currency: (sum: Double, count: Double)] = [:]
    }

    /// How many invoices of all a customer's own record is mixed with.
    private static let prior = 1.0
    /// How many of the last settled invoices the delay is the median of.
    private static let memory = 15
    private static let featureCount = 8

    private var records: [String: Record] = [:]
    private var all = Record()
    /// Before anything is learned, the record alone speaks; and it goes on unless what is learned says otherwise.
    private static let start = [0, 1, 0, 0, 0, 0, 0, 0].map(Double.init)
    private var weights = LatePaymentModel.start
    /// Steps are small from the first, so that a few invoices do not turn the record upside down.
    private var squares = [Double](repeating: 20, count: LatePaymentModel.featureCount)
    /// How many settled invoices it has learned from.
    private(set) var learned = 0

    /// What is expected of an invoice that is issued now.
    mutating func predict(_ invoice: Invoice) -> Prediction {
        let record = records[invoice.customer] ?? Record()
        let base = (all.late + 1) / (all.settled + 2)
        let share = (record.late + Self.prior * base) / (record.settled + Self.prior)
        let recent = record.settled > 0 ? record.recent : share
        let former = record.amounts[invoice.currency] ?? (sum: 0, count: 0)
        let mean = former.count > 0 ? former.sum / former.count : invoice.amount
        let features = [
            1, Self.logit(share), Self.logit(min(max(recent, 0.05), 0.95)) / 2, invoice.overdueShare,
            min(max(log((invoice.amount + 1) / (mean + 1)), -2), 2), invoice.dueDayOfMonth >= 25 ? 1 : 0,
            Double(invoice.term) / 60, min(record.settled, 20) / 20,
        ]
        let score = zip(weights, features).reduce(0) { $0 + $1.0 * $1.1 }
        records[invoice.customer, default: Record()].amounts[invoice.currency] = (
            former.sum + invoice.amount, former.count + 1
        )
        return Prediction(
            probability: Self.logistic(score), days: Self.median(record.days, all: all.days), features: features)
    }

    /// Learns how late an invoice was in the end.
    mutating func learn(_ customer: String, _ prediction: Prediction, daysLate: Int) {
        let isLate = daysLate > 0 ? 1.0 : 0.0
        let score = zip(weights, prediction.features).reduce(0) { $0 + $1.0 * $1.1 }
        let error = Self.logistic(score) - isLate
        for (place, feature) in prediction.features.enumerated() {
            let slope = error * feature + 0.0005 * (weights[place] - Self.start[place])
            squares[place] += slope * slope
            weights[place] -= 0.05 * slope / squares[place].squareRoot()
        }
        var record = records[customer] ?? Record()
        Self.note(isLate, max(0, daysLate), in: &record)
        records[customer] = record
        Self.note(isLate, max(0, daysLate), in: &all)
        learned += 1
    }

    private static func note(_ isLate: Double, _ days: Int, in record: inout Record) {
        record.recent = record.settled > 0 ? record.recent * 0.7 + isLate * 0.3 : isLate
        record.settled += 1
        record.late += isLate
        record.days.append(days)
        if record.days.count > memory { record.days.removeFirst() }
    }

    /// The median of a customer's record; of all customers' while there are fewer than two.
    private static func median(_ days: [Int], all: [Int]) -> Double {
        let sorted = (days.count >= 2 ? days : all).sorted()
        guard !sorted.isEmpty else { return 0 }
        return Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private static func logit(_ share: Double) -> Double { log(share / (1 - share)) }
    private static func logistic(_ score: Double) -> Double { 1 / (1 + exp(-score)) }
}

/// Walks through invoices as time did: each is predicted when it is issued, by what was settled until then.
enum Prequential {
    /// An invoice and what became of it; days are counted from any day.
    struct Case {
        let identifier: String
        let customer: String
        let amount: Double
        let issued: Int
        let due: Int
        let dueDayOfMonth: Int
        /// `nil` while it is open.
        let settled: Int?
        /// What the amount is in.
        var currency = Currency.cny
    }

    struct Outcome {
        let invoice: Case
        let prediction: LatePaymentModel.Prediction
    }

    /// What is said of each invoice when it is issued, in that order. What is settled on a day is known on the next.
    static func walk(_ cases: [Case]) -> (outcomes: [Outcome], model: LatePaymentModel) {
        var model = LatePaymentModel()
        let inOrder = cases.sorted { ($0.issued, $0.identifier) < ($1.issued, $1.identifier) }
        // One that was paid before it was issued is known with its issue.
        let known = inOrder.map { invoice in invoice.settled.map { max($0, invoice.issued) } }
        let settlements = inOrder.indices.filter { known[$0] != nil }.sorted {
            (known[$0] ?? 0, $0) < (known[$1] ?? 0, $1)
        }
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(cases.count)
        var open: [String: [Int]] = [:]
        var next = 0
        for (place, invoice) in inOrder.enumerated() {
            while next < settlements.count, let day = known[settlements[next]], day < invoice.issued {
                let done = settlements[next]
                next += 1
                open[inOrder[done].customer]?.removeAll { $0 == done }
                let settled = inOrder[done].settled ?? day
                model.learn(inOrder[done].customer, outcomes[done].prediction, daysLate: settled - inOrder[done].due)
            }
            let mine = open[invoice.customer] ?? []
            let overdue = mine.filter { inOrder[$0].due < invoice.issued }.count
            let prediction = model.predict(
                LatePaymentModel.Invoice(
                    customer: invoice.customer, amount: invoice.amount, term: invoice.due - invoice.issued,
                    dueDayOfMonth: invoice.dueDayOfMonth,
                    overdueShare: mine.isEmpty ? 0 : Double(overdue) / Double(mine.count), currency: invoice.currency))
            outcomes.append(Outcome(invoice: invoice, prediction: prediction))
            open[invoice.customer, default: []].append(place)
        }
        return (outcomes, model)
    }
}
