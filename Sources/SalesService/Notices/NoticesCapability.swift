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
            ScopedTable("finance_notice", .hidden), ScopedTable("notice_share", .hidden),
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
