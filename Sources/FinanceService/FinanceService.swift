import Contracts
import Domain
import Postgres
import ServiceKit

/// What our business earns, and whose orders we go on taking.
@main
enum FinanceService {
    static let settings = [
        Setting.organisation,
        Setting(
            "finance.authority",
            help: "path of who answers to whom and who may approve what (JSON, see docs/finance.md)",
            madeUp: MadeUpData("a director and two tiers of approval") { Authority.standardJSON }),
        Setting(
            "finance.policy", help: "path of the margin policy (JSON, see docs/settings.md)",
            madeUp: MadeUpData("the margin rules of a sample contract") { MarginPolicy.standardJSON }),
        .rates("finance.rates", help: "path of the exchange rates (JSON, see docs/settings.md)"),
    ]

    static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let policy = try settings.requiredFile("finance.policy", MarginPolicy.init(json:))
        let rates = try settings.requiredFile("finance.rates", RateTable.init(json:))
        let organisation = try settings.requiredFile("organisation", Organisation.init(json:))
        let authority = try settings.requiredFile("finance.authority") {
            try Authority(json: $0, organisation: organisation)
        }
        let alerts = AlertLoopHandlers(authority: authority)
        let control = AcceptanceControl(authority: authority, rates: rates)
        let margin = MarginHandlers(rates: rates, policy: policy)
        let acceptance = AcceptanceHandlers(rates: rates, policy: policy)
        let credit = CreditHandlers(rates: rates)
        let periods = PeriodHandlers(authority: authority)
        let expenses = ExpenseHandlers(authority: authority, rates: rates)
        return ServiceDefinition(
            name: .finance,
            migrations: [
                Migration(number: 1, name: "finance", sql: PackageResources._001_finance_sql),
                Migration(number: 2, name: "receivables", sql: PackageResources._002_receivables_sql),
                Migration(number: 3, name: "content_revision", sql: PackageResources._003_content_revision_sql),
                Migration(number: 4, name: "credit", sql: PackageResources._004_credit_sql),
                Migration(number: 5, name: "alert_loop", sql: PackageResources._005_alert_loop_sql),
                Migration(number: 6, name: "profit", sql: PackageResources._006_profit_sql),
                Migration(number: 7, name: "customer_class", sql: PackageResources._007_customer_class_sql),
                Migration(number: 8, name: "party_names", sql: PackageResources._008_party_names_sql),
                Migration(number: 9, name: "expenses", sql: PackageResources._009_expenses_sql),
                Migration(number: 10, name: "close", sql: PackageResources._010_close_sql),
                Migration(number: 11, name: "terms", sql: PackageResources._011_terms_sql),
                Migration(
                    number: 12, name: "view",
                    sql: PackageResources._012_view_sql + PackageResources._012_view_marks_sql),
                Migration(number: 13, name: "evidence", sql: PackageResources._013_evidence_sql),
                Migration(number: 14, name: "order_key", sql: PackageResources._014_order_key_sql),
                Migration(number: 15, name: "view_fold", sql: PackageResources._015_view_fold_sql),
                Migration(number: 16, name: "account_revision", sql: PackageResources._016_account_revision_sql),
            ],
            handlers: [
                .on(CustomerRegistered.self) { messages, transaction, _ in
                    try AccountStore.replica.put(messages.map(\.body.record), transaction)
                },
                .on(CustomerChanged.self) { messages, transaction, _ in
                    try AccountStore.replica.put(messages.map(\.body.record), transaction)
                },
                .on(CustomerClassified.self, ClassReplica.put),
                .on(OrderPlaced.self, margin.placed),
                .on(OrderChanged.self, margin.changed),
                .on(OrderCancelled.self, margin.cancelled),
                .on(CostRecorded.self, margin.costRecorded),
                .on(DiagnoseAlert.self, alerts.diagnose),
                .on(CloseAlert.self, alerts.close),
                .on(SetAcceptance.self, control.set),
                .on(GrantOverride.self, control.grant),
                .on(InvoiceIssued.self, ReceivableHandlers.issued),
                .on(PaymentReceived.self, ReceivableHandlers.received),
                .on(CreditNoteIssued.self, AdjustmentHandlers.credited),
                .on(PaymentAllocated.self, LaterAllocations.allocated),
                .on(WriteOffProposed.self, AdjustmentHandlers.proposed),
                .on(WriteOffApproved.self, AdjustmentHandlers.approved),
                .on(InvoiceDisputed.self, DisputeHandlers.opened),
                .on(DisputeResolved.self, DisputeHandlers.resolved),
                .on(PaymentPromised.self, PromiseHandlers.promised),
                .on(TermsAgreed.self, TermsHandlers.agreed),
                .on(SupplierInvoiceReceived.self, PayableHandlers.invoiced),
                .on(SupplierPaymentMade.self, PayableHandlers.paid),
                .on(OrderCompleted.self, OrderCredit.completed),
                .on(CreditLimitSet.self, credit.limitSet),
                .on(CreditOverrideApproved.self, credit.overrideApproved),
                .on(CustomerGrouped.self, credit.grouped),
                .on(CreditHoldLifted.self, credit.lifted),
                .on(ExpenseBudgetSet.self, expenses.set),
                .on(ExpenseReported.self, expenses.reported),
                .on(ApproveExpense.self, expenses.approve),
                .on(ClosePeriod.self, periods.close),
                .on(ReopenPeriod.self, periods.reopen),
                .on(SupplierRegistered.self, SupplierHandlers.registered),
                .on(CostBiasChanged.self, SupplierHandlers.biasChanged),
            ],
            tasks: [
                .daily("margin.evaluate", acceptance.evaluate), .daily("credit.evaluate", credit.evaluate),
            ] + alerts.tasks + control.tasks + expenses.tasks + ReminderHandlers.all + [ViewStore.task],
            queries: MarginQueries.all + AlertQueries.all + AcceptanceQueries(rates: rates).all
                + ReceivableQueries(rates: rates).all + CreditQueries(rates: rates).all + PayableQueries.all
                + ProfitQueries(rates: rates).all + ExpenseQueries.all + PeriodQueries.all
                + ViewQueries(rates: rates, organisation: organisation).all, pace: .zero)
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
