import Contracts
import Domain
import ServiceKit

/// What the graph and the overview keep of an order.
struct OrderContent: Sendable, Equatable {
    let code: String
    let businessLine: String
    let currency: String
    let revenue: FixedDecimal
    let placedAt: Timestamp
    let consignee: String?
    let payer: String?
    /// The codes of its suppliers, each once, in order.
    let suppliers: [String]

    init(_ order: Order) {
        code = order.customer.code
        businessLine = order.businessLine
        currency = order.currency.code
        revenue = order.lines.reduce(.zero) { $0 + $1.revenue }
        placedAt = order.placedAt
        consignee = order.consignee?.code
        payer = order.payer?.code
        suppliers = Set(order.lines.compactMap { $0.supplier?.code }).sorted()
    }

    init(
        code: String, businessLine: String, currency: String, revenue: FixedDecimal, placedAt: Timestamp,
        consignee: String?, payer: String?, suppliers: [String]
    ) {
        self.code = code
        self.businessLine = businessLine
        self.currency = currency
        self.revenue = revenue
        self.placedAt = placedAt
        self.consignee = consignee
        self.payer = payer
        self.suppliers = suppliers
    }
}

/// An order as the graph keeps it: how it stands, and its content as far as that has come. Pure.
struct GraphOrder: Sendable, Equatable {
    var standing = OrderStanding()
    var content: OrderContent?

    /// What counts: nothing while the order is cancelled, or while only its cancellation is known.
    var counting: OrderContent? { standing.isCancelled ? nil : content }

    /// Takes a newer word; an older one says nothing.
    mutating func take(_ order: OrderContent, revision: Int) {
        if standing.take(revision) { content = order }
    }
}
