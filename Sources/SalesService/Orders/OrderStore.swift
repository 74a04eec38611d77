import Contracts
import Domain
import Postgres
import ServiceKit

/// An order as sales keeps it.
struct SalesOrder: Sendable, Equatable {
    let place: OrderKey
    var standing = OrderStanding()
    /// Whose business it is, as far as the order itself has come; what follows is known with it.
    var key: BusinessKey?
    var branch: String?
    var salesOwner: String?
    var placedAt: Timestamp?
    /// What it comes to.
    var amount: Money?
}

extension SalesOrder {
    /// Takes over a revision of the order, if it is newer.
    mutating func take(_ order: Order) -> Bool {
        guard standing.take(order.revision) else { return false }
        key = BusinessKey(source: place.source, code: order.customer.code, businessLine: order.businessLine)
        branch = order.branch
        salesOwner = order.salesOwner
        placedAt = order.placedAt
        amount = order.revenue
        return true
    }
}

/// The SQL of orders, from which their weekly series are read.
enum OrderStore {
    /// The copy of whose each account is.
    static let accounts = AccountReplica(keeping: [.name, .branch, .salesOwner])

    /// Reads orders and locks them, in the order of their keys so that two batches cannot deadlock.
    ///
    /// - Parameter sorted: their keys, each once, in their order.
    static func lock(_ sorted: [OrderKey], _ transaction: borrowing Transaction) throws -> [OrderKey: SalesOrder] {
        let rows = try transaction.query(
            """
            select o.source, o.order_id, o.revision, o.is_cancelled,
                -- What an earlier release wrote that runs beside this one.
                coalesce(o.content_revision, case when o.customer_code is null then 0 else o.revision end)
                    as content_revision,
                o.customer_code, o.business_line, o.branch, o.sales_owner, o.placed_at, o.currency, o.amount
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            join orders o using (source, order_id)
            order by o.source, o.order_id for update of o
            """, as: StoredOrder.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.order.place, $0.order) })
    }

    /// An order as it stands in the table.
    private struct StoredOrder: PostgresRow {
        var order: SalesOrder

        init(row: inout RowReader) throws(PostgresError) {
            let place = OrderKey(source: try row("source"), orderId: try row("order_id"))
            order = SalesOrder(place: place)
            order.standing = OrderStanding(
                revision: try row("revision"), isCancelled: try row("is_cancelled"),
                contentRevision: try row("content_revision"))
            if let code = try row("customer_code", as: String?.self),
                let line = try row("business_line", as: String?.self)
            {
                order.key = BusinessKey(source: place.source, code: code, businessLine: line)
            }
            order.branch = try row("branch")
            order.salesOwner = try row("sales_owner")
            order.placedAt = try row("placed_at", as: Timestamp?.self)?.inZone()
            if let currency = try row("currency", as: Currency?.self),
                let amount = try row("amount", as: FixedDecimal?.self)
            {
                order.amount = Money(amount, currency)
            }
        }
    }

    /// Writes orders as they stand now.
    ///
    /// - Parameters:
    ///   - sorted: them, in the order of their keys.
    ///   - known: those that were there and are locked.
    static func put(
        _ sorted: [SalesOrder], known: [OrderKey: SalesOrder], _ transaction: borrowing Transaction
    ) throws {
        let (old, new) = (sorted.filter { known[$0.place] != nil }, sorted.filter { known[$0.place] == nil })
        if !new.isEmpty {
            // Of an order that was looked for and not found nothing but its decision may have come meanwhile: what
            // another copy has taken in of it is not overwritten, but read again.
            try transaction.queue(
                """
                insert into orders as o (\(columns)) \(rows(new))
                on conflict (source, order_id) do update set
                    revision = excluded.revision, is_cancelled = excluded.is_cancelled,
                    content_revision = excluded.content_revision, customer_code = excluded.customer_code,
                    business_line = excluded.business_line, branch = excluded.branch,
                    sales_owner = excluded.sales_owner, placed_at = excluded.placed_at, week = excluded.week,
                    currency = excluded.currency, amount = excluded.amount
                where o.revision = 0
                """, expecting: .rows(new.count, "an order"))
        }
        if !old.isEmpty {
            try transaction.queue(
                """
                update orders o set revision = t.revision, is_cancelled = t.is_cancelled,
                    content_revision = t.content_revision, customer_code = t.customer_code,
                    business_line = t.business_line, branch = t.branch, sales_owner = t.sales_owner,
                    placed_at = t.placed_at, week = t.week, currency = t.currency, amount = t.amount
                from (\(rows(old))) as t where o.source = t.source and o.order_id = t.order_id
                """)
        }
    }

    private static let columns: SQL = """
        source, order_id, revision, is_cancelled, content_revision, customer_code, business_line, branch, sales_owner,
        placed_at, week, currency, amount
        """

    /// Orders as rows of those columns.
    private static func rows(_ orders: [SalesOrder]) -> SQL {
        let weeks = orders.map { order in order.placedAt.map { WorkingCalendar.week(of: $0.day()) } }
        return """
            select \(columns) from unnest(
                \(orders.map(\.place.source)), \(orders.map(\.place.orderId)),
                \(orders.map { Int32($0.standing.revision) }), \(orders.map(\.standing.isCancelled)),
                \(orders.map { Int32($0.standing.contentRevision) }), \(orders.map { $0.key?.code }),
                \(orders.map { $0.key?.businessLine }), \(orders.map(\.branch)), \(orders.map(\.salesOwner)),
                \(orders.map(\.placedAt)), \(weeks), \(orders.map { $0.amount?.currency.code }),
                \(orders.map { $0.amount?.amount })) as t(\(columns))
            """
    }

    /// Owners of accounts, for orders that name none.
    static func owners(
        of keys: Set<BusinessKey>, _ transaction: borrowing Transaction
    ) throws -> [BusinessKey: (customerId: String, owner: String?)] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select k.place - 1, a.customer_id, a.sales_owner
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.code))) with ordinality as k(source, code, place)
            join account a using (source, code)
            """, as: (Int, String, String?).self)
        var found: [BusinessKey: (customerId: String, owner: String?)] = [:]
        for row in rows { found[sorted[row.0]] = (row.1, row.2) }
        return found
    }

    /// Writes down how orders were decided, also such that have not come.
    ///
    /// - Returns: of each order the decision that is the highest of these; whether it holds, its row says.
    @discardableResult
    static func decide(_ decisions: [OrderDecided], _ transaction: borrowing Transaction) throws -> [OrderDecided] {
        let rows = decisions.onePerKey {
            OrderKey(source: $0.source, orderId: $0.orderId)
        } replaces: {
            $0.place > $1.place
        }.map(\.value)
        // The decision may come before the order itself.
        try transaction.queue(
            """
            insert into orders as o (source, order_id, decision, decision_rule, decided_revision, decided_number)
            select * from unnest(
                \(rows.map(\.source)), \(rows.map(\.orderId)), \(rows.map(\.decision.rawValue)), \(rows.map(\.rule)),
                \(rows.map { Int32($0.place.revision) }), \(rows.map { Int32($0.place.number) }))
            on conflict (source, order_id) do update set
                decision = excluded.decision, decision_rule = excluded.decision_rule,
                decided_revision = excluded.decided_revision, decided_number = excluded.decided_number
            where (excluded.decided_revision, excluded.decided_number) > (o.decided_revision, o.decided_number)
            """)
        return rows
    }
}
