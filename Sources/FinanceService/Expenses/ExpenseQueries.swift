import Contracts
import Postgres
import ServiceKit

/// What may be asked of budgets and expenses.
enum ExpenseQueries {
    static let all = [
        Query(FinanceQuestions.budgets, budgets), Query(FinanceQuestions.expenses, list),
        Query(ImportQuestions.budgets, BudgetPreviewQuery.budgets),
    ]

    static func budgets(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        return [
            try arguments.table(
                "budgets",
                """
                select source, budget_id, branch, owner, account, from_day, to_day, amount as budget, planned,
                    committed, actual, held, amount - committed - actual as available,
                    round(100 * (committed + actual) / nullif(amount, 0), 2) as used_percent, level,
                    sales_target, sold, round(100 * sold / nullif(sales_target, 0), 2) as sold_percent, sold_at,
                    pace_alert is not null as ahead_of_sales, currency, changed_at,
                    coalesce((committed + actual) / nullif(amount, 0), 1e20) as used
                from expense_budget
                where account = coalesce(\(arguments["account"]), account)
                """, transaction, format: moneyText)
        ]
    }

    /// The expenses that wait for an approval or for a budget, and those spent without having been committed; of one budget
    /// all of them.
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let budget = arguments["budget"]
        return [
            try arguments.table(
                "expenses",
                """
                select source, expense_id, (array['planned', 'committed', 'actual'])[state + 1] as state,
                    case when budget_id is null then 'waits for a budget' when is_held then 'waits for an approval'
                        when state = 2 and not is_committed then 'spent without a commitment' end as note,
                    budget_source, budget_id, branch, owner, account, day, amount, currency, counted, approved_by,
                    approved_on_behalf_of
                from expense
                where (\(budget)::text is null
                    and (budget_id is null or is_held or (state = 2 and not is_committed)))
                    or budget_id = \(budget)
                """, transaction, format: moneyText)
        ]
    }
}
