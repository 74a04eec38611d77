import ArgumentParser
import Contracts
import Domain

struct PeriodsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "periods", FinanceQuestions.periods,
        """
        What comes for a closed month is posted on the first day of the first open month after it; --late lists that,
        with both days. Figures by posting date (--margins) do not change once a month is closed.
        """,
        instead: [
            .init("late", FinanceQuestions.late, parameter: "month"),
            .init("margins", FinanceQuestions.postedMargins, parameter: "month"),
        ])

    @OptionGroup var asking: AskingOptions
}

struct PeriodCheckCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "check", FinanceQuestions.closingCheck,
        """
        Each point of the list stands, with a row for each currency when it is open. What is left open keeps nobody from
        closing: what comes later is posted in the first open month.
        """, arguments: ["month"])

    @OptionGroup var asking: AskingOptions
}

struct CloseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close a month: what comes for it later is posted in the first open month.",
        discussion: "It is for the director, and for approvers of the authority file. The month must be over.")

    @Argument(help: ArgumentHelp("The month, such as 2024-03.", valueName: "month"))
    var month: String
    @OptionGroup var act: ActOptions

    func run() async throws {
        try await act.send(
            ClosePeriod(month: try ArgumentValue.month(month), by: act.by), expecting: [PeriodChanged.type])
    }
}

struct ReopenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen", abstract: "Open a closed month again. One proposes it, another person's does it.",
        discussion: "What was posted later meanwhile stays where it was posted.")

    @Argument(help: ArgumentHelp("The month, such as 2024-03.", valueName: "month"))
    var month: String
    @Option(help: "Why, in words.")
    var reason: String
    @OptionGroup var act: ActOptions

    func run() async throws {
        try await act.send(
            ReopenPeriod(month: try ArgumentValue.month(month), reason: reason, by: act.by),
            expecting: [PeriodChanged.type])
    }
}

extension ArgumentValue {
    /// The first day of a month.
    static func month(_ text: String) throws -> CalendarDay {
        guard let day = CalendarDay("\(TypedText.plain(text))-01") else {
            throw ValidationError("'\(text)' is no month such as 2024-03")
        }
        return day
    }
}
