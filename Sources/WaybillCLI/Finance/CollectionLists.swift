import ArgumentParser
import Contracts

struct DisputesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disputes", abstract: "What customers dispute; nobody is reminded of it.")

    @OptionGroup var scope: CustomerOptions
    @Option(help: "How many at most; --all has all of them, and: those that have ended, too.")
    var limit: Int?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "receivables.disputes",
            scope.values + [("state", output.all ? "all" : nil), ("limit", limit.map(String.init))],
            toEnd: output.all && limit == nil)
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
        try await output.show(
            .finance, "receivables.promises", scope.values + [("asOf", asOf), ("limit", String(limit))])
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
        try await output.show(
            .finance, "receivables.unallocated", scope.values + [("limit", String(limit))])
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
        try await output.show(
            .finance, "receivables.write-offs", scope.values + [("limit", String(limit))])
    }
}
