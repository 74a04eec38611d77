import Contracts
import Domain

/// An order as finance keeps it.
struct OrderRow: Sendable, Equatable {
    var version = 0
    var standing = OrderStanding()
    var fingerprint: Int64 = 0
    var customerCode = ""
    var businessLine = ""
    var branch = ""
    var salesOwner: String?
    var placedAt = Timestamp(microsecondsSinceEpoch: 0)
    var currency = Currency.cny
    /// The lines as JSON.
    var lines = "[]"
    var margin = OrderMargin()
    /// Whether the order stands in the sums of its day.
    var isCounted = false
    var alert = AlertStanding()
    var decision: OrderDecision?
    var decisionRule: String?
    /// Counts the decisions of its revision from 1.
    var decisionNumber = 1
    var override: OverrideUse?
    var isCompleted = false
    /// Whether an invoice names it: what that takes over counts as owed, and only the rest as the order's.
    var isBilled = false
    /// How much invoices have taken over; `nil` for all.
    var billed: FixedDecimal?
    /// What credit notes take from what it earns.
    var credited = FixedDecimal.zero
    /// What it adds to its customer's exposure.
    var reserved = FixedDecimal.zero

    /// Whether the order itself has come, and not only something about it.
    var isKnown: Bool { !customerCode.isEmpty }

    /// The highest revision that was said of it.
    var revision: Int { standing.revision }
    /// The revision that its content is of; lower when a later one was cancelled.
    var contentRevision: Int { standing.contentRevision }
    var isCancelled: Bool { standing.isCancelled }

    /// Takes over a revision of the order, if it is newer.
    mutating func take(_ order: Order, _ fingerprint: Int64) -> Bool {
        guard standing.take(order.revision) else { return false }
        self.fingerprint = fingerprint
        customerCode = order.customer.code
        businessLine = order.businessLine
        branch = order.branch
        salesOwner = order.salesOwner
        placedAt = order.placedAt
        currency = order.currency
        lines = LineCodec.encode(order.lines)
        return true
    }
}

/// What an order adds to the sums of its day.
struct Contribution: Equatable {
    struct Key: Hashable, Comparable {
        let business: BusinessKey
        let day: CalendarDay
        let currency: Currency

        var source: String { business.source }
        var code: String { business.code }
        var businessLine: String { business.businessLine }

        static func < (first: Key, second: Key) -> Bool {
            (first.business, first.day, first.currency) < (second.business, second.day, second.currency)
        }
    }

    var orders = 0
    var revenue = FixedDecimal.zero
    var cost = FixedDecimal.zero

    var isNothing: Bool { self == Contribution() }

    /// The key and sums of an order that counts; `nil` for one that does not.
    static func of(_ row: OrderRow, _ key: OrderKey) -> (Key, Contribution)? {
        guard row.isKnown, !row.isCancelled else { return nil }
        return (
            Key(
                business: BusinessKey(source: key.source, code: row.customerCode, businessLine: row.businessLine),
                day: row.placedAt.day(), currency: row.currency),
            Contribution(orders: 1, revenue: row.margin.knownRevenue, cost: row.margin.cost)
        )
    }
}

/// The lines of an order in one column.
enum LineCodec {
    static func encode(_ lines: [OrderLine]) -> String {
        String(decoding: ObjectWriter.array(of: lines), as: UTF8.self)
    }

    static func decode(_ text: String) throws -> [MarginLine] {
        try orderLines(text).map { MarginLine($0) }
    }

    static func orderLines(_ text: String) throws -> [OrderLine] {
        try JSONDocument(parsing: Array(text.utf8)).root.elements.map { node in
            var fields = try FieldReader(node)
            return try OrderLine(fields: &fields)
        }
    }
}

extension MarginLine {
    init(_ line: OrderLine) {
        self.init(
            number: line.line, serviceItem: line.serviceItem, revenue: line.revenue, statedCost: line.cost,
            supplierCode: line.supplier?.code, isPassThrough: line.passThrough ?? false)
    }
}
