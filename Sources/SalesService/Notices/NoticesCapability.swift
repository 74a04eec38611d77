import Contracts
import Postgres
import ServiceKit

extension Capability {
    /// What sales has said by itself; and what the release before keeps of a list of notices that was its own.
    ///
    /// Whom a notice is told, and what they do with it, is the notifier's alone. Events that made notices here still come as long as a
    /// copy of the release before has its queue bound to them: they are taken and nothing follows.
    static let notices = Capability(
        handlers: former + [.on(AcknowledgeNotices.self, FormerNotices.acknowledge)],
        questions: SalesQueries.all,
        tables: [
            // Nothing here asks them. A copy of the release before that runs beside does, as the reader, and would be refused by the
            // database: who sees what stays as it declares it.
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
            ScopedTable("notice_share", .owned(owner: "t.owner", branch: nil, day: nil)),
            ScopedTable("settled_invoice", .hidden),
        ], subjects: FormerNoticeStore.subjects)

    private static var former: [Handler] {
        [
            ignored(CustomersMerged.self), ignored(CustomersUnmerged.self), ignored(IdentityDecided.self),
            ignored(LifecycleChanged.self), ignored(MarginAlertRaised.self), ignored(MarginAlertCleared.self),
            ignored(MarginAlertDiagnosed.self), ignored(MarginAlertEscalated.self), ignored(MarginAlertClosed.self),
            ignored(OverrideGranted.self), ignored(ReceivableDue.self),
            ignored(ReceivableOverdue.self), ignored(ExpenseDecided.self), ignored(ExpenseAlertRaised.self),
            ignored(ExpenseAlertCleared.self), ignored(PeriodChanged.self), ignored(PaymentApplied.self),
            ignored(ContactLapsed.self), ignored(ComplaintOpened.self),
            ignored(ComplaintProgressed.self), ignored(ComplaintClockReached.self),
        ]
    }

    private static func ignored<Body: Message>(_ body: Body.Type) -> Handler { .on(body) { _, _, _ in } }
}
