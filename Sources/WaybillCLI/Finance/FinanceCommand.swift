import ArgumentParser
import Contracts

struct FinanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finance", abstract: "Who owes us what, whom we owe, and whom we trust.",
        subcommands: [
            AgeingCommand.self, Invoices.self, Statement.self, BalancesCommand.self, Waiting.self, DSOCommand.self,
            ProvisionsCommand.self, DisputesCommand.self, PromisesCommand.self, UnallocatedCommand.self,
            WriteOffsCommand.self, ExposureCommand.self, LimitsCommand.self, RiskCommand.self, PayablesCommand.self,
            PaymentRunCommand.self, PrepaymentsCommand.self, DependencyCommand.self, SetOffCommand.self,
            AcceptanceCommand.self,
            BridgeCommand.self, SupplierCostsCommand.self, MarginsCommand.self, ProfitSimulationCommand.self,
            CompareCommand.self, BudgetsCommand.self, ExpensesCommand.self, PeriodsCommand.self,
            CloseCommand.self, ReopenCommand.self, WriteOffCommand.self, DisputeCommand.self, PromiseCommand.self,
            TermsCommand.self, CreditCommand.self, ViewCommand.self,
        ])

    struct Invoices: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open invoices, the longest due first.",
            discussion: "What is paid is what payments allocate to an invoice, never more than the invoice.")

        @OptionGroup var scope: CustomerOptions
        @Option(help: "How many at most; --all has all of them, and: those that are paid, too.")
        var limit: Int?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(
                .finance, "receivables.invoices",
                scope.values + [("state", output.all ? "all" : "open"), ("limit", limit.map(String.init))],
                toEnd: output.all && limit == nil)
        }
    }

    struct Statement: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A customer's statement of account: invoices and payments with the balance after each.",
            discussion: """
                The balance is what was invoiced less what was paid, by currency. A payment counts whole from the day
                it came, whether or not it is allocated. Days are those of China (UTC+8).
                """)

        @Option(help: ArgumentHelp("The code of the customer.", valueName: "code"))
        var customer: String
        @Option(help: "Only what this system has sent.")
        var source: String?
        @Option(help: ArgumentHelp("The first day; what lies before is brought forward.", valueName: "day"))
        var from: String?
        @Option(help: ArgumentHelp("The last day.", valueName: "day"))
        var to: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(
                .finance, "receivables.statement",
                [("customer", customer), ("source", source), ("from", from), ("to", to)])
        }
    }

    struct Waiting: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Payments that wait for their invoice, and those that were set aside.",
            discussion: """
                A payment may come before its invoice; it applies by itself when that comes. One whose invoice then
                turns out to be in another currency is set aside: it counts for nothing until its sender corrects it.
                """)

        @Option(help: "How many at most of each.")
        var limit = 50
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.finance, "receivables.waiting", [("limit", String(limit))])
        }
    }
}

/// Whose invoices are meant.
struct CustomerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only those of the customer with this code.", valueName: "code"))
    var customer: String?
    @Option(help: "Only what this system has sent.")
    var source: String?

    var values: [(String, String?)] { [("customer", customer), ("source", source)] }
}
