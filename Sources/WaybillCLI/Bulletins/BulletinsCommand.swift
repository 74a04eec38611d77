import ArgumentParser
import Contracts

struct BulletinsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulletins",
        abstract: "What customers are told of how they were served, signed, and what they object to.",
        subcommands: [
            List.self, Show.self, Deliveries.self, BulletinObject.self, BulletinAnswer.self, BulletinExclude.self,
            BulletinPublish.self,
        ])

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", BulletinQuestions.list)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", BulletinQuestions.show, arguments: ["customerId", "month"])

        @OptionGroup var asking: AskingOptions
    }

    struct Deliveries: QuestionCommand {
        static let asked = AskedQuestion(
            "deliveries", BulletinQuestions.deliveries, arguments: ["customerId", "month"])

        @OptionGroup var asking: AskingOptions
    }
}
