import ArgumentParser
import Contracts

struct BudgetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budgets", abstract: "What may be spent on sales and how far it is used, the most used first.",
        discussion: """
            An expense is planned, then committed, then actual, and counts in one of them only. Available is the budget
            less what is committed and actual; what is held waits for an approval and binds nothing.
            """)

    @Option(help: "Only this branch.")
    var branch: String?
    @Option(help: "Only this account.")
    var account: String?
    @Option(help: "Only what is this person's.")
    var owner: String?
    @Option(help: "How many at most.")
    var limit = 200
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "expenses.budgets",
            [("branch", branch), ("account", account), ("owner", owner), ("limit", String(limit))])
    }
}

struct ExpensesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expenses", abstract: "What is spent on sales: see what waits, let it go.",
        subcommands: [List.self, Approve.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Expenses that wait, or were spent without a commitment; or all of one budget.")

        @Option(help: "All expenses of this budget.")
        var budget: String?
        @Option(help: "How many at most.")
        var limit = 200
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.finance, "expenses.list", [("budget", budget), ("limit", String(limit))])
        }
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
