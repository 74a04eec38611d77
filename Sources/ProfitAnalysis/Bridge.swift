public import Contracts
public import Domain

/// What one item came to in one period.
public struct BridgeSide: Sendable, Equatable {
    /// How much was done, in the item's unit.
    public var quantity = FixedDecimal.zero
    /// What it brought, at constant rates.
    public var revenue = FixedDecimal.zero
    /// What it cost, at constant rates.
    public var cost = FixedDecimal.zero
    /// Revenue less cost, each line at the rate of its own day.
    public var ownMargin = FixedDecimal.zero

    /// Nothing yet.
    public init() {}

    /// Revenue less cost, at constant rates.
    public var margin: FixedDecimal { revenue - cost }

    /// Adds a line.
    public mutating func add(
        quantity: FixedDecimal, revenue: FixedDecimal, cost: FixedDecimal, ownMargin: FixedDecimal
    ) {
        self.quantity = self.quantity + quantity
        self.revenue = self.revenue + revenue
        self.cost = self.cost + cost
        self.ownMargin = self.ownMargin + ownMargin
    }
}

/// Why a margin is another in one period than in another. The effects add up to the change exactly.
public struct BridgeEffects: Sendable, Equatable {
    /// Exchange rates moved.
    public var currency = FixedDecimal.zero
    /// Customers pay another price for a unit.
    public var price = FixedDecimal.zero
    /// A unit costs us something else; negative when it became dearer.
    public var cost = FixedDecimal.zero
    /// More or less was done, at the first period's mix.
    public var volume = FixedDecimal.zero
    /// More was done of what earns more, or of what earns less. Takes up the residue of rounding.
    public var mix = FixedDecimal.zero
    /// What was not done in the first period.
    public var new = FixedDecimal.zero
    /// What is not done any more.
    public var lost = FixedDecimal.zero
    /// Credits, which correct amounts and have no price.
    public var credits = FixedDecimal.zero
    /// How much of ``mix`` is the residue of rounding; already in it, not to be added again.
    public var rounding = FixedDecimal.zero

    /// None.
    public init() {}

    /// The change.
    public var total: FixedDecimal { currency + price + cost + volume + mix + new + lost + credits }

    /// Adds the effects of another item.
    public static func += (sum: inout BridgeEffects, other: BridgeEffects) {
        sum.currency = sum.currency + other.currency
        sum.price = sum.price + other.price
        sum.cost = sum.cost + other.cost
        sum.volume = sum.volume + other.volume
        sum.mix = sum.mix + other.mix
        sum.new = sum.new + other.new
        sum.lost = sum.lost + other.lost
        sum.credits = sum.credits + other.credits
        sum.rounding = sum.rounding + other.rounding
    }
}

/// An exact price–volume–mix bridge of the margin between two periods.
///
/// For an item *i* in both periods with quantities q, revenues R, costs C and margins M = R − C (0 and 1 are the periods):
///
///     price  =  R1 − R0·q1/q0
///     cost   = −(C1 − C0·q1/q0)
///     volume =  M0·(Q1/Q0 − 1)
///     mix    =  M0·(q1/q0 − Q1/Q0)
///
/// Q are the sums of quantities over the items of one unit: kilograms and entries are never added. Summed over the items
/// this is the usual `price = (p1 − p0)·q1`, `volume = (Q1 − Q0)·m̄0`, `mix = Σ(q1 − s0·Q1)(m0 − m̄0)` with s0 = q0/Q0 and
/// m̄0 = M0/Q0; written as above it also adds up item by item. An item without a quantity in the first period has no price
/// to compare with and is *new*, one without in the second is *lost*, and credits stand by themselves.
///
/// Currency comes first: every amount is converted by one rate for both periods, and what the margin differs by from the
/// one at each day's own rate is the currency effect, the second period's less the first's.
///
/// All is held in ten-thousandths. Each product is rounded once, half away from zero; what the four effects of an item then
/// miss of its change is put into its mix and shown as ``BridgeEffects/rounding``, at most two ten-thousandths an item.
public struct Bridge: Sendable {
    /// What names an item.
    public struct Key: Sendable, Hashable, Comparable {
        /// What it is told apart by.
        public let labels: [String]
        /// What is done.
        public let serviceItem: String
        /// In what unit.
        public let unit: String

        /// - Parameters: as the properties.
        public init(labels: [String], serviceItem: String, unit: String) {
            self.labels = labels
            self.serviceItem = serviceItem
            self.unit = unit
        }

        /// Byte for byte: what only looks alike is told apart.
        public static func == (first: Key, second: Key) -> Bool {
            first.labels.hasSameBytes(as: second.labels) && first.serviceItem.hasSameBytes(as: second.serviceItem)
                && first.unit.hasSameBytes(as: second.unit)
        }

        /// By labels, item and unit.
        public static func < (first: Key, second: Key) -> Bool {
            if first.labels != second.labels { return first.labels.lexicographicallyPrecedes(second.labels) }
            return (first.serviceItem, first.unit) < (second.serviceItem, second.unit)
        }
    }

    /// An item with its effects.
    public struct Item: Sendable {
        /// Its name.
        public let key: Key
        /// The first period.
        public let before: BridgeSide
        /// The second.
        public let after: BridgeSide
        /// Why it changed.
        public let effects: BridgeEffects
    }

    /// The items, by their keys.
    public let items: [Item]
    /// The effects of all of them.
    public let effects: BridgeEffects
    /// The margin of the first period, each line at its day's rate.
    public let before: FixedDecimal
    /// The margin of the second.
    public let after: FixedDecimal

    /// - Parameters:
    ///   - before: the first period, by item.
    ///   - after: the second.
    /// - Throws: ``Refusal`` with `amount-too-large` when a product does not fit.
    public init(_ before: [Key: BridgeSide], _ after: [Key: BridgeSide]) throws(Refusal) {
        var pools: [String: (before: FixedDecimal, after: FixedDecimal)] = [:]
        for (key, first) in before {
            guard let second = after[key], Self.isComparable(key, first, second) else { continue }
            var pool = pools[key.unit] ?? (.zero, .zero)
            pool.before = pool.before + first.quantity
            pool.after = pool.after + second.quantity
            pools[key.unit] = pool
        }
        var items: [Item] = []
        var sum = BridgeEffects()
        var (margin0, margin1) = (FixedDecimal.zero, FixedDecimal.zero)
        for key in Set(before.keys).union(after.keys).sorted() {
            let (first, second) = (before[key] ?? BridgeSide(), after[key] ?? BridgeSide())
            let effects = try Self.effects(key, first, second, pools[key.unit] ?? (.zero, .zero))
            items.append(Item(key: key, before: first, after: second, effects: effects))
            sum += effects
            margin0 = margin0 + first.ownMargin
            margin1 = margin1 + second.ownMargin
        }
        self.items = items
        self.effects = sum
        self.before = margin0
        self.after = margin1
    }

    private static func isComparable(_ key: Key, _ first: BridgeSide, _ second: BridgeSide) -> Bool {
        !key.serviceItem.hasSuffix("-CREDIT") && first.quantity != .zero && second.quantity != .zero
    }

    private static func effects(
        _ key: Key, _ first: BridgeSide, _ second: BridgeSide, _ pool: (before: FixedDecimal, after: FixedDecimal)
    ) throws(Refusal) -> BridgeEffects {
        var effects = BridgeEffects()
        effects.currency = (second.ownMargin - second.margin) - (first.ownMargin - first.margin)
        if key.serviceItem.hasSuffix("-CREDIT") {
            effects.credits = second.margin - first.margin
            return effects
        }
        guard isComparable(key, first, second) else {
            effects.new = second.margin
            effects.lost = -first.margin
            return effects
        }
        let own = (second.quantity, first.quantity)
        // Quantities of one unit that cancel out have no volume; then all of it is mix.
        let whole = pool.before == .zero ? (FixedDecimal(1), FixedDecimal(1)) : (pool.after, pool.before)
        let atWhole = try scaled(first.margin, whole)
        effects.price = second.revenue - (try scaled(first.revenue, own))
        effects.cost = try scaled(first.cost, own) - second.cost
        effects.volume = atWhole - first.margin
        effects.mix = try scaled(first.margin, own) - atWhole
        effects.rounding =
            second.margin - first.margin - (effects.price + effects.cost + effects.volume + effects.mix)
        effects.mix = effects.mix + effects.rounding
        return effects
    }

    private static func scaled(
        _ value: FixedDecimal, _ factor: (FixedDecimal, FixedDecimal)
    ) throws(Refusal) -> FixedDecimal {
        guard let product = value.multiplied(by: factor.0.units, dividedBy: factor.1.units) else {
            throw Refusal(.amountTooLarge, path: "$", "amounts and quantities are too large to be compared exactly")
        }
        return product
    }
}
