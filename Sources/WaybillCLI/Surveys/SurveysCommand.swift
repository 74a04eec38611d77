import ArgumentParser
import Contracts

struct SurveysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "surveys",
        abstract: "Which customers were asked how it went, what they answered, and what that comes to.",
        subcommands: [
            Asked.self, Results.self, Trend.self, Answers.self, Recoveries.self, RecoveryStepCommand.self,
            Effect.self,
        ])

    struct Asked: QuestionCommand {
        static let asked = AskedQuestion("list", ServiceDeskQuestions.surveys)

        @OptionGroup var asking: AskingOptions
    }

    struct Results: QuestionCommand {
        static let asked = AskedQuestion("results", SurveyQuestions.results)

        @OptionGroup var asking: AskingOptions
    }

    struct Trend: QuestionCommand {
        static let asked = AskedQuestion("trend", SurveyQuestions.trend)

        @OptionGroup var asking: AskingOptions
    }

    struct Answers: QuestionCommand {
        static let asked = AskedQuestion("answers", SurveyQuestions.answers)

        @OptionGroup var asking: AskingOptions
    }

    struct Recoveries: QuestionCommand {
        static let asked = AskedQuestion("recoveries", RecoveryQuestions.list, options: ["orderId": "order"])

        @OptionGroup var asking: AskingOptions
    }

    struct Effect: QuestionCommand {
        static let asked = AskedQuestion("effect", RecoveryQuestions.effect)

        @OptionGroup var asking: AskingOptions
    }
}
