import Contracts
import ServiceKit

extension Capability {
    /// What a seller is told of what the other services have found about a customer.
    static let notices = Capability(
        handlers: [
            .on(CustomersMerged.self, IdentityNotices.merged),
            .on(CustomersUnmerged.self, IdentityNotices.unmerged),
            .on(IdentityDecided.self, IdentityNotices.decided),
            .on(LifecycleChanged.self, IdentityNotices.lifecycleChanged),
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
        ],
        questions: SalesQueries.all)
}
