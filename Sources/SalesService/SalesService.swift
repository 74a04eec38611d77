import Contracts
import Postgres
import ServiceKit

/// How our customers' orders go, and who looks after them.
@main
enum SalesService {
    static let definition = ServiceDefinition(
        name: .sales,
        migrations: [
            Migration(number: 1, name: "sales", sql: PackageResources._001_sales_sql),
            Migration(number: 2, name: "receivable_notices", sql: PackageResources._002_receivable_notices_sql),
            Migration(number: 3, name: "account_customer", sql: PackageResources._003_account_customer_sql),
            Migration(number: 4, name: "agreement", sql: PackageResources._004_agreement_sql),
            Migration(number: 5, name: "order_room", sql: PackageResources._005_order_room_sql),
            Migration(number: 6, name: "currency", sql: PackageResources._006_currency_sql),
        ],
        handlers: [
            .on(CustomerRegistered.self) { messages, transaction, _ in
                try OrderStore.accounts.put(messages.map(\.body.record), transaction)
            },
            .on(CustomerChanged.self) { messages, transaction, _ in
                try OrderStore.accounts.put(messages.map(\.body.record), transaction)
            },
            .on(CustomersMerged.self, IdentityNotices.merged),
            .on(CustomersUnmerged.self, IdentityNotices.unmerged),
            .on(IdentityDecided.self, IdentityNotices.decided),
            .on(LifecycleChanged.self, IdentityNotices.lifecycleChanged),
            .on(OrderPlaced.self, OrderHandlers.placed),
            .on(OrderChanged.self, OrderHandlers.changed),
            .on(OrderCancelled.self, OrderHandlers.cancelled),
            .on(OrderDecided.self, FinanceNotices.decided),
            .on(MarginAlertRaised.self, FinanceNotices.alertRaised),
            .on(MarginAlertCleared.self, FinanceNotices.alertCleared),
            .on(MarginAlertDiagnosed.self, FinanceNotices.alertDiagnosed),
            .on(MarginAlertEscalated.self, FinanceNotices.alertEscalated),
            .on(MarginAlertClosed.self, FinanceNotices.alertClosed),
            .on(AcceptanceChanged.self, FinanceNotices.acceptanceChanged),
            .on(OverrideGranted.self, FinanceNotices.overrideGranted),
            .on(ReceivableDue.self, FinanceNotices.receivableDue),
            .on(ReceivableOverdue.self, FinanceNotices.receivableOverdue),
            .on(ExpenseDecided.self, ExpenseNotices.decided),
            .on(ExpenseAlertRaised.self, ExpenseNotices.alertRaised),
            .on(ExpenseAlertCleared.self, ExpenseNotices.alertCleared),
            .on(PeriodChanged.self, ExpenseNotices.periodChanged),
            .on(PaymentApplied.self, FinanceNotices.paymentApplied),
            .on(CreditStateChanged.self, FinanceNotices.creditStateChanged),
            .on(ContactLapsed.self, ContactNotices.lapsed),
            .on(ComplaintOpened.self, ComplaintNotices.opened),
            .on(ComplaintProgressed.self, ComplaintNotices.progressed),
            .on(AgreementRecorded.self, AgreementHandlers.recorded),
        ],
        tasks: [
            .daily("swings.evaluate", SwingHandlers.evaluate), .daily("agreements.evaluate", AgreementNotices.evaluate),
        ],
        queries: SalesQueries.all + AgreementQueries.all)

    static func main() async {
        await ServiceHost.run(definition)
    }
}
