import Contracts
import ServiceKit

extension Capability {
    /// All that we know of a customer on one page, with a copy of what the other services say.
    static let overview = Capability(
        handlers: [
            .on(InvoiceIssued.self, InvoiceReplica.issued),
            .on(PaymentApplied.self, InvoiceReplica.applied),
            .on(CreditStateChanged.self, FinanceReplica.creditChanged),
            .on(AcceptanceChanged.self, FinanceReplica.acceptanceChanged),
            .on(MarginAlertRaised.self, FinanceReplica.alertRaised),
            .on(MarginAlertCleared.self, FinanceReplica.alertCleared),
            .on(MarginAlertClosed.self, FinanceReplica.alertClosed),
            .on(ComplaintOpened.self, ComplaintReplica.opened),
            .on(ComplaintProgressed.self, ComplaintReplica.progressed),
            .on(AgreementChanged.self, AgreementReplica.changed),
        ],
        questions: [OverviewQuery.query])
}
