import Contracts
import Domain

/// Leave to take orders of a customer although its acceptance is not open: approved, dated, and up to an amount.
struct AcceptanceOverride: Sendable, Equatable {
    let identifier: String
    let from: CalendarDay
    let to: CalendarDay
    let cap: FixedDecimal
    let currency: Currency
    var used: FixedDecimal

    /// Whether it covers so much more on a day.
    func covers(_ amount: FixedDecimal, on day: CalendarDay) -> Bool {
        from <= day && day <= to && used + amount <= cap
    }
}

/// How much of an override an order has used.
struct OverrideUse: Sendable, Equatable {
    let identifier: String
    let amount: FixedDecimal
}

/// Whether we take an order, and why. Pure.
enum OrderDecisionPolicy {
    /// An answer to an order.
    struct Answer: Sendable, Equatable {
        let decision: OrderDecision
        let rule: String
        let use: OverrideUse?
    }

    /// Decides by the acceptance of the customer's business at this time.
    ///
    /// - Parameters:
    ///   - state: the acceptance.
    ///   - isSet: whether somebody has set it by hand; the rule then says so.
    ///   - revenue: what the order is worth.
    ///   - currency: in what currency.
    ///   - day: the day of the decision.
    ///   - former: what an earlier revision of the order has used; it is given back first.
    ///   - overrides: those of this customer and business line; what is used of them is written down here.
    ///   - rates: to compare the order with an override of another currency.
    static func decide(
        _ state: AcceptanceState, isSet: Bool = false, revenue: FixedDecimal, currency: Currency, on day: CalendarDay,
        former: OverrideUse?, overrides: inout [AcceptanceOverride], rates: RateTable
    ) -> Answer {
        giveBack(former, to: &overrides)
        let rule = "acceptance-\(isSet ? "set-" : "")\(state.rawValue)"
        let refusal: (OrderDecision, String)
        switch state {
        case .open: return Answer(decision: .accepted, rule: rule, use: nil)
        case .needsApproval: refusal = (.needsApproval, rule)
        case .stopped: refusal = (.refused, rule)
        }
        // The one that ends first is used first.
        let inOrder = overrides.indices.sorted {
            (overrides[$0].to, overrides[$0].identifier) < (overrides[$1].to, overrides[$1].identifier)
        }
        for index in inOrder {
            guard let amount = rates.convert(revenue, from: currency, to: overrides[index].currency, on: day),
                overrides[index].covers(amount, on: day)
            else { continue }
            overrides[index].used = overrides[index].used + amount
            return Answer(
                decision: .accepted, rule: "override",
                use: OverrideUse(identifier: overrides[index].identifier, amount: amount))
        }
        return Answer(decision: refusal.0, rule: refusal.1, use: nil)
    }

    /// Gives back what an order has used.
    static func giveBack(_ use: OverrideUse?, to overrides: inout [AcceptanceOverride]) {
        guard let use, let index = overrides.firstIndex(where: { $0.identifier == use.identifier }) else { return }
        overrides[index].used = overrides[index].used - use.amount
    }
}
