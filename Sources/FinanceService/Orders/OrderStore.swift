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
                o.business_line, o.branch, o.sales_owner, o.placed_at, o.currency, o.lines, o.revenue,
                o.known_revenue, o.cost, o.is_counted, o.is_provisional, o.open_severity, o.low_raised,
                o.negative_raised, o.decision, o.decision_rule, o.override_id, o.override_amount,
                coalesce(o.content_revision, 0) as content_revision, o.is_completed, o.is_billed, o.billed, o.credited,
                o.reserved, o.earned, o.decision_number
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            join orders o using (source, order_id)
            order by o.source, o.order_id
            for update of o
            """, as: StoredOrder.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0.order) })
    }

    /// An order as it stands in the table.
    private struct StoredOrder: PostgresRow {
        let key: OrderKey
        var order = OrderRow()

        init(row: inout RowReader) throws(PostgresError) {
            key = OrderKey(source: try row("source"), orderId: try row("order_id"))
            order.version = try row("version")
            order.standing = OrderStanding(
                revision: try row("revision"), isCancelled: try row("is_cancelled"),
                contentRevision: try row("content_revision"))
            order.fingerprint = try row("fingerprint")
            order.customerCode = try row("customer_code")
            order.businessLine = try row("business_line")
            order.branch = try row("branch")
            order.salesOwner = try row("sales_owner")
            order.placedAt = try row("placed_at", as: Timestamp.self).inZone()
            order.currency = try row("currency")
            order.lines = try row("lines")
            order.margin.revenue = try row("revenue")
            order.margin.knownRevenue = try row("known_revenue")
            order.margin.cost = try row("cost")
            order.margin.earned = try row("earned")
            order.margin.isProvisional = try row("is_provisional")
            order.isCounted = try row("is_counted")
            order.isCompleted = try row("is_completed")
            order.isBilled = try row("is_billed")
            order.billed = try row("billed")
            order.credited = try row("credited")
            order.alert.open = try row("open_severity")
            order.alert.lowRaised = try row("low_raised")
            order.alert.negativeRaised = try row("negative_raised")
            order.decision = try row("decision")
            order.decisionRule = try row("decision_rule")
            order.decisionNumber = try row("decision_number")
            order.reserved = try row("reserved")
            if let identifier = try row("override_id", as: String?.self),
                let amount = try row("override_amount", as: FixedDecimal?.self)
            {
                order.override = OverrideUse(identifier: identifier, amount: amount)
            }
        }
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
                content_revision = t.content_revision, reserved = t.reserved, earned = t.earned,
                decision_number = t.decision_number
            from (\(rows(known))) as t
            where o.source = t.source and o.order_id = t.order_id and o.version = t.version - 1
            """, expecting: .rows(known.count, "an order"))
    }

    private static let columns: SQL = """
        source, order_id, version, revision, fingerprint, is_cancelled, customer_code, business_line, branch,
        sales_owner, placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted, is_provisional,
        open_severity, low_raised, negative_raised, decision, decision_rule, override_id, override_amount,
        content_revision, reserved, earned, decision_number
        """

    /// Orders as rows of those columns, each one version further.
    private static func rows(_ orders: [(OrderKey, OrderRow)]) -> SQL {
        let rows = orders.map(\.1)
        return """
            select source, order_id, version, revision, fingerprint, is_cancelled, customer_code, business_line,
            branch, sales_owner, placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted,
            is_provisional, open_severity, low_raised, negative_raised, decision, decision_rule, override_id,
            override_amount, content_revision, reserved, earned, decision_number
            from unnest(
                \(orders.map(\.0.source)), \(orders.map(\.0.orderId)), \(rows.map { Int32($0.version + 1) }),
                \(rows.map { Int32($0.revision) }), \(rows.map(\.fingerprint)), \(rows.map(\.isCancelled)),
                \(rows.map(\.customerCode)), \(rows.map(\.businessLine)), \(rows.map(\.branch)),
                \(rows.map(\.salesOwner)), \(rows.map(\.placedAt)),
                \(rows.map { $0.placedAt.day() }), \(rows.map(\.currency.code)), \(rows.map(\.lines)),
                \(rows.map(\.margin.revenue)), \(rows.map(\.margin.knownRevenue)), \(rows.map(\.margin.cost)),
                \(rows.map(\.isCounted)), \(rows.map(\.margin.isProvisional)), \(rows.map(\.alert.open?.rawValue)),
                \(rows.map { Int32($0.alert.lowRaised) }), \(rows.map { Int32($0.alert.negativeRaised) }),
                \(rows.map(\.decision?.rawValue)), \(rows.map(\.decisionRule)), \(rows.map(\.override?.identifier)),
                \(rows.map(\.override?.amount)), \(rows.map { Int32($0.contentRevision) }),
                \(rows.map(\.reserved)), \(rows.map(\.margin.earned)), \(rows.map { Int32($0.decisionNumber) }))
                as t(\(columns))
            """
    }

    /// Locks orders and their sums of days, in the order in which whoever settles orders does: those that are there by their
    /// keys, then the keys of those that have not come, then the sums.
    static func lockWithSums(_ keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws {
        guard !keys.isEmpty else { return }
        let sorted = keys.sorted()
        try transaction.queue(
            """
            select count(*) from (
                select 1 from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
                join orders o using (source, order_id)
                order by o.source, o.order_id for update of o
            ) locked
            """)
        try foresee(keys, transaction)
        try transaction.queue(
            """
            select count(*) from (
                select 1 from account_line_day d
                where (d.source, d.code, d.business_line, d.day, d.currency) in (
                    select o.source, o.customer_code, o.business_line, o.day, o.currency
                    from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
                    join orders o using (source, order_id))
                order by d.source, d.code, d.business_line, d.day, d.currency for update of d
            ) locked
            """)
    }

    /// Writes the keys of orders that something names before they have come. Whoever takes such an order in at the same
    /// moment runs into its row, and reads again.
    static func foresee(_ keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws {
        guard !keys.isEmpty else { return }
        let sorted = keys.sorted()
        try transaction.queue(
            """
            insert into orders (source, order_id, version, revision, fingerprint, is_cancelled, customer_code,
                business_line, branch, placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted,
                is_provisional, low_raised, negative_raised, content_revision)
            select source, order_id, 1, 0, 0, false, '', '', '', 'epoch', 'epoch', 'CNY', '[]', 0, 0, 0, false, false, 0,
                0, 0
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            where not exists (
                select from orders o where o.source = k.source and o.order_id = k.order_id)
            on conflict do nothing
            """)
    }

    /// Whose some orders are.
    static func customers(of keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws -> [CreditParty] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select distinct o.source, o.customer_code
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            join orders o using (source, order_id) where o.customer_code <> ''
            """, as: (String, String).self)
        return rows.map { CreditParty(source: $0.0, customer: $0.1) }
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
            select source, code, business_line, day, currency, orders, revenue, cost
            from unnest(
                \(sorted.map(\.key.source)), \(sorted.map(\.key.code)), \(sorted.map(\.key.businessLine)),
                \(sorted.map(\.key.day)), \(sorted.map(\.key.currency.code)),
                \(sorted.map { Int32($0.value.orders) }),
                \(sorted.map(\.value.revenue)),
                \(sorted.map(\.value.cost)))
                as t(source, code, business_line, day, currency, orders, revenue, cost)
            on conflict (source, code, business_line, day, currency) do update set
                orders = account_line_day.orders + excluded.orders,
                revenue = account_line_day.revenue + excluded.revenue, cost = account_line_day.cost + excluded.cost
            """)
    }
}

extension MarginSeverity: PostgresDecodable {}
extension OrderDecision: PostgresDecodable {}
