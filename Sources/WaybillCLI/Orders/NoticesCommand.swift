import ArgumentParser
import Contracts

struct NoticesCommand: QuestionCommand {
    static let asked = AskedQuestion("notices", SalesQuestions.notices)

    @OptionGroup var asking: AskingOptions
}

struct DeliveriesCommand: QuestionCommand {
    static let asked = AskedQuestion("deliveries", ServiceDeskQuestions.performance)

    @OptionGroup var asking: AskingOptions
}
