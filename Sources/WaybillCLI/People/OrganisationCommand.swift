import ArgumentParser
import Contracts

struct OrganisationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organisation", abstract: "The organisation as of any day: what belongs to what.",
        subcommands: [List.self, Show.self])

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", PeopleQuestions.organisation)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", PeopleQuestions.node, arguments: ["node"])

        @OptionGroup var asking: AskingOptions
    }
}

extension PeopleCommand {
    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", PeopleQuestions.people)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", PeopleQuestions.person, arguments: ["login"])

        @OptionGroup var asking: AskingOptions
    }
}
