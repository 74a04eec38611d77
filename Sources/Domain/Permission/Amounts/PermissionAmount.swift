/// Up to what those of a role may do what a line lets them do: an amount, for how long, and of which business.
///
/// Where any is written for a right to a kind of object, that right is measured: whoever has it by a role without one may do
/// nothing of it that has an amount.
public struct PermissionAmount: Sendable, Equatable {
    /// What it is called; decisions and refusals name it.
    public let name: String
    /// For whom.
    public let role: PermissionRole
    /// Of which right.
    public let right: PermissionRight
    /// Of which kinds of object.
    public var kinds: [PermissionKind]
    /// The most; `nil` for whatever it comes to.
    public let upTo: Money?
    /// The longest, in days, of what holds for some days; `nil` for any time.
    public let days: Int?
    /// For these lines of business alone; for every one when empty.
    public let businessLines: [String]
    /// For what belongs to these nodes, or lies below them, alone; for everything when empty.
    public let nodes: [String]

    /// - Parameters: as the properties.
    public init(
        name: String, role: PermissionRole, right: PermissionRight, kinds: [PermissionKind], upTo: Money?,
        days: Int? = nil, businessLines: [String] = [], nodes: [String] = []
    ) {
        self.name = name
        self.role = role
        self.right = right
        self.kinds = kinds
        self.upTo = upTo
        self.days = days
        self.businessLines = businessLines
        self.nodes = nodes
    }

    /// Whether it is for whatever business.
    public var isOfEveryBusiness: Bool { businessLines.isEmpty && nodes.isEmpty }

    /// Whether it is for something of this business.
    public func concerns(_ business: PermissionBusiness) -> Bool {
        func has(_ codes: [String], _ code: String) -> Bool { codes.contains { $0.hasSameBytes(as: code) } }
        let isOfLine = businessLines.isEmpty || business.line.map { has(businessLines, $0) } ?? false
        return isOfLine && (nodes.isEmpty || business.nodes.contains { has(nodes, $0) })
    }

    /// Whether so much for so long is within it; `nil` when no rate is known by which that could be told.
    public func covers(_ measure: PermissionMeasure, _ rates: RateTable, on day: CalendarDay) -> Bool? {
        if let days, let asked = measure.days, asked > days { return false }
        guard let upTo, let asked = measure.amount else { return true }
        return rates.convert(asked.amount, from: asked.currency, to: upTo.currency, on: day).map { $0 <= upTo.amount }
    }

    /// Whether all that another one lets do is let do by this one.
    ///
    /// Nodes are compared by their codes: what lies below what is for the organisation of a day to say.
    public func holds(_ other: PermissionAmount) -> Bool {
        let isEnough: Bool
        switch (upTo, other.upTo) {
        case (nil, _): isEnough = true
        case (_, nil): isEnough = false
        case (let mine?, let theirs?): isEnough = mine.currency == theirs.currency && mine.amount >= theirs.amount
        }
        let isLongEnough = days.map { mine in other.days.map { $0 <= mine } ?? false } ?? true
        func widens(_ mine: [String], _ theirs: [String]) -> Bool {
            mine.isEmpty || !theirs.isEmpty && Set(theirs).isSubset(of: mine)
        }
        return isEnough && isLongEnough && widens(businessLines, other.businessLines) && widens(nodes, other.nodes)
    }
}

/// Of which business something is, for the amounts that are for some business alone.
public struct PermissionBusiness: Sendable, Equatable {
    /// The line of business; `nil` when it is of none, or of several.
    public var line: String?
    /// The node that it belongs to and those above it, on its day.
    public var nodes: [String]

    /// - Parameters: as the properties.
    public init(line: String? = nil, nodes: [String] = []) {
        self.line = line
        self.nodes = nodes
    }
}

/// How much is to be done.
public struct PermissionMeasure: Sendable, Equatable {
    /// What it comes to; `nil` for what has no amount.
    public var amount: Money?
    /// For how many days it is to hold; `nil` for what holds for none in particular.
    public var days: Int?

    /// - Parameters: as the properties.
    public init(amount: Money? = nil, days: Int? = nil) {
        self.amount = amount
        self.days = days
    }
}

extension PermissionAmount {
    /// What it lets do, in words: `50000.00 CNY, 30 days, of air-freight`.
    public var extent: String {
        var words = [upTo.map(\.description) ?? "any amount"]
        if let days { words.append("\(days) days") }
        if !businessLines.isEmpty { words.append("of " + businessLines.joined(separator: " ")) }
        if !nodes.isEmpty { words.append("in " + nodes.joined(separator: " ")) }
        return words.joined(separator: ", ")
    }
}
