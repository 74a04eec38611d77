import ArgumentParser
import Contracts
import Domain

struct AcceptanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acceptance", abstract: "Whose orders are taken: see it, set it, let some through.",
        subcommands: [List.self, Show.self, Ask.self, Set.self, Override.self, Report.self])

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", AcceptanceQuestions.list)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion(
            "show", AcceptanceQuestions.show, arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    struct Ask: QuestionCommand {
        static let asked = AskedQuestion(
            "ask", AcceptanceQuestions.ask, arguments: ["customer"], options: ["businessLine": "line"])

        @OptionGroup var asking: AskingOptions
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide for a time whether orders of a customer are taken, whatever the figures say.",
            discussion: """
                The levels: \(AcceptanceLevel.allCases.map(\.rawValue).joined(separator: ", ")). It is for the manager of
                the customer's branch, or the director. After its last day the figures decide again.
                """)

        @Argument(help: "The customer: its identifier, or a code, as source/code when several systems have it.")
        var customer: String
        @Option(help: ArgumentHelp("The line of business.", valueName: "line"))
        var line: String
        @Option(help: "How it shall stand; one of the list above.")
        var level: String
        @Option(help: "Why, in words.")
        var reason: String
        @Option(help: ArgumentHelp("Who answers for it.", valueName: "login"))
        var owner: String
        @Option(help: "What is done until then, in words.")
        var plan: String?
        @Option(help: ArgumentHelp("The first day; at once when not given.", valueName: "day"))
        var from: String?
        @Option(
            name: [.customLong("until"), .customLong("to")],
            help: ArgumentHelp("The last day on which it holds.", valueName: "day"))
        var until: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            let customer = try await PartyNames.identifier(of: customer, act)
            try await act.send(
                SetAcceptance(
                    customerId: customer, businessLine: line,
                    level: try ArgumentValue.choice(level, "--level", AcceptanceLevel.self), reason: reason,
                    owner: owner, plan: plan, from: try from.map { try ArgumentValue.day($0, "--from") },
                    until: try ArgumentValue.day(until, "--until"), by: act.by),
                expecting: [AcceptanceChanged.type])
        }
    }

    struct Override: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let orders of a customer through although it is held: dated, and up to an amount.",
            discussion: """
                Each order that it lets through uses its worth up; what does not fit in the rest is decided as without it.
                It is for the manager of the customer's branch, or the director, each up to an amount and so many days.
                """)

        @Argument(help: "The customer: its identifier, or a code, as source/code when several systems have it.")
        var customer: String
        @Option(help: ArgumentHelp("The line of business.", valueName: "line"))
        var line: String
        @Option(help: "The override's own identifier.")
        var name: String
        @Option(help: "What the orders may be worth together.")
        var cap: String
        @Option(help: "In what currency.")
        var currency = "CNY"
        @Option(help: ArgumentHelp("The first day.", valueName: "day"))
        var from: String
        @Option(
            name: [.customLong("until"), .customLong("to")],
            help: ArgumentHelp("The last day on which it holds.", valueName: "day"))
        var to: String
        @Option(help: "Why, in words.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            let customer = try await PartyNames.identifier(of: customer, act)
            try await act.send(
                GrantOverride(
                    overrideId: name, customerId: customer, businessLine: line,
                    from: try ArgumentValue.day(from, "--from"), to: try ArgumentValue.day(to, "--until"),
                    cap: try ArgumentValue.amount(cap, "--cap"), currency: try ArgumentValue.currency(currency),
                    reason: reason, by: act.by),
                expecting: [OverrideGranted.type])
        }
    }

    struct Report: QuestionCommand {
        static let asked = AskedQuestion(
            "report", AcceptanceQuestions.report,
            """
                Counted is what is not taken as it stands now, by the orders' days. Saved is what the orders that cost more
                than they earn would have lost, forgone what the others would have earned, over the lines whose cost is
                known.
            """)

        @OptionGroup var asking: AskingOptions
    }
}
