import ArgumentParser
import Contracts

/// Which order lines are meant.
struct ProfitScope: ParsableArguments {
    @Option(help: "Only this branch.")
    var branch: String?
    @Option(help: "Only this line of business.")
    var line: String?
    @Option(help: ArgumentHelp("Only the customer with this code.", valueName: "code"))
    var customer: String?
    @Option(help: "Only what this system has sent.")
    var source: String?
    @Option(
        help: """
            By which day a line counts: 'placed', its order's, or 'service', when it was done; for margins also 'posted', \
            the order's unless its month was closed by then.
            """)
    var basis = "placed"

    var values: [(String, String?)] {
        [("branch", branch), ("line", line), ("customer", customer), ("source", source), ("basis", basis)]
    }
}

/// By what figures may be told apart, for help.
let dimensionsHelp = "Told apart by: a list of branch, line, customer, item, supplier, lane, owner, order."

struct BridgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bridge", abstract: "Why the margin of one period is another than that of an earlier one.",
        discussion: """
            The change is split into currency, price, cost, volume, mix, what is new, what is lost, and credits; the
            parts add up to the change exactly. Quantities are compared within one unit. Lines whose cost is not known
            are left out and counted. For example: waybill finance bridge --from 2026-01-01..2026-01-31 --to
            2026-02-01..2026-02-28 --by branch,item
            """)

    @Option(help: ArgumentHelp("The earlier period.", valueName: "day..day"))
    var from: String
    @Option(help: ArgumentHelp("The later period.", valueName: "day..day"))
    var to: String
    @Option(help: ArgumentHelp(dimensionsHelp))
    var by = "item"
    @OptionGroup var scope: ProfitScope
    @Option(help: "How many rows at most.")
    var limit = 200
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "profit.bridge",
            scope.values + [("before", from), ("after", to), ("by", by), ("limit", String(limit))])
    }
}

struct SupplierCostsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supplier-costs", abstract: "What suppliers cost, where it is too much, and why it changed.",
        discussion: """
            A saving is what a branch, or a supplier, costs more than its cheapest peer for the same service item, unit
            and lane; a peer counts with at least --minimum-lines lines and a tenth of the quantity. With --against the
            change since an earlier period is split into currency, price, volume and mix, which add up to it exactly.
            """)

    @Option(help: ArgumentHelp("The first day.", valueName: "day"))
    var from: String
    @Option(help: ArgumentHelp("The last day.", valueName: "day"))
    var to: String
    @Option(help: ArgumentHelp(dimensionsHelp))
    var by = "supplier,item"
    @Option(help: ArgumentHelp("An earlier period to compare with.", valueName: "day..day"))
    var against: String?
    @Option(help: "How many lines a peer must have.")
    var minimumLines = 5
    @OptionGroup var scope: ProfitScope
    @Option(help: "How many rows at most of each table.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "profit.supplier-costs",
            scope.values + [
                ("from", from), ("to", to), ("by", by), ("against", against),
                ("minimumLines", String(minimumLines)), ("limit", String(limit)),
            ])
    }
}

struct MarginsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "margins", abstract: "Revenue, cost and margin by anything, the worst first.",
        discussion: "Rates are those of sums. Items passed through are left out; lines without a cost are counted.")

    @Option(help: ArgumentHelp("The first day.", valueName: "day"))
    var from: String
    @Option(help: ArgumentHelp("The last day.", valueName: "day"))
    var to: String
    @Option(help: ArgumentHelp(dimensionsHelp))
    var by = "branch,line"
    @OptionGroup var scope: ProfitScope
    @Option(help: "How many rows at most.")
    var limit = 200
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "profit.margins",
            scope.values + [("from", from), ("to", to), ("by", by), ("limit", String(limit))])
    }
}
