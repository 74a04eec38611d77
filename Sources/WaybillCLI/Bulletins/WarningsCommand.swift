import ArgumentParser
import Contracts

struct WarningsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warnings",
        abstract: "Which orders are expected to be late, how often that was right, and by what it is foretold.",
        subcommands: [List.self, Score.self, Segments.self])

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", LatenessQuestions.warnings)

        @OptionGroup var asking: AskingOptions
    }

    struct Score: QuestionCommand {
        static let asked = AskedQuestion("score", LatenessQuestions.score)

        @OptionGroup var asking: AskingOptions
    }

    struct Segments: QuestionCommand {
        static let asked = AskedQuestion("segments", LatenessQuestions.segments)

        @OptionGroup var asking: AskingOptions
    }
}
