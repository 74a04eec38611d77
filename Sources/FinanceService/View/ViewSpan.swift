import Contracts
import Domain

/// Which sums make up balances: as few as there can be. Pure.
struct ViewSpan: Equatable {
    /// How long a sum is, as the database numbers it.
    enum Length: Int32 {
        case day = 0
        case month = 1
        case year = 2
    }

    let span: Length
    /// The first days of the first and the last sum.
    let from: CalendarDay
    let to: CalendarDay

    /// What came before a question's first day, by years, months and days; then what came in its periods, by days, or by
    /// whole months when no shorter period is asked for.
    static func upTo(_ question: ViewQuestion) -> [ViewSpan] {
        upTo(question.period, byDay: question.grain == .day)
    }

    static func upTo(_ period: Period, byDay: Bool) -> [ViewSpan] {
        let (from, to) = (period.from, period.to)
        let month = PostingMonths.month(of: from)
        let year = CalendarDay(year: from.components.year, month: 1, day: 1) ?? month
        var found = [
            ViewSpan(span: .year, from: CalendarDay(daysSinceEpoch: 0), to: year.adding(days: -1)),
            ViewSpan(span: .month, from: year, to: month.adding(days: -1)),
            ViewSpan(span: .day, from: month, to: from.adding(days: -1)),
        ]
        let first = month == from ? from : PostingMonths.month(after: month)
        let end = PostingMonths.month(of: to.adding(days: 1))
        if byDay || first >= end {
            found.append(ViewSpan(span: .day, from: from, to: to))
        } else {
            found += [
                ViewSpan(span: .day, from: from, to: first.adding(days: -1)),
                ViewSpan(span: .month, from: first, to: end.adding(days: -1)),
                ViewSpan(span: .day, from: end, to: to),
            ]
        }
        return found.filter { $0.from <= $0.to }
    }
}
