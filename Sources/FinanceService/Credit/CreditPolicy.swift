import Contracts
import Domain

/// What somebody has approved above a limit, and for which days.
struct CreditApproval: Sendable, Equatable {
    let key: LedgerKey
    let amount: FixedDecimal
    let currency: Currency
    let from: CalendarDay
    /// The last day.
    let to: CalendarDay

    /// How much it is.
    var money: Money { Money(amount, currency) }
}

/// How far a customer is trusted, by what it owes and how late it is. Pure.
enum CreditPolicy {
    /// What of the limit may be used before somebody looks.
    static let watchShare: Int128 = 80
    /// Days overdue beyond which each order needs approval, and beyond which none is taken.
    static let holdDays = 30
    static let stopDays = 60
    /// The share of what is owed that may be overdue, in percent.
    static let overdueShare: Int128 = 30

    /// What an evaluation looks at; amounts in the currency of the limit.
    struct Figures: Equatable {
        var exposure: FixedDecimal
        var room: FixedDecimal
        var receivable: FixedDecimal
        var overdue: FixedDecimal
        var maxDaysOverdue: Int
        /// What is owed in currencies that have no rate: how much it is in the currency of the limit is not known.
        var unrated: [Currency] = []
    }

    /// What the figures say, and why.
    static func state(_ figures: Figures) -> (state: CreditState, reason: String) {
        if figures.maxDaysOverdue > stopDays { return (.stop, "overdue by more than \(stopDays) days") }
        if figures.maxDaysOverdue > holdDays { return (.hold, "overdue by more than \(holdDays) days") }
        if let currency = figures.unrated.min() {
            return (.hold, "owes in \(currency.code), which has no rate")
        }
        if figures.exposure > figures.room { return (.hold, "above the limit") }
        if figures.overdue.units * 100 > figures.receivable.units * overdueShare, figures.maxDaysOverdue > 7 {
            return (.hold, "more than \(overdueShare) % overdue")
        }
        if figures.maxDaysOverdue > 0 { return (.watch, "overdue") }
        if figures.exposure.units * 100 >= figures.room.units * watchShare, figures.exposure > .zero {
            return (.watch, "more than \(watchShare) % of the limit used")
        }
        return (.ok, "within the limit")
    }

    /// A lift lets a customer order again, under watch, until its day is over.
    static func lifted(_ state: CreditState, by isLifted: Bool) -> CreditState {
        isLifted && (state == .hold || state == .stop) ? .watch : state
    }

    /// Up to how much, in CNY, a tier may approve; `nil` for without bound.
    static func authority(_ tier: ApprovalTier) -> FixedDecimal? {
        switch tier {
        case .supervisor: FixedDecimal(50_000)
        case .branchManager: FixedDecimal(500_000)
        case .financeDirector: nil
        }
    }

    /// What an override comes to, in CNY: what stands approved for some of its days counts with it, in pieces it is no less.
    ///
    /// - Throws: ``Refusal`` when a currency has no rate.
    static func sum(
        of approval: CreditApproval, beside standing: [CreditApproval], on day: CalendarDay, _ rates: RateTable
    ) throws(Refusal) -> FixedDecimal {
        var sum = MoneyByCurrency()
        for part in [approval] + together(with: approval, among: standing) {
            guard let amount = rates.convert(part.money, to: .cny, on: day) else {
                throw Refusal(.noRate, path: "$.currency", "there is no rate of \(part.currency.code) in CNY")
            }
            sum += amount
        }
        return sum[.cny].amount
    }

    private static func together(
        with approval: CreditApproval, among standing: [CreditApproval]
    ) -> [CreditApproval] {
        standing.filter { $0.key != approval.key && $0.from <= approval.to && $0.to >= approval.from }
    }

    /// Refuses an override that somebody of a tier may not approve.
    ///
    /// - Parameters:
    ///   - standing: all that is approved for the same customer or group.
    ///   - day: by whose rates amounts become CNY, in which tiers are.
    static func check(
        _ approval: CreditApproval, by tier: ApprovalTier, beside standing: [CreditApproval], on day: CalendarDay,
        _ rates: RateTable
    ) throws(Refusal) {
        guard let authority = authority(tier) else { return }
        let sum = try sum(of: approval, beside: standing, on: day, rates)
        guard sum > authority else { return }
        let isAlone = together(with: approval, among: standing).isEmpty
        let what = isAlone ? "" : "; with what stands approved for these days it is \(sum.moneyText)"
        throw Refusal(
            .aboveAuthority, path: "$.amount",
            "a \(tier.rawValue) approves up to \(authority.moneyText) CNY\(what): have a higher tier approve it")
    }

    /// Whether an order may be taken, and by which rule not.
    static func decide(_ state: CreditState, exposure: FixedDecimal, room: FixedDecimal) -> (OrderDecision, String) {
        switch state {
        case .stop: (.refused, "credit-stop")
        case .hold: (.needsApproval, "credit-hold")
        case .ok, .watch: exposure > room ? (.needsApproval, "credit-limit") : (.accepted, "credit-ok")
        }
    }
}
