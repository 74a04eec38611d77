import Contracts
import Domain

/// How an expense counts in its budget.
struct ExpenseStanding: Equatable {
    let state: ExpenseState
    let amount: FixedDecimal
    /// Whether it is to be committed, went beyond the budget and waits for an approval.
    let isHeld: Bool
}

/// What a budget is used for. Pure: each expense is in one of four sums, and moves between them whole.
struct ExpenseBudget: Equatable {
    var amount: FixedDecimal
    var planned = FixedDecimal.zero
    var committed = FixedDecimal.zero
    var actual = FixedDecimal.zero
    /// What waits for an approval; it is neither bound nor spent.
    var held = FixedDecimal.zero

    /// What is bound or spent.
    var used: FixedDecimal { committed + actual }
    /// What may still be bound; negative when more was spent than there was.
    var available: FixedDecimal { amount - used }

    /// Takes an expense from where it stood to where it stands.
    mutating func move(_ old: ExpenseStanding?, to new: ExpenseStanding?) {
        if let old { add(-old.amount, old) }
        if let new { add(new.amount, new) }
    }

    private mutating func add(_ amount: FixedDecimal, _ standing: ExpenseStanding) {
        switch (standing.isHeld, standing.state) {
        case (true, _): held = held + amount
        case (false, .planned): planned = planned + amount
        case (false, .committed): committed = committed + amount
        case (false, .actual): actual = actual + amount
        }
    }

    /// How much more would be bound and spent with an expense than there is; `nil` when it fits. Nought always fits, so
    /// that nothing is held which takes nothing.
    func excess(with expense: FixedDecimal) -> FixedDecimal? {
        let over = used + expense - amount
        return over > .zero && expense > .zero ? over : nil
    }

    /// How far it is used, as far as it is worth telling: 0, 80, 90 or 100 percent.
    var level: Int {
        guard amount > .zero else { return used > .zero ? 100 : 0 }
        return [100, 90, 80].first { used.units * 100 >= amount.units * Int128($0) } ?? 0
    }

    /// Whether so much is used that it may be ahead of sales at all: the half of it.
    var isHalfUsed: Bool { amount > .zero && used.units * 2 >= amount.units }

    /// Whether it is used much faster than is sold: half of it or more, and more than twice the share of the target.
    ///
    /// - Parameters:
    ///   - sold: what was sold in the budget's period.
    ///   - target: what is to be sold in it.
    func isAhead(sold: FixedDecimal, of target: FixedDecimal) -> Bool {
        guard isHalfUsed, target > .zero else { return false }
        let spent = used.units.multipliedFullWidth(by: target.units)
        let earned = (max(.zero, sold).units * 2).multipliedFullWidth(by: amount.units)
        return (spent.high, spent.low) > (earned.high, earned.low)
    }
}
