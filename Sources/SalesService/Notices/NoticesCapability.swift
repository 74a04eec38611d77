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
            .on(ComplaintClockReached.self, ComplaintNotices.clockReached),
        ],
        questions: SalesQueries.all,
        tables: [
            // Of whom it is told, of each who shares the customer, and of the branch whose budget it speaks of, as that was organised on its day; of who sees an
            // account of the customer that this person looks after, or any when it is told of nobody. A month concerns everybody.
            ScopedTable(
                "finance_notice",
                .either([
                    .owned(
                        owner: "t.sales_owner", branch: "t.branch", day: ScopedTable.day(of: "t.told_at")),
                    .through(
                        """
                        t.kind like 'period-%' or exists (
                            select from account a where a.customer_id = t.customer_id
                                and (t.sales_owner is null or a.sales_owner = t.sales_owner))
                        """),
                    .through("exists (select from notice_share s where s.notice_id = t.notice_id)"),
                ])),
            // With whoever shares it; who sees the notice otherwise is told of all of them by the notice itself.
            ScopedTable("notice_share", .owned(owner: "t.owner", branch: nil, day: nil)),
            ScopedTable("settled_invoice", .hidden),
        ])
}
