import ArgumentParser
import CSystemShims
import Client
import Domain

/// The operator's command.
@main
struct Waybill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill",
        abstract: "Publish orders, watch alerts, and operate the six services of Waybill.",
        discussion: """
            Where broker and services are, is read from the environment (WAYBILL_AMQP_OPERATOR_URL and so on), or from
            the file that 'make up' writes: $WAYBILL_HOME/env, by default .waybill/env.

            Programs read --json or --csv; docs/operate/output.md says their form. Exit codes:
            \(ExitCodes.table.map { "\($0.code.rawValue) \($0.meaning)" }.joined(separator: "\n"))
            """,
        subcommands: [
            OrdersCommand.self, AlertsCommand.self, NoticesCommand.self, DeliveriesCommand.self, CustomersCommand.self,
            PartiesCommand.self, GraphCommand.self,
            InteractionsCommand.self, ComplaintsCommand.self, SurveysCommand.self, DeskCommand.self,
            BulletinsCommand.self, WarningsCommand.self,
            AgreementsCommand.self,
            OwnersCommand.self,
            QueryCommand.self,
            StatusCommand.self,
            ReconcileCommand.self, SummaryCommand.self, DeadCommand.self, ContractsCommand.self, TopologyCommand.self,
            UsersCommand.self, ActsCommand.self, SettingsCommand.self, MigrateCommand.self, ScheduleCommand.self,
            FinanceCommand.self, SimulateCommand.self, MatchCommand.self, RatesCommand.self,
            LeadsCommand.self,
            OpportunitiesCommand.self, FunnelCommand.self, ProductsCommand.self, QuotesCommand.self,
            AuthorityCommand.self,
            ImportCommand.self,
            PeopleCommand.self, OrganisationCommand.self, PolicyCommand.self, ReferencesCommand.self,
            AuditCommand.self, ConsoleCommand.self,
        ])

    /// As the parser's own, and what a service had to say has an exit code of its own. Whoever reads the output through a
    /// pipe gets each line when it ends.
    static func main() async {
        waybill_output_by_line()
        do {
            // Before an argument is read, which may be a day.
            try chooseZone(CommandEnvironment()["WAYBILL_ZONE"])
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as ClientError {
            say("Error: \(error)")
            waybill_end(ExitCodes.code(of: error).rawValue)
        } catch {
            let text = fullMessage(for: error)
            if !text.isEmpty {
                if exitCode(for: error).isSuccess { print(text) } else { say(text) }
            }
            waybill_end(exitCode(for: error).rawValue)
        }
        // Connections may still have their threads.
        waybill_end(ExitCode.success.rawValue)
    }

    /// Makes a zone that of this process, as for a service.
    ///
    /// - Parameter name: its IANA name; nothing is to be done without one.
    private static func chooseZone(_ name: String?) throws {
        guard let name else { return }
        guard let zone = OrganisationZone(name), OrganisationZone.choose(zone) else {
            say(
                "Error: WAYBILL_ZONE is '\(name.prefix(64))': there is no such time zone; write its IANA name, such as "
                    + "\(OrganisationZone.standard)")
            throw ExitCode.validationFailure
        }
    }
}
