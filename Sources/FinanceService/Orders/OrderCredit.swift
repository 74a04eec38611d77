import Contracts
import Domain

/// What orders add to the exposure: what of an accepted order is not invoiced.
enum OrderCredit {
    /// What changes between two states of an order.
    struct Delta: Equatable {
        var accepted = FixedDecimal.zero
        var unbilled = FixedDecimal.zero
    }

    /// An account in a currency.
    struct Place: Hashable, Comparable {
        let source: String
        let code: String
        let currency: Currency

        static func < (first: Place, second: Place) -> Bool {
            (first.source, first.code, first.currency) < (second.source, second.code, second.currency)
        }
    }

    /// What an order that stands like this adds.
    static func reservation(_ row: OrderRow) -> FixedDecimal {
        guard row.isKnown, !row.isCancelled, row.decision == .accepted else { return .zero }
        guard row.isBilled else { return max(.zero, row.margin.revenue) }
        // Invoiced before it was told how much of it: whole.
        guard let billed = row.billed else { return .zero }
        return max(.zero, row.margin.revenue - billed)
    }

    /// Adds what an order adds, or takes it away again.
    static func add(_ row: OrderRow?, _ key: OrderKey, sign: Int, to deltas: inout [Place: Delta]) {
        guard let row, row.reserved != .zero else { return }
        let place = Place(source: key.source, code: row.customerCode, currency: row.currency)
        let amount = sign < 0 ? -row.reserved : row.reserved
        if row.isCompleted {
            deltas[place, default: Delta()].unbilled += amount
        } else {
            deltas[place, default: Delta()].accepted += amount
        }
    }
}
