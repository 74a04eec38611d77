import ArgumentParser
import Contracts

struct NoticesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices", abstract: "What people are told, what they do with it, and how they want to be told.",
        subcommands: inboxCommands, defaultSubcommand: Inbox.self)
}

struct DeliveriesCommand: QuestionCommand {
    static let asked = AskedQuestion("deliveries", ServiceDeskQuestions.performance)

    @OptionGroup var asking: AskingOptions
}
