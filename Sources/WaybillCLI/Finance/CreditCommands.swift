import ArgumentParser
import Contracts

struct ExposureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposure", abstract: "What customers owe and have ordered, less what we hold of them.",
        discussion: """
            Exposure = open receivables + unbilled + accepted orders - deposits.
            """)

    @OptionGroup var scope: CustomerOptions
    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "credit.exposure", scope.values + [("limit", String(limit))])
    }
}

struct LimitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits", abstract: "Credit limits of customers and groups, and what is left of them.")

    @Option(help: ArgumentHelp("The day, such as 2013-06-30.", valueName: "day"))
    var asOf: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "credit.limits", [("asOf", asOf)])
    }
}

struct RiskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "risk", abstract: "How likely open invoices are paid late, the most to lose first.",
        discussion: """
            Learned from the customers' invoices that were settled, each as it was known when it was issued. --history shows
            instead what was said of every invoice when it was issued, beside by how many days it was late in the end.
            """)

    @Flag(help: "What was said of each invoice when it was issued.")
    var history = false
    @OptionGroup var scope: CustomerOptions
    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        // Of the past every invoice is told, so that what was said of them can be judged.
        history
            ? try await output.show(.finance, "credit.trial", scope.values, toEnd: true)
            : try await output.show(.finance, "credit.risk", scope.values + [("limit", String(limit))])
    }
}
