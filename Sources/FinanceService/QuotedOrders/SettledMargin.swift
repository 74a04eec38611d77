import Contracts
import Domain

/// What an order that named its quote has come to in the end. Pure.
enum SettledMargin {
    /// For so many days after an order was placed its margin is looked at: what is invoiced after that is told nobody any more.
    static let lookedAtDays = 120

    /// An order's margin, when it is final: all of its lines are invoiced, or 95 % of what they are expected to cost, or the order is
    /// so old that nobody waits any more. `nil` while it is not, and of one that is cancelled.
    ///
    /// - Parameters:
    ///   - lines: its lines with the costs that count.
    ///   - day: the day on which is asked.
    static func told(
        _ row: OrderRow, _ key: OrderKey, quoteId: String, _ lines: [AssessedLine], on day: CalendarDay,
        at time: Timestamp
    ) -> OrderMarginSettled? {
        guard row.isKnown, !row.isCancelled else { return nil }
        let own = lines.filter { !$0.line.isPassThrough }
        let isAwaited = own.contains { $0.basis != .actual }
        let known = own.compactMap(\.cost).reduce(.zero, +)
        let actual = own.filter { $0.basis == .actual }.compactMap(\.cost).reduce(.zero, +)
        let completeness = FixedDecimal(100).multiplied(by: actual.units, dividedBy: known.units)
        let isEnough =
            own.allSatisfy { $0.cost != nil } && (completeness.map { $0 >= MarginStates.completePercent } ?? false)
        let age = day.daysSinceEpoch - row.placedAt.day().daysSinceEpoch
        guard !isAwaited || isEnough || age > MarginStates.patienceDays else { return nil }
        return OrderMarginSettled(
            source: key.source, orderId: key.orderId, revision: row.contentRevision, quoteId: quoteId,
            currency: row.currency,
            lines: own.map {
                SettledLine(
                    line: $0.line.number, serviceItem: $0.line.serviceItem, revenue: $0.line.revenue, cost: $0.cost,
                    isActual: $0.basis == .actual)
            }, completeness: completeness, settledAt: time)
    }
}
