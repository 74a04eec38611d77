import Contracts
import Domain

/// Which months are closed, and where what comes for them is posted. Pure.
struct PostingMonths: Equatable {
    private let closed: Set<CalendarDay>

    /// - Parameter closed: the first days of the closed months.
    init(closed: Set<CalendarDay> = []) { self.closed = closed }

    var isAllOpen: Bool { closed.isEmpty }

    /// The first day of the first open month after that of a day; `nil` when the day's own month is open.
    func postingDay(for day: CalendarDay) -> CalendarDay? {
        var month = Self.month(of: day)
        guard closed.contains(month) else { return nil }
        while closed.contains(month) { month = Self.month(after: month) }
        return month
    }

    /// The first day of a day's month.
    static func month(of day: CalendarDay) -> CalendarDay {
        day.adding(days: 1 - day.components.day)
    }

    /// The first day of the month after that which begins on a day.
    static func month(after month: CalendarDay) -> CalendarDay { Self.month(of: month.adding(days: 31)) }
}

/// What came for a closed month.
struct LatePosting: Equatable {
    enum Kind: String {
        case order
        case cost
        /// What a credit note has taken from what its order earns.
        case credit
        case invoice
        case creditNote = "credit-note"
        case payment
        case expense
    }

    let kind: Kind
    /// Who said it, and what it is about.
    let key: LedgerKey
    /// The customer's code; of an expense the branch.
    let party: String
    var businessLine: String?
    var branch: String?
    let originalDay: CalendarDay
    let postingDay: CalendarDay
    /// By how much revenue and cost of its order have changed.
    var revenue = FixedDecimal.zero
    var cost = FixedDecimal.zero
    /// By how many orders, and by how much of revenue whose cost may not be known yet.
    var orders = 0
    var earned = FixedDecimal.zero
    /// What it is worth, when it is no order.
    var amount: FixedDecimal?
    let currency: Currency
}
