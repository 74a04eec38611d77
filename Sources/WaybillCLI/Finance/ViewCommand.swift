import ArgumentParser
import Contracts

struct ViewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Revenue, margin, cash and what is owed, by time, branch and line of business.",
        discussion: """
            Figures come from sums that are kept as events arrive; each row says by which event it is up to date. Revenue,
            cost, margin and cash are what came within a period; receivable, payable, exposure and provisions what stands
            at its end. --drill lists the events behind one metric. For example: waybill finance view --from 2026-01-01
            --to 2026-03-31 --by month,branch --metric revenue,margin,cash
            """)

    @Option(help: ArgumentHelp("The first day; by itself the first of the last day's year.", valueName: "day"))
    var from: String?
    @Option(help: ArgumentHelp("The last day; by itself today.", valueName: "day"))
    var to: String?
    @Option(help: "One of day, month and total; with it division, branch and line as wanted.")
    var by = "month"
    @Option(
        help: "A list of orders, revenue, cost, margin, cash, expenses, receivable, payable, exposure and provisions.")
    var metric = "revenue,margin"
    @Option(help: "Only this branch.")
    var branch: String?
    @Option(help: "Only this division.")
    var division: String?
    @Option(help: "Only this line of business.")
    var line: String?
    @Option(help: "By which day an order counts: 'placed', its own, or 'posted', later for what came after a close.")
    var basis = "placed"
    @Option(help: "The currency of all amounts; by itself the one there is, or CNY when there are several.")
    var currency: String?
    @Option(help: ArgumentHelp("Rates of provision in percent: not due, 1-30, 31-60, 61-90, more.", valueName: "list"))
    var rates: String?
    @Flag(help: "The events behind one metric instead.")
    var drill = false
    @Option(help: "How many events at most.")
    var limit = 200
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let values = [
            ("from", from), ("to", to), ("by", by), ("metric", metric), ("branch", branch), ("division", division),
            ("line", line), ("basis", basis), ("currency", currency), ("rates", rates), ("limit", String(limit)),
        ]
        try await output.show(.finance, drill ? "view.drill" : "view.figures", values)
    }
}
