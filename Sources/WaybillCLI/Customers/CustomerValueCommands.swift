import ArgumentParser
import Contracts

struct ClassesCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "classes", ClassQuestions.show, arguments: ["customer"])

    @OptionGroup var asking: AskingOptions
}

/// It insists on --dry-run, so that nobody takes it for what judges customers; --refit has no value.
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

struct LifecycleCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "lifecycle", ClassQuestions.lifecycle)

    @OptionGroup var asking: AskingOptions
}

struct DriversCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "drivers", ClassQuestions.drivers,
        """
        The definitions are in docs/business/glossary.md. With --trace, the orders that one driver is counted from: retention
        and acquisition list the orders of the customers that count.
        """, instead: [.init("trace", ClassQuestions.trace, parameter: "driver")])

    @OptionGroup var asking: AskingOptions
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
