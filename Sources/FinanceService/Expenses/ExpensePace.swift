import Contracts
import Domain
import Postgres
import ServiceKit

/// How fast budgets are used, against what is sold.
enum ExpensePace {
    /// How long a figure of sales is good for when an expense comes, in microseconds: adding up the orders of a period is
    /// nothing to be done with each of them.
    private static let goodFor: Int64 = 3_600_000_000

    /// Looks up what was sold in the periods of budgets that have a target and are used by half: of the branch, or of the
    /// budget's owner, without what is cancelled, in the budget's currency by the rates of the day.
    static func look(
        _ rows: inout [BudgetRow], isForced: Bool, _ rates: RateTable, _ transaction: borrowing Transaction,
        _ now: Timestamp
    ) throws {
        let places = rows.indices.filter { place in
            let row = rows[place]
            guard row.body.salesTarget != nil, row.budget.isHalfUsed else { return false }
            guard !isForced, let at = row.soldAt else { return true }
            return now.microsecondsSinceEpoch - at.microsecondsSinceEpoch > goodFor
        }
        guard !places.isEmpty else { return }
        var sold: [LedgerKey: FixedDecimal] = [:]
        let currencies = Dictionary(
            places.map { (rows[$0].key, rows[$0].body.currency) }, uniquingKeysWith: { first, _ in first })
        for sum in try ExpenseStore.sales(of: currencies.keys.sorted(), transaction) {
            guard let currency = currencies[sum.key],
                let amount = rates.convert(sum.revenue, from: sum.currency, to: currency, on: now.day())
            else { continue }
            sold[sum.key, default: .zero] = sold[sum.key, default: .zero] + amount
        }
        for place in places {
            rows[place].sold = sold[rows[place].key, default: .zero]
            rows[place].soldAt = now
        }
    }

    /// Once a day: the budgets that run, and those whose alert is open though their period is over.
    static func evaluate(
        _ rates: RateTable, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let today = effects.now.day()
        var rows = try ExpenseStore.lockRunningBudgets(on: today, transaction)
        try look(&rows, isForced: true, rates, transaction, effects.now)
        for place in rows.indices {
            _ = rows[place].tellPace(isOver: rows[place].body.to < today, nil, &effects)
        }
        try ExpenseStore.put(rows, at: effects.now, transaction)
    }
}
