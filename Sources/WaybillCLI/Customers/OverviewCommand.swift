import ArgumentParser
import Contracts
import Foundation
import Messaging
import ServiceKit

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
        let client = RequestClient(configuration: try Surroundings().operator("ask"), replies: Exchanges.replies)
        async let silent = Self.silent([.sales, .servicedesk, .finance], client)
        let answer: [QueryTable]
        do {
            answer = try await Asking.ask(
                .customer, "customers.overview",
                [("customer", customer), ("source", source), ("stale", String(stale))], client: client)
        } catch {
            _ = await silent
            await client.close()
            throw error
        }
        let marked = Self.marked(answer, silent: await silent)
        await client.close()
        try output.show(marked)
    }

    /// Which services do not say that they are there.
    private static func silent(_ services: [ServiceName], _ client: RequestClient) async -> Set<ServiceName> {
        await withTaskGroup(of: ServiceName?.self) { group in
            for service in services {
                group.addTask {
                    let answer = try? await Asking.ask(service, "alive", client: client, timeout: patience)
                    return answer == nil ? service : nil
                }
            }
            var silent: Set<ServiceName> = []
            for await service in group {
                if let service { silent.insert(service) }
            }
            return silent
        }
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
