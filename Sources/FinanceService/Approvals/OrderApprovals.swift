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
                try check(message.body, row, rates, on: effects.now.day())
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

    private func check(
        _ command: DecideOrder, _ row: OrderRow, _ rates: RateTable, on day: CalendarDay
    ) throws(Refusal) {
        guard let tier = authority.tier(of: command.by, branch: row.branch, on: day) else {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "'\(command.by)' may not decide on orders of branch '\(row.branch)': its manager or the director may")
        }
        guard command.verdict == .approve else { return }
        guard let worth = rates.convert(row.margin.revenue, from: row.currency, to: tier.currency, on: day) else {
            throw Refusal(.noRate, path: "$.orderId", "there is no rate of \(row.currency.code) on \(day)")
        }
        guard worth <= tier.cap else {
            throw Refusal(
                .aboveAuthority, path: "$.by",
                "the order is worth \(worth.moneyText) \(tier.currency.code); a \(tier.name) may approve up to "
                    + "\(tier.cap.moneyText)")
        }
    }
}
