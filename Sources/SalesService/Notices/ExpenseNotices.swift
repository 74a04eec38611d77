import Contracts
import Domain
import Postgres
import ServiceKit

/// What finance says of expenses, kept for the sales people whom it concerns. No customer is concerned: it stands as `-`,
/// and the account stands in the place of the line of business. They are of whom they name, and of the branch whose budget it is.
enum ExpenseNotices {
    static func decided(
        _ messages: [Received<ExpenseDecided>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.say(
            messages.map { message in
                let body = message.body
                let reason = body.reason.map { ", \($0.rawValue)" } ?? ""
                let tier = body.tier.map { ", a \($0) may approve it" } ?? ""
                return Notice(
                    id: message.envelope.id, kind: SalesNoticeKind(body.decision), businessLine: body.budgetId,
                    branch: body.branch,
                    detail:
                        "expense \(body.expenseId)\(reason)\(tier); available \(body.available.moneyText) \(body.currency)",
                    toldAt: body.decidedAt)
            }, transaction)
    }

    static func alertRaised(
        _ messages: [Received<ExpenseAlertRaised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.say(
            messages.map(\.body).map { body in
                let sales = body.salesPercent.map { ", sales at \($0) %" } ?? ""
                return Notice(
                    id: body.alertId, kind: SalesNoticeKind(body.kind), businessLine: body.account,
                    owner: body.owner, branch: body.branch,
                    detail: "\(body.used.moneyText) of \(body.budget.moneyText) \(body.currency) used\(sales)",
                    toldAt: body.raisedAt)
            }, transaction)
    }

    /// A clearing may come before its alert: then it stands alone until that comes.
    static func alertCleared(
        _ messages: [Received<ExpenseAlertCleared>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.clear(
            messages.map(\.body).map {
                Notice(
                    id: $0.alertId, kind: SalesNoticeKind($0.kind), businessLine: $0.account,
                    owner: $0.owner, branch: $0.branch, toldAt: $0.clearedAt, clearedAt: $0.clearedAt)
            }, transaction)
    }

    /// A month concerns everybody: it stands in the place of the account.
    static func periodChanged(
        _ messages: [Received<PeriodChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.say(
            messages.map { message in
                let body = message.body
                let month = String(body.month.description.prefix(7))
                let reason = body.reason.map { ": \($0)" } ?? ""
                return Notice(
                    id: message.envelope.id, kind: SalesNoticeKind(body.state), businessLine: month,
                    detail: "\(month) by \(body.by)\(reason)", toldAt: body.changedAt)
            }, transaction)
    }
}
