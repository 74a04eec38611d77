import ArgumentParser
import Client
import Contracts
import Messaging

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "What services do at a time: what of it has failed, and trying it again.",
        subcommands: [ListSchedule.self, RetrySchedule.self, DiscardSchedule.self])
}

/// It asks several services and puts what they tell into one table.
private struct ListSchedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Items that have failed: set aside, or to be tried again by themselves.",
        discussion: "With --all also what has not failed: all that is still to be done.")

    @Argument(help: "The services; all six when none is named.")
    var services: [String] = []
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let asked = services.isEmpty ? ServiceName.allCases : try services.map(ServiceArgument.parse)
        let client = Asking.client(try CommandEnvironment().person("ask"))
        var tables: [QueryTable] = []
        var isWhole = true
        for service in asked {
            // One that does not answer costs only its own part.
            do { tables += try await pages(of: service, client) } catch {
                say("\(service.rawValue): \(error)")
                isWhole = false
            }
        }
        await client.close()
        // One table: each row names its service.
        guard let first = tables.first else { throw ExitCodes.notHeard }
        try output.show(
            [QueryTable(first.name, first.columns, rows: tables.flatMap { $0.rows.map(\.values) })], isWhole: isWhole)
    }

    private func pages(of service: ServiceName, _ client: RequestClient) async throws -> [QueryTable] {
        var pages: [QueryTable] = []
        var after: String?
        repeat {
            pages += try await Asking.ask(
                service, "schedule.list",
                [("state", output.all ? "all" : nil), ("limit", String(QueryTable.maximumRows)), ("after", after)],
                isExport: output.format == .csv, client: client)
            after = pages.last?.next
        } while after != nil
        return pages
    }
}

private struct RetrySchedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try failed items again at once, set aside or not.",
        discussion: SelectionOptions.discussion)

    @OptionGroup var selection: SelectionOptions

    func run() async throws { try await selection.act("retry") }
}

private struct DiscardSchedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Let go of items that were set aside.",
        discussion: SelectionOptions.discussion)

    @OptionGroup var selection: SelectionOptions

    func run() async throws { try await selection.act("discard") }
}

/// Which items of the schedule.
private struct SelectionOptions: ParsableArguments {
    static let discussion = """
        Runs 'waybill-SERVICE schedule …', found beside this command, with WAYBILL_POSTGRES_URL_SERVICE (or the file that \
        $WAYBILL_HOME/secrets/postgres-SERVICE.url holds). A running copy of the service does the work.
        """

    @Argument(help: "The service.")
    var service: String
    @Argument(help: "The task, as 'waybill schedule list' shows it.")
    var task: String
    @Option(help: "Only the item of this key.")
    var key: String?
    @Option(help: "Only what was due at this time, as 'waybill schedule list' shows it.")
    var due: String?

    func act(_ act: String) async throws {
        var arguments = ["schedule", act, task]
        if key != nil || due != nil { arguments.append(key ?? "") }
        if let due { arguments.append(due) }
        let code = try await ServiceProgram.run(
            ServiceArgument.parse(service), arguments, database: "WAYBILL_POSTGRES_URL", secret: "postgres")
        guard code == 0 else { throw ExitCode(code) }
    }
}

/// A service as it is typed.
enum ServiceArgument {
    static func parse(_ text: String) throws -> ServiceName {
        guard let service = ServiceName(rawValue: text) else {
            throw ValidationError(
                "'\(text)' is none of \(ServiceName.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return service
    }
}
