import ArgumentParser
import Contracts

struct NoticesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices", abstract: "What people are told, that they have read it, and how they want to be told.",
        subcommands: [List.self, Acknowledge.self] + inboxCommands, defaultSubcommand: List.self)

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", SalesQuestions.notices,
            """
            A notice is open until somebody has read it (notices acknowledge) or it is over. One that names nobody is for
            whoever looks after the customer.
            """)

        @OptionGroup var asking: AskingOptions
    }

    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that you have read notices: they are no longer among the open ones.",
            discussion: """
                All of them are read, or none: one that is for somebody else is refused. A later word about the same is open
                again.
                """)

        @Argument(help: "The notices, as 'notices' shows them.")
        var notices: [String]
        @OptionGroup var act: ActOptions

        func run() async throws {
            var ids: [String] = []
            for id in notices where !ids.contains(id) { ids.append(id) }
            try await act.send(AcknowledgeNotices(noticeIds: ids, by: act.by), to: .sales)
        }
    }
}

struct DeliveriesCommand: QuestionCommand {
    static let asked = AskedQuestion("deliveries", ServiceDeskQuestions.performance)

    @OptionGroup var asking: AskingOptions
}
