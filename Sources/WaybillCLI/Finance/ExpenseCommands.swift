import ArgumentParser
import Contracts

struct BudgetsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "budgets", FinanceQuestions.budgets,
        """
        An expense is planned, then committed, then actual, and counts in one of them only. Available is the budget
        less what is committed and actual; what is held waits for an approval and binds nothing.
        """)

    @OptionGroup var asking: AskingOptions
}

struct ExpensesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expenses", abstract: "What is spent on sales: see what waits, let it go.",
        subcommands: [List.self, BudgetsCommand.self, Approve.self], defaultSubcommand: List.self)

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", FinanceQuestions.expenses)

        @OptionGroup var asking: AskingOptions
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an expense go that is held because it goes beyond its budget.",
            discussion: """
                It is for the manager of the branch, or the director, each up to an amount by which the budget is exceeded
                with it; not for who spends it.
                """)

        @Argument(help: "The expense.")
        var expense: String
        @Option(help: "The system that reported it.")
        var source: String
        @Option(help: "Why, in words.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                ApproveExpense(source: source, expenseId: expense, reason: reason, by: act.by),
                expecting: [ExpenseDecided.type])
        }
    }
}
