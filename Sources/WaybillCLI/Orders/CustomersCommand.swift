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
            try output.show(
                await Asking.once(
                    .customer, "customers.show", [("id", customer), ("code", customer), ("source", source)]))
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
            try output.show(
                await Asking.once(.customer, "customers.list", [("name", name), ("limit", String(limit))]))
        }
    }
}

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Ask a service any of its questions.",
        discussion: "For example: waybill query finance acceptance.list limit=10")

    @Argument(help: "customer, sales, servicedesk, finance or supplier.")
    var service: String
    @Argument(help: "The question's name; a wrong one is answered with those there are.")
    var name: String
    @Argument(help: "Values as name=value.")
    var values: [String] = []
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard let service = ServiceName(rawValue: service) else {
            throw ValidationError(
                "'\(service)' is no service: \(ServiceName.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let pairs = try values.map { text -> (String, String?) in
            guard let equals = text.firstIndex(of: "=") else {
                throw ValidationError("'\(text)' is not name=value")
            }
            return (String(text[..<equals]), String(text[text.index(after: equals)...]))
        }
        try output.show(await Asking.once(service, name, pairs))
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
