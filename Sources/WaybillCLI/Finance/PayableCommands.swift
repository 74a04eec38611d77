import ArgumentParser
import Contracts

/// Whose invoices are meant.
struct SupplierOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only those of the supplier with this code.", valueName: "code"))
    var supplier: String?
    @Option(help: "Only what this system has sent.")
    var source: String?

    var values: [(String, String?)] { [("supplier", supplier), ("source", source)] }
}

struct PayablesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payables", abstract: "What we owe, by due day, and whether it fits the costs recorded.",
        discussion: """
            An invoice is matched when it is within 1 % (at least 1.00) of the costs recorded of the supplier for its orders.
            Otherwise it is above-cost, below-cost, no-cost or no-order; twice when it looks like another of its number.
            """)

    @OptionGroup var scope: SupplierOptions
    @Option(help: "How many at most; --all has all of them, and: those that are paid, too.")
    var limit: Int?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "payables.list",
            scope.values + [("state", output.all ? "all" : nil), ("limit", limit.map(String.init))],
            toEnd: output.all && limit == nil)
    }
}

struct PaymentRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payment-run", abstract: "What to pay on a day: a proposal, and what is held back.",
        discussion: """
            Proposed is what is matched and due until the next working day. Prepayments are shown, never taken off.
            """)

    @Option(help: ArgumentHelp("The day, such as 2013-06-30.", valueName: "day"))
    var payOn: String
    @OptionGroup var scope: SupplierOptions
    @Option(help: "How many at most.")
    var limit = 200
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "payables.run", scope.values + [("payOn", payOn), ("limit", String(limit))])
    }
}

struct PrepaymentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepayments", abstract: "What suppliers hold of ours.")

    @OptionGroup var scope: SupplierOptions
    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "payables.prepayments", scope.values + [("limit", String(limit))])
    }
}

struct DependencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dependency", abstract: "Which share of what suppliers invoice each of them has.",
        discussion: """
            Concentration is the sum of the squares of all shares: 100 for one supplier alone.
            """)

    @Option(help: ArgumentHelp("The day, such as 2013-06-30.", valueName: "day"))
    var asOf: String
    @Option(help: "Over how many days.")
    var days = 365
    @Option(help: "How many at most.")
    var limit = 20
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "payables.dependency", [("asOf", asOf), ("days", String(days)), ("limit", String(limit))])
    }
}

struct SetOffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-off",
        abstract: "Who is both customer and supplier, and what could be set off; never done by itself.")

    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "payables.set-off", [("limit", String(limit))])
    }
}
