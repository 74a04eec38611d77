import Contracts
import Domain

/// When an invoice is to be paid by what was agreed. Pure.
struct PaymentTerms: Equatable {
    let kind: TermsKind
    let days: Int
    /// For terms from the month's end: the last day that counts for its month.
    var cutOff: Int?
    /// Whether the law has us pay within sixty days, whatever was agreed (State Council decree 802).
    var isSmallSupplier = false

    /// Those of a customer with whom none are known to be agreed: thirty days.
    static let standard = PaymentTerms(kind: .net, days: 30)

    /// The longest that a small supplier may wait.
    static let statutoryDays = 60

    /// The day on which an invoice of a day is due.
    func due(issued day: CalendarDay) -> CalendarDay {
        let agreed =
            switch kind {
            case .net: day.adding(days: days)
            case .monthEnd: Self.monthEnd(day, cutOff).adding(days: days)
            }
        return isSmallSupplier ? min(agreed, day.adding(days: Self.statutoryDays)) : agreed
    }

    /// When an invoice of an instant is due: at the same time of that day.
    func due(issued: Timestamp, in zone: OrganisationZone = .current) -> Timestamp {
        let day = issued.day(in: zone)
        return zone.sameTime(as: issued, daysLater: day.days(to: due(issued: day)))
    }

    private static func monthEnd(_ day: CalendarDay, _ cutOff: Int?) -> CalendarDay {
        var (year, month, dayOfMonth) = day.components
        if let cutOff, dayOfMonth > cutOff { month += 1 }
        month += 1
        if month > 12 { (year, month) = (year + 1, month - 12) }
        return CalendarDay(year: year, month: month, day: 1)?.adding(days: -1) ?? day
    }
}
