public import Contracts
public import Domain

/// One line of an order, as profit is analysed by: who, where, what, how much of it, what it brought and what it cost.
///
/// Amounts are tax-exclusive, in ``currency``; a pass-through item (代垫) is neither revenue nor cost and never stands here.
public struct ProfitLine: Sendable, Equatable {
    /// The system that sent the order.
    public var source: String
    /// The order.
    public var orderId: String
    /// The number of the line in its order.
    public var line: Int
    /// The day that the line counts for.
    public var day: CalendarDay
    /// The code of the customer.
    public var customer: String
    /// The line of business.
    public var businessLine: String
    /// The branch.
    public var branch: String
    /// Who sold it.
    public var salesOwner: String?
    /// From where to where.
    public var lane: String?
    /// What is done.
    public var serviceItem: String
    /// The unit of ``quantity``.
    public var unit: String
    /// Who does it for us.
    public var supplier: String?
    /// How much of it.
    public var quantity: FixedDecimal
    /// The currency of the amounts.
    public var currency: Currency
    /// What the customer pays.
    public var revenue: FixedDecimal
    /// What it costs us; `nil` while that is not known.
    public var cost: FixedDecimal?
    /// The system that gave the supplier its code, when it is another than that of the order.
    public var supplierSource: String?
    /// Of its customer, supplier and order those whose name another system has given to something else.
    public var shared: Set<ProfitDimension> = []

    /// - Parameters: as the properties.
    public init(
        source: String, orderId: String, line: Int, day: CalendarDay, customer: String, businessLine: String,
        branch: String, salesOwner: String?, lane: String?, serviceItem: String, unit: String, supplier: String?,
        quantity: FixedDecimal, currency: Currency, revenue: FixedDecimal, cost: FixedDecimal?
    ) {
        self.source = source
        self.orderId = orderId
        self.line = line
        self.day = day
        self.customer = customer
        self.businessLine = businessLine
        self.branch = branch
        self.salesOwner = salesOwner
        self.lane = lane
        self.serviceItem = serviceItem
        self.unit = unit
        self.supplier = supplier
        self.quantity = quantity
        self.currency = currency
        self.revenue = revenue
        self.cost = cost
    }

    /// Whether it is a credit: it corrects an amount and has no price of its own.
    public var isCredit: Bool { serviceItem.hasSuffix("-CREDIT") }
}

/// By what profit is told apart.
public enum ProfitDimension: String, Sendable, CaseIterable {
    /// The branch.
    case branch
    /// The line of business.
    case line
    /// The customer.
    case customer
    /// What is done.
    case item
    /// Who does it for us.
    case supplier
    /// From where to where.
    case lane
    /// Who sold it.
    case owner
    /// The order.
    case order

    /// What a line has there, with the system that named it where another has given the name to something else; `-` for none.
    public func value(of line: ProfitLine) -> String {
        switch self {
        case .branch: line.branch
        case .line: line.businessLine
        case .customer: name(line.customer, line.source, line)
        case .item: line.serviceItem
        case .supplier: line.supplier.map { name($0, line.supplierSource ?? line.source, line) } ?? "-"
        case .lane: line.lane ?? "-"
        case .owner: line.salesOwner ?? "-"
        case .order: name(line.orderId, line.source, line)
        }
    }

    private func name(_ name: String, _ source: String, _ line: ProfitLine) -> String {
        line.shared.contains(self) ? "\(source)/\(name)" : name
    }

    /// A list such as `branch,item`; each at most once.
    ///
    /// - Throws: a refusal that names the words there are.
    public static func list(_ text: String) throws(Refusal) -> [ProfitDimension] {
        var found: [ProfitDimension] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let dimension = ProfitDimension(rawValue: String(word)), !found.contains(dimension) else {
                throw Refusal(
                    .valueNotAllowed, path: "parameters.by",
                    "'by' is a list of different words of: \(allCases.map(\.rawValue).joined(separator: ", "))")
            }
            found.append(dimension)
        }
        return found
    }
}
