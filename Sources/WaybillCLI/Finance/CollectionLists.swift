import ArgumentParser
import Contracts

struct DisputesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disputes", abstract: "What customers dispute; nobody is reminded of it.")

    @Flag(help: "Those that have ended, too.")
    var all = false
    @OptionGroup var scope: CustomerOptions
    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            await Asking.once(
                .finance, "receivables.disputes",
                scope.values + [("state", all ? "all" : nil), ("limit", String(limit))]))
    }
}

struct PromisesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promises", abstract: "Promises to pay: kept, broken or open.",
        discussion: """
            A promise is kept when what was promised has come by the promised day, counted from when it was made.
            """)

    @Option(help: ArgumentHelp("The day, such as 2013-06-30.", valueName: "day"))
    var asOf: String
    @OptionGroup var scope: CustomerOptions
    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            await Asking.once(
                .finance, "receivables.promises", scope.values + [("asOf", asOf), ("limit", String(limit))]))
    }
}

struct UnallocatedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unallocated", abstract: "Cash on account: what was paid and is for no invoice yet.")

    @OptionGroup var scope: CustomerOptions
    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            await Asking.once(
                .finance, "receivables.unallocated", scope.values + [("limit", String(limit))]))
    }
}

struct WriteOffsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write-offs", abstract: "Debts that are proposed to be given up, and those that were.",
        discussion: """
            A write-off counts when a second person has approved it.
            """)

    @OptionGroup var scope: CustomerOptions
    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(
            await Asking.once(
                .finance, "receivables.write-offs", scope.values + [("limit", String(limit))]))
    }
}
