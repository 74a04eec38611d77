import ArgumentParser
import Contracts

struct BalancesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balances", abstract: "What each customer owes and holds on account, the most overdue first.",
        discussion: """
            Cash on account is what was paid and is not applied to an invoice issued by that day. It is shown beside
            what is open and never netted in silence: the balance is the one less the other.
            """)

    @Option(help: ArgumentHelp("The day, such as 2013-06-30.", valueName: "day"))
    var asOf: String
    @OptionGroup var scope: CustomerOptions
    @Option(help: "How many at most.")
    var limit = 50
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(
            .finance, "receivables.balances", scope.values + [("asOf", asOf), ("limit", String(limit))])
    }
}

struct DSOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dso", abstract: "Days sales outstanding, the best possible, and how well is collected.",
        discussion: """
            DSO = receivables / invoiced × days. Best possible DSO = receivables not due / invoiced × days. Days
            delinquent = the difference. CEI = (opening + invoiced − receivables) / (opening + invoiced − not due) × 100.
            Several currencies are converted to CNY by the rates of the day.
            """)

    @Option(help: ArgumentHelp("The last day, such as 2013-06-30.", valueName: "day"))
    var asOf: String
    @Option(help: "Over how many days.")
    var days = 90
    @OptionGroup var scope: CustomerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.show(.finance, "receivables.dso", scope.values + [("asOf", asOf), ("days", String(days))])
    }
}

struct ProvisionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provisions", abstract: "Expected credit losses of what is open, by a provision matrix.",
        discussion: """
            Without rates, those of the illustrative example of IFRS 9 (IE74-IE77) are used: 0.3 % of what is not due,
            1.6, 3.6, 6.6 and 10.6 % of what is overdue by 1-30, 31-60, 61-90 and more days. They are an example, not
            your experience. --observed takes the rates from your own invoices: of those due in so many days before,
            as far back as they had the time to reach the last bucket, what was never paid before it, as a share of
            what reached each bucket.
            """)

    @Option(help: ArgumentHelp("The day, such as 2013-06-30.", valueName: "day"))
    var asOf: String
    @Option(help: ArgumentHelp("The last day overdue of each bucket but the open one.", valueName: "days"))
    var buckets = "30,60,90"
    @Option(help: "Rates in percent: of what is not due, and of each bucket.")
    var rates: String?
    @Option(help: ArgumentHelp("Take the rates from the invoices due in so many days.", valueName: "days"))
    var observed: Int?
    @Option(help: "A factor on all rates for what is expected to come.")
    var outlook = "1"
    @OptionGroup var scope: CustomerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if rates != nil, observed != nil { throw ValidationError("give --rates or --observed, not both") }
    }

    func run() async throws {
        try await output.show(
            .finance, "receivables.provisions",
            scope.values + [
                ("asOf", asOf), ("buckets", buckets), ("rates", rates), ("outlook", outlook),
                ("observed", observed.map { String($0) }),
            ])
    }
}
