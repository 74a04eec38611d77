import ArgumentParser
import Contracts

struct FinanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finance", abstract: "Who owes us what, whom we owe, and whom we trust.",
        discussion: """
            What is due and paid stands under receivables and payables, whom we trust under credit and acceptance, what is
            earned under view and profit, what is spent under expenses, and the close under months.
            """,
        subcommands: groups + formerNames)

    private static var groups: [any ParsableCommand.Type] {
        [
            ViewCommand.self, ReceivablesGroup.self, CreditCommand.self, AcceptanceCommand.self, PayablesGroup.self,
            ProfitGroup.self, ExpensesCommand.self, MonthsGroup.self,
        ]
    }

    /// The commands as they were called before they were grouped; they go with the next release.
    private static var formerNames: [any ParsableCommand.Type] {
        [
            FormerName<AgeingCommand>.self, FormerName<Invoices>.self, FormerName<StatementCommand>.self,
            FormerName<BalancesCommand>.self, FormerName<Waiting>.self, FormerName<DSOCommand>.self,
            FormerName<ProvisionsCommand>.self, FormerName<DisputesCommand>.self, FormerName<PromisesCommand>.self,
            FormerName<UnallocatedCommand>.self, FormerName<WriteOffsCommand>.self, FormerName<WriteOffCommand>.self,
            FormerName<DisputeCommand>.self, FormerName<PromiseCommand>.self, FormerName<TermsCommand>.self,
            FormerName<ExposureCommand>.self, FormerName<LimitsCommand>.self, FormerName<RiskCommand>.self,
            FormerName<PaymentRunCommand>.self, FormerName<PrepaymentsCommand>.self, FormerName<DependencyCommand>.self,
            FormerName<SetOffCommand>.self, FormerName<BridgeCommand>.self, FormerName<SupplierCostsCommand>.self,
            FormerName<MarginsCommand>.self, FormerName<ProfitSimulationCommand>.self, FormerName<CompareCommand>.self,
            FormerName<BudgetsCommand>.self, FormerName<PeriodsCommand>.self, FormerName<CloseCommand>.self,
            FormerName<ReopenCommand>.self,
        ]
    }

    struct Invoices: QuestionCommand {
        static let asked = AskedQuestion(
            "invoices", ReceivableQuestions.invoices,
            "What is paid is what payments allocate to an invoice, never more than the invoice.")

        @OptionGroup var asking: AskingOptions
    }

    struct Waiting: QuestionCommand {
        static let asked = AskedQuestion(
            "waiting", ReceivableQuestions.waiting,
            """
                A payment may come before its invoice; it applies by itself when that comes. One whose invoice then
                turns out to be in another currency is set aside: it counts for nothing until its sender corrects it.
            """)

        @OptionGroup var asking: AskingOptions
    }
}

struct ReceivablesGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receivables", abstract: "What customers owe: invoices, payments, promises, disputes.",
        subcommands: [
            FinanceCommand.Invoices.self, AgeingCommand.self, AgedCommand.self, BalancesCommand.self,
            StatementCommand.self, RemindersCommand.self,
            FinanceCommand.Waiting.self, UnallocatedCommand.self, DSOCommand.self, ProvisionsCommand.self,
            PromisesCommand.self, PromiseCommand.self, DisputesCommand.self, DisputeCommand.self,
            PaymentReturnedCommand.self, AllocateCommand.self,
            WriteOffsCommand.self, WriteOffCommand.self, TermsCommand.self,
        ])
}

struct PayablesGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payables", abstract: "What we owe suppliers, and what to pay when.",
        subcommands: [
            PayablesCommand.self, PaymentRunCommand.self, PrepaymentsCommand.self, DependencyCommand.self,
            SetOffCommand.self, ReleaseCommand.self,
        ], defaultSubcommand: PayablesCommand.self)
}

struct ProfitGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profit", abstract: "What is earned, why it changed, and what it would be otherwise.",
        subcommands: [
            MarginsCommand.self, BridgeCommand.self, SupplierCostsCommand.self, ProfitSimulationCommand.self,
            CompareCommand.self,
        ])
}

struct MonthsGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "months", abstract: "Months: which are closed, closing one, opening one again.",
        subcommands: [PeriodsCommand.self, PeriodCheckCommand.self, CloseCommand.self, ReopenCommand.self])
}
