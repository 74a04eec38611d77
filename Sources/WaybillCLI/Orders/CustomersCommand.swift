import ArgumentParser
import Contracts

struct CustomersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customers", abstract: "Customers, whatever codes they have.",
        subcommands: [
            Show.self, List.self, OverviewCommand.self, ClassesCommand.self, ClassifyCommand.self,
            LifecycleCommand.self,
            DriversCommand.self, StrategicCommand.self,
        ])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One customer: identity, accounts, what happened.")

        @Argument(help: "The customer's identifier, or one of its codes.")
        var customer: String
        @Option(help: "The source that gave the code.")
        var source: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(
                .customer, "customers.show", [("id", customer), ("code", customer), ("source", source)])
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Customers, those with most accounts first.")

        @Option(help: "Only those whose name holds this.")
        var name: String?
        @Option(help: "How many at most.")
        var limit = 50
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "customers.list", [("name", name), ("limit", String(limit))])
        }
    }
}

struct SummaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "What all five services have to say of the whole.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show(await Asking.each([.finance, .customer, .sales, .servicedesk, .supplier], "summary"))
    }
}
