public import Contracts
public import Domain

/// What a unit of one thing costs at one place (a branch, or a supplier).
public struct UnitCost: Sendable, Equatable {
    /// What is done.
    public let serviceItem: String
    /// In what unit.
    public let unit: String
    /// From where to where; `-` when that is not told.
    public let lane: String
    /// The branch or the supplier.
    public let place: String
    /// How many lines it rests on.
    public var lines: Int
    /// How much was bought.
    public var quantity: FixedDecimal
    /// What for.
    public var cost: FixedDecimal

    /// - Parameters: as the properties.
    public init(
        serviceItem: String, unit: String, lane: String, place: String, lines: Int, quantity: FixedDecimal,
        cost: FixedDecimal
    ) {
        self.serviceItem = serviceItem
        self.unit = unit
        self.lane = lane
        self.place = place
        self.lines = lines
        self.quantity = quantity
        self.cost = cost
    }

    /// The cost of one unit, to four places; `nil` for no quantity.
    public var perUnit: FixedDecimal? { FixedDecimal.ratio(of: cost, to: quantity) }

    /// Whether a unit costs less here than there; exact, without division.
    func isCheaper(than other: UnitCost) -> Bool {
        let mine = cost.units.multipliedFullWidth(by: other.quantity.units)
        let theirs = other.cost.units.multipliedFullWidth(by: quantity.units)
        return (mine.high, mine.low) < (theirs.high, theirs.low)
    }
}

/// What would be saved if a place bought at the price of its cheapest peer.
public struct CostSaving: Sendable, Equatable {
    /// What is bought too dear.
    public let bought: UnitCost
    /// Who buys it best.
    public let best: UnitCost
    /// How much less the same quantity would cost at the best price.
    public let amount: FixedDecimal
}

/// Compares what the same thing costs at several places.
public enum CostBenchmark {
    /// The savings, the largest first.
    ///
    /// Only places with enough lines are compared, and one that is to be the measure must also buy a tenth of what the
    /// other buys: the price of a single parcel says nothing about that of a hundred tons.
    ///
    /// - Parameters:
    ///   - costs: what each thing costs at each place; each pair once.
    ///   - minimumLines: how many lines a place must have to be compared.
    /// - Throws: ``Refusal`` with `amount-too-large` when a product does not fit.
    public static func savings(_ costs: [UnitCost], minimumLines: Int) throws(Refusal) -> [CostSaving] {
        struct Thing: Hashable {
            let serviceItem: String
            let unit: String
            let lane: String
        }
        var savings: [CostSaving] = []
        let groups = Dictionary(grouping: costs.filter { $0.lines >= minimumLines && $0.quantity > .zero }) {
            Thing(serviceItem: $0.serviceItem, unit: $0.unit, lane: $0.lane)
        }
        for group in groups.values where group.count > 1 {
            for bought in group {
                var best: UnitCost?
                for peer in group.sorted(by: { $0.place < $1.place })
                where peer.place != bought.place && peer.quantity.units >= bought.quantity.units / 10
                    && peer.isCheaper(than: best ?? bought)
                {
                    best = peer
                }
                guard let best else { continue }
                guard
                    let atBest = best.cost.multiplied(by: bought.quantity.units, dividedBy: best.quantity.units)
                else {
                    throw Refusal(.amountTooLarge, path: "$", "costs are too large to be compared exactly")
                }
                let amount = bought.cost - atBest
                if amount > .zero { savings.append(CostSaving(bought: bought, best: best, amount: amount)) }
            }
        }
        return savings.sorted { first, second in
            if first.amount != second.amount { return first.amount > second.amount }
            let (one, other) = (first.bought, second.bought)
            return (one.serviceItem, one.unit, one.lane, one.place) < (
                other.serviceItem, other.unit, other.lane, other.place
            )
        }
    }
}
