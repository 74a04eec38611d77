public import Contracts
public import Domain

/// Lines that a simulation leaves out, added up in their own currency: those of orders that are held, and those in a currency
/// that has no rate.
public struct ScenarioApart: Part, Equatable {
    /// What holds their orders, `waiting` or `refused`; `nil` for lines that have no rate.
    public let decision: String?
    /// The currency of the amounts.
    public let currency: Currency
    /// How many orders they are of; `nil` where that is not told.
    public private(set) var orders: Int?
    /// How many lines they are.
    public private(set) var lines: Int
    /// How many of them have no known cost.
    public private(set) var unknown: Int
    /// What customers would pay.
    public private(set) var revenue: FixedDecimal
    /// What they would cost, as far as that is known.
    public private(set) var cost: FixedDecimal

    /// - Parameters: as the properties.
    public init(
        decision: String?, currency: Currency, orders: Int?, lines: Int, unknown: Int, revenue: FixedDecimal,
        cost: FixedDecimal
    ) {
        self.decision = decision
        self.currency = currency
        self.orders = orders
        self.lines = lines
        self.unknown = unknown
        self.revenue = revenue
        self.cost = cost
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        decision = try fields.optionalText("decision")
        currency = try fields.currency("currency")
        orders = try fields.optionalInteger("orders")
        lines = try fields.integer("lines")
        unknown = try fields.integer("unknown")
        revenue = try fields.decimal("revenue")
        cost = try fields.decimal("cost")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("decision", decision)
        object.text("currency", currency.code)
        object.integer("orders", orders)
        object.integer("lines", lines)
        object.integer("unknown", unknown)
        object.amount("revenue", revenue)
        object.amount("cost", cost)
    }

    /// The sums of several parts of one simulation, each decision and currency once.
    public static func sum(_ parts: [ScenarioApart]) -> [ScenarioApart] {
        var sums: [ScenarioApart] = []
        for part in parts {
            guard
                let place = sums.firstIndex(where: { $0.decision == part.decision && $0.currency == part.currency })
            else {
                sums.append(part)
                continue
            }
            sums[place].orders = sums[place].orders.map { $0 + (part.orders ?? 0) }
            sums[place].lines += part.lines
            sums[place].unknown += part.unknown
            sums[place].revenue = sums[place].revenue + part.revenue
            sums[place].cost = sums[place].cost + part.cost
        }
        // What waits before what is refused.
        return sums.sorted { ($1.decision ?? "", $0.currency) < ($0.decision ?? "", $1.currency) }
    }
}

extension Scenario {
    /// The lines that it can convert, and what the others come to. When it can convert none, all are kept: whoever reprices
    /// them is told which rate is missing.
    public func rated(_ lines: [ProfitLine]) -> (rated: [ProfitLine], apart: [ScenarioApart]) {
        let unrated = unrated(lines)
        let rated = lines.filter { !unrated.contains($0.currency) }
        guard !unrated.isEmpty, !rated.isEmpty else { return (lines, []) }
        let apart = lines.filter { unrated.contains($0.currency) }.map { line in
            ScenarioApart(
                decision: nil, currency: line.currency, orders: nil, lines: 1, unknown: line.cost == nil ? 1 : 0,
                revenue: line.revenue, cost: line.cost ?? .zero)
        }
        return (rated, ScenarioApart.sum(apart))
    }
}
