import ArgumentParser
import Contracts
import Domain

struct AcceptanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acceptance", abstract: "Whose orders are taken: see it, set it, let some through.",
        subcommands: [List.self, Show.self, Ask.self, Set.self, Override.self, Report.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Business that is held, and what was set by hand.")

        @Option(help: "How many at most of each.")
        var limit = 50
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.finance, "acceptance.list", [("limit", String(limit))])
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How one customer stands, by line of business, with settings and overrides.")

        @Argument(help: "The customer's identifier, or one of its codes.")
        var customer: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.finance, "acceptance.show", [("customer", customer)])
        }
    }

    struct Ask: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Whether an order would be taken now. Nothing is reserved by asking.")

        @Argument(help: "The code by which the customer orders.")
        var customer: String
        @Option(help: "The system whose code it is.")
        var source: String
        @Option(help: ArgumentHelp("The line of business.", valueName: "line"))
        var line: String
        @Option(help: "What the order is worth.")
        var amount = "0"
        @Option(help: "In what currency.")
        var currency = "CNY"
        @Option(help: ArgumentHelp("The day of the order, today when not given.", valueName: "day"))
        var on: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(
                .finance, "acceptance.ask",
                [
                    ("customer", customer), ("source", source), ("businessLine", line), ("amount", amount),
                    ("currency", currency), ("on", on),
                ])
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide for a time whether orders of a customer are taken, whatever the figures say.",
            discussion: """
                The levels: \(AcceptanceLevel.allCases.map(\.rawValue).joined(separator: ", ")). It is for the manager of
                the customer's branch, or the director. After its last day the figures decide again.
                """)

        @Argument(help: "The customer's identifier.")
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
        @Option(help: ArgumentHelp("The last day.", valueName: "day"))
        var until: String
        @OptionGroup var act: ActOptions

        func run() async throws {
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

        @Argument(help: "The customer's identifier.")
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
        @Option(help: ArgumentHelp("The last day.", valueName: "day"))
        var to: String
        @Option(help: "Why, in words.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            guard let amount = FixedDecimal(cap) else {
                throw ValidationError("--cap '\(cap)' is no amount such as 20000.00")
            }
            guard let unit = Currency(currency) else {
                throw ValidationError("--currency '\(currency)' is no currency such as CNY")
            }
            try await act.send(
                GrantOverride(
                    overrideId: name, customerId: customer, businessLine: line,
                    from: try ArgumentValue.day(from, "--from"), to: try ArgumentValue.day(to, "--to"), cap: amount,
                    currency: unit, reason: reason, by: act.by),
                expecting: [OverrideGranted.type])
        }
    }

    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What was not taken: the revenue refused, the margin saved and the margin forgone.",
            discussion: """
                Counted is what is not taken as it stands now, by the orders' days. Saved is what the orders that cost more
                than they earn would have lost, forgone what the others would have earned, over the lines whose cost is
                known.
                """)

        @Option(help: ArgumentHelp("The first day.", valueName: "day"))
        var from: String?
        @Option(help: ArgumentHelp("The last day.", valueName: "day"))
        var to: String?
        @Option(help: "How many at most.")
        var limit = 50
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(
                .finance, "acceptance.report", [("from", from), ("to", to), ("limit", String(limit))])
        }
    }
}
