import ArgumentParser
import Contracts

extension AlertsCommand {
    struct Show: QuestionCommand {
        static let asked = AskedQuestion(
            "show", FinanceQuestions.alert, arguments: ["alertId"])

        @OptionGroup var asking: AskingOptions
    }

    struct Diagnose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what an alert comes from, and what is done about it until when.",
            discussion: """
                The reasons: \(MarginReason.allCases.map(\.rawValue).joined(separator: ", ")).
                Whoever sold it may, and those above. An alert that nobody diagnoses in time goes to the manager; so does
                one whose recovery plan's day passes while the margin is still bad. Saying something else later replaces
                what was said.
                """)

        @Argument(help: "The alert's identifier, as 'alerts list' shows it.")
        var alert: String
        @Option(help: "What it comes from; one of the list above.")
        var reason: String
        @Option(help: "What is done about it, in words.")
        var plan: String
        @Option(help: ArgumentHelp("By when the margin shall be good again, such as 2026-06-30.", valueName: "day"))
        var recoverBy: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                DiagnoseAlert(
                    alertId: alert, reason: try ArgumentValue.choice(reason, "--reason", MarginReason.self), plan: plan,
                    recoverBy: try ArgumentValue.day(recoverBy, "--recover-by"), by: act.by),
                expecting: [MarginAlertDiagnosed.type])
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End an alert that was diagnosed.",
            discussion: """
                The outcomes: stopped (the business is given up), accepted (the margin is taken as it is; for those above
                whoever sold it), error (the alert was wrong). That a margin has recovered is said by the figures alone:
                such an alert ends by itself.
                """)

        @Argument(help: "The alert's identifier, as 'alerts list' shows it.")
        var alert: String
        @Option(help: "How it ends: stopped, accepted or error.")
        var outcome: String
        @Option(help: "Why, in words.")
        var note: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                CloseAlert(
                    alertId: alert, outcome: try ArgumentValue.choice(outcome, "--outcome", AlertVerdict.self),
                    note: note,
                    by: act.by),
                expecting: [MarginAlertClosed.type])
        }
    }
}
