import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of orders, costs and the sums of days.
enum OrderStore {
    /// Reads the orders of a batch and locks them, in the order of their keys so that two batches cannot deadlock.
    static func lock(_ keys: [OrderKey], _ transaction: borrowing Transaction) throws -> [OrderKey: OrderRow] {
        let sorted = Set(keys).sorted()
        let rows = try transaction.query(
            """
            select o.source, o.order_id, o.version, o.revision, o.fingerprint, o.is_cancelled, o.customer_code,
                o.business_line, o.branch, o.sales_owner, (extract(epoch from o.placed_at) * 1000000)::bigint,
                o.currency, o.lines, o.revenue::text, o.known_revenue::text, o.cost::text, o.is_counted,
                o.is_provisional, o.open_severity, o.low_raised, o.negative_raised, o.decision, o.decision_rule,
                o.override_id, o.override_amount::text, coalesce(o.content_revision, 0),
                o.is_completed, o.is_billed, o.reserved::text, o.earned::text
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            join orders o using (source, order_id)
            order by o.source, o.order_id
            for update of o
            """,
            as: (
                String, String, Int, Int, Int64, Bool, String, String, String, String?, Int64, String, String, String,
                String, String, Bool, Bool, String?, Int, Int, String?, String?, String?, String?, Int, Bool, Bool,
                String, String
            ).self)
        var found: [OrderKey: OrderRow] = [:]
        for row in rows {
            var order = OrderRow()
            order.version = row.2
            order.revision = row.3
            order.contentRevision = row.25
            order.fingerprint = row.4
            order.isCancelled = row.5
            order.customerCode = row.6
            order.businessLine = row.7
            order.branch = row.8
            order.salesOwner = row.9
            order.placedAt = Timestamp(microsecondsSinceEpoch: row.10, offsetMinutes: 480)
            order.currency = Currency(row.11) ?? .cny
            order.lines = row.12
            order.margin.revenue = try decimal(row.13)
            order.margin.knownRevenue = try decimal(row.14)
            order.margin.cost = try decimal(row.15)
            order.isCounted = row.16
            order.margin.isProvisional = row.17
            order.alert.open = row.18.flatMap(MarginSeverity.init(rawValue:))
            order.alert.lowRaised = row.19
            order.alert.negativeRaised = row.20
            order.decision = row.21.flatMap(OrderDecision.init(rawValue:))
            order.decisionRule = row.22
            if let identifier = row.23, let amount = row.24 {
                order.override = OverrideUse(identifier: identifier, amount: try decimal(amount))
            }
            order.isCompleted = row.26
            order.isBilled = row.27
            order.reserved = try decimal(row.28)
            order.margin.earned = try decimal(row.29)
            found[OrderKey(source: row.0, orderId: row.1)] = order
        }
        return found
    }

    /// Writes orders back, only where they still stand as they were read.
    static func put(_ orders: [(OrderKey, OrderRow)], _ transaction: borrowing Transaction) throws {
        let sorted = orders.sorted { $0.0 < $1.0 }
        let new = sorted.filter { $0.1.version == 0 }
        let known = sorted.filter { $0.1.version > 0 }
        if !new.isEmpty {
            try transaction.queue("insert into orders (\(columns)) \(rows(new))", expecting: .newRows("an order"))
        }
        guard !known.isEmpty else { return }
        try transaction.queue(
            """
            update orders o set
                version = t.version, revision = t.revision, fingerprint = t.fingerprint, is_cancelled = t.is_cancelled,
                customer_code = t.customer_code, business_line = t.business_line, branch = t.branch,
                sales_owner = t.sales_owner, placed_at = t.placed_at, day = t.day, currency = t.currency,
                lines = t.lines, revenue = t.revenue, known_revenue = t.known_revenue, cost = t.cost,
                is_counted = t.is_counted, is_provisional = t.is_provisional, open_severity = t.open_severity,
                low_raised = t.low_raised, negative_raised = t.negative_raised, decision = t.decision,
                decision_rule = t.decision_rule, override_id = t.override_id, override_amount = t.override_amount,
                content_revision = t.content_revision, reserved = t.reserved, earned = t.earned
            from (\(rows(known))) as t
            where o.source = t.source and o.order_id = t.order_id and o.version = t.version - 1
            """, expecting: .rows(known.count, "an order"))
    }

    private static let columns: SQL = """
        source, order_id, version, revision, fingerprint, is_cancelled, customer_code, business_line, branch,
        sales_owner, placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted, is_provisional,
        open_severity, low_raised, negative_raised, decision, decision_rule, override_id, override_amount,
        content_revision, reserved, earned
        """

    /// Orders as rows of those columns, each one version further.
    private static func rows(_ orders: [(OrderKey, OrderRow)]) -> SQL {
        let rows = orders.map(\.1)
        return """
            select source, order_id, version, revision, fingerprint, is_cancelled, customer_code, business_line,
            branch, sales_owner, timestamptz 'epoch' + placed_at * interval '1 microsecond' as placed_at,
            date '1970-01-01' + day as day, currency, lines, revenue, known_revenue, cost, is_counted, is_provisional,
            open_severity, low_raised, negative_raised, decision, decision_rule, override_id,
            override_amount, content_revision, reserved, earned
            from unnest(
                \(orders.map(\.0.source)), \(orders.map(\.0.orderId)), \(rows.map { Int32($0.version + 1) }),
                \(rows.map { Int32($0.revision) }), \(rows.map(\.fingerprint)), \(rows.map(\.isCancelled)),
                \(rows.map(\.customerCode)), \(rows.map(\.businessLine)), \(rows.map(\.branch)),
                \(rows.map(\.salesOwner)), \(rows.map(\.placedAt.microsecondsSinceEpoch)),
                \(rows.map { $0.placedAt.day().daysSinceEpoch }), \(rows.map(\.currency.code)), \(rows.map(\.lines)),
                \(rows.map(\.margin.revenue)), \(rows.map(\.margin.knownRevenue)), \(rows.map(\.margin.cost)),
                \(rows.map(\.isCounted)), \(rows.map(\.margin.isProvisional)), \(rows.map(\.alert.open?.rawValue)),
                \(rows.map { Int32($0.alert.lowRaised) }), \(rows.map { Int32($0.alert.negativeRaised) }),
                \(rows.map(\.decision?.rawValue)), \(rows.map(\.decisionRule)), \(rows.map(\.override?.identifier)),
                \(rows.map(\.override?.amount)), \(rows.map { Int32($0.contentRevision) }),
                \(rows.map(\.reserved)), \(rows.map(\.margin.earned)))
                as t(\(columns))
            """
    }

    /// Adds to the sums of days.
    static func add(
        _ deltas: [Contribution.Key: Contribution], _ transaction: borrowing Transaction
    ) throws {
        let sorted = deltas.filter { !$0.value.isNothing }.sorted { $0.key < $1.key }
        guard !sorted.isEmpty else { return }
        try transaction.queue(
            """
            insert into account_line_day (source, code, business_line, day, currency, orders, revenue, cost)
            select source, code, business_line, date '1970-01-01' + day, currency, orders, revenue, cost
            from unnest(
                \(sorted.map(\.key.source)), \(sorted.map(\.key.code)), \(sorted.map(\.key.businessLine)),
                \(sorted.map(\.key.day.daysSinceEpoch)), \(sorted.map(\.key.currency.code)),
                \(sorted.map { Int32($0.value.orders) }),
                \(sorted.map(\.value.revenue)),
                \(sorted.map(\.value.cost)))
                as t(source, code, business_line, day, currency, orders, revenue, cost)
            on conflict (source, code, business_line, day, currency) do update set
                orders = account_line_day.orders + excluded.orders,
                revenue = account_line_day.revenue + excluded.revenue, cost = account_line_day.cost + excluded.cost
            """)
    }

    static func decimal(_ text: String) throws -> FixedDecimal {
        // Sums may have more digits than one amount on the wire.
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, let units = Int128(whole.filter { $0 != "-" }) else {
            throw Refusal(.notADecimal, path: "$", "the database holds '\(text)' where a number should be")
        }
        var fraction: Int128 = 0
        let digits = parts.count > 1 ? String(parts[1].prefix(4)) : ""
        for character in digits.padding(to: 4) { fraction = fraction * 10 + Int128(character.wholeNumberValue ?? 0) }
        let magnitude = units * FixedDecimal.unitsPerOne + fraction
        return FixedDecimal(units: text.hasPrefix("-") ? -magnitude : magnitude)
    }
}

extension String {
    fileprivate func padding(to count: Int) -> String {
        self + String(repeating: "0", count: max(0, count - self.count))
    }
}
