import ArgumentParser
import Contracts

struct ClassesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classes", abstract: "What a customer is, in every respect: now, on a day, and before.")

    @Argument(help: "The customer's identifier, or one of its codes.")
    var customer: String
    @Option(help: ArgumentHelp("What it was on this day, as we know it now.", valueName: "day"))
    var on: String?
    @Option(help: ArgumentHelp("As we knew it at the end of this day.", valueName: "day"))
    var known: String?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(.customer, "classes.show", [("customer", customer), ("on", on), ("known", known)])
    }
}

struct ClassifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "What judging customers anew would change. Nothing is written.",
        discussion: """
            Customers are judged by themselves, minutes after an event and at the end of every day. This shows what would
            be another class if they were judged now: by the version that holds, or by one learnt anew.
            """)

    @Flag(help: "Required: only show it.")
    var dryRun = false
    @Option(help: ArgumentHelp("Only this customer, by its identifier.", valueName: "id"))
    var customer: String?
    @Option(help: ArgumentHelp("As of this day, today when not given.", valueName: "day"))
    var on: String?
    @Flag(help: "By a version learnt from the customers as they stand.")
    var refit = false
    @Option(help: "How many customers at most.")
    var limit = 200
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard dryRun else {
            throw ValidationError("customers are judged by themselves; add --dry-run to see what would change")
        }
        try await output.show(
            .customer, "classes.dry-run",
            [("customer", customer), ("on", on), ("refit", refit ? "yes" : nil), ("limit", String(limit))])
    }
}

struct LifecycleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lifecycle",
        abstract: "How many customers are in which state, for how long, and who came from where.")

    @Option(help: ArgumentHelp("The day, today when not given.", valueName: "day"))
    var on: String?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(.customer, "lifecycle.show", [("on", on)])
    }
}

struct DriversCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drivers",
        abstract: "The five drivers: market share, acquisition, retention, satisfaction, profitability.",
        discussion: """
            The definitions are in docs/glossary.md. With --trace, the orders that one driver is counted from: retention
            and acquisition list the orders of the customers that count.
            """)

    @Option(help: "month, quarter or year.")
    var by = "month"
    @Option(help: "all, branch, line or segment.")
    var group = "all"
    @Option(help: ArgumentHelp("The first day.", valueName: "day"))
    var from: String?
    @Option(help: ArgumentHelp("The last day.", valueName: "day"))
    var to: String?
    @Option(
        help: ArgumentHelp("acquisition, retention, satisfaction, profitability or market-share.", valueName: "driver"))
    var trace: String?
    @Option(help: ArgumentHelp("With --trace, only this branch.", valueName: "code"))
    var branch: String?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        if let trace {
            try await output.show(
                .customer, "drivers.trace",
                [("driver", trace), ("by", by), ("from", from), ("to", to), ("branch", branch)])
        } else {
            try await output.show(
                .customer, "drivers.show", [("by", by), ("group", group), ("from", from), ("to", to)])
        }
    }
}

struct StrategicCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "strategic", abstract: "Say that a customer is strategic from a day on, or is not any more.")

    @Argument(help: "The customer's identifier.")
    var customer: String
    @Flag(inversion: .prefixedNo, help: "Whether it is.")
    var strategic = true
    @Option(help: ArgumentHelp("The first day on which it holds.", valueName: "day"))
    var from: String
    @Option(help: "Why, in words.")
    var reason: String
    @OptionGroup var act: ActOptions

    func run() async throws {
        try await act.send(
            SetStrategic(
                customerId: customer, isStrategic: strategic, from: try ArgumentValue.day(from, "--from"),
                reason: reason, by: act.by), to: .customer, expecting: [CustomerClassified.type])
    }
}
