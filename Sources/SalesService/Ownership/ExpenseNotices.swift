import Contracts
import Domain
import Postgres
import ServiceKit

/// What finance says of expenses, kept for the sales people whom it concerns. No customer is concerned: it stands as `-`,
/// and the account stands in the place of the line of business.
enum ExpenseNotices {
    static func decided(
        _ messages: [Received<ExpenseDecided>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(
            messages.map { message in
                let body = message.body
                let reason = body.reason.map { ", \($0.rawValue)" } ?? ""
                let tier = body.tier.map { ", a \($0) may approve it" } ?? ""
                return Notice(
                    id: message.envelope.id, kind: "expense-\(body.decision.rawValue)", account: body.budgetId,
                    owner: nil,
                    detail:
                        "expense \(body.expenseId)\(reason)\(tier); available \(body.available.moneyText) \(body.currency)",
                    at: body.decidedAt)
            }, transaction)
    }

    static func alertRaised(
        _ messages: [Received<ExpenseAlertRaised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(
            messages.map(\.body).map { body in
                let sales = body.salesPercent.map { ", sales at \($0) %" } ?? ""
                return Notice(
                    id: body.alertId, kind: "expense-budget-\(body.kind.rawValue)", account: body.account,
                    owner: body.owner,
                    detail: "\(body.used.moneyText) of \(body.budget.moneyText) \(body.currency) used\(sales)",
                    at: body.raisedAt)
            }, transaction)
    }

    /// A clearing may come before its alert: then it stands alone until that comes.
    static func alertCleared(
        _ messages: [Received<ExpenseAlertCleared>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.map(\.body).sorted { $0.alertId < $1.alertId }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, detail, told_at,
                cleared_at)
            select id, kind, '-', account, owner, '', cleared, cleared from unnest(
                \(rows.map(\.alertId)), \(rows.map { "expense-budget-\($0.kind.rawValue)" }), \(rows.map(\.account)),
                \(rows.map(\.owner)), \(rows.map { PostgresValue.timestamp($0.clearedAt.description) }))
                as t(id, kind, account, owner, cleared)
            on conflict (notice_id) do update set cleared_at = excluded.cleared_at
            """)
    }

    /// A month concerns everybody: it stands in the place of the account.
    static func periodChanged(
        _ messages: [Received<PeriodChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(
            messages.map { message in
                let body = message.body
                let month = String(body.month.description.prefix(7))
                let reason = body.reason.map { ": \($0)" } ?? ""
                return Notice(
                    id: message.envelope.id, kind: "period-\(body.state.rawValue)", account: month, owner: nil,
                    detail: "\(month) by \(body.by)\(reason)", at: body.changedAt)
            }, transaction)
    }

    private struct Notice {
        let id: String
        let kind: String
        let account: String
        let owner: String?
        let detail: String
        let at: Timestamp
    }

    private static func put(_ notices: [Notice], _ transaction: borrowing Transaction) throws {
        let rows = notices.sorted { $0.id < $1.id }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, detail, told_at)
            select id, kind, '-', account, owner, detail, at from unnest(
                \(rows.map(\.id)), \(rows.map(\.kind)), \(rows.map(\.account)), \(rows.map(\.owner)),
                \(rows.map(\.detail)), \(rows.map { PostgresValue.timestamp($0.at.description) }))
                as t(id, kind, account, owner, detail, at)
            on conflict (notice_id) do update set detail = excluded.detail, told_at = excluded.told_at
            """)
    }
}
