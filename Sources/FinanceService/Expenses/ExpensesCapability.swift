import Contracts
import Domain
import ServiceKit

extension Capability {
    /// What is spent beside orders, within which budget, and who approves more.
    static func expenses(rates: ExchangeRates, authority: Authority) -> Capability {
        let expenses = ExpenseHandlers(authority: authority, rates: rates)
        return Capability(
            handlers: [
                .on(ExpenseBudgetSet.self, expenses.set),
                .on(ExpenseReported.self, expenses.reported),
                .on(ApproveExpense.self, expenses.approve),
            ],
            tasks: expenses.tasks, questions: ExpenseQueries.all,
            tables: [
                ScopedTable("expense", .owned(owner: "t.owner", branch: "t.branch", day: "t.day")),
                // A budget stays where it began.
                ScopedTable("expense_budget", .owned(owner: "t.owner", branch: "t.branch", day: "t.from_day")),
            ])
    }
}
