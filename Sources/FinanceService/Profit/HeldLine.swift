import Contracts
import Domain
import ProfitAnalysis

/// A line of an order that is refused or waits for approval: it earns nothing as long as it stands so. Pure.
struct HeldLine: Sendable, Equatable {
    /// Why it does not count.
    enum Reason: String, Sendable, Hashable, CaseIterable {
        case waiting
        case refused

        /// Nothing for an order that is taken.
        init?(_ decision: OrderDecision) {
            switch decision {
            case .accepted: return nil
            case .needsApproval: self = .waiting
            case .refused: self = .refused
            }
        }
    }

    let line: ProfitLine
    let reason: Reason

    /// What held lines come to, in their own currencies: reason, currency, orders, lines, those of them without a known cost,
    /// revenue and cost.
    static func rows(_ lines: [HeldLine]) -> [[String?]] {
        struct Sum {
            var orders: Set<LedgerKey> = []
            var lines = 0
            var unknown = 0
            var revenue = FixedDecimal.zero
            var cost = FixedDecimal.zero
        }
        var rows: [[String?]] = []
        for reason in Reason.allCases {
            var sums: [Currency: Sum] = [:]
            for held in lines where held.reason == reason {
                var sum = sums[held.line.currency] ?? Sum()
                sum.orders.insert(LedgerKey(source: held.line.source, identifier: held.line.orderId))
                sum.lines += 1
                sum.unknown += held.line.cost == nil ? 1 : 0
                sum.revenue = sum.revenue + held.line.revenue
                sum.cost = sum.cost + (held.line.cost ?? .zero)
                sums[held.line.currency] = sum
            }
            rows += sums.sorted { $0.key < $1.key }.map { currency, sum in
                [
                    reason.rawValue, currency.code, String(sum.orders.count), String(sum.lines), String(sum.unknown),
                    sum.revenue.moneyText, sum.cost.moneyText,
                ]
            }
        }
        return rows
    }
}
