import Contracts
import Domain
import ServiceKit

/// What is said of expenses and their budgets, of suppliers' invoices that are to be paid all the same, and of months.
enum RaisedBooks {
    // MARK: Expenses

    /// - Parameters:
    ///   - excess: by how much the budget would be exceeded.
    ///   - wasHeld: whether the expense has waited until now.
    static func tell(
        _ event: ExpenseDecided, of row: ExpenseRow, _ budget: BudgetRow, excess: FixedDecimal?, wasHeld: Bool,
        causedBy cause: Envelope, _ effects: inout Effects
    ) {
        let revision = effects.noticeRevision()
        let body = row.body
        let kind: NoticeKind
        switch event.decision {
        case .accepted:
            guard wasHeld else { return }
            return effects.clear(
                NoticeName(.expenseHeld, source: row.key.source, row.key.identifier), revision: revision,
                because: event.approvedBy.map { "approved by \($0)" } ?? "the budget has room", causedBy: cause)
        case .needsApproval: kind = .expenseHeld
        case .recorded: kind = .expenseRecorded
        }
        effects.raise(
            NoticeContent(
                NoticeName(kind, source: row.key.source, row.key.identifier),
                kind == .expenseHeld ? .urgent : .attention, revision: revision,
                atStake: Money(body.amount, body.currency), node: body.branch,
                // To let it go is the branch's manager's; who spends it is told.
                alsoTo: [body.owner],
                facts: [
                    .code("expense", row.key.identifier), .code("account", body.account), .code("owner", body.owner),
                    .code("budget", budget.key.identifier), .code("decision", event.decision.rawValue),
                    .code("reason", event.reason?.rawValue), .money("amount", body.amount, body.currency),
                    .money("available", event.available, event.currency), .money("excess", excess, event.currency),
                    .code("tier", event.tier), .day("day", body.day),
                ],
                next: kind.next([
                    "expense": row.key.identifier, "source": row.key.source, "account": body.account,
                ]), happenedAt: event.decidedAt), causedBy: cause)
    }

    static func raise(_ alert: ExpenseAlertRaised, causedBy cause: Envelope?, _ effects: inout Effects) {
        let name = NoticeName(.expenseBudget, alert.budgetId, part: alert.alertId)
        effects.raise(
            NoticeContent(
                name, alert.kind == .exhausted || alert.kind == .lowered ? .urgent : .attention,
                revision: NoticeRevision.of(revision: 1, number: 1), atStake: Money(alert.used, alert.currency),
                node: alert.branch, owner: alert.owner,
                facts: [
                    .code("budget", alert.budgetId), .code("alert", alert.kind.rawValue),
                    .code("account", alert.account), .money("amount", alert.budget, alert.currency),
                    .money("used", alert.used, alert.currency),
                    .rate("sold", alert.salesPercent?.multiplied(by: 1, dividedBy: 100)),
                ], next: name.kind.next(["account": alert.account]), happenedAt: alert.raisedAt), causedBy: cause)
    }

    /// An alert of a budget is over once and for ever: what comes again is another alert.
    static func clear(_ alert: ExpenseAlertCleared, causedBy cause: Envelope?, _ effects: inout Effects) {
        effects.clear(
            NoticeName(.expenseBudget, alert.budgetId, part: alert.alertId),
            revision: NoticeRevision.of(revision: 1, number: nil),
            because: "no longer so", causedBy: cause)
    }

    // MARK: Suppliers' invoices

    /// Says that an invoice is held back.
    static func hold(_ key: LedgerKey, _ invoice: HeldInvoice, director: String, _ effects: inout Effects) {
        let name = NoticeName(.payableHeld, source: key.source, key.identifier)
        effects.raise(
            NoticeContent(
                name, .attention, revision: effects.noticeRevision(), atStake: Money(invoice.open, invoice.currency),
                owner: director,
                facts: [
                    .code("invoice", key.identifier), .code("supplier", invoice.supplier),
                    .money("amount", invoice.amount, invoice.currency), .money("open", invoice.open, invoice.currency),
                    .code("match", invoice.match?.rawValue),
                ], next: name.kind.next(["invoice": key.identifier, "source": key.source]),
                happenedAt: effects.now))
    }

    /// Nothing holds an invoice back any more.
    static func fits(_ key: LedgerKey, _ effects: inout Effects) {
        effects.clear(
            NoticeName(.payableHeld, source: key.source, key.identifier), revision: effects.noticeRevision(),
            because: "nothing holds it back any more")
    }

    /// - Parameter director: whose it is to agree.
    static func tell(
        _ command: ReleasePayable, _ invoice: HeldInvoice?, director: String, causedBy cause: Envelope,
        _ effects: inout Effects
    ) {
        let name = NoticeName(.payableRelease, source: command.source, command.invoiceId)
        let revision = effects.noticeRevision()
        guard command.step == .propose else {
            return effects.clear(
                name, revision: revision, because: "approved by \(command.by)", causedBy: cause)
        }
        effects.raise(
            NoticeContent(
                name, .attention, revision: revision, atStake: invoice.map { Money($0.open, $0.currency) },
                owner: director,
                facts: [
                    .code("invoice", command.invoiceId), invoice.flatMap { .money("open", $0.open, $0.currency) },
                    .text("reason", command.reason), .code("proposed-by", command.by),
                ], next: name.kind.next(["invoice": command.invoiceId, "source": command.source]),
                happenedAt: effects.now), causedBy: cause)
    }

    // MARK: Months

    /// - Parameter director: whose it is to agree.
    static func tell(_ event: PeriodChanged, director: String, causedBy cause: Envelope, _ effects: inout Effects) {
        let month = String(event.month.description.prefix(7))
        let name = NoticeName(.periodReopening, month)
        let revision = effects.noticeRevision()
        switch event.state {
        // It was open, so that nobody wanted it so.
        case .closed: return
        case .open: effects.clear(name, revision: revision, because: "opened by \(event.by)", causedBy: cause)
        case .reopening:
            effects.raise(
                NoticeContent(
                    name, .attention, revision: revision, owner: director,
                    facts: [
                        .text("month", month), .text("reason", event.reason), .code("proposed-by", event.by),
                    ], next: name.kind.next(["month": month]), happenedAt: event.changedAt), causedBy: cause)
        }
    }
}
