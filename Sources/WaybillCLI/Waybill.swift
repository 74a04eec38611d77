import ArgumentParser

/// The operator's command.
@main
struct Waybill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill",
        abstract: "Publish orders, watch alerts, and operate the five services of Waybill.",
        discussion: """
            Where broker and services are, is read from the environment (WAYBILL_AMQP_OPERATOR_URL and so on), or from
            the file that 'make up' writes: $WAYBILL_HOME/env, by default .waybill/env.

            Exit codes: 0 done, 1 failed, 2 nothing found or refused, 64 wrong arguments, 75 a service was not heard of in
            time: what it was told is kept.
            """,
        subcommands: [
            OrdersCommand.self, AlertsCommand.self, CustomersCommand.self, PartiesCommand.self, GraphCommand.self,
            InteractionsCommand.self, ComplaintsCommand.self, AgreementsCommand.self, QueryCommand.self,
            StatusCommand.self,
            ReconcileCommand.self, SummaryCommand.self, DeadCommand.self, ContractsCommand.self, TopologyCommand.self,
            UsersCommand.self, ActsCommand.self, MigrateCommand.self, ScheduleCommand.self,
            FinanceCommand.self, SimulateCommand.self, MatchCommand.self, RatesCommand.self,
            LeadsCommand.self,
        ])
}
