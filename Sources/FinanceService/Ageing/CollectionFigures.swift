import Contracts
import Domain

/// How fast what is invoiced is collected, as the Credit Research Foundation defines it, all in one currency.
struct CollectionFigures: Equatable {
    /// What was open when the time began.
    let opening: FixedDecimal
    /// What was invoiced in it.
    let invoiced: FixedDecimal
    /// What was open when it ended.
    let closing: FixedDecimal
    /// What of that was not due yet.
    let notDue: FixedDecimal
    /// How many days it had.
    let days: Int

    /// Days sales outstanding: closing receivables / sales × days. `nil` without sales.
    var daysSalesOutstanding: FixedDecimal? { daysOfSales(closing) }

    /// The best that could be, if everybody paid on the due day: receivables not due / sales × days.
    var bestPossibleDays: FixedDecimal? { daysOfSales(notDue) }

    /// By how many days customers are late on the average: the one less the other.
    var averageDaysDelinquent: FixedDecimal? { daysOfSales(closing - notDue) }

    /// The collection effectiveness index in percent: what was collected of what could have been, (opening + sales −
    /// closing) / (opening + sales − not due) × 100. `nil` when nothing could.
    var collectionEffectiveness: FixedDecimal? {
        FixedDecimal(100).multiplied(
            by: (opening + invoiced - closing).units, dividedBy: (opening + invoiced - notDue).units)
    }

    private func daysOfSales(_ receivables: FixedDecimal) -> FixedDecimal? {
        receivables.multiplied(by: Int128(days) * FixedDecimal.unitsPerOne, dividedBy: invoiced.units)
    }
}
