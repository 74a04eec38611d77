import Contracts
import Domain
import Postgres
import ServiceKit

/// What people decide about orders that wait for approval: decided again at once, and told as every decision is.
struct OrderApprovals: Sendable {
    let authority: Authority
    let rates: ExchangeRates
    let policy: MarginPolicy

    func decide(
        _ messages: [Received<DecideOrder>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let keys = messages.map { OrderKey(source: $0.body.source, orderId: $0.body.orderId) }
        var ledger = try OrderLedger(keys, rates: rates, policy: policy, transaction)
        let rates = try rates.current(transaction)
        for (message, key) in zip(messages, keys) {
            do throws(Refusal) {
                let row = try Self.waiting(ledger.row(key), message.body)
                let approval = try check(message.body, message.permit, row, rates, on: effects.now.day())
                if let way = approval?.way { effects.take(way, for: message) }
                ledger.judge(key, isTaken: message.body.verdict == .approve, causedBy: message.envelope)
                effects.count("orders_judged")
            } catch {
                effects.refuse(message, error)
            }
        }
        try ledger.settle(.order, transaction, &effects)
    }

    /// The order as it waits.
    private static func waiting(_ row: OrderRow?, _ command: DecideOrder) throws(Refusal) -> OrderRow {
        guard let row, row.isKnown else {
            throw Refusal(
                .notFound, path: "$.orderId", "there is no order '\(command.orderId)' of '\(command.source)'")
        }
        if let seen = command.revision, seen != row.contentRevision {
            throw Refusal(
                .conflictingRevision, path: "$.revision",
                "the order is at revision \(row.contentRevision) meanwhile: look at it again")
        }
        guard !row.isCancelled, row.decision == .needsApproval else {
            let standing = row.isCancelled ? "cancelled" : row.decision?.rawValue ?? "not decided"
            throw Refusal(.valueNotAllowed, path: "$.orderId", "the order waits for nobody: it is \(standing)")
        }
        return row
    }

    /// By whose authority it may be approved; to say no takes no amount.
    private func check(
        _ command: DecideOrder, _ permit: ActPermit?, _ row: OrderRow, _ rates: RateTable, on day: CalendarDay
    ) throws(Refusal) -> Mandate.Approval? {
        guard let mandate = authority.mandate(permit, of: command.by, branch: row.branch, on: day) else {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "'\(command.by)' may not decide on orders of branch '\(row.branch)': its manager or the director may")
        }
        guard command.verdict == .approve else { return nil }
        return try mandate.check(
            Money(row.margin.revenue, row.currency), rates, on: day, at: "$.by", rateAt: "$.orderId"
        ) { "the order is worth \($0)" }
    }
}
