import ArgumentParser
import Client
import Contracts
import Foundation
import Messaging

/// It asks whether the services that told the blocks are there, at the same time, and marks what silent ones told.
struct OverviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overview", abstract: "Everything that is known of one customer, each block with its age.",
        discussion: """
            The customer service answers from what the others told it, so that the answer comes with the others stopped.
            Whether they are there is asked at the same time: what one that does not answer told, is marked stale.
            """)

    @Argument(help: "The customer's identifier, or one of its codes.")
    var customer: String
    @Option(help: "The source that gave the code.")
    var source: String?
    @Option(help: "After how many minutes without a word of its service a block counts as stale.")
    var stale = 15
    @OptionGroup var output: OutputOptions

    /// How long a service has to say that it is there.
    private static let patience: Duration = .milliseconds(700)

    func run() async throws {
        let client = Asking.client(try CommandEnvironment().person("ask"))
        let tellers: [ServiceName] = [.sales, .servicedesk, .finance]
        let overview = Asking.Question(
            service: .customer, query: "customers.overview",
            values: [("customer", customer), ("source", source), ("stale", String(stale))],
            isExport: output.isExport)
        let answers = await Asking.together(
            [overview] + tellers.map { Asking.Question(service: $0, query: "alive") }, client: client,
            timeout: Self.patience)
        let silent = Set(
            zip(tellers, answers.dropFirst()).compactMap { service, answer in
                if case .failure = answer { service } else { nil }
            })
        let tables: [QueryTable]
        if case .success(let answered)? = answers.first {
            tables = answered
        } else {
            // Refused, or slower than it should be: asked once more, with the time that any question has.
            tables = try await Asking.ask(
                .customer, overview.query, overview.values, isExport: overview.isExport, client: client)
        }
        await client.close()
        try output.show(Self.marked(tables, silent: silent))
    }

    /// The answer, with what silent services told marked stale.
    static func marked(_ tables: [QueryTable], silent: Set<ServiceName>) -> [QueryTable] {
        let names = Set(silent.map(\.rawValue))
        return tables.map { table in
            guard table.name == "blocks", let owner = table.columns.firstIndex(where: { $0.name == "owner" }),
                let state = table.columns.firstIndex(where: { $0.name == "state" })
            else { return table }
            return QueryTable(
                table.name, table.columns,
                rows: table.rows.map { row in
                    var values = row.values
                    if let name = values[owner], names.contains(name), values[state] == "current" {
                        values[state] = "stale"
                    }
                    return values
                })
        }
    }
}
