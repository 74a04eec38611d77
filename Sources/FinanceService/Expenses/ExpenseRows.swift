import Contracts
import Domain
import ServiceKit

/// A budget as finance keeps it.
struct BudgetRow {
    let key: LedgerKey
    var body: ExpenseBudgetSet
    var budget: ExpenseBudget
    /// The step its open alert tells of: 0, 80, 90 or 100.
    var level = 0
    /// The open alerts, one of a kind.
    var levelAlert: String?
    var loweredAlert: String?
    var paceAlert: String?
    /// How many alerts it has raised; each is named by its place among them.
    var raised = 0
    /// What was sold in its period, in its currency, when that was last looked at.
    var sold: FixedDecimal?
    var soldAt: Timestamp?

    /// Whether an expense is for it to bear.
    func takes(_ expense: ExpenseReported) -> Bool {
        body.branch == expense.branch && body.account == expense.account
            && (body.owner == nil || body.owner == expense.owner) && body.from <= expense.day
            && expense.day <= body.to
    }

    /// Whether both would bear the same expenses.
    func overlaps(_ other: ExpenseBudgetSet) -> Bool {
        body.branch == other.branch && body.account == other.account && body.owner == other.owner
            && body.from <= other.to && other.from <= body.to
    }

    /// Raises an alert and tells its name.
    mutating func raise(
        _ kind: ExpenseAlertKind, salesPercent: FixedDecimal? = nil, _ cause: Envelope?, _ effects: inout Effects
    ) -> String {
        raised += 1
        let alert = ExpenseAlertRaised(
            alertId: StableIdentifier.of("expense-alert", key.source, key.identifier, String(raised)), kind: kind,
            budgetId: key.identifier, branch: body.branch, owner: body.owner, account: body.account,
            budget: budget.amount, used: budget.used, salesPercent: salesPercent, currency: body.currency,
            raisedAt: effects.now)
        effects.publish(alert, causedBy: cause, key: key.identifier)
        RaisedBooks.raise(alert, causedBy: cause, &effects)
        effects.count("expense_alerts_raised")
        return alert.alertId
    }

    /// Tells that an alert is over.
    func clear(_ alert: String, _ kind: ExpenseAlertKind, _ cause: Envelope?, _ effects: inout Effects) {
        let over = ExpenseAlertCleared(
            alertId: alert, kind: kind, budgetId: key.identifier, branch: body.branch, owner: body.owner,
            account: body.account, clearedAt: effects.now)
        effects.publish(over, causedBy: cause, key: key.identifier)
        RaisedBooks.clear(over, causedBy: cause, &effects)
    }

    /// Tells how far it is used, once for each step, the former step's alert being over; and whether it was lowered below
    /// what is used.
    mutating func tellUse(wasLowered: Bool, _ cause: Envelope?, _ effects: inout Effects) {
        let now = budget.level
        if now != level {
            if let alert = levelAlert, let kind = ExpenseAlertKind(rawValue: String(level)) {
                clear(alert, kind, cause, &effects)
            }
            levelAlert = nil
            if let kind = ExpenseAlertKind(rawValue: String(now)) { levelAlert = raise(kind, cause, &effects) }
            level = now
        }
        if budget.available.isNegative {
            if wasLowered, loweredAlert == nil { loweredAlert = raise(.lowered, cause, &effects) }
        } else if let alert = loweredAlert {
            clear(alert, .lowered, cause, &effects)
            loweredAlert = nil
        }
    }

    /// Tells whether it is used faster than is sold; says whether that is news.
    mutating func tellPace(isOver: Bool, _ cause: Envelope?, _ effects: inout Effects) -> Bool {
        let target = body.salesTarget ?? .zero
        let isAhead = !isOver && sold.map { budget.isAhead(sold: $0, of: target) } ?? false
        if isAhead, paceAlert == nil {
            let percent = FixedDecimal(100).multiplied(by: (sold ?? .zero).units, dividedBy: target.units)
            paceAlert = raise(.pace, salesPercent: percent, cause, &effects)
            return true
        }
        if !isAhead, let alert = paceAlert {
            clear(alert, .pace, cause, &effects)
            paceAlert = nil
            return true
        }
        return false
    }
}

/// An expense as finance keeps it.
struct ExpenseRow {
    let key: LedgerKey
    var body: ExpenseReported
    /// The budget that bears it; `nil` while it waits for one.
    var budget: LedgerKey?
    /// What it takes of its budget, in the budget's currency.
    var counted: FixedDecimal?
    var isHeld = false
    /// Whether it was committed before it was spent, as far as is known.
    var isCommitted = false
    var approvedBy: String?
    /// In whose stead that one did it.
    var approvedOnBehalfOf: String?

    var rank: Int { ExpenseState.allCases.firstIndex(of: body.state) ?? 0 }
    /// How it counts in its budget; `nil` while it waits for one.
    var standing: ExpenseStanding? {
        counted.map { ExpenseStanding(state: body.state, amount: $0, isHeld: isHeld) }
    }
}
