import Contracts
import Domain
import Postgres
import ServiceKit

/// What is said of invoices: that they are to be paid, what was promised and what is disputed of them, and that somebody would
/// give one up.
enum RaisedReceivables {
    // MARK: Reminders

    /// - Parameter managers: those above who are told as well.
    static func tell(
        _ reminder: ReceivableReminder, daysOverdue: Int?, managers: [String], _ effects: inout Effects
    ) {
        let kind: NoticeKind = daysOverdue == nil ? .receivableDue : .receivableOverdue
        let severity: NoticeSeverity =
            switch reminder.level {
            case .salesOwner: daysOverdue == nil && reminder.offsetDays < 0 ? .information : .attention
            case .supervisor, .branchManager: .urgent
            case .finance, .legal: .critical
            }
        let content = NoticeContent(
            NoticeName(kind, source: reminder.source, reminder.invoiceId), severity,
            revision: effects.noticeRevision(), atStake: Money(reminder.openAmount, reminder.currency),
            customerId: reminder.customerId, businessLine: "*", node: reminder.branch, owner: reminder.salesOwner,
            alsoTo: managers,
            facts: [
                .code("invoice", reminder.invoiceId), .code("customer", reminder.customerCode),
                .money("amount", reminder.amount, reminder.currency),
                .money("open", reminder.openAmount, reminder.currency),
                .money("disputed", reminder.disputedAmount, reminder.currency), .day("due", reminder.dueOn),
                .count("days-overdue", daysOverdue), .code("level", reminder.level.rawValue),
            ], next: kind.next(["invoice": reminder.invoiceId, "currency": reminder.currency.code]),
            dueAt: daysOverdue == nil ? OrganisationZone.current.end(of: reminder.dueOn) : nil,
            happenedAt: reminder.raisedAt)
        effects.raise(content)
    }

    /// Nothing of an invoice is open any more.
    static func settle(_ key: LedgerKey, _ effects: inout Effects) {
        effects.clear(
            NoticeName(.receivableDue, source: key.source, key.identifier), revision: effects.noticeRevision(),
            because: "settled")
    }

    /// Those above who are told of a reminder: as many as its level goes up, and the branch's head from that level on.
    static func managers(
        of reminder: ReceivableReminder, in book: OrganisationBook, on day: CalendarDay
    ) -> [String] {
        let height = ReminderLevel.allCases.firstIndex(of: reminder.level) ?? 0
        var found: [String] = []
        var below = reminder.salesOwner
        while found.count < height, let login = below, let manager = book.manager(of: login, on: day)?.login,
            !found.contains(manager)
        {
            found.append(manager)
            below = manager
        }
        if height >= 2, let branch = reminder.branch, let head = book.head(of: branch, on: day)?.login {
            found.append(head)
        }
        return found
    }

    // MARK: Promises

    static func tell(
        _ promises: [(key: LedgerKey, body: PaymentPromised)], causedBy causes: [LedgerKey: Envelope],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let homes = try CustomerHomeStore.of(
            invoices: Set(promises.map { invoice($0.key, $0.body.invoiceId, $0.body.invoiceSource) }),
            on: effects.now.day(), transaction)
        for (key, body) in promises {
            let home = homes[invoice(key, body.invoiceId, body.invoiceSource)]
            let name = NoticeName(.paymentPromise, source: key.source, key.identifier)
            effects.raise(
                NoticeContent(
                    name, .information, revision: effects.noticeRevision(),
                    atStake: Money(body.amount, body.currency), customerId: home?.customerId, businessLine: "*",
                    node: home?.branch, owner: home?.owner ?? body.by, alsoTo: [body.by],
                    facts: [
                        .code("invoice", body.invoiceId), .code("customer", home?.code),
                        .money("promised", body.amount, body.currency), .day("promised-on", body.promisedOn),
                        .code("taken-by", body.by),
                    ], next: name.kind.next(["customer": home?.customerId]),
                    // Money takes some days to arrive.
                    dueAt: OrganisationZone.current.end(of: body.promisedOn.adding(days: PromiseHandlers.grace)),
                    happenedAt: body.madeAt), causedBy: causes[key])
        }
    }

    /// Says of promises that their day comes or is over and the money has not come. At the end of the day the money may still be
    /// on its way, so that the manager is told only some days later.
    static func warn(
        _ promises: [PromiseStore.Open], at day: CalendarDay, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let homes = try CustomerHomeStore.of(
            invoices: Set(promises.map(\.invoice)), on: effects.now.day(), transaction)
        for promise in promises {
            let home = homes[promise.invoice]
            let isOver = promise.promisedOn <= day
            let kind: NoticeKind = isOver ? .paymentPromiseBroken : .paymentPromiseDue
            effects.change(
                NoticeContent(
                    NoticeName(kind, source: promise.key.source, promise.key.identifier),
                    isOver ? .urgent : .attention, revision: effects.noticeRevision(),
                    atStake: Money(promise.amount, promise.currency), customerId: home?.customerId, businessLine: "*",
                    node: home?.branch, owner: home?.owner ?? promise.takenBy, alsoTo: [promise.takenBy],
                    facts: [
                        .code("invoice", promise.invoice.identifier), .code("customer", home?.code),
                        .money("promised", promise.amount, promise.currency), .day("promised-on", promise.promisedOn),
                        .code("taken-by", promise.takenBy),
                    ], next: kind.next(["customer": home?.customerId]),
                    dueAt: OrganisationZone.current.end(of: promise.promisedOn.adding(days: PromiseHandlers.grace)),
                    happenedAt: effects.now))
        }
    }

    /// Takes back what was said of promises for some invoices when what was promised has come by now, or the invoices are settled.
    static func keepPromises(
        ofInvoices keys: [LedgerKey], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for promise in try PromiseStore.ended(ofInvoices: keys, on: effects.now.day(), transaction) {
            effects.clear(
                NoticeName(.paymentPromise, source: promise.source, promise.identifier),
                revision: effects.noticeRevision(), because: "paid")
        }
    }

    // MARK: Disputes

    static func tell(
        _ disputes: [(key: LedgerKey, body: InvoiceDisputed)], causedBy causes: [LedgerKey: Envelope],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let homes = try CustomerHomeStore.of(
            invoices: Set(disputes.map { invoice($0.key, $0.body.invoiceId, $0.body.invoiceSource) }),
            on: effects.now.day(), transaction)
        for (key, body) in disputes {
            let home = homes[invoice(key, body.invoiceId, body.invoiceSource)]
            let name = NoticeName(.disputeOpened, source: key.source, key.identifier)
            effects.raise(
                NoticeContent(
                    name, .attention, revision: NoticeRevision.of(revision: 1, number: 1),
                    atStake: Money(body.amount, body.currency), customerId: home?.customerId, businessLine: "*",
                    node: home?.branch, owner: home?.owner ?? body.by, alsoTo: [body.by],
                    facts: [
                        .code("invoice", body.invoiceId), .code("customer", home?.code),
                        .money("disputed", body.amount, body.currency), .code("reason", body.reason.rawValue),
                        .text("note", body.note), .code("by", body.by),
                    ], next: name.kind.next(["dispute": key.identifier, "source": key.source]),
                    happenedAt: body.openedAt),
                causedBy: causes[key])
        }
    }

    /// A dispute ends once and for ever, also one whose beginning is said later.
    static func end(
        _ key: LedgerKey, _ body: DisputeResolved, causedBy cause: Envelope?, _ effects: inout Effects
    ) {
        effects.clear(
            NoticeName(.disputeOpened, source: key.source, key.identifier),
            revision: NoticeRevision.of(revision: 1, number: nil), because: body.outcome.rawValue, causedBy: cause)
    }

    // MARK: Write-offs

    static func propose(
        _ rows: [AdjustmentRow], causedBy causes: [LedgerKey: Envelope], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        let homes = try CustomerHomeStore.of(
            invoices: Set(rows.map(\.invoice)), on: effects.now.day(), transaction)
        for row in rows {
            let home = homes[row.invoice]
            let name = NoticeName(.writeOffProposed, source: row.key.source, row.key.identifier)
            effects.raise(
                NoticeContent(
                    name, .attention, revision: NoticeRevision.of(revision: 1, number: 1),
                    atStake: Money(row.amount, row.currency), customerId: home?.customerId, businessLine: "*",
                    // To approve is the branch's manager's; who looks after the customer is told.
                    node: home?.branch, alsoTo: [home?.owner],
                    facts: [
                        .code("write-off", row.key.identifier), .code("invoice", row.invoice.identifier),
                        .code("customer", home?.code), .money("amount", row.amount, row.currency),
                        .code("reason", row.reason), .code("proposed-by", row.proposedBy),
                    ], next: name.kind.next(["writeOff": row.key.identifier, "source": row.key.source]),
                    happenedAt: row.at),
                causedBy: causes[row.key])
        }
    }

    /// A write-off is approved once and for ever, also one that is proposed later.
    static func approve(
        _ key: LedgerKey, _ body: WriteOffApproved, causedBy cause: Envelope?, _ effects: inout Effects
    ) {
        effects.clear(
            NoticeName(.writeOffProposed, source: key.source, key.identifier),
            revision: NoticeRevision.of(revision: 1, number: nil), because: "approved by \(body.approvedBy)",
            causedBy: cause)
    }

    private static func invoice(_ key: LedgerKey, _ number: String, _ source: String?) -> LedgerKey {
        LedgerKey(source: source ?? key.source, identifier: number)
    }
}
