import Contracts
import Domain

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
    }

    /// What the figures say, and why.
    static func state(_ figures: Figures) -> (state: CreditState, reason: String) {
        if figures.maxDaysOverdue > stopDays { return (.stop, "overdue by more than \(stopDays) days") }
        if figures.maxDaysOverdue > holdDays { return (.hold, "overdue by more than \(holdDays) days") }
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

    /// Whether an order may be taken, and by which rule not.
    static func decide(_ state: CreditState, exposure: FixedDecimal, room: FixedDecimal) -> (OrderDecision, String) {
        switch state {
        case .stop: (.refused, "credit-stop")
        case .hold: (.needsApproval, "credit-hold")
        case .ok, .watch: exposure > room ? (.needsApproval, "credit-limit") : (.accepted, "credit-ok")
        }
    }
}
