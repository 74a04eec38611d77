import ArgumentParser
import Contracts

struct InteractionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interactions", abstract: "Who spoke with whom, who should, and who wants to be forgotten.",
        subcommands: [List.self, Coverage.self, Consent.self, Erase.self, Erasures.self])

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", InteractionQuestions.list, arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    struct Coverage: QuestionCommand {
        static let asked = AskedQuestion(
            "coverage", InteractionQuestions.coverage)

        @OptionGroup var asking: AskingOptions
    }

    struct Consent: QuestionCommand {
        static let asked = AskedQuestion("consent", InteractionQuestions.consent, arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    struct Erasures: QuestionCommand {
        static let asked = AskedQuestion("erasures", InteractionQuestions.erasures)

        @OptionGroup var asking: AskingOptions
    }
}
